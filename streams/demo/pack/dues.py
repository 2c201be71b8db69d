"""By when a clock must have ended: deadlines as the catalogue writes them, in the open time that counts."""

from streams.catalogue.document.deadlines import DeadlineClause
from streams.catalogue.document.moments import MomentFile
from streams.catalogue.document.triggers import Revision
from streams.catalogue.entries import clauses_in
from streams.demo.pack.conditions import Look, holds, instant_of, length_of
from streams.demo.pack.hours import Opening


def due_of(clause: DeadlineClause, opening: Opening, at: int, look: Look) -> int | None:
    """By when a clock that begins at that instant must have ended; None while that cannot be known."""
    if clause.after is not None or clause.workdays is not None:
        target = next((target for target in clause.targets if holds(target.when, look, at)), None)
        length = clause if target is None else target
        if length.workdays is not None:
            return opening.closing(at, length.workdays)
        return opening.add(at, length.after or 0)
    if clause.field is not None:
        stated = length_of(look(clause.field), clause.unit)
        if stated is not None:
            return opening.add(at, stated)
        return None if clause.else_ is None else due_of(clause.else_, opening, at, look)
    if clause.at is not None or clause.before is not None:
        named = instant_of(look(clause.at or clause.before or ""))
        if named is not None:
            return named + shift(clause)
        return None if clause.else_ is None else due_of(clause.else_, opening, at, look)
    dues = [due_of(part, opening, at, look) for part in clause.latest or clause.earliest or ()]
    known = [due for due in dues if due is not None]
    if not known:
        return None
    return max(known) if clause.latest else min(known)


def shift(clause: DeadlineClause) -> int:
    """How far the due lies after the instant in the field."""
    return -(clause.lead or 0) if clause.before is not None else clause.plus or 0


def revised(moment: MomentFile, trigger: Revision, allows: DeadlineClause, look: Look) -> int | None:
    """The new due that a revision gives, where that deadline counts; None where its field says nothing."""
    path = trigger.due or read_by(moment.allows)[0][0]
    named = instant_of(look(path))
    return None if named is None else named + next((ahead for read, ahead in read_by(allows) if read == path), 0)


def stated_by(allows: DeadlineClause) -> list[str]:
    """The fields that say how long it may take."""
    return [clause.field for clause, _ in clauses_in(allows, ()) if clause.field is not None]


def read_by(allows: DeadlineClause) -> list[tuple[str, int]]:
    """The fields whose instants a deadline reads, each with how far after it the due lies."""
    return [(path, shift(clause)) for clause, _ in clauses_in(allows, ()) if (path := clause.at or clause.before)]
