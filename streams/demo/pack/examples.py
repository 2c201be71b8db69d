"""Example events of a pack: journeys at their real pace, in which every moment of the pack begins at least once."""

import json
import random
from typing import Final

from streams.clock import MINUTE, SECOND, parse_rfc3339
from streams.demo.pack.journey import Journey, make
from streams.demo.pack.script import read
from streams.demo.pack.shrink import plain, source_of_pack
from streams.demo.pack.telling import event_of
from streams.demo.pack.truth import judge
from streams.demo.world import STORES
from streams.errors import OperatorError

_OPENING: Final = parse_rfc3339("2026-11-02T09:00:00+08:00")
_TRIES: Final = 2_000


def examples(pack: str) -> str:
    """The events of a few journeys as JSON lines, one journey after the other; the same for the same pack.

    CatalogueError and UnplayableError as for a demo; OperatorError where some moment never begins.
    """
    name, catalogues = source_of_pack(pack)
    script = read(name, plain(catalogues), real=True)
    wanted = {moment.id for moment in script.moments}
    lines: list[str] = []
    for number in range(1, _TRIES):
        chance = random.Random(f"example:{name}:{number}")
        _, beginning = chance.choice(script.roots)
        store = chance.choice(STORES)
        at = _OPENING + number * MINUTE + chance.randrange(60) * SECOND
        journey = make(script, chance, beginning, f"{store.id}-{number:04d}", store, at)
        begun = {clock.moment for clock in judge(script.moments, journey.id, journey.happenings)}
        if begun & wanted:
            wanted -= begun
            lines += _lines(journey, name)
        if not wanted:
            return "".join(lines)
    raise OperatorError(f"no journey of {name} begins {', '.join(sorted(wanted))}")


def _lines(journey: Journey, name: str) -> list[str]:
    events = (event_of(one, journey.id, number, name) for number, one in enumerate(journey.happenings, start=1))
    return [json.dumps(event, ensure_ascii=False) + "\n" for event in events]
