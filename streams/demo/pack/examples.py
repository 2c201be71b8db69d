"""Example events of a pack: cases at their real pace, in which every event that the pack speaks of has its place."""

import json
import random
from collections.abc import Iterator
from typing import Any, Final

from streams.catalogue.document.moments import MomentFile
from streams.catalogue.document.triggers import Trigger
from streams.catalogue.model import Role
from streams.clock import DAY, MINUTE, SECOND, parse_rfc3339
from streams.demo.pack.lives import Life, types_of
from streams.demo.pack.roles import triggers
from streams.demo.pack.script import Script, plays, read
from streams.demo.pack.shrink import at_own_pace, source_of_pack
from streams.demo.pack.telling import event_of
from streams.demo.world import STORES
from streams.errors import OperatorError

_OPENING: Final = parse_rfc3339("2026-05-11T09:30:00+08:00")
"""A Monday, with no holidays near it."""
_A_DAY: Final = 8
_APART: Final = 50 * MINUTE
_LATE: Final = 2
"""Of so many moments one is seen broken."""
_ORDER: Final = (Role.END, Role.CANCEL, Role.PAUSE, Role.RESUME, Role.REVISE, Role.REOPEN, Role.START)


def examples(pack: str) -> str:
    """The events of the lives of some cases as JSON lines, in the order in which they happened; the same for the same
    pack. Each type of event that the pack speaks of is there, some clocks are kept and some break.

    CatalogueError and UnplayableError as for a demo; OperatorError where some type has no place in any life.
    """
    name, catalogues = source_of_pack(pack)
    script = read(name, at_own_pace(catalogues), real=True)
    lives = list(_lives(script))
    missing = {kind for _, _, trigger in _roles(script) for kind in types_of(trigger)}
    missing -= {happening.kind for life in lives for happening in life.happenings}
    if missing:
        raise OperatorError(f"no life of {name} has {', '.join(sorted(missing))}")
    told = [
        (happening.at, event_of(happening, life.subject, number, name))
        for life in lives
        for number, happening in enumerate(life.happenings, start=1)
    ]
    return "".join(_line(event) for _, event in sorted(told, key=lambda one: one[0]))


def _lives(script: Script) -> Iterator[Life]:
    """One life for each role that an event plays and no earlier life has shown, and some in which something is late."""
    known: set[str] = set()
    number = 0

    def life() -> Life:
        nonlocal number
        number += 1
        chance = random.Random(f"example:{script.name}:{number}")
        day, place = divmod(number - 1, _A_DAY)
        at = _OPENING + day * DAY + place * _APART + chance.randrange(600) * SECOND
        store = chance.choice(STORES)
        return Life(script, f"{store.id}-{number:04d}", store, at, frozenset(known))

    for moment, role, trigger in _roles(script):
        if known.issuperset(types_of(trigger)):
            continue
        found = life()
        found.show(moment, role, trigger)
        known |= {happening.kind for happening in found.happenings}
        yield found
    for moment in script.moments[::_LATE]:
        found = life()
        found.be_late(moment)
        yield found


def _roles(script: Script) -> list[tuple[MomentFile, Role, Trigger]]:
    """Every role that an event plays, by moment, and beginnings last: most of them are in the lives of the others.
    What opens a case again is seen doing that, whatever else it does."""
    reopening = {
        kind
        for moment in script.moments
        for one in plays(moment, Role.REOPEN)
        if one.moment is None
        for kind in types_of(one)
    }
    found = []
    for moment in script.moments:
        own = [(moment, role, trigger) for role, trigger in triggers(moment) if trigger.moment is None]
        own = [one for one in own if one[1] is Role.REOPEN or not reopening.issuperset(types_of(one[2]))]
        found += sorted(own, key=lambda one: _ORDER.index(one[1]))
    return found


def _line(event: dict[str, Any]) -> str:
    return json.dumps(event, ensure_ascii=False) + "\n"
