"""Whether a store is open, by its hours in the organisation data; one without hours always is."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from schemas.organisation import Store
from streams.alerts.organisation import Directory
from streams.catalogue.calendar import Hours
from streams.catalogue.workdays import Workdays, expand_weekly, parse_shifts


class StoreHours:
    """Asked many times for one instant; what it found is known until the next one. `directory` as it is then."""

    def __init__(self, directory: Directory, now: int) -> None:
        self._directory, self._now = directory, now
        self._known: dict[tuple[str, str], int | None] = {}

    def opens_at(self, tenant: str, store: str | None) -> int | None:
        """When the store opens; None where it is open now, has no hours, or is not known."""
        if store is None:
            return None
        place = tenant, store
        if place not in self._known:
            found = self._directory.store(tenant, store)
            self._known[place] = None if found is None or not found.hours else _opening(found, self._now)
        return self._known[place]


def _opening(store: Store, now: int) -> int | None:
    hours = _hours(_frozen(store.hours))
    if hours.spans(now, now + 1, store.time_zone):
        return None
    return hours.add(now, 1, store.time_zone) - 1


def _frozen(hours: Mapping[str, Sequence[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((days, tuple(shifts)) for days, shifts in hours.items())


@lru_cache(
    1024
)  # the stores of a chain mostly keep the same few hours, and a year of them takes milliseconds to work out
def _hours(weekly: tuple[tuple[str, tuple[str, ...]], ...]) -> Hours:
    return Hours("store", Workdays(expand_weekly({days: parse_shifts(list(shifts)) for days, shifts in weekly})))
