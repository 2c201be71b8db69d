"""Which events play which role for a moment: its triggers as the catalogue has them, and whether an event fires one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streams.catalogue.document.moments import MomentFile
from streams.catalogue.document.triggers import Closing, Trigger
from streams.catalogue.model import Role
from streams.demo.pack.conditions import Value, holds

Rule = tuple[MomentFile, Sequence[tuple[int, Role, Trigger]]]
"""A moment with what plays a role for it, each with its place among all that do."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that really happened in a case at the instant `at`. `fields` are by path, with those of the envelope."""

    at: int
    kind: str
    fields: Mapping[str, Value]


def triggers(moment: MomentFile) -> list[tuple[Role, Trigger]]:
    """Everything that plays a role for the moment; a closing of several events is one, and rounds are written out."""
    found: list[tuple[Role, Trigger]] = [(Role.START, one) for one in moment.starts]
    found += [(Role.END, one) for one in moment.ends]
    found += [(Role.CANCEL, one) for one in moment.cancels]
    found += [(Role.PAUSE, one) for one in moment.pauses]
    found += [(Role.RESUME, one) for one in moment.resumes]
    found += [(Role.RESUME, one) for pause in moment.pauses for one in pause.until]
    found += [(Role.REVISE, one) for one in moment.revises]
    found += [(Role.REOPEN, one) for one in moment.reopens]
    if moment.expects is not None:
        on = moment.expects.on if moment.expects.begins == "any" else []
        found += [(Role.START, one) for one in (*moment.expects.from_, *on)]
        found += [(Role.END, one) for one in moment.expects.on]
        found += [(Role.CANCEL, one) for one in moment.expects.until]
    return found


def playing(moments: Sequence[MomentFile], kind: str) -> list[Rule]:
    """The moments for which an event of the type, or the end of another moment, may play a role, with those roles."""
    numbered = ((moment, enumerate(triggers(moment))) for moment in moments)
    rules = [(moment, [(place, *one) for place, one in all_ if _may(one[1], kind)]) for moment, all_ in numbered]
    return [(moment, roles) for moment, roles in rules if roles]


def _may(trigger: Trigger, kind: str) -> bool:
    """Whether an event of the type, or the end of another moment, may be what the trigger waits for."""
    parts = [trigger, *(trigger.all_ or trigger.any_ or ())] if isinstance(trigger, Closing) else [trigger]
    return trigger.moment is not None or any(part.on is not None and covers(part.on, kind) for part in parts)


def matches(trigger: Trigger, happening: Happening) -> bool:
    """Whether an event is of the trigger's type and fits its conditions."""
    if trigger.on is None or not covers(trigger.on, happening.kind):
        return False
    return holds(trigger.where, happening.fields.get, happening.at)


def covers(pattern: str, kind: str) -> bool:
    """Whether a trigger's pattern takes events of the type."""
    return kind.startswith(pattern[:-1]) if pattern.endswith("*") else kind == pattern


def kinds_of(moment: MomentFile, those: Sequence[Trigger]) -> set[int]:
    """The kinds of these pauses, or ends of pauses: 0 for those that `resumes` ends, else the place of the pause, from 1
    on."""
    kinds: set[int] = set()
    for one in those:
        own = {
            kind
            for kind, pause in enumerate(moment.pauses, 1)
            if pause.until and any(one is found for found in (pause, *pause.until))
        }
        kinds |= own or {0}
    return kinds
