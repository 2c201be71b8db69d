"""What a catalogue knows of stores, and the zone and calendar under which a case's clock runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from streams.catalogue.model import Look
from streams.catalogue.workdays import known_zone

ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Store:
    """A store's own time zone, region, and the calendars that count there instead of others (by key)."""

    time_zone: str | None
    region: str | None
    swaps: Mapping[str, str]


_UNKNOWN = Store(None, None, {})


@dataclass(slots=True)
class Stores:
    """All stores that the catalogue declares, by `store_id`."""

    known: dict[str, Store] = field(default_factory=dict)
    regions: bool = False

    def add(self, store_id: str, time_zone: str | None, region: str | None, swaps: Mapping[str, str]) -> None:
        """Declare a store."""
        self.known[store_id] = Store(time_zone, region, swaps)
        self.regions = self.regions or region is not None

    def of(self, look: Look) -> Store:
        """The store of the case; one without anything of its own where it is not declared."""
        store_id = look("store_id") if self.known else None
        return self.known.get(store_id, _UNKNOWN) if isinstance(store_id, str) else _UNKNOWN

    def swapped(self, calendar: str) -> set[str]:
        """The calendars that count at some store instead of this one."""
        return {store.swaps[calendar] for store in self.known.values() if calendar in store.swaps}

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
) -> Callable[[Look], str]:
    """`Moment.zone` of a moment whose calendar is `standard`.

    The calendar is that of the target that holds, else the standard one, or what the store has instead of it. The time
    zone is the event's, else the store's, else the calendar's, else the catalogue's (`otherwise`). The calendar is part
    of the answer (`Europe/Berlin@night_desk`) where it is not the standard one.
    """

    def zone(look: Look) -> str:
        store = stores.of(look)
        calendar = next((key for holds, key in targets if holds(look)), standard)
        calendar = store.swaps.get(calendar, calendar)
        name = look("time_zone")
        if not (isinstance(name, str) and known_zone(name)):
            name = store.time_zone or calendar_zones.get(calendar) or otherwise
        return name if calendar == standard else f"{name}@{calendar}"

    return zone
