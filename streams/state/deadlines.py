"""The deadline queue: which case needs a look next. An index over the case records, rebuilt from them on restore.

An entry is a hint, never the truth: a case that moved its deadline leaves the old entry behind, and whoever takes an entry
asks the record whether it still means anything. Stale entries are swept out when they are more than the live ones.
"""

from collections.abc import Iterable
from heapq import heapify, heappop, heappush

from streams.state.codec import NO_WAKE

_SWEEP_ABOVE = 1_000


class DeadlineQueue:
    """A heap of (instant, key)."""

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: list[tuple[int, bytes]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def rebuild(self, entries: Iterable[tuple[int, bytes]]) -> None:
        """Start anew from the records; NO_WAKE instants are left out."""
        self._entries = [entry for entry in entries if entry[0] != NO_WAKE]
        heapify(self._entries)

    def push(self, wake: int, key: bytes) -> None:
        """Note that the case wants a look once the clock has passed `wake`."""
        heappush(self._entries, (wake, key))

    def pop_before(self, until: int) -> tuple[int, bytes] | None:
        """The soonest entry before `until`, taken out; None where there is none."""
        if self._entries and self._entries[0][0] < until:
            return heappop(self._entries)
        return None

    @property
    def soonest(self) -> int:
        """The instant of the first entry, NO_WAKE for an empty queue."""
        return self._entries[0][0] if self._entries else NO_WAKE

    def crowded(self, live: int) -> bool:
        """Whether stale entries outnumber the `live` cases, so that a rebuild pays."""
        return len(self._entries) > _SWEEP_ABOVE + 2 * live
