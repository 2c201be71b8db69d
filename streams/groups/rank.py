"""Which alert is looked at first: the one that can still be saved, and has least time left."""

from typing import Final

from schemas.alert import Severity
from streams.groups.note import Note
from streams.state.codec import NO_WAKE

GRAVITY: Final[dict[Severity, int]] = {"low": 0, "medium": 1, "high": 2, "critical": 3}

Rank = tuple[int, int, int, str]


def rank(note: Note, now: int) -> Rank:
    """Smaller is first: at risk with time left, soonest due before the others; then by severity, gravest first; then the
    youngest breach, since its customer still waits."""
    if note.broken_at is None and (note.due_at is None or note.due_at > now):
        return (0, NO_WAKE if note.due_at is None else note.due_at, -GRAVITY[note.severity], note.id)
    since = note.broken_at if note.broken_at is not None else note.due_at
    return (1, -GRAVITY[note.severity], -(since or 0), note.id)
