"""`moments docs`: the pages that are generated from the code, written or checked."""

import sys
from pathlib import Path
from typing import Annotated

import typer

docs = typer.Typer(
    help="Write the pages that are generated from the code, or check that they are current.", no_args_is_help=True
)

Root = Annotated[Path, typer.Option(help="The project's folder.")]


def pages() -> dict[str, str]:
    """Path under the project's folder to the text it must have."""
    from streams.engine.lifecycle import diagram
    from streams.metrics.page import metrics_page

    return {
        "docs/lifecycle.md": (
            "# The lifecycle of an occurrence\n\n"
            "Generated from the table in `streams/engine/lifecycle.py` by `make docs`. A move that is not here is an\n"
            "error and nothing happens. Late truth corrects what was told by the rules of section 6 in `rules.md`.\n\n"
            f"```mermaid\n{diagram()}\n```\n"
        ),
        "docs/metrics.md": metrics_page(),
    }


@docs.command()
def write(root: Root = Path()) -> None:
    """Write the generated pages. Example: `moments docs write`."""
    for name, text in pages().items():
        (root / name).write_text(text, encoding="utf-8")
        print(f"wrote {name}")


@docs.command()
def check(root: Root = Path()) -> None:
    """Exit 1 and name the pages that differ from what would be written. Example: `moments docs check`."""
    stale = [
        name for name, text in pages().items() if not (root / name).exists() or (root / name).read_text("utf-8") != text
    ]
    for name in stale:
        print(f"{name} is out of date: run make docs", file=sys.stderr)
    if stale:
        raise typer.Exit(1)
