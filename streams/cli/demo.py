"""`moments demo`: a simulated company, watched by a real worker over the development broker."""

import asyncio
import os
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from streams.demo.reckoning import Reckoning


class Language(StrEnum):
    """Of the view and its sentences."""

    ZH = "zh"
    EN = "en"


def _own_language() -> Language:
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return Language.ZH if spoken.startswith("zh") else Language.EN


def demo(
    seconds: Annotated[
        float | None,
        typer.Option("--for", min=5, help="End after so many seconds, and compare what was told with what is true."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed is another day.")] = 7,
    language: Annotated[
        Language | None, typer.Option("--lang", help="Language of the view; without it, the terminal's.")
    ] = None,
    pack: Annotated[
        str | None,
        typer.Option("--pack", help="A shipped pack (hotel) or a catalogue file: a company that lives by it."),
    ] = None,
    weeks: Annotated[
        int | None,
        typer.Option(
            min=1, max=52, help="With --pack: instead, judge so many weeks up to now at the pack's own pace, all at once."
        ),
    ] = None,
) -> None:
    """Watch a simulated company through the monitor: a tea chain, or one that lives by a pack or catalogue of yours.

    Starts a broker, a worker and the company, all in this terminal and on 127.0.0.1 only; Ctrl-C ends them. With `--for`
    the exit status is 0 where the monitor told exactly what is true, and 1 where it did not.

    A day of a pack takes seconds, and its calendars open and close by the minute. With `--weeks` nothing is shown live:
    weeks with the pack's own hours, business days and holidays are lived through in memory, and compared in the same way.

    Examples:

        moments demo
        moments demo --for 60 --seed 3 --lang zh
        moments demo --pack hotel
        moments demo --pack my_shop.yaml --for 60
        moments demo --pack bank --weeks 3
    """
    from rich.console import Console

    from streams.clock import SECOND, now
    from streams.demo.company import TeaChain
    from streams.demo.pack.company import company_of
    from streams.demo.pack.weeks import live_through
    from streams.demo.stage import Show, play

    if weeks is not None and (pack is None or seconds is not None):
        text = "weeks are those of a pack, and take no time: write --pack, and no --for"
        raise typer.BadParameter(text, param_hint="--weeks")
    lasts = None if seconds is None else round(seconds * SECOND)
    chosen = language or _own_language()
    console = Console()
    if weeks is not None and pack is not None:
        result: Reckoning | None = live_through(pack, seed, weeks, now())
    else:
        company = TeaChain() if pack is None else company_of(pack, now(), chosen.value)
        result = asyncio.run(play(Show(seed, chosen.value, lasts, company), console))
    if result is None:
        console.print("stopped" if chosen is Language.EN else "已停止", highlight=False)
        return
    console.print(result.summary(chosen.value), markup=False, highlight=False, soft_wrap=True)
    if not result.agrees:
        raise typer.Exit(1)
