"""What becomes of a clock: the steps that are taken, drawn when it begins, and when each of them is taken."""

import random
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from streams.catalogue.document.moments import MomentFile
from streams.catalogue.model import Role
from streams.demo.pack.roles import kinds_of
from streams.demo.pack.script import plays
from streams.demo.pack.truth import Clock


class Step(StrEnum):
    """Something that somebody does about a clock."""

    IN_TIME = "in_time"  # ended well before the due
    SAVED = "saved"  # ended after the last warning
    LATE = "late"
    CANCEL = "cancel"
    CANCEL_LATE = "cancel_late"
    PAUSE = "pause"
    ALSO = "also"  # a pause of another kind, while the first one holds
    RESUME = "resume"
    REVISE = "revise"
    ASK = "ask"  # a revision without what it needs
    REOPEN = "reopen"
    AGAIN = "again"


ENDS: Final = frozenset({Step.IN_TIME, Step.SAVED, Step.LATE})
_ROLES: Final[Mapping[Step, Role]] = {
    Step.IN_TIME: Role.END,
    Step.SAVED: Role.END,
    Step.LATE: Role.END,
    Step.CANCEL: Role.CANCEL,
    Step.CANCEL_LATE: Role.CANCEL,
    Step.PAUSE: Role.PAUSE,
    Step.ALSO: Role.PAUSE,
    Step.RESUME: Role.RESUME,
    Step.REVISE: Role.REVISE,
    Step.ASK: Role.REVISE,
    Step.REOPEN: Role.REOPEN,
    Step.AGAIN: Role.START,
}
_FATES: Final[tuple[tuple[tuple[Step, ...], float, float], ...]] = (
    # what is done, how often on an ordinary day, how often in a rush
    ((Step.IN_TIME,), 50, 25),
    ((Step.SAVED,), 12, 15),
    ((Step.LATE,), 10, 36),
    ((), 3, 5),
    ((Step.CANCEL,), 10, 8),
    ((Step.CANCEL_LATE,), 4, 5),
    ((Step.PAUSE, Step.RESUME, Step.IN_TIME), 6, 5),
    ((Step.PAUSE, Step.RESUME, Step.LATE), 4, 6),
    ((Step.PAUSE, Step.CANCEL), 2, 1),
    ((Step.PAUSE, Step.ALSO, Step.RESUME, Step.RESUME, Step.LATE), 12, 12),
    ((Step.PAUSE, Step.ALSO, Step.RESUME, Step.LATE), 4, 4),
    ((Step.REVISE, Step.SAVED), 5, 5),
    ((Step.REVISE, Step.LATE), 3, 5),
    ((Step.ASK, Step.SAVED), 3, 2),
    ((Step.ASK, Step.LATE), 4, 4),
)
_LAST_ROUND: Final = 4
_FEW: Final = 14
"""A journey with so many events comes to its end: what is still open is only settled."""


def role_of(step: Step) -> Role:
    """What the step's event does to the clock."""
    return _ROLES[step]


def draw(chance: random.Random, moment: MomentFile, clock: Clock, rushed: bool, events: int) -> tuple[Step, ...]:
    """What will be done about a clock that begins now in a journey with so many events."""
    if events >= _FEW:
        settled: list[tuple[Step, ...]] = [(Step.IN_TIME,), (Step.SAVED,), (Step.LATE,), (Step.CANCEL,)]
        return chance.choice([steps for steps in settled if can(moment, steps[0])] or [()])
    if moment.expects is not None and clock.number >= chance.randint(2, _LAST_ROUND) and can(moment, Step.CANCEL):
        return (chance.choice((Step.CANCEL, Step.CANCEL, Step.CANCEL_LATE)),)
    possible = [fate for fate in _FATES if all(can(moment, step) for step in fate[0])]
    (steps, _, _) = chance.choices(possible, [often if rushed else seldom for _, seldom, often in possible])[0]
    if steps and steps[-1] in ENDS and moment.expects is None:
        if can(moment, Step.REOPEN) and chance.random() < 0.3:
            return (*steps, Step.REOPEN)
        if moment.repeats and can(moment, Step.AGAIN) and chance.random() < 0.4:
            return (*steps, Step.AGAIN)
    return steps


def can(moment: MomentFile, step: Step) -> bool:
    """Whether an event can do it to this moment."""
    found = [trigger for trigger in plays(moment, role_of(step)) if trigger.moment is None]
    if step is Step.ASK:
        return any(getattr(trigger, "needs", None) for trigger in found)
    if step is Step.ALSO:
        return len({kind for trigger in found for kind in kinds_of(moment, [trigger])}) > 1
    return bool(found)


def time_of(chance: random.Random, step: Step, clock: Clock, now: int, pace: int) -> int:
    """When the step is taken, as the clock stands now; `pace` is what a second is for those who take it."""
    due = clock.due if clock.due is not None else clock.broke if clock.broke is not None else now + 8 * pace
    room = max(0, due - now)

    def some(least: float, most: float) -> int:
        return round(chance.uniform(least, most) * pace)

    def within(least: float, most: float) -> int:
        return now + round(room * chance.uniform(least, most))

    match step:
        case Step.IN_TIME:
            return within(0.2, 0.45)
        case Step.SAVED:
            return within(0.92, 0.98)
        case Step.LATE:
            return max(now, due) + some(0.8, 4.0)
        case Step.CANCEL:
            return within(0.1, 0.85)
        case Step.CANCEL_LATE:
            return max(now, due) + some(0.5, 3.0)
        case Step.PAUSE:
            return within(0.1, 0.5)
        case Step.ALSO:
            return now + some(0.5, 2.0)
        case Step.RESUME:
            return now + some(2.0, 6.0)
        case Step.REVISE | Step.ASK:
            return within(0.2, 0.7)
        case _:
            return now + some(0.8, 3.0)
