"""`moments rules`: rule files for Prometheus, generated from a catalogue; written, or checked."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from streams.errors import OperatorError

rules = typer.Typer(
    help="Rules for Prometheus from the objectives of a catalogue.",
    rich_markup_mode="markdown",
    no_args_is_help=True,
    add_completion=False,
)

Catalogue = Annotated[
    list[str],
    typer.Option(
        "--catalogue",
        "-c",
        help="A catalogue file or shipped pack (pack:tea_chain); may be given again.",
        show_default=False,
    ),
]
Into = Annotated[Path, typer.Option("--directory", help="Where the rule files are.")]
Runbooks = Annotated[
    str, typer.Option(help="Address under which the runbooks are served; each alert's `runbook_url` begins with it.")
]

HERE = Path("deploy/prometheus/rules")
SERVED = "docs/runbooks/"


@rules.command()
def write(catalogue: Catalogue, directory: Into = HERE, runbooks: Runbooks = SERVED) -> None:
    """Write moments-slo.yml, from the objectives, and moments-operations.yml, which is the same for every catalogue.

    Examples:

    ```
    moments rules write --catalogue pack:tea_chain
    moments rules write -c pack:tea_chain -c stores.yaml --directory /etc/prometheus/rules
    ```
    """
    if not directory.is_dir():
        raise OperatorError(f"{directory} is not a directory; name one with --directory")
    for name, text in _wanted(catalogue, runbooks).items():
        (directory / name).write_text(text, "utf-8")
        print(f"wrote {directory / name}")


@rules.command()
def check(catalogue: Catalogue, directory: Into = HERE, runbooks: Runbooks = SERVED) -> None:
    """Exit 1 and name the files that differ from what would be written.

    Example:

    ```
    moments rules check --catalogue pack:tea_chain
    ```
    """
    stale = [
        directory / name
        for name, text in _wanted(catalogue, runbooks).items()
        if not (directory / name).is_file() or (directory / name).read_text("utf-8") != text
    ]
    for path in stale:
        print(f"{path} is not what the catalogue says; run: moments rules write", file=sys.stderr)
    if stale:
        raise typer.Exit(1)


def _wanted(names: list[str], runbooks: str) -> Mapping[str, str]:
    from streams.catalogue.load import load
    from streams.rules.files import rule_files

    return rule_files(load(names), names, runbooks)
