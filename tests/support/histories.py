"""Random catalogues and histories for hypothesis: few event types, small instants, many ties and roles at once.

Choices come from hypothesis or from a seed. The catalogues are built by hand (hand_built.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Protocol, TypeVar

from hypothesis import strategies as st

from streams.catalogue.model import (
    Calendar,
    Catalogue,
    Deadline,
    Grade,
    Hit,
    Hold,
    Look,
    Moment,
    Part,
    Rise,
    Role,
    Several,
    Severity,
    Warning,
)
from streams.engine.case import Fact
from tests.support.hand_built import After, At, DayAndNight, Days, HandBuilt, ShopHours, Stated, Trigger, moment
from tests.support.reference_drive import Arrives, Moves, Step

FAR = 100_000
"""Past everything that a generated history can set off."""

TYPES = ("start", "pause", "revise", "resume", "end", "reopen", "cancel")
"""Named for what they mostly do, in the order of a likely story; a catalogue may give any of them any role."""

SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high", "critical")
BEGIN = 40
T = TypeVar("T")
_FOLLOWING = (Role.START, Role.START, Role.END, Role.CANCEL, Role.PAUSE, Role.RESUME, Role.REOPEN, Role.NEXT)
_MORE: tuple[tuple[Role, ...], ...] = (
    (Role.CANCEL,),
    (Role.REVISE,),
    (Role.REOPEN,),
    (Role.PAUSE, Role.RESUME),
    (Role.PAUSE, Role.RESUME, Role.REVISE),
    (Role.REOPEN, Role.PAUSE),
    (Role.NEXT,),
)
_CALENDARS: tuple[Calendar, ...] = (DayAndNight(), ShopHours())


class Pick(Protocol):
    """Where choices come from: hypothesis, which shrinks them, or a seed, which is a hundred times quicker."""

    def one(self, options: Sequence[T]) -> T: ...

    def whole(self, least: int, most: int) -> int: ...

    def count(self, least: int, most: int) -> Iterator[int]:
        """As many numbers from 0 on as it pleases."""
        ...


class Drawn:
    """Choices by hypothesis."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def one(self, options: Sequence[T]) -> T:
        return options[self.whole(0, len(options) - 1)]

    def whole(self, least: int, most: int) -> int:
        return self.draw(_whole(least, most))

    def count(self, least: int, most: int) -> Iterator[int]:
        for number in range(most):
            if number >= least and self.whole(0, 9) < 2:
                return
            yield number


