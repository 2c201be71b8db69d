"""What of the alerts a viewer looks at: the tenants that are theirs, and in these what fits a filter."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from streams.console.board.days import FEAT, quarters_of
from streams.console.board.ranking import in_order
from streams.console.board.shelf import Shelf, column_of
from streams.console.board.sighting import Facet, Sighting
from streams.console.board.tally import AT_RISK, BROKEN, FOLDED, UNKNOWN, Tally
from streams.console.viewer import Viewer
from streams.console.views import Filter


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
        self._hits: dict[int, list[Sighting]] = {}

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
            own = [one for one in own if text in one.name or text in one.facet.words]
        if (mine := self.filter.mine) is not None:
            own = [one for one in own if mine == one.holder or mine in one.claims]
        return own

    def open(self, tenant: str, shelf: Shelf) -> Looked:
        """What is open on a shelf and looked at."""
        if self._is_whole(shelf):
            return _all(tenant, shelf)
        if self.filter.text is not None and self.filter.mine is None:
            return self._found(tenant, shelf)
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
        return Looked(tenant, at_risk, broken, unknown, _members(folded), tally)

    def happened(self, shelf: Shelf, at: int) -> Tally:
        """What came to pass on the viewer's day, in all and by moment, in the columns of a day; not to be changed."""
        quarters = quarters_of(at, self.viewer.time_zone)
        if self._is_whole(shelf):
            return shelf.days.day(quarters)
        if self.filter.mine is None:
            day = shelf.days.day(quarters)
            facets = self._facets(day)
            if len(facets) == len(day.facets):
                return day
            tally = Tally()
            for facet in facets:
                tally.add_moment(facet.moment, day.facets[facet])
            today = (one for one in self._by_name(shelf) if one.last_feat >= quarters.start)
            others = [one for one in self.narrow(today) if one.facet not in facets]
        else:
            tally = Tally()
            others = self.narrow(one for one in shelf.all() if one.last_feat >= quarters.start)
        for one in others:
            for feat, quarter in one.feats:
                if quarter in quarters:
                    tally.add(one.facet, FEAT[feat])
        return tally

    def _is_whole(self, shelf: Shelf) -> bool:
        """Whether all that is on the shelf is looked at: nothing is asked for, or a text that all of it has."""
        if self._wanted or self.filter.mine is not None:
            return False
        return self._text is None or len(self._by_name(shelf)) == len(shelf.names)

    def _found(self, tenant: str, shelf: Shelf) -> Looked:
        """What is open and has the text: by what alerts have in common, then by the names of their cases."""
        facets = self._facets(shelf.tally)
        if len(facets) == len(shelf.tally.facets):
            return _all(tenant, shelf)
        others = [one for one in self._by_name(shelf) if one.plight != "over" and one.facet not in facets]
        others = self.narrow(others)
        lists: list[Sequence[Sighting]]
        folded: dict[str, list[Sighting]] = {}
        if facets:
            more = set(others)
            lists = [_either(ranking.order(), facets, more) for ranking in shelf.open]
            folded = {
                name: own for name, fold in shelf.folds.items() if (own := _either(fold.ranking.order(), facets, more))
            }
        else:
            placed: dict[int, list[Sighting]] = {}
            for one in others:
                if one.incident is None:
                    placed.setdefault(column_of(one), []).append(one)
                else:
                    folded.setdefault(one.incident, []).append(one)
            lists = [in_order(placed.get(column, ())) for column in (AT_RISK, BROKEN, UNKNOWN)]
            folded = {name: in_order(own) for name, own in folded.items()}
        tally = Tally()
        for facet in facets:
            tally.add_columns(facet, shelf.tally.facets[facet])
        for (facet, column), count in Counter((one.facet, column_of(one)) for one in others).items():
            tally.add(facet, column, count)
        at_risk, broken, unknown = lists
        return Looked(tenant, at_risk, broken, unknown, _members(folded), tally)

    def _facets(self, tally: Tally) -> set[Facet]:
        """What of the facets of a tally fits the filter, its text included."""
        facets = list(tally.facets)
        for place, wanted in self._wanted:
            facets = [facet for facet in facets if facet[place] == wanted]
        if (text := self._text) is not None:
            facets = [facet for facet in facets if text in facet.words]
        return set(facets)

    def _by_name(self, shelf: Shelf) -> list[Sighting]:
        """Those on a shelf whose case has the text in its name, whatever else is asked for."""
        if self._text is None:
            return []
        known = self._hits.get(id(shelf))
        if known is None:
            known = self._hits[id(shelf)] = shelf.names.having(self._text)
        return known

    def _fitting(self, tally: Tally) -> Tally:
        """What of a tally fits the filter, by facet."""
        fitting = Tally()
        for facet in self._facets(tally):
            fitting.add_columns(facet, tally.facets[facet])
        return fitting


def _all(tenant: str, shelf: Shelf) -> Looked:
    """Everything that is open on a shelf."""
    members = {name: Members(fold.ranking.order(), fold.holders) for name, fold in shelf.folds.items()}
    risky, single, blind = (ranking.order() for ranking in shelf.open)
    return Looked(tenant, risky, single, blind, members, shelf.tally)


def _either(order: Sequence[Sighting], facets: set[Facet], more: set[Sighting]) -> list[Sighting]:
    """Those of these facets, and those more, in the same order."""
    if more:
        return [one for one in order if one.facet in facets or one in more]
    return [one for one in order if one.facet in facets]


def _members(folded: Mapping[str, Sequence[Sighting]]) -> dict[str, Members]:
    return {name: Members(own, Counter(one.holder for one in own if one.holder)) for name, own in folded.items()}
