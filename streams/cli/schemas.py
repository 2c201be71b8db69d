"""`moments schemas`: the published schemas, generated from the models; the copy in the tree must not drift from them."""

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
    from streams.catalogue.document import json_schema
    from streams.console.api import openapi

    documents = {file_of(name): schema for name, schema in (event_schemas() | monitor_schemas()).items()}
    documents[file_of("catalogue")] = json_schema()
    documents["asyncapi.json"] = document(VERSION)
    documents["console.openapi.json"] = openapi()
    return {name: json.dumps(schema, ensure_ascii=False, indent=2) + "\n" for name, schema in sorted(documents.items())}


def find_drift(directory: Path) -> list[str]:
    """Names of the files that are missing, differ from what the models say, or have no model any more."""
    wanted = generate()
    found = {path.name: path.read_text("utf-8") for path in directory.glob("*.json")} if directory.is_dir() else {}
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


@schemas.command()
def write(directory: Into = None) -> None:
    """Generate the schemas.

    Examples:

    ```
    moments schemas write
    moments schemas write --directory build/contract
    ```
    """
    target = directory or _generated()
    target.mkdir(parents=True, exist_ok=True)
    documents = generate()
    for path in target.glob("*.json"):
        if path.name not in documents:
            path.unlink()
    for name, text in documents.items():
        (target / name).write_text(text, "utf-8")
    print(f"{len(documents)} schemas in {target}")


@schemas.command()
def check(directory: Into = None) -> None:
    """Compare the schemas with the models; exit 1 and name the files where they differ.

    Example:

    ```
    moments schemas check
    ```
    """
    target = directory or _generated()
    if drifted := find_drift(target):
        for name in drifted:
            print(f"{target / name}: not what the models say; run: moments schemas write")
        raise typer.Exit(1)


def _generated() -> Path:
    import schemas as contract

    place = Path(contract.__file__).parent / "generated"
    if not place.is_dir():
        raise OperatorError(f"{place} does not exist; name a directory with --directory")
    return place
