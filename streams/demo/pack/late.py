"""What is told late: one event of some journeys, so that the monitor says something that it then has to take back."""

import random
from collections.abc import Sequence

from streams.catalogue.document import MomentFile
from streams.clock import MILLISECOND, SECOND
from streams.demo.pack.journey import Journey
from streams.demo.pack.truth import Happening, judge

_LATEST = 15 * SECOND
Breaches = dict[tuple[str, str, int], int]


def told_late(moments: Sequence[MomentFile], journey: Journey, chance: random.Random) -> tuple[Happening, int] | None:
    """An event and how long its telling takes, so that something seems to break that did not; None where nothing does.

    Left out is what would move a due that was already told to be broken, and is: the clock broke all the same, and what
    the monitor has told of an ended one stays as it was told.
    """
    true = _breaches(moments, journey.id, journey.happenings, None)
    for late in chance.sample(journey.happenings, len(journey.happenings)):
        others = [one for one in journey.happenings if one is not late]
        seeming = _breaches(moments, journey.id, others, late.at + _LATEST)
        false = sorted(due for name, due in seeming.items() if name not in true and due > late.at)
        if not false:
            continue
        arrives = false[0] + chance.randrange(900 * MILLISECOND, 2500 * MILLISECOND)
        if arrives - late.at > _LATEST:
            continue
        told = _breaches(moments, journey.id, others, arrives)
        if all(true.get(name, due) == due for name, due in told.items()):
            return late, arrives - late.at
    return None


def _breaches(moments: Sequence[MomentFile], subject: str, history: Sequence[Happening], until: int | None) -> Breaches:
    return {
        (clock.case, clock.moment, clock.number): clock.broke
        for clock in judge(moments, subject, history, until)
        if clock.broke is not None
    }
