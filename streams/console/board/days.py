"""What came to pass when: counts by quarter of an hour, from which the day of each viewer is added up."""

from collections import Counter
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from streams.catalogue.calendar import first_showing, wall_clock
from streams.console.board.sighting import QUARTER, Facet, Feat, Sighting
from streams.console.board.tally import Tally

FEATS: Final[tuple[Feat, ...]] = ("warned", "broken", "saved", "retracted")
WARNED, BROKE, SAVED, RETRACTED = range(4)
"""Columns of the tally of a day."""
FEAT: Final[dict[Feat, int]] = {feat: column for column, feat in enumerate(FEATS)}
_DAYS = 8


class Days:
    """Of one tenant. The days that were asked for last, in a few time zones, are kept added up."""

    def __init__(self) -> None:
        self._counts: dict[tuple[Feat, int], Counter[Facet]] = {}
        self._days: dict[range, Tally] = {}

    def add(self, sighting: Sighting) -> None:
        """Count it."""
        for feat in sighting.feats:
            if feat not in self._counts:
                self._counts[feat] = Counter()
            self._counts[feat][sighting.facet] += 1
        self._retell(sighting, 1)

    def remove(self, sighting: Sighting) -> None:
        """Count it no more."""
        for feat in sighting.feats:
            counts = self._counts[feat]
            counts[sighting.facet] -= 1
            if not counts[sighting.facet]:
                del counts[sighting.facet]
                if not counts:
                    del self._counts[feat]
        self._retell(sighting, -1)

    def day(self, quarters: range) -> Tally:
        """What came to pass in these quarters of an hour; not to be changed."""
        tally = self._days.get(quarters)
        if tally is None:
            if len(self._days) >= _DAYS:
                del self._days[next(iter(self._days))]
            tally = self._days[quarters] = Tally()
            for feat, column in FEAT.items():
                for quarter in quarters:
                    for facet, count in self._counts.get((feat, quarter), {}).items():
                        tally.add(facet, column, count)
        return tally

    def _retell(self, sighting: Sighting, count: int) -> None:
        for quarters, tally in self._days.items():
            for feat, quarter in sighting.feats:
                if quarter in quarters:
                    tally.add(sighting.facet, FEAT[feat], count)


def local_day(at: int, time_zone: str) -> tuple[int, int]:
    """The instants at which the day around `at` begins and ends where clocks show this zone. A day may have 23 or 25
    hours."""
    zone = ZoneInfo(time_zone)
    today = wall_clock(at, zone).date()
    return first_showing(today, 0, zone), first_showing(today + timedelta(days=1), 0, zone)


def quarters_of(at: int, time_zone: str) -> range:
    """The same day as quarters of an hour."""
    start, end = local_day(at, time_zone)
    return range(start // QUARTER, end // QUARTER)
