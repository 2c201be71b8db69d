"""Flap damping: an alert that comes and goes is told once it stays."""

from streams.groups.note import Note
from streams.groups.policy import GroupPolicy


def steady_at(note: Note, policy: GroupPolicy, now: int) -> int | None:
    """When an alert that flaps will have been open for long enough; None where it does not flap, or has been."""
    if len(note.ended) < policy.flap_count or note.ended[-policy.flap_count] <= note.turned_at - policy.flap_span:
        return None
    steady = note.turned_at + policy.steady
    return steady if steady > now else None
