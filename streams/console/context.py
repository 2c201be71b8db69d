"""What every page and every call of the API has at hand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streams.console.ports import CaseSource, CommandDesk, DeadLetterDesk
from streams.settings import Settings

if TYPE_CHECKING:
    from streams.console.access import Access
    from streams.console.board import Board
    from streams.console.hub import Hub


@dataclass(frozen=True, slots=True)
class Console:
    """The parts of a running console. `clock` gives the wall time as an instant (microseconds UTC)."""

    settings: Settings
    board: "Board"
    hub: "Hub"
    desk: CommandDesk
    cases: CaseSource
    letters: DeadLetterDesk
    access: "Access"
    clock: Callable[[], int]
