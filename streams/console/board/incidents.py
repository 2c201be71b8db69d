"""Which broken alerts are shown as one: membership by label, as schemas.group.Group says it."""

from typing import NamedTuple

from schemas.group import Dimension, Group
from streams.clock import instant
from streams.console.board.sighting import NEVER, Sighting

_DIMENSIONS: tuple[Dimension, ...] = ("fleet", "provider", "region", "store")


class Span(NamedTuple):
    """Breaches from `since` on and before `until` belong to the incident. The first of several has them: one that is not
    over rather than one that is, then the earliest."""

    over: bool
    since: int
    id: str
    until: int


Cause = tuple[str, Dimension, str]
"""Tenant, label, value."""


class Incidents:
    """The groups, and among them the incidents by what they share."""

    def __init__(self) -> None:
        self.groups: dict[str, Group] = {}
        self._spans: dict[Cause, list[Span]] = {}

    def put(self, group: Group) -> set[Cause]:
        """What is known of a group now. Returns the causes whose members may belong elsewhere than before."""
        before = self.groups.get(group.id)
        self.groups[group.id] = group
        old, new = _span(before), _span(group)
        if old == new:
            return set()
        return self._take_away(old) | self._lay(new)

    def drop(self, group_id: str) -> set[Cause]:
        """A group is forgotten. Returns causes as `put` does."""
        return self._take_away(_span(self.groups.pop(group_id, None)))

    def of(self, sighting: Sighting, *, firing: bool) -> str | None:
        """The incident it belongs to; with `firing` only one that is not over."""
        if sighting.broken is None:
            return None
        found: Span | None = None
        for dimension in _DIMENSIONS:
            value = sighting.label(dimension)
            for span in self._spans.get((sighting.tenant, dimension, value), ()) if value is not None else ():
                if span.since <= sighting.broken < span.until and not (span.over and firing):
                    found = span if found is None or span < found else found
                    break  # spans are in order
        return None if found is None else found.id

    def _lay(self, placed: tuple[Cause, Span] | None) -> set[Cause]:
        if placed is None:
            return set()
        cause, span = placed
        self._spans[cause] = sorted([*self._spans.get(cause, ()), span])
        return {cause}

    def _take_away(self, placed: tuple[Cause, Span] | None) -> set[Cause]:
        if placed is None:
            return set()
        cause, span = placed
        rest = [one for one in self._spans[cause] if one.id != span.id]
        if rest:
            self._spans[cause] = rest
        else:
            del self._spans[cause]
        return {cause}


def _span(group: Group | None) -> tuple[Cause, Span] | None:
    if group is None or group.kind != "incident" or group.shared is None or group.value is None:
        return None
    over = group.state == "resolved"
    end = group.until or (group.changed_at if over else None)
    span = Span(over, instant(group.since), group.id, NEVER if end is None else instant(end))
    return (group.tenant, group.shared, group.value), span
