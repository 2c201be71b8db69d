"""Where the show is seen: a live picture on a terminal, plain lines anywhere else."""

from typing import Final, Protocol, Self

from rich.console import Console
from rich.live import Live

from streams.clock import SECOND
from streams.demo.board import Told
from streams.demo.view import Scene, name_kind, time_of_day

_EVERY: Final = 10 * SECOND
_TOLD: Final = frozenset({"breached", "worsened", "recovered", "retracted", "unknown"})


class Screen(Protocol):
    """A context manager that is shown scenes and told news while it is open."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *fault: object) -> None: ...
    def show(self, scene: Scene) -> None: ...
    def tell(self, told: Told) -> None: ...


class LiveScreen:
    """The whole terminal, drawn anew with every scene; what was there before comes back at the end."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, screen=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_fault: object) -> None:
        self._live.stop()

    def show(self, scene: Scene) -> None:
        self._live.update(scene, refresh=True)

    def tell(self, told: Told) -> None:
        """The next scene has it."""


class PlainScreen:
    """A line for each breach and what followed, and one with all counts every ten seconds."""

    def __init__(self, console: Console, language: str) -> None:
        self._console, self._language = console, language
        self._next = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_fault: object) -> None: ...

    def show(self, scene: Scene) -> None:
        if scene.elapsed >= self._next:
            self._next = scene.elapsed // _EVERY * _EVERY + _EVERY
            self._print(scene.line())

    def tell(self, told: Told) -> None:
        if told.kind in _TOLD:
            store = told.labels.store or "-"
            name, _ = name_kind(told.kind, self._language)
            self._print(f"{time_of_day(told.found_at)} {name} {store} {told.sentence.say(self._language)}")

    def _print(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


def open_screen(console: Console, language: str) -> Screen:
    """The live one on a terminal that can show it."""
    return LiveScreen(console) if console.is_terminal and not console.is_dumb_terminal else PlainScreen(console, language)
