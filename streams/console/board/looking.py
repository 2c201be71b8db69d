"""What of the alerts a viewer looks at: the tenants that are theirs, and in these what fits a filter."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from streams.console.board.days import FEAT, quarters_of
from streams.console.board.shelf import Shelf
from streams.console.board.sighting import Sighting
from streams.console.board.tally import AT_RISK, BROKEN, FOLDED, UNKNOWN, Tally
from streams.console.views import Filter, Viewer


class Members(NamedTuple):
    """Of one incident: those that are looked at, in order, and how many of them who holds."""

    order: Sequence[Sighting]
    holders: Mapping[str, int]


class Looked(NamedTuple):
    """What is open and looked at of one tenant. The lists are in order, the tally counts all that is in them."""

    tenant: str
    at_risk: Sequence[Sighting]
    broken: Sequence[Sighting]
    unknown: Sequence[Sighting]
    folded: Mapping[str, Members]
    tally: Tally


class Look:
    """One viewer's question."""

    def __init__(self, viewer: Viewer, filter: Filter) -> None:
        self.viewer, self.filter = viewer, filter
        wanted = (filter.region, filter.store, filter.moment, filter.stage, filter.severity)
        self._wanted = [(position, name) for position, name in enumerate(wanted) if name is not None]
        self._text = None if filter.text is None else filter.text.casefold()
        self._by_facet = filter.text is None and filter.mine is None

    def sees(self, tenant: str) -> bool:
        """Whether a tenant is looked at."""
        return self.viewer.sees(tenant) and self.filter.tenant in (None, tenant)

    def shelves(self, shelves: Mapping[str, Shelf]) -> Iterator[tuple[str, Shelf]]:
        """The shelves of the tenants that are looked at, by tenant."""
        yield from ((tenant, shelves[tenant]) for tenant in sorted(shelves) if self.sees(tenant))

    def narrow(self, some: Iterable[Sighting]) -> list[Sighting]:
        """Those that fit the filter, in the same order."""
        own = list(some)
        for place, wanted in self._wanted:
            own = [one for one in own if one.facet[place] == wanted]
        if (text := self._text) is not None:
            own = [one for one in own if text in one.words]
        if (mine := self.filter.mine) is not None:
            own = [one for one in own if mine == one.holder or mine in one.claims]
        return own

    def open(self, tenant: str, shelf: Shelf) -> Looked:
        """What is open on a shelf and looked at."""
        if self._by_facet and not self._wanted:
            members = {name: Members(fold.ranking.order(), fold.holders) for name, fold in shelf.folds.items()}
            risky, single, blind = (ranking.order() for ranking in shelf.open)
            return Looked(tenant, risky, single, blind, members, shelf.tally)
        at_risk, broken, unknown = (self.narrow(ranking.order()) for ranking in shelf.open)
        folded = {name: own for name, fold in shelf.folds.items() if (own := self.narrow(fold.ranking.order()))}
        if self._by_facet:
            tally = self._fitting(shelf.tally)
        else:
            tally = Tally()
            for column, own in ((AT_RISK, at_risk), (BROKEN, broken), (UNKNOWN, unknown)):
                tally.add_each(own, column)
            for own in folded.values():
                tally.add_each(own, FOLDED)
        members = {name: Members(own, Counter(one.holder for one in own if one.holder)) for name, own in folded.items()}
        return Looked(tenant, at_risk, broken, unknown, members, tally)

    def happened(self, shelf: Shelf, at: int) -> Tally:
        """What came to pass on the viewer's day, in the columns of a day; not to be changed."""
        quarters = quarters_of(at, self.viewer.time_zone)
        if self._by_facet:
            return self._fitting(shelf.days.day(quarters))
        tally = Tally()
        for one in self.narrow(shelf.all()):
            for feat, quarter in one.feats:
                if quarter in quarters:
                    tally.add(one.facet, FEAT[feat])
        return tally

    def _fitting(self, tally: Tally) -> Tally:
        """What of a tally fits the filter, by facet."""
        if not self._wanted:
            return tally
        facets = list(tally.facets)
        for place, wanted in self._wanted:
            facets = [facet for facet in facets if facet[place] == wanted]
        fitting = Tally()
        for facet in facets:
            fitting.add_columns(facet, tally.facets[facet])
        return fitting
