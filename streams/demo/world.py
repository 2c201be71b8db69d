"""The chain and its bad hours: stores in four cities, a rush, a courier outage, a lagging upstream, again and again."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from streams.clock import SECOND

TENANT = "tea"
CYCLE = 80 * SECOND
"""Every cycle has each kind of incident once, each in another city."""

_CITIES = {"shanghai": "SH", "hangzhou": "HZ", "chengdu": "CD", "shenzhen": "SZ"}
REGIONS = tuple(_CITIES)
_STORES_EACH = 6
_ORDERS_A_SECOND = 4.0
_RUSH_A_SECOND = 3.0


@dataclass(frozen=True, slots=True)
class Store:
    id: str
    region: str


STORES = tuple(Store(f"{code}{n:02d}", region) for region, code in _CITIES.items() for n in range(1, _STORES_EACH + 1))


class Trouble(StrEnum):
    RUSH = "rush"  # orders come faster than the kitchens of a city are
    OUTAGE = "outage"  # the courier fleet of a city takes no orders
    LAG = "lag"  # the delivery system of a city tells everything seconds late


@dataclass(frozen=True, slots=True)
class Incident:
    """`begins` and `ends` are spans since the opening."""

    trouble: Trouble
    region: str
    begins: int
    ends: int

    def holds(self, since_opening: int) -> bool:
        return self.begins <= since_opening < self.ends


# seconds after the cycle's begin, and how long
_PLAN = ((Trouble.RUSH, 6, 18), (Trouble.LAG, 24, 18), (Trouble.OUTAGE, 42, 16))


def incidents(seed: int, cycle: int) -> tuple[Incident, ...]:
    """The incidents of one cycle, in order of their begin; none reaches into the next cycle."""
    chance = random.Random(f"{seed}:incidents:{cycle}")
    regions = chance.sample(REGIONS, len(_PLAN))
    planned = []
    for (trouble, begin, length), region in zip(_PLAN, regions, strict=True):
        begins = cycle * CYCLE + begin * SECOND + chance.randrange(4 * SECOND)
        planned.append(Incident(trouble, region, begins, begins + length * SECOND))
    return tuple(planned)


def incident_at(seed: int, since_opening: int, trouble: Trouble) -> Incident | None:
    """The incident of that kind under way at that time, if any."""
    if since_opening < 0:
        return None
    for incident in incidents(seed, since_opening // CYCLE):
        if incident.trouble is trouble and incident.holds(since_opening):
            return incident
    return None


def troubles_at(seed: int, since_opening: int) -> tuple[Incident, ...]:
    """Everything under way at that time."""
    found = (incident_at(seed, since_opening, trouble) for trouble in Trouble)
    return tuple(incident for incident in found if incident is not None)


def arrivals(seed: int) -> Iterator[tuple[int, Store]]:
    """When (a span since the opening) and where customers order: endless, in order of time."""
    chance = random.Random(f"{seed}:arrivals")
    at = 0
    while True:
        rush = incident_at(seed, at, Trouble.RUSH)
        rate = _ORDERS_A_SECOND + (_RUSH_A_SECOND if rush else 0.0)
        at += round(chance.expovariate(rate) * SECOND)
        crowd = rush is not None and chance.random() < _RUSH_A_SECOND / rate
        stores = [store for store in STORES if store.region == rush.region] if crowd and rush else STORES
        yield at, chance.choice(stores)
