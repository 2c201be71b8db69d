"""Bounds of label values that come from producers: the first so many keep their names, the rest is `other`."""

from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from streams.metrics.contract import OTHER

V = TypeVar("V", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many values of each label a process tells apart, and how many stores it names."""

    tenants: int = 200
    regions: int = 200
    feeds: int = 2_000
    receivers: int = 200
    stores: int = 50


class Bounded(Generic[V]):
    """The first `limit` values that are asked for are themselves, for as long as the process lives; every other is
    `beyond`. What was told apart once stays so, as a series that comes and goes is worth little. Any thread may ask."""

    def __init__(self, limit: int, beyond: V) -> None:
        self._limit, self._beyond = limit, beyond
        self._known: set[V] = set()
        self._lock = Lock()

    def __call__(self, value: V) -> V:
        """The value under which it is counted."""
        if value in self._known:
            return value
        with self._lock:
            if value == self._beyond or len(self._known) >= self._limit:
                return self._beyond
            self._known.add(value)
            return value

    def __len__(self) -> int:
        """How many are told apart."""
        return len(self._known)


class Regions:
    """Tenants and, for each of them, regions within their bounds. The region "" stands for none and is always itself."""

    def __init__(self, bounds: Bounds) -> None:
        self.tenant = Bounded(bounds.tenants, OTHER)
        self._limit = bounds.regions
        self._regions: dict[str, Bounded[str]] = {}

    def __call__(self, tenant: str, region: str) -> tuple[str, str]:
        """The two as they are counted. All regions of tenants beyond the bound are one."""
        tenant = self.tenant(tenant)
        if tenant == OTHER:
            return OTHER, OTHER if region else ""
        if not region:
            return tenant, region
        regions = self._regions.get(tenant) or self._regions.setdefault(tenant, Bounded(self._limit, OTHER))
        return tenant, regions(region)
