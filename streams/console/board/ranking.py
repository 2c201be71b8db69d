"""Sightings in their order, kept while they come and go."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence

from streams.console.board.sighting import Sighting

_FEW = 64


class Ranking:
    """Those of one plight, by key. Changes are gathered until somebody looks: a few are put in their places, many are
    sorted in at once."""

    def __init__(self) -> None:
        self._order: list[Sighting] = []
        self._new: dict[str, Sighting] = {}
        self._gone: dict[str, Sighting] = {}

    def __len__(self) -> int:
        return len(self._order) + len(self._new) - len(self._gone)

    def add(self, sighting: Sighting) -> None:
        """One more; none of its id is in it."""
        self._new[sighting.id] = sighting

    def remove(self, sighting: Sighting) -> None:
        """This one, which is in it, is gone."""
        if self._new.pop(sighting.id, None) is None:
            self._gone[sighting.id] = sighting

    def order(self) -> Sequence[Sighting]:
        """All of them, first one first. Not to be changed, nor kept beyond the next change."""
        if len(self._new) + len(self._gone) <= _FEW:
            for gone in self._gone.values():
                del self._order[bisect_left(self._order, gone.key, key=_key)]
            for new in self._new.values():
                insort(self._order, new, key=_key)
        else:
            gone_ids = self._gone
            self._order = [one for one in self._order if one.id not in gone_ids]
            self._order += self._new.values()
            self._order.sort(key=_key)
        self._new, self._gone = {}, {}
        return self._order


def merge(lists: Iterable[Sequence[Sighting]], limit: int) -> list[Sighting]:
    """The first of several lists that are each in order."""
    return in_order(one for some in lists for one in some[:limit])[:limit]


def in_order(some: Iterable[Sighting]) -> list[Sighting]:
    """Those of one plight, first one first."""
    return sorted(some, key=_key)


def _key(sighting: Sighting) -> tuple[int, int, str]:
    return sighting.key
