"""What is told late: one event of some journeys, so that the monitor says something that it then has to take back."""

import random
from collections.abc import Sequence

from streams.clock import SECOND
from streams.demo.pack.journey import Journey
from streams.demo.pack.law import Law
from streams.demo.pack.roles import Happening
from streams.demo.pack.truth import judge

_LATEST = 15
Breaches = dict[tuple[str, str, int], int]


def told_late(law: Law, journey: Journey, chance: random.Random, second: int = SECOND) -> tuple[Happening, int] | None:
    """An event and how long its telling takes, so that something seems to break that did not; None where nothing does.

    It takes some seconds, which are `second` long.

    Left out is what would move a due that was already told to be broken, and is: the clock broke all the same, and what
    the monitor has told of an ended one stays as it was told.
    """
    true = _breaches(law, journey.id, journey.happenings, None)
    for late in chance.sample(journey.happenings, len(journey.happenings)):
        others = [one for one in journey.happenings if one is not late]
        seeming = _breaches(law, journey.id, others, late.at + _LATEST * second)
        false = sorted(due for name, due in seeming.items() if name not in true and due > late.at)
        if not false:
            continue
        arrives = false[0] + round(chance.uniform(0.9, 2.5) * second)
        if arrives - late.at > _LATEST * second:
            continue
        told = _breaches(law, journey.id, others, arrives)
        if all(true.get(name, due) == due for name, due in told.items()):
            return late, arrives - late.at
    return None


def _breaches(law: Law, subject: str, history: Sequence[Happening], until: int | None) -> Breaches:
    return {
        (clock.case, clock.moment, clock.number): clock.broke
        for clock in judge(law, subject, history, until)
        if clock.broke is not None
    }
