"""How many alerts are open, by facet and by each of what a facet consists of."""

from collections.abc import Iterable
from typing import Final, NamedTuple, TypeVar

from streams.console.board.sighting import Facet, Sighting
from streams.console.views import Plight

AT_RISK, BROKEN, UNKNOWN, FOLDED = range(4)
"""Columns. Folded are the broken ones that are shown in the row of their incident."""
COLUMN: Final[dict[Plight, int]] = {"at_risk": AT_RISK, "broken": BROKEN, "unknown": UNKNOWN}

Columns = list[int]
_Name = TypeVar("_Name", str, Facet)


class Sums(NamedTuple):
    """What is shown of columns."""

    at_risk: int = 0
    broken: int = 0
    unknown: int = 0

    @classmethod
    def of(cls, columns: Columns) -> "Sums":
        """Folded ones are broken like others."""
        return cls(columns[AT_RISK], columns[BROKEN] + columns[FOLDED], columns[UNKNOWN])

    def plus(self, other: "Sums") -> "Sums":
        """Both together."""
        return Sums(self.at_risk + other.at_risk, self.broken + other.broken, self.unknown + other.unknown)


class Tally:
    """Counts by column. What is nowhere counted has no entry."""

    def __init__(self) -> None:
        self.total: Columns = [0, 0, 0, 0]
        self.facets: dict[Facet, Columns] = {}
        self.regions: dict[str, Columns] = {}
        self.stores: dict[str, Columns] = {}
        self.moments: dict[str, Columns] = {}
        self.stages: dict[str, Columns] = {}

    def add(self, facet: Facet, column: int, count: int = 1) -> None:
        """So many more of this facet; fewer, where it is negative."""
        self.total[column] += count
        _add(self.facets, facet, column, count)
        _add(self.moments, facet.moment, column, count)
        _add(self.stages, facet.stage, column, count)
        if facet.region is not None:
            _add(self.regions, facet.region, column, count)
        if facet.store is not None:
            _add(self.stores, facet.store, column, count)

    def add_each(self, some: Iterable[Sighting], column: int) -> None:
        """One more for each of these."""
        for one in some:
            self.add(one.facet, column)

    def add_columns(self, facet: Facet, columns: Columns) -> None:
        """What another tally has of a facet."""
        for column, count in enumerate(columns):
            if count:
                self.add(facet, column, count)

    def add_moment(self, moment: str, columns: Columns) -> None:
        """What another tally has of a moment, or of a part of it: in all and by moment alone."""
        own = self.moments.setdefault(moment, [0, 0, 0, 0])
        for column, count in enumerate(columns):
            self.total[column] += count
            own[column] += count


def _add(counts: dict[_Name, Columns], name: _Name, column: int, count: int) -> None:
    columns = counts.get(name)
    if columns is None:
        columns = counts[name] = [0, 0, 0, 0]
    columns[column] += count
    if count < 0 and not any(columns):
        del counts[name]