class Rolled:
    """Choices by a seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def one(self, options: Sequence[T]) -> T:
        return self.random.choice(options)

    def whole(self, least: int, most: int) -> int:
        return self.random.randint(least, most)

    def count(self, least: int, most: int) -> Iterator[int]:
        return iter(range(self.random.randint(least, most)))


@cache
def _whole(least: int, most: int) -> st.SearchStrategy[int]:
    return st.integers(least, most)


def in_a_mood(look: Look) -> bool:
    """Where policies switch a moment off."""
    return look("mood") == "x"


def by_mood(_at: int, look: Look, _zone: str) -> Grade:
    """What a target makes of an occurrence: graver, with warnings of its own. Some moods only raise it."""
    if look("mood") == "x":
        return Grade(1, "high")
    return Grade(0, "medium" if look("eta") is not None else "low")


def make_warnings(pick: Pick) -> tuple[Warning, ...]:
    """Any warnings, in any order."""
    warnings = []
    for _ in pick.count(0, 3):
        share = pick.one((None, None, 0.25, 0.5, 0.7, 0.9))
        days = pick.one((None, None, 1, 2))
        ahead = Warning(days=days) if days is not None else Warning(lead=pick.whole(1, 20))
        warnings.append(ahead if share is None else Warning(share=share))
    return tuple(warnings)


def make_moment(pick: Pick, index: int) -> tuple[Moment, list[Trigger]]:
    """Any moment, and its triggers; it may follow those before it."""
    calendar = pick.one(_CALENDARS)
    after = After(calendar, pick.one((0, 5, 12, 20, 28)))
    stated = Stated(calendar, "length", pick.one((None, after)))
    dated: tuple[Deadline, ...] = (At("due"), At("due", after))
    deadlines: tuple[Deadline, ...] = (after, after, Days(calendar, pick.one((1, 2))), stated, *dated)
    deadline = pick.one(deadlines)
    rises = sorted(pick.whole(0, 15) for _ in pick.count(0, 2))
    several, triggers = make_closings(pick, index)
    holds, pausing = make_pauses(pick, index, len(triggers))
    triggers += pausing
    follows = []
    for _ in pick.count(0, 1 if index else 0):
        follows.append(
            Hit(pick.whole(0, index - 1), pick.one((*map(int, _FOLLOWING), *(bit for hold in holds for bit in hold))))
        )
    made = moment(
        index,
        deadline,
        calendar,
        warnings=make_warnings(pick),
        grade=pick.one((None, None, by_mood)),
        own_warnings=(make_warnings(pick),),
        rises=tuple(Rise(rise, SEVERITIES[1 + place]) for place, rise in enumerate(rises)),
        reopening=pick.one(("nothing", "new", "continue")),
        repeats=pick.one((False, True)),
        journal=pick.one((False, True)),
        time_to_live=pick.one((200, 40, 1)),
        follows=tuple(follows),
        several=several,
        holds=holds,
        lasting=(2 << len(holds)) - pick.one((1, 2)),
        off=pick.one((None, None, None, in_a_mood)),
    )
    more = [role for _ in pick.count(0, 3) for role in pick.one(_MORE)]
    closes = any(one.role == Role.END for one in several) or Role.NEXT in more
    alone = () if closes and pick.one((True, False)) else (Role.END,)
    for role in (Role.START, *alone, *more):
        for _ in pick.count(1, 1 + pick.one((0, 0, 1))):
            due = pick.one(("due", "eta")) if role is Role.REVISE else None
            event_type = str(role.name).lower() if pick.whole(0, 9) < 7 else pick.one(TYPES)
            mood = pick.one((None, None, None, None, "x"))
            needs = pick.one((None, "x")) if role is Role.REVISE else None
            near = pick.one((None, None, None, None, None, 10))
            triggers.append(Trigger(index, event_type, int(role), mood, due, needs, near))
    return made, triggers


def make_closings(pick: Pick, index: int) -> tuple[tuple[Several, ...], list[Trigger]]:
    """No, one or two closings that take several events, and the triggers of their parts. One event may be many parts."""
    closings: list[Several] = []
    triggers: list[Trigger] = []
    for _ in pick.count(0, pick.one((0, 0, 1, 2))):
        times = (pick.one((2, 2, 2, 3)),) if pick.one((True, False)) else (1,) * pick.one((2, 2, 2, 3))
        parts = tuple(Part(f"part {place}", often) for place, often in enumerate(times))
        closings.append(Several(int(pick.one((Role.END, Role.END, Role.CANCEL))), len(triggers), parts))
        for _ in parts:
            event_type = pick.one(("end", "end", "end", "cancel", "revise", "pause", "start", *TYPES))
            mood = pick.one((None, None, None, None, None, "x"))
            triggers.append(Trigger(index, event_type, int(Role.COUNT) << len(triggers), mood))
    return tuple(closings), triggers


def make_pauses(pick: Pick, index: int, parts: int) -> tuple[tuple[Hold, ...], list[Trigger]]:
    """No, one or two pauses with ends of their own, and their triggers; their bits come after those of the parts."""
    holds: list[Hold] = []
    triggers: list[Trigger] = []
    for kind in pick.count(0, pick.one((0, 0, 1, 2))):
        bit = int(Role.COUNT) << parts + 2 * kind
        holds.append(Hold(bit, bit << 1))
        for roles, name in ((bit, "pause"), (bit << 1, "resume")):
            for _ in pick.count(1, 1 + pick.one((0, 0, 1))):
                event_type = pick.one((name, name, "pause", "resume", "revise", "start", *TYPES))
                mood = pick.one((None, None, None, "x"))
                triggers.append(Trigger(index, event_type, roles, mood))
    return tuple(holds), triggers


def make_catalogue(pick: Pick, most: int = 3, corrections: int = 1_000_000) -> HandBuilt:
    """One to `most` moments."""
    those, triggers = [], []
    for index in pick.count(1, most):
        made, found = make_moment(pick, index)
        those.append(made)
        triggers.extend(found)
    return HandBuilt(tuple(those), tuple(triggers), corrections)


@dataclass
class History:
    """What happens to one case: it begins at the clock `BEGIN`."""

    steps: list[Step] = field(default_factory=list)

    @property
    def facts(self) -> list[Fact]:
        """Every fact once, in the order of its first arrival."""
        found: dict[tuple[str, str], Fact] = {}
        for step in self.steps:
            if isinstance(step, Arrives):
                found.setdefault((step.fact.source, step.fact.id), step.fact)
        return list(found.values())


def make_fact(pick: Pick, event_type: str, number: int, until: int) -> Fact:
    """A fact near the clock, before it or after it. Ids repeat between the two sources."""
    at = until + (pick.whole(-25, 15) if pick.whole(0, 2) == 0 else pick.whole(-3, 3))
    fields: dict[str, str | int | float | bool] = {}
    if pick.one((False, True)):
        fields["due"] = pick.whole(BEGIN - 20, BEGIN + 60)
    if pick.one((False, True)):
        fields["eta"] = pick.whole(BEGIN, BEGIN + 60)
    if pick.one((False, True)):
        fields["mood"] = "x"
    if pick.whole(0, 3) == 0:
        fields["length"] = pick.whole(0, 25)
    return Fact(at, f"f{number // 2}", "st"[number % 2], event_type, fields)


def make_history(pick: Pick, catalogue: Catalogue, most: int = 20) -> History:
    """Facts around the clock, some of them twice, and moves of the clock; at last far ahead."""
    until, steps = BEGIN, list[Step]()
    facts: list[Fact] = []
    types = [name for name in TYPES if catalogue.keeps(name) is not None]
    told = 0
    for _ in pick.count(4, most):
        what = pick.whole(0, 9)
        if what > 6:
            until += pick.one((0, 1, 2, 4, 8, 16))
            steps.append(Moves(until))
        elif what == 6 and facts:
            steps.append(Arrives(pick.one(facts)))
        elif what > 2:
            facts.append(make_fact(pick, pick.one(types), len(facts), until))
            steps.append(Arrives(facts[-1]))
        else:
            facts.append(make_fact(pick, types[told % len(types)], len(facts), until))
            told += 1
            steps.append(Arrives(facts[-1]))
    return History([*steps, Moves(FAR)])


@st.composite
def catalogues(draw: st.DrawFn, most: int = 3, corrections: int = 1_000_000) -> HandBuilt:
    """Random catalogues."""
    return make_catalogue(Drawn(draw), most, corrections)


@st.composite
def stories(draw: st.DrawFn, corrections: int = 1_000_000) -> tuple[HandBuilt, History]:
    """A random catalogue, and a history for it."""
    pick = Drawn(draw)
    catalogue = make_catalogue(pick, corrections=corrections)
    return catalogue, make_history(pick, catalogue)


def rolled(seed: int, corrections: int = 1_000_000) -> tuple[HandBuilt, History]:
    """The same by a seed."""
    pick = Rolled(seed)
    catalogue = make_catalogue(pick, corrections=corrections)
    return catalogue, make_history(pick, catalogue)


def make_long_history(seed: int, facts: int) -> tuple[HandBuilt, History]:
    """A case of so many facts that they come nearly in order: at most a few steps late, and the clock at their heels."""
    pick = Rolled(seed)
    catalogue = make_catalogue(pick)
    types = [name for name in TYPES if catalogue.keeps(name) is not None]
    until, steps = BEGIN, list[Step]()
    for number in range(facts):
        until += pick.one((0, 1, 2, 3))
        steps.append(Moves(until))
        made = make_fact(pick, pick.one(types), 0, until)
        # mostly bare, so that a look has to go far back
        fields = made.fields if number < 4 or pick.whole(0, 40) == 0 else {}
        steps.append(Arrives(Fact(until + pick.whole(-4, 4), f"f{number}", "s", made.type, fields)))
    return catalogue, History([*steps, Moves(FAR)])
