"""`moments dashboards`: the Grafana dashboards, written from their source; what is in the tree must not drift from it."""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from streams.errors import OperatorError

dashboards = typer.Typer(
    help="Write the Grafana dashboards, or check that they are current.",
    rich_markup_mode="markdown",
    no_args_is_help=True,
    add_completion=False,
)

Folder = Annotated[Path, typer.Option("--directory", help="The folder of the dashboards.")]
HERE = Path("grafana/dashboards")


@dashboards.command()
def write(directory: Folder = HERE) -> None:
    """Write every dashboard in every language. Example: `moments dashboards write`."""
    _need_sdk()
    from streams.dashboards.build import write as write_all

    print(f"{len(write_all(directory))} dashboards in {directory}")


@dashboards.command()
def check(directory: Folder = HERE) -> None:
    """Exit 1 and name the dashboards that differ from what would be written. Example: `moments dashboards check`."""
    _need_sdk()
    from streams.dashboards.build import find_drift

    if drifted := find_drift(directory):
        for name in drifted:
            print(f"{directory / name} is out of date: run moments dashboards write", file=sys.stderr)
        raise typer.Exit(1)


def _need_sdk() -> None:
    if find_spec("grafana_foundation_sdk") is None:
        raise OperatorError("dashboards are written with grafana-foundation-sdk, of the group dev: uv sync --group dev")
