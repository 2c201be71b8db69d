"""What a catalogue knows of stores, and the zone and calendar under which a case's clock runs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from streams.catalogue.model import Look
from streams.catalogue.workdays import known_zone

ALWAYS = "always"
OPENING_HOURS = "opening_hours"
"""The calendar that is known without being declared: at a store that has hours, these; else day and night."""


@dataclass(frozen=True, slots=True)
class Store:
    """A store's own time zone, region and brand, and the calendars that count there instead of others (by key)."""

    time_zone: str | None
    region: str | None
    swaps: Mapping[str, str]
    brand: str | None = None


_UNKNOWN = Store(None, None, {})


@dataclass(slots=True)
class Stores:
    """All stores that the catalogue declares: by `store_id`, and by tenant and `store_id` those of one tenant alone."""

    known: dict[str, Store] = field(default_factory=dict)
    owned: dict[tuple[str, str], Store] = field(default_factory=dict)
    regions: bool = False

    def has(self, store_id: str, tenant: str | None) -> bool:
        """Whether the tenant's store (or, without a tenant, the store of that id) is declared."""
        return store_id in self.known if tenant is None else (tenant, store_id) in self.owned

    def get(self, store_id: str, tenant: str | None) -> Store:
        """The store as declared. KeyError where it is not."""
        return self.known[store_id] if tenant is None else self.owned[tenant, store_id]

    def add(self, store_id: str, tenant: str | None, store: Store) -> None:
        """Declare a store."""
        if tenant is None:
            self.known[store_id] = store
        else:
            self.owned[tenant, store_id] = store
        self.regions = self.regions or store.region is not None

    def all(self) -> Iterator[tuple[str | None, str, Store]]:
        """Tenant (None for any), id and store of each."""
        for store_id, store in self.known.items():
            yield None, store_id, store
        for (tenant, store_id), store in self.owned.items():
            yield tenant, store_id, store

    def of(self, look: Look) -> Store:
        """The store of the case; one without anything of its own where it is not declared."""
        if not (self.known or self.owned):
            return _UNKNOWN
        store_id = look("store_id")
        if not isinstance(store_id, str):
            return _UNKNOWN
        if self.owned:
            tenant = look("tenant")
            if isinstance(tenant, str) and (tenant, store_id) in self.owned:
                return self.owned[tenant, store_id]
        return self.known.get(store_id, _UNKNOWN)

    def looked(self) -> frozenset[str]:
        """The fields that telling stores apart looks at."""
        return frozenset(["store_id", "tenant"] if self.owned else ["store_id"] if self.known else [])

    def swapped(self, calendar: str) -> set[str]:
        """The calendars that count at some store instead of this one."""
        return {store.swaps[calendar] for _, _, store in self.all() if calendar in store.swaps}

    def widen(self, look: Look) -> Look:
        """The look in which the store's region stands in where the event names none."""

        def widened(path: str) -> object:
            value = look(path)
            return self.of(look).region if value is None and path == "region" else value

        return widened

    def aware(self, holds: Callable[[Look], bool]) -> Callable[[Look], bool]:
        """Conditions that see the store's region."""
        return (lambda look: holds(self.widen(look))) if self.regions else holds


def zone_of(
    standard: str,
    targets: Sequence[tuple[Callable[[Look], bool], str]],
    calendar_zones: Mapping[str, str],
    stores: Stores,
    otherwise: str,
    counts: Callable[[Look], str] | None = None,
) -> Callable[[Look], str]:
    """`Moment.zone` of a moment whose calendar is `standard`.

    The calendar is that of the target that holds, else the standard one, or what the store has instead of it; where
    policies have a say, `counts` tells which it is. The time zone is the event's, else the store's, else the calendar's,
    else the catalogue's (`otherwise`). The calendar is part of the answer (`Europe/Berlin@night_desk`) where it is not
    the standard one.
    """

    def usual(look: Look) -> str:
        calendar = next((key for holds, key in targets if holds(look)), standard)
        return stores.of(look).swaps.get(calendar, calendar)

    which = counts or usual

    def zone(look: Look) -> str:
        calendar = which(look)
        name = look("time_zone")
        if not (isinstance(name, str) and known_zone(name)):
            name = stores.of(look).time_zone or calendar_zones.get(calendar) or otherwise
        return name if calendar == standard else f"{name}@{calendar}"

    return zone
