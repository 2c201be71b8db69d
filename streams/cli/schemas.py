"""`moments schemas`: the published schemas, generated from the models, and each pack's example events, generated from the
pack; the copies in the tree must not drift from them."""

import json
from pathlib import Path
from typing import Annotated

import typer

from streams.errors import OperatorError

VERSION = "1.0.0"
"""Version of the contract, said in the AsyncAPI document; it is not the version of this software."""

schemas = typer.Typer(
    help="The published schemas: JSON Schema of every event, AsyncAPI, the catalogue's.",
    rich_markup_mode="markdown",
    no_args_is_help=True,
    add_completion=False,
)

Into = Annotated[Path | None, typer.Option("--directory", help="Where, if not in the source tree's schemas/generated.")]


def generate() -> dict[str, str]:
    """Text by file name, the same bytes from the same models."""
    from schemas.asyncapi import document
    from schemas.json_schema import event_schemas, file_of, monitor_schemas
    from streams.catalogue.document.file import json_schema
    from streams.console.api import openapi

    documents = {file_of(name): schema for name, schema in (event_schemas() | monitor_schemas()).items()}
    documents[file_of("catalogue")] = json_schema()
    documents["asyncapi.json"] = document(VERSION)
    documents["console.openapi.json"] = openapi()
    return {name: json.dumps(schema, ensure_ascii=False, indent=2) + "\n" for name, schema in sorted(documents.items())}


def generate_examples() -> dict[str, str]:
    """Text by file name: the example events of every pack that ships, the same from the same packs."""
    from streams.catalogue.load import packs
    from streams.demo.pack.examples import examples

    return {f"{pack}.jsonl": examples(pack) for pack in packs()}


def find_drift(directory: Path) -> list[str]:
    """Names of the files that are missing, differ from what the models say, or have no model any more."""
    return _differing(directory, "*.json", generate())


def find_examples_drift(directory: Path) -> list[str]:
    """The same of the packs' example events."""
    return _differing(directory, "*.jsonl", generate_examples())


@schemas.command()
def write(directory: Into = None) -> None:
    """Generate the schemas and, where no directory is named, the packs' example events.

    Examples:

    ```
    moments schemas write
    moments schemas write --directory build/contract
    ```
    """
    target = directory or _generated()
    documents = generate()
    _renew(target, "*.json", documents)
    print(f"{len(documents)} schemas in {target}")
    if directory is None:
        found = generate_examples()
        _renew(_examples(), "*.jsonl", found)
        print(f"examples of {len(found)} packs in {_examples()}")


@schemas.command()
def check(directory: Into = None) -> None:
    """Compare the schemas with the models, and the packs' examples with the packs; exit 1 and name the files where they
    differ.

    Example:

    ```
    moments schemas check
    ```
    """
    target = directory or _generated()
    drifted = [f"{target / name}: not what the models say" for name in find_drift(target)]
    if directory is None:
        drifted += [f"{_examples() / name}: not what the pack says" for name in find_examples_drift(_examples())]
    for line in drifted:
        print(f"{line}; run: moments schemas write")
    if drifted:
        raise typer.Exit(1)


def _differing(directory: Path, pattern: str, wanted: dict[str, str]) -> list[str]:
    found = {path.name: path.read_text("utf-8") for path in directory.glob(pattern)} if directory.is_dir() else {}
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def _renew(directory: Path, pattern: str, documents: dict[str, str]) -> None:
    """Exactly these files of the pattern, and no other."""
    directory.mkdir(parents=True, exist_ok=True)
    for path in directory.glob(pattern):
        if path.name not in documents:
            path.unlink()
    for name, text in documents.items():
        (directory / name).write_text(text, "utf-8")


def _examples() -> Path:
    return _generated().parent / "examples" / "packs"


def _generated() -> Path:
    import schemas as contract

    place = Path(contract.__file__).parent / "generated"
    if not place.is_dir():
        raise OperatorError(f"{place} does not exist; name a directory with --directory")
    return place
