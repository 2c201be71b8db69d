"""The events that a pack expects: for each type what it does, and which of its fields are read."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from schemas.events import TOPICS
from streams.catalogue.document.moments import MomentFile
from streams.catalogue.document.triggers import Revision
from streams.catalogue.entries import clauses, triggers
from streams.catalogue.model import Role
from streams.catalogue.pages.journey import Pack
from streams.catalogue.vocabulary import ENVELOPE, carries

_ROLES = {
    Role.START: "starts",
    Role.END: "ends",
    Role.CANCEL: "cancels",
    Role.PAUSE: "pauses",
    Role.RESUME: "resumes",
    Role.REVISE: "revises",
    Role.REOPEN: "reopens",
}


@dataclass(slots=True)
class Expected:
    """One event type or pattern (`ticket.*`): its topic, the moments by what it does to them, the fields read of it."""

    type: str
    topic: str
    uses: dict[str, list[str]] = field(default_factory=dict)
    fields: set[str] = field(default_factory=set)


def expected(pack: Pack) -> list[Expected]:
    """Every event type that some moment of the pack waits for, sorted."""
    found: dict[str, Expected] = {}
    for moment, _ in pack.moments:
        for role, trigger, _ in triggers(moment):
            if trigger.on is None:
                continue
            one = found.setdefault(trigger.on, Expected(trigger.on, _topic(trigger.on)))
            moments = one.uses.setdefault(_ROLES[role], [])
            if moment.id not in moments:
                moments.append(moment.id)
            one.fields.update(trigger.where)
            if isinstance(trigger, Revision):
                one.fields.update(trigger.needs, [trigger.due] if trigger.due else _own_fields(moment))
            if role is Role.START:
                one.fields.update(path for path in _looked(moment) if _may_carry(trigger.on, path))
    return [found[kind] for kind in sorted(found)]


def _topic(pattern: str) -> str:
    return TOPICS.get(pattern.partition(".")[0], "")


def _own_fields(moment: MomentFile) -> list[str]:
    return [path for clause, _ in clauses(moment) for path in (clause.at, clause.before) if path]


def _looked(moment: MomentFile) -> Iterator[str]:
    """The fields that deadline and severity read of the start, or of what came before it."""
    yield from _own_fields(moment)
    for clause, _ in clauses(moment):
        if clause.field is not None:
            yield clause.field
        for target in clause.targets:
            yield from target.when
    if moment.severity.field is not None:
        yield moment.severity.field


def _may_carry(pattern: str, path: str) -> bool:
    return path in ENVELOPE or pattern.endswith("*") or carries(pattern, path)
