"""Pauses that overlap: which kinds of them hold a clock (docs/rules.md, section 3, PAUSE and RESUME).

`Occurrence.holds` has a bit for each kind that holds: bit 0 for the pauses without an end of their own, bit n for kind n.
0 in a paused occurrence stands for bit 0 alone, as it is wherever no pause has an end of its own.
"""

from typing import Final

from streams.catalogue.model import Moment, Role
from streams.engine.case import PAUSED, Occurrence

PLAIN: Final = 1
HELD: Final = int(Role.COUNT)
"""Where the kinds that a fact begins stand in its roles, once they are spelt out."""

_PAUSE, _RESUME = int(Role.PAUSE), int(Role.RESUME)


def let_go(moment: Moment, current: Occurrence | None, given: int, roles: int) -> int:
    """Let the kinds go that a fact with the roles `given` ends, and say what is left of it: `roles` with RESUME where the
    clock goes on, and with PAUSE and the kinds where it begins some.
    """
    begun = ended = 0
    for kind, (begins, ends) in enumerate(moment.holds, 1):
        begun |= bool(given & begins) << kind
        ended |= bool(given & ends) << kind
    if ended and current is not None and current.phase == PAUSED:
        held = current.holds or PLAIN
        left = held & ~(ended | bool(roles & _RESUME) * PLAIN)
        if left == 0:
            current.holds = 0
            roles |= _RESUME
        else:
            current.holds = left
            roles &= ~_RESUME
    return roles | (begun | bool(roles & _PAUSE)) * HELD | _PAUSE if begun else roles


def hold(holds: int, roles: int) -> int:
    """What holds a paused occurrence after one more pause."""
    return (holds or PLAIN) | (roles // HELD or PLAIN)
