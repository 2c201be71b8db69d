"""How the occurrences of a shard stand: how many are in each state now, by tenant, region and moment. Pure.

A case adds what its record says and takes away what it said before, so the sums are those of the records, whatever way
they were changed, and are made anew from the records after a restart.
"""

from collections import Counter
from collections.abc import Iterable
from heapq import heapify, heappop, heappush
from typing import Final

from streams.engine.case import BREACHED, Case
from streams.engine.doubt import told_broken

STATES: Final = ("running", "at_risk", "paused", "broken", "unknown")
"""What an open occurrence can be counted as; the first four are the open phases. unknown: it broke, or seems to have,
while its feed was not heard."""
RUNNING_NOW: Final = STATES[0]
UNKNOWN: Final = STATES[4]

Place = tuple[str, str, str]
"""Tenant, region ("" for none) and moment."""


Share = tuple[Place, str, int | None]
"""One open occurrence: its place, how it stands, and since when it is broken."""


def shares_of(tenant: str, case: Case) -> list[Share]:
    """What a case adds."""
    shares: list[Share] = []
    region = case.region
    for track in case.tracks:
        if track.occurrences and (current := track.occurrences[-1]).phase <= BREACHED:
            place = (tenant, region, track.moment)
            if current.phase < BREACHED:
                shares.append((place, STATES[current.phase], None))
            elif current.doubt and not told_broken(current):
                shares.append((place, UNKNOWN, None))
            else:
                shares.append((place, STATES[BREACHED], current.broken))
    return shares


class Standing:
    """Counts of open occurrences by place and state, and the oldest broken one of each place."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[Place, str]] = Counter()
        self._broken: dict[Place, _Instants] = {}

    def add(self, shares: Iterable[Share]) -> None:
        for place, state, broken in shares:
            self.counts[place, state] += 1
            if broken is not None:
                self._broken.setdefault(place, _Instants()).add(broken)

    def remove(self, shares: Iterable[Share]) -> None:
        for place, state, broken in shares:
            self.counts[place, state] -= 1
            if broken is not None:
                self._broken[place].remove(broken)

    def run(self, place: Place, number: int) -> None:
        """So many more (or fewer) plain occurrences are running."""
        self.counts[place, RUNNING_NOW] += number

    def oldest(self) -> dict[Place, int]:
        """Since when the oldest broken occurrence of each place is broken."""
        return {place: instant for place, broken in self._broken.items() if (instant := broken.least()) is not None}


class _Instants:
    """Instants that come and go; the least is asked for now and then."""

    __slots__ = ("_counts", "_heap")

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._heap: list[int] = []

    def add(self, instant: int) -> None:
        known = self._counts.get(instant)
        self._counts[instant] = 1 if known is None else known + 1
        if known is None:
            heappush(self._heap, instant)

    def remove(self, instant: int) -> None:
        count = self._counts[instant]
        if count > 1:
            self._counts[instant] = count - 1
            return
        del self._counts[instant]
        if len(self._heap) > 2 * len(self._counts) + 8:
            self._heap = list(self._counts)
            heapify(self._heap)

    def least(self) -> int | None:
        heap, counts = self._heap, self._counts
        while heap and heap[0] not in counts:
            heappop(heap)
        return heap[0] if heap else None
