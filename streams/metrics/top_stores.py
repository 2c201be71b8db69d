"""Breaches and starts by store, for the stores that break most; the rest of a tenant's region is `other`. Pure.

Every count is added to exactly one series, at the moment it is counted, and is never moved: so no series ever goes down,
and the increases of all series together are what happened, whoever has entered or left meanwhile.

    there is room       a store enters with the first that is counted of it, and has all of it
    there is none       a store that has broken more often than a named one takes the place of the one with fewest
                        breaches. What it had until then stays with `other`; its own series begins at 0
    a store leaves      its series is not told any more, and what comes of it is added to `other`
    a store comes back  its series goes on from where it stood

So the value of a series is what was counted of a store while it was named, and a sum over the values lacks what stands in
series that are not told now: the sum of increases is the one to ask for. Each worker ranks the stores of its own shards.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from streams.metrics.contract import OTHER

Store = tuple[str, str, str]
"""Tenant, region ("" for none) and store."""

MOST: Final = 100_000
"""Stores whose breaches are remembered; those that come after so many are never named."""


class TopStores:
    """Names at most `k` stores, beside one `other` for each tenant and region. One thread counts, any may read."""

    def __init__(self, k: int, most: int = MOST) -> None:
        self._k, self._most = k, most
        self._ranks: dict[Store, int] = {}  # breaches in all, of every store that is remembered
        self._named: set[Store] = set()
        self._least = 0  # no named store has fewer breaches
        self._counts: tuple[dict[Store, int], dict[Store, int]] = ({}, {})  # breaches and starts, by series

    def breached(self, store: Store, count: int = 1) -> None:
        """So many breaches of a store."""
        self._add(0, store, count)
        if store[2] == OTHER or (store not in self._ranks and len(self._ranks) >= self._most):
            return
        rank = self._ranks[store] = self._ranks.get(store, 0) + count
        if store not in self._named and rank > self._least:
            self._challenge(store, rank)

    def started(self, store: Store, count: int = 1) -> None:
        """So many occurrences began in a store."""
        self._add(1, store, count)

    def breaches(self) -> Mapping[tuple[str, ...], int]:
        """Breaches by series, as they are told now."""
        return dict(self._told(0))

    def starts(self) -> Mapping[tuple[str, ...], int]:
        """The same of what began, for the same stores."""
        return dict(self._told(1))

    def _add(self, which: int, store: Store, count: int) -> None:
        if store not in self._named:
            if store[2] != OTHER and len(self._named) < self._k:
                self._enter(store)
            else:
                store = (store[0], store[1], OTHER)
        counts = self._counts[which]
        counts[store] = counts.get(store, 0) + count

    def _enter(self, store: Store) -> None:
        for counts in self._counts:
            counts.setdefault(store, 0)
        self._named.add(store)
        self._least = 0

    def _challenge(self, store: Store, rank: int) -> None:
        weakest = min(self._named, key=lambda named: (self._ranks.get(named, 0), named), default=None)
        if weakest is None:
            return
        self._least = self._ranks.get(weakest, 0)
        if rank > self._least:
            self._named.remove(weakest)
            self._enter(store)

    def _told(self, which: int) -> Iterator[tuple[Store, int]]:
        named = frozenset(self._named)
        for store, count in self._counts[which].copy().items():  # a copy is made in one piece, whoever adds meanwhile
            if store in named or store[2] == OTHER:
                yield store, count
