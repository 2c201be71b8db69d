"""`moments docs`: the pages that are generated from the code, written or checked."""

import sys
from pathlib import Path
from typing import Annotated

import typer

docs = typer.Typer(
    help="Write the pages that are generated from the code, or check that they are current.", no_args_is_help=True
)

PACKS = "docs/packs"
INDEX = "README.md"

Root = Annotated[Path, typer.Option(help="The project's folder.")]


def pages() -> dict[str, str]:
    """Path under the project's folder to the text it must have."""
    from streams.catalogue.load import packs
    from streams.catalogue.pages.journey import read_pack
    from streams.catalogue.pages.overview import index_page
    from streams.catalogue.pages.page import pack_page
    from streams.engine.lifecycle import diagram
    from streams.metrics.page import metrics_page

    shipped = [read_pack(name) for name in packs()]
    return {
        "docs/lifecycle.md": (
            "# The lifecycle of an occurrence\n\n"
            "Generated from the table in `streams/engine/lifecycle.py` by `make docs`. A move that is not here is an\n"
            "error and nothing happens. Late truth corrects what was told by the rules of section 6 in `rules.md`.\n\n"
            f"```mermaid\n{diagram()}\n```\n"
        ),
        "docs/metrics.md": metrics_page(),
        f"{PACKS}/{INDEX}": index_page(shipped),
    } | {f"{PACKS}/{pack.name}.md": pack_page(pack) for pack in shipped}


def strays(root: Path) -> list[Path]:
    """Pages of packs that ship no more."""
    from streams.catalogue.load import packs

    shipped = packs()
    return sorted(path for path in (root / PACKS).glob("*.md") if path.stem not in shipped and path.name != INDEX)


@docs.command()
def write(root: Root = Path()) -> None:
    """Write the generated pages. Example: `moments docs write`."""
    for name, text in pages().items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
        print(f"wrote {name}")
    for path in strays(root):
        path.unlink()
        print(f"removed {path.relative_to(root)}")


@docs.command()
def check(root: Root = Path()) -> None:
    """Exit 1 and name the pages that differ from what would be written. Example: `moments docs check`."""
    stale = [
        name for name, text in pages().items() if not (root / name).exists() or (root / name).read_text("utf-8") != text
    ]
    stale += [str(path.relative_to(root)) for path in strays(root)]
    for name in stale:
        print(f"{name} is out of date: run make docs", file=sys.stderr)
    if stale:
        raise typer.Exit(1)
