"""The record of one case: its facts, and what has been told of each moment's occurrences.

These are the structs that state/codec.py stores; they are mutable because a decision touches a record many times before
it is stored once. Fields may be added at the end with a default, never moved or removed: stored records outlive releases.
"""

from enum import IntEnum
from typing import Final

import msgspec

NEVER: Final = -(1 << 62)
"""Before every instant."""


class Phase(IntEnum):
    """Where an occurrence stands. The first four are open."""

    RUNNING = 0
    AT_RISK = 1
    PAUSED = 2
    BREACHED = 3
    MET = 4
    RECOVERED = 5
    CANCELLED = 6
    EXPIRED = 7

    @property
    def is_open(self) -> bool:
        return self <= Phase.BREACHED


class Kind(IntEnum):
    """What can be said of an occurrence. The numbers are stored, the lower-case names published."""

    OPENED = 0
    AT_RISK = 1
    BREACHED = 2
    WORSENED = 3
    MET = 4
    RECOVERED = 5
    RETRACTED = 6
    CANCELLED = 7
    PAUSED = 8
    RESUMED = 9
    REVISED = 10
    UNKNOWN = 11
    EXPIRED = 12


# Plain integers of the same names: arithmetic on enum members costs a microsecond each, and a clock takes ten of them.
RUNNING: Final = int(Phase.RUNNING)
AT_RISK: Final = int(Phase.AT_RISK)
PAUSED: Final = int(Phase.PAUSED)
BREACHED: Final = int(Phase.BREACHED)
MET: Final = int(Phase.MET)
RECOVERED: Final = int(Phase.RECOVERED)
CANCELLED: Final = int(Phase.CANCELLED)
EXPIRED: Final = int(Phase.EXPIRED)

REFUSED: Final = 32
"""The kind of a Move that is never said: a new due was asked for without what it needs, and the old one stands."""

HELD: Final = 33
LET_GO: Final = 34
"""Kinds of Moves that are never said: one more kind of pause holds; one holds no more, while others do."""

KIND_NAMES: Final = tuple(kind.name.lower() for kind in Kind)


class Fact(msgspec.Struct, array_like=True, gc=False):
    """One event of the case, cut down to what the catalogue looks at; instants in `fields` are integers."""

    at: int
    id: str
    source: str
    type: str
    fields: dict[str, str | int | float | bool]


class Move(msgspec.Struct, array_like=True, gc=False):
    """A pause, resume, revision (also one that was refused) or reopening of an occurrence's clock, kept for the proof.

    holds: of a pause, and of what joins it or lets go, the kinds that hold afterwards, a bit each as in Occurrence.
    since: of a pause that held already when the occurrence began, when it began; `event` is the one that began it.
    """

    kind: int
    at: int
    event: str
    due: int | None
    holds: int = 0
    since: int | None = None


class Came(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An event that counted for a part (by its number) of a closing that takes several."""

    part: int
    at: int
    event: str
    source: str


class Occurrence(msgspec.Struct, array_like=True, gc=False):
    """One moment running for one case. Instants and spans in microseconds.

    due: None while undated or paused. first_due: as resolved at the start. span: the open time allowed, where the
    deadline is a duration. anchor: start, or last resume, revise or reopen. broken: the due that was missed. stopped:
    since when it is paused or closed. left: the open time that was left when it was paused. said: how often each kind
    was said. timer: the next instant at which time alone changes it. zone: of the calendar, "" where the calendar is
    always open. doubt: what time said of it is not believed, since its feed was not heard (engine/doubt.py); told: the
    warnings that had been told by then. came: what counted towards closings that take several events. holds: while it is
    paused, the kinds of pauses that hold, a bit each (engine/holds.py). warns: which warnings count, 0 the moment's, n
    the nth of those that its targets have. severity: with which it began, 1 low to 4 critical; 0 where only policies,
    or nothing, make it other than the moment's.
    """

    number: int
    phase: int
    started: int
    start: str
    due: int | None
    first_due: int | None
    span: int | None
    anchor: int
    timer: int | None
    said: dict[int, int]
    warned: int = 0
    risen: int = 0
    broken: int | None = None
    stopped: int | None = None
    left: int | None = None
    loud: bool = False
    zone: str = ""
    moves: list[Move] = msgspec.field(default_factory=list)
    doubt: int = 0
    told: int = 0
    came: tuple[Came, ...] = ()
    holds: int = 0
    warns: int = 0
    severity: int = 0


class Loose(msgspec.Struct, array_like=True, gc=False):
    """The last end or cancellation that found nothing open; a start at the same instant picks it up."""

    at: int
    role: int
    event: str


class Stood(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A kind of pause that holds the moment, whether or not an occurrence is open, and the event that began it."""

    kind: int
    at: int
    event: str


class Track(msgspec.Struct, array_like=True, gc=False):
    """One moment of the case: its occurrences in order, the last one current.

    `void` holds those that were told and that late truth undid; they keep their number and what was said of them. `came`:
    what counted towards a closing of several with nothing open, at the latest such instant. `stood`: the pauses that last
    (engine/holds.py), in the order in which they began.
    """

    moment: str
    occurrences: list[Occurrence]
    loose: Loose | None = None
    void: list[Occurrence] = msgspec.field(default_factory=list)
    came: tuple[Came, ...] = ()
    stood: tuple[Stood, ...] = ()


class Base(msgspec.Struct, array_like=True, gc=False):
    """The fold of facts that are no longer kept: the tracks as of `at`, and the last value of each field they carried."""

    at: int
    tracks: list[Track]
    fields: dict[str, str | int | float | bool]
    starts: list[Fact]


class Case(msgspec.Struct, array_like=True, gc=False):
    """The truth about one case.

    facts: ordered by instant, ties by arrival; the first `applied` of them are in the tracks. fired: the latest instant
    of a timer that has spoken. forget_at: when a finished case is dropped (None while something is open or waiting).
    region: under which the case is counted, that of the event with which it came up.
    """

    version: str
    facts: list[Fact]
    tracks: list[Track]
    applied: int = 0
    fired: int = NEVER
    forget_at: int | None = None
    base: Base | None = None
    region: str = ""
