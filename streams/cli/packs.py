"""`moments packs`: the catalogues that ship with the monitor, listed, shown in words, or copied to begin from."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from streams.errors import OperatorError

packs = typer.Typer(
    help="Look at the shipped catalogues, and begin from one.",
    rich_markup_mode="markdown",
    no_args_is_help=True,
    add_completion=False,
)

_FILES = (".yaml", ".yml")
Name = Annotated[
    str, typer.Argument(metavar="NAME", help="A pack, with or without `pack:` before it.", show_default=False)
]


class Lang(StrEnum):
    """A language that packs are written in."""

    zh = "zh"
    en = "en"


@packs.command("list")
def list_(lang: Annotated[Lang, typer.Option(help="The language of what they are about.")] = Lang.en) -> None:
    """Name every pack, with the number of its moments, what it is about, and which other packs it brings along.

    Example:

    ```
    moments packs list
    moments packs list --lang zh
    ```
    """
    from streams.catalogue.load import packs as names
    from streams.catalogue.pages.journey import read_pack

    width = max(map(len, names()))
    for name in names():
        pack = read_pack(name)
        included = ", ".join(pack.file.includes)
        if lang is Lang.zh:
            brings = f"（包含 {included}）" if included else ""
            print(f"{name:<{width}}  {len(pack.moments):>3} 个时刻  {pack.about('zh')}{brings}")
        else:
            brings = f" (brings {included} along)" if included else ""
            print(f"{name:<{width}}  {len(pack.moments):>3} moments  {pack.about('en')}{brings}")


@packs.command()
def show(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="A pack, or a catalogue file of your own (.yaml).", show_default=False),
    ],
    lang: Annotated[Lang, typer.Option(help="The language of titles and clocks.")] = Lang.en,
) -> None:
    """Show the journey of a pack's customers by the four stages, with every clock in words.

    Examples:

    ```
    moments packs show hotel
    moments packs show hotel --lang zh
    moments packs show our_hotel.yaml
    ```
    """
    from streams.catalogue.include import PACK
    from streams.catalogue.pages.journey import read_path
    from streams.catalogue.pages.page import journey_text

    path = name if name.endswith(_FILES) else f"{PACK}{_plain(name)}"
    print(journey_text(read_path(path), lang.value), end="")


@packs.command()
def copy(
    name: Name,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Where to; standard output if not said.", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Copy a pack as it ships, with its comments: to standard output, or to a file that is not there yet.

    Whoever wants to follow newer versions of the pack includes it in a file of his own instead, and overrides what is
    other: `includes: [pack:hotel]`.

    Examples:

    ```
    moments packs copy hotel
    moments packs copy hotel our_hotel.yaml
    ```
    """
    from streams.catalogue.include import PACK
    from streams.catalogue.load import read_text

    text = read_text(f"{PACK}{_plain(name)}")
    if file is None:
        print(text, end="")
        return
    try:
        with file.open("w" if force else "x", encoding="utf-8", newline="\n") as target:
            target.write(text)
    except FileExistsError as error:
        raise OperatorError(f"{file} is there already; name another file, or say --force to write over it") from error
    except OSError as error:
        raise OperatorError(f"{file}: cannot be written: {error.strerror}") from error
    print(f"wrote {file}; check it with: moments lint {file}")


def _plain(name: str) -> str:
    from streams.catalogue.include import PACK

    return name.removeprefix(PACK)
