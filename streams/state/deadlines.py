"""The deadline queue: which case needs a look next. An index over the case records, rebuilt from them on restore.

An entry is a hint, never the truth: a case that moved its deadline leaves the old entry behind, and whoever takes an
entry asks the record whether it still means anything. Stale entries are swept out when they are more than the live
ones.

Entries are kept in buckets of a second. Only the first bucket is a heap; the others are plain lists until their time
comes. Most entries are never popped in their order (the case ended before), so ordering them early would be work for
nothing, and a heap of a million entries misses the cache at every step.
"""

from collections.abc import Iterable
from heapq import heapify, heappop, heappush

from streams.clock import SECOND
from streams.state.codec import NO_WAKE

_SWEEP_ABOVE = 1_000

Entry = tuple[int, bytes]


class DeadlineQueue:
    """(instant, key) entries, soonest first."""

    __slots__ = ("_buckets", "_count", "_first", "_order")

    def __init__(self) -> None:
        self._buckets: dict[int, list[Entry]] = {}
        self._order: list[int] = []  # a heap of the buckets' seconds
        self._first = NO_WAKE  # the second of the bucket that is a heap; it may be other than the soonest
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def rebuild(self, entries: Iterable[Entry]) -> None:
        """Start anew from the records; NO_WAKE instants are left out."""
        self._buckets, self._order, self._first, self._count = {}, [], NO_WAKE, 0
        for wake, key in entries:
            if wake != NO_WAKE:
                self.push(wake, key)

    def push(self, wake: int, key: bytes) -> None:
        """Note that the case wants a look once the clock has passed `wake`."""
        second = wake // SECOND
        bucket = self._buckets.get(second)
        if bucket is None:
            self._buckets[second] = [(wake, key)]
            heappush(self._order, second)
        elif second == self._first:
            heappush(bucket, (wake, key))
        else:
            bucket.append((wake, key))
        self._count += 1

    def pop_before(self, until: int) -> Entry | None:
        """The soonest entry before `until`, taken out; None where there is none."""
        if not self._order:
            return None
        second = self._order[0]
        if second * SECOND >= until:
            return None
        bucket = self._buckets[second]
        if second != self._first:
            heapify(bucket)
            self._first = second
        if bucket[0][0] >= until:
            return None
        entry = heappop(bucket)
        if not bucket:
            del self._buckets[second]
            heappop(self._order)
            self._first = NO_WAKE
        self._count -= 1
        return entry

    def crowded(self, live: int) -> bool:
        """Whether stale entries outnumber the `live` cases, so that a rebuild pays."""
        return self._count > _SWEEP_ABOVE + 2 * live
