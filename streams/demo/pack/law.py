"""What the catalogues of a company say, and what of it counts for a clock that begins: the words of the place.

Written from the catalogue's page a second time: policies, stores, calendars and time zones as the monitor compiles them
are not asked.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final
from zoneinfo import available_timezones

from streams.catalogue.document.deadlines import DeadlineClause, Target
from streams.catalogue.document.file import CatalogueFile
from streams.catalogue.document.moments import MomentFile
from streams.catalogue.document.places import OwnMoment, Policy, StoreFile
from streams.catalogue.entries import Document, clauses_in, entries, in_order
from streams.catalogue.place import Places, Problems
from streams.demo.pack.conditions import Look, Value, holds
from streams.demo.pack.hours import ALWAYS, Hours, Opening, hours_of
from streams.demo.pack.roles import Rule, playing

_LEVELS: Final = ("tenant", "brand", "region", "store")
_NO_CALENDAR: Final = "always"
_OF_THE_STORE: Final = "opening_hours"


@dataclass(frozen=True, slots=True)
class Terms:
    """What counts for a clock: what it is allowed, when that time runs, and whether it runs at all."""

    allows: DeadlineClause
    opening: Opening
    off: bool


@dataclass(frozen=True, slots=True)
class _Named:
    """A calendar as some catalogue names it: hours, or a union of others that the catalogue `home` names."""

    name: str
    hours: Hours = ALWAYS
    parts: tuple[str, ...] = ()
    home: int = 0


class Law:
    """The catalogues, in their order. `moments` are those of all of them, in the catalogue's order."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._files = [document.file for document in documents]
        ordered = in_order(entries(documents), Problems(), frozenset())
        self.moments: tuple[MomentFile, ...] = tuple(entry.moment for entry in ordered)
        self._touched: dict[str, list[Rule]] = {}
        self._home = {entry.moment.id: documents.index(entry.document) for entry in ordered}
        self._policies = [(policy, home) for home, file in enumerate(self._files) for policy in file.policies]
        self._calendars = {
            (home, name): _calendar(name, data, home)
            for home, document in enumerate(documents)
            for name, data in document.data.get("calendars", {}).items()
        }
        self._stores: dict[tuple[str | None, str], tuple[StoreFile, Hours | None, int]] = {}
        for home, document in enumerate(documents):
            for store_id, store in document.file.stores.items():
                written = document.data["stores"][store_id].get("hours")
                hours = hours_of({"weekly": written}) if written else None
                self._stores[store.tenant, store_id] = store, hours, home
        self._closes = {
            moment.id: moment.calendar is not None or any(target.calendar for target in targets_of(moment.allows))
            for moment in self.moments
        }

    @cached_property
    def tenant(self) -> str | None:
        """The first tenant that is named."""
        named = {store.tenant for store, _, _ in self._stores.values()} | {one.tenant for one, _ in self._policies}
        return min((tenant for tenant in named if tenant is not None), default=None)

    @cached_property
    def stores(self) -> Mapping[str, str | None]:
        """The stores of that tenant or of any, and those that policies name, each with its region where it is said."""
        found: dict[str, str | None] = {policy.store: None for policy, _ in self._policies if policy.store is not None}
        for (tenant, store_id), (store, _, _) in self._stores.items():
            if tenant in (None, self.tenant):
                found[store_id] = store.region
        return dict(sorted(found.items()))

    @cached_property
    def regions(self) -> frozenset[str]:
        """The regions of policies and stores."""
        named = {policy.region for policy, _ in self._policies} | {store.region for store, _, _ in self._stores.values()}
        return frozenset(region for region in named if region is not None)

    @cached_property
    def zones(self) -> tuple[str, ...]:
        """The time zones of all catalogues; none where nothing ever closes."""
        if not self._policies and not any(self._closes.values()):
            return ()
        named = {file.time_zone for file in self._files} | {store.time_zone for store, _, _ in self._stores.values()}
        named |= {calendar.hours.zone for calendar in self._calendars.values()}
        return tuple(sorted(zone for zone in named if zone is not None))

    def touched(self, kind: str) -> Sequence[Rule]:
        """The moments for which an event of the type, or the end of another moment, may play a role, with those roles."""
        if kind not in self._touched:
            self._touched[kind] = playing(self.moments, kind)
        return self._touched[kind]

    def deadlines(self, moment: MomentFile) -> list[DeadlineClause]:
        """What the moment is allowed: by itself, and by policies."""
        said = (policy.moments[moment.id].deadline for policy, _ in self._policies if moment.id in policy.moments)
        return [moment.allows, *(clause for clause in said if clause is not None)]

    def terms(self, moment: MomentFile, at: int, look: Look) -> Terms:
        """What counts for a clock of the moment that begins at that instant, by what is known of its case."""
        if not self._policies and not self._closes[moment.id]:
            return Terms(moment.allows, _EVER, False)
        own = {name: self._nearest(look, _field(moment.id, name)) for name in ("deadline", "calendar", "off")}
        deadline, calendar, off = (own[name] for name in ("deadline", "calendar", "off"))
        allows, home = (moment.allows, self._home[moment.id]) if deadline is None else deadline
        name = next((target.calendar for target in targets_of(allows) if holds(target.when, look, at)), None)
        if name is None:
            name, home = (moment.calendar, self._home[moment.id]) if calendar is None else calendar
        return Terms(allows, self._opening(self._find(name, home), look, moment), off is not None and off[0])

    def _opening(self, named: _Named, look: Look, moment: MomentFile) -> Opening:
        """The hours of the calendar or of what counts there instead of it, in the zones that count."""
        instead = self._instead(named.name, look)
        parts = None
        if instead is not None:
            named = instead
        elif named.parts:
            parts = [self._instead(part, look) or self._find(part, named.home) for part in named.parts]
        zone = self._zone(named, look, moment)
        if parts is None and not named.parts:
            return Opening(((named.hours, zone),))
        found = parts if parts is not None else [self._find(part, named.home) for part in named.parts]
        sides: list[Hours] = []
        for part in found:
            inner = [self._find(one, part.home).hours for one in part.parts] if part.parts else [part.hours]
            sides += [hours for hours in inner if hours not in sides]
        return Opening(tuple((hours, hours.zone or zone) for hours in sides))

    def _zone(self, named: _Named, look: Look, moment: MomentFile) -> str:
        told = look("time_zone")
        if isinstance(told, str) and told in _known_zones():
            return told
        store = self._store(look)
        own = store[0].time_zone if store is not None else None
        of_calendar = None if named.parts else named.hours.zone
        return own or of_calendar or self._files[self._home[moment.id]].time_zone

    def _find(self, name: str | None, home: int) -> _Named:
        """The calendar that a catalogue means: its own, else that of another."""
        if name is None or name == _NO_CALENDAR:
            return _Named(_NO_CALENDAR)
        if (home, name) in self._calendars:
            return self._calendars[home, name]
        return next((found for (_, other), found in self._calendars.items() if other == name), _Named(name))

    def _instead(self, name: str, look: Look) -> _Named | None:
        """What counts instead of a calendar of that name where the case is."""

        def said(policy: Policy) -> str | None:
            return policy.calendars.get(name)

        found = self._nearest(look, said)
        near = -1 if found is None else max(_nearness(policy) for policy, _ in self._holding(look) if said(policy))
        store = self._store(look)
        if store is not None:
            file, hours, home = store
            level = 8 + (1 if file.tenant is not None else 0)
            if level > near and name == _OF_THE_STORE and hours is not None:
                return _Named(name, hours)
            if level > near and name in file.calendars:
                return self._find(file.calendars[name], home)
        return None if found is None else self._find(found[0], found[1])

    def _nearest(self, look: Look, said: "Callable[[Policy], Any]") -> tuple[Any, int] | None:
        """What the nearest policy that says something says, and in which catalogue."""
        found = [(_nearness(policy), said(policy), home) for policy, home in self._holding(look)]
        told = [(near, value, home) for near, value, home in found if value is not None]
        if not told:
            return None
        _, value, home = max(told, key=lambda one: one[0])
        return value, home

    def _holding(self, look: Look) -> Iterator[tuple[Policy, int]]:
        """The policies that hold where the case is."""
        if not self._policies:
            return
        place = self._place(look)
        for policy, home in self._policies:
            keys = [(level, value) for level in _LEVELS if (value := getattr(policy, level)) is not None]
            if all(place[level] == value for level, value in keys):
                yield policy, home

    def _place(self, look: Look) -> Mapping[str, Value | None]:
        store = self._store(look)
        brand, region = (None, None) if store is None else (store[0].brand, store[0].region)
        told = look("region")
        return {
            "tenant": look("tenant"),
            "brand": brand,
            "region": region if told is None else told,
            "store": look("store_id"),
        }

    def _store(self, look: Look) -> tuple[StoreFile, Hours | None, int] | None:
        if not self._stores:
            return None
        store_id, tenant = look("store_id"), look("tenant")
        if not isinstance(store_id, str):
            return None
        own = self._stores.get((tenant, store_id)) if isinstance(tenant, str) else None
        return own or self._stores.get((None, store_id))


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


_EVER: Final = Opening(((ALWAYS, "UTC"),))


def law_of(catalogues: Sequence[dict[str, Any]]) -> Law:
    """The law of catalogues that include nothing, as plain data."""
    documents = [Document(data, CatalogueFile.model_validate(data), Places(data["name"])) for data in catalogues]
    return Law(sorted(documents, key=lambda document: document.file.name))


def _calendar(name: str, data: Mapping[str, Any], home: int) -> _Named:
    if "any" in data:
        return _Named(name, parts=tuple(data["any"]), home=home)
    return _Named(name, hours_of(data), home=home)


def targets_of(clause: DeadlineClause) -> Iterator[Target]:
    """Those of the clause and of all inside it."""
    for inner, _ in clauses_in(clause, ()):
        yield from inner.targets


def _field(moment: str, name: str) -> "Callable[[Policy], Any]":
    """What a policy says of one field of the moment."""
    return lambda policy: getattr(policy.moments.get(moment, _NOTHING), name)


_NOTHING: Final = OwnMoment()


def _nearness(policy: Policy) -> int:
    return sum(1 << number for number, level in enumerate(_LEVELS) if getattr(policy, level) is not None)
