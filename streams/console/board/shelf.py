"""The alerts of one tenant, in order and counted."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Final, NamedTuple

from schemas.transition import Text
from streams.console.board.case_names import CaseNames
from streams.console.board.days import Days
from streams.console.board.ranking import Ranking
from streams.console.board.sighting import Facet, Sighting
from streams.console.board.tally import AT_RISK, BROKEN, COLUMN, FOLDED, UNKNOWN, Tally

_FACETS: Final = 100_000


class Named(NamedTuple):
    """A moment as one of its alerts has it."""

    stage: str
    title: Text
    severity: str


class Fold:
    """The broken members of an incident, and how many of them somebody holds, by holder."""

    def __init__(self) -> None:
        self.ranking = Ranking()
        self.holders: Counter[str] = Counter()


class Shelf:
    """Every alert of one tenant is on one shelf."""

    def __init__(self) -> None:
        self.open = (Ranking(), Ranking(), Ranking())
        """By column: at risk, broken by themselves, unknown."""
        self.folds: dict[str, Fold] = {}
        self.tally = Tally()
        self.days = Days()
        self.names = CaseNames()
        self.over: dict[str, Sighting] = {}
        self.moments: dict[str, Named] = {}
        self._facets: dict[Facet, Facet] = {}

    def put(self, sighting: Sighting) -> None:
        """Lay it where it belongs."""
        if len(self._facets) > _FACETS:
            self._facets.clear()  # they only save memory
        sighting.facet = self._facets.setdefault(sighting.facet, sighting.facet)
        self.days.add(sighting)
        self.names.put(sighting)
        if sighting.plight == "over":
            self.over[sighting.id] = sighting
            return
        column = column_of(sighting)
        if sighting.incident is None:
            self.open[column].add(sighting)
        else:
            fold = self.folds.setdefault(sighting.incident, Fold())
            fold.ranking.add(sighting)
            if sighting.holder is not None:
                fold.holders[sighting.holder] += 1
        self.tally.add(sighting.facet, column)

    def drop(self, sighting: Sighting) -> None:
        """Take away one that was put, and is unchanged since."""
        self.days.remove(sighting)
        self.names.drop(sighting)
        if sighting.plight == "over":
            del self.over[sighting.id]
            return
        column = column_of(sighting)
        if sighting.incident is None:
            self.open[column].remove(sighting)
        else:
            self._unfold(sighting, sighting.incident)
        self.tally.add(sighting.facet, column, -1)

    def broken(self) -> Iterator[Sighting]:
        """All that are broken, in no order."""
        return chain(self.open[BROKEN].order(), *(fold.ranking.order() for fold in self.folds.values()))

    def all(self) -> Iterator[Sighting]:
        """Every alert, in no order."""
        return chain(self.open[AT_RISK].order(), self.broken(), self.open[UNKNOWN].order(), self.over.values())

    def _unfold(self, sighting: Sighting, incident: str) -> None:
        fold = self.folds[incident]
        fold.ranking.remove(sighting)
        if sighting.holder is not None:
            fold.holders[sighting.holder] -= 1
            if not fold.holders[sighting.holder]:
                del fold.holders[sighting.holder]
        if not len(fold.ranking):
            del self.folds[incident]


def column_of(sighting: Sighting) -> int:
    """The column that one which is open is counted in."""
    return COLUMN[sighting.plight] if sighting.incident is None else FOLDED
