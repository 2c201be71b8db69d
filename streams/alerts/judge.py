"""What is wrong with organisation data beyond its form: unknown zones, hours that are none, names that lead nowhere.

`judge` looks at what makes an entry unusable; a record that has one is not taken. `find_gaps` looks at a tenant's data
as a whole; alerts pass over a gap to the next level, so it is no reason to refuse a record that came before the one it
names, but every reason to refuse a file.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from schemas.organisation import Chain, Duty, Organisation, Rota, Store, Swap
from streams.alerts.chain import LONGEST
from streams.catalogue.place import Path, nearest
from streams.catalogue.workdays import check_weekdays, check_zone, expand_weekly, parse_shifts
from streams.clock import parse_duration

KINDS: Mapping[str, str] = {
    "person": "people",
    "store": "stores",
    "area": "areas",
    "region": "regions",
    "brand": "brands",
    "chain": "chains",
}
"""The kinds of entries, and the list of the file form that each has."""


class Flaw(NamedTuple):
    """What is wrong, and where from the top of an Organisation."""

    path: Path
    text: str


class Reference(NamedTuple):
    """An entry is named here: its kind, its id, and where from the top of an Organisation."""

    path: Path
    kind: str
    id: str


def judge(organisation: Organisation) -> Iterator[Flaw]:
    """What makes single entries unusable, in the order of the model."""
    for path, duty in duties(organisation):
        if duty.rota is not None:
            yield from _rota(duty.rota, (*path, "rota"))
    for index, person in enumerate(organisation.people):
        yield from _zone(person.time_zone, ("people", index, "time_zone"))
    for index, store in enumerate(organisation.stores):
        yield from _zone(store.time_zone, ("stores", index, "time_zone"))
        yield from _hours(store, ("stores", index, "hours"))
    for index, region in enumerate(organisation.regions):
        if region.region is not None:
            yield Flaw(("regions", index, "region"), "a region lies in no other; leave this out")
    for index, brand in enumerate(organisation.brands):
        if brand.region is not None:
            yield Flaw(("brands", index, "region"), "a brand lies in no region; leave this out")
    for index, chain in enumerate(organisation.chains):
        yield from _steps(chain, ("chains", index, "steps"))


def duties(organisation: Organisation) -> Iterator[tuple[Path, Duty]]:
    """Every duty with its path: the fallback's first, then those of stores, areas, regions and brands."""
    yield ("fallback",), organisation.fallback
    for index, store in enumerate(organisation.stores):
        yield ("stores", index, "duty"), store.duty
    units_by_key = (("areas", organisation.areas), ("regions", organisation.regions), ("brands", organisation.brands))
    for key, units in units_by_key:
        for index, unit in enumerate(units):
            yield (key, index, "duty"), unit.duty


def references(organisation: Organisation) -> Iterator[Reference]:
    """Every place at which an entry names another."""
    for path, duty in duties(organisation):
        yield from _named(duty, path)
    for index, store in enumerate(organisation.stores):
        if store.area is not None:
            yield Reference(("stores", index, "area"), "area", store.area)
        if store.region is not None:
            yield Reference(("stores", index, "region"), "region", store.region)
    for index, area in enumerate(organisation.areas):
        if area.region is not None:
            yield Reference(("areas", index, "region"), "region", area.region)
    for index, policy in enumerate(organisation.policies):
        for kind, name in (("store", policy.store), ("region", policy.region)):
            if name is not None:
                yield Reference(("policies", index, kind), kind, name)


def find_gaps(organisation: Organisation, parts: Sequence[Organisation] = ()) -> Iterator[Flaw]:
    """Names of entries that there are not, and stores whose region is not their area's. `parts` is all there is of the
    tenant where the organisation is only one of them."""
    whole = parts or (organisation,)
    ids = {kind: {entry.id for part in whole for entry in getattr(part, key)} for kind, key in KINDS.items()}
    lies_in = {area.id: area.region for part in whole for area in part.areas}
    for path, kind, name in references(organisation):
        if name not in ids[kind]:
            hint = nearest(name, sorted(ids[kind]), f"add it to {KINDS[kind]}:, or name one that is there")
            yield Flaw(path, f"there is no {kind} '{name}'{hint}")
    for index, store in enumerate(organisation.stores):
        of_area = lies_in.get(store.area or "")
        if store.region is not None and of_area is not None and store.region != of_area:
            text = f"'{store.region}' is not '{of_area}', the region of area '{store.area}'; leave the store's out"
            yield Flaw(("stores", index, "region"), text)


def _named(duty: Duty, path: Path) -> Iterator[Reference]:
    rota = duty.rota or Rota()
    for index, shift in enumerate(rota.shifts):
        for place, person in enumerate(shift.people):
            yield Reference((*path, "rota", "shifts", index, "people", place), "person", person)
    for index, swap in enumerate(rota.instead):
        yield Reference((*path, "rota", "instead", index, "person"), "person", swap.person)
    for place, person in enumerate(duty.people):
        yield Reference((*path, "people", place), "person", person)


def _rota(rota: Rota, path: Path) -> Iterator[Flaw]:
    yield from _zone(rota.time_zone, (*path, "time_zone"))
    taken: dict[tuple[str, str], int] = {}
    for index, shift in enumerate(rota.shifts):
        for place, day in enumerate(shift.days):
            first = taken.setdefault((day, shift.start), index)
            if (first, shift.days.index(day)) != (index, place):
                text = f"a shift begins on {day} at {shift.start} already; give this one another day or start"
                yield Flaw((*path, "shifts", index, "days", place), text)
    seen: set[Swap] = set()
    for index, swap in enumerate(rota.instead):
        if swap.end <= swap.start:
            text = f"this swap is over before it begins; write an end after {swap.start.isoformat()}"
            yield Flaw((*path, "instead", index, "end"), text)
        elif swap in seen:
            yield Flaw((*path, "instead", index), "this swap stands here twice; take one away")
        seen.add(swap)


def _zone(name: str, path: Path) -> Iterator[Flaw]:
    try:
        check_zone(name)
    except ValueError as error:
        yield Flaw(path, str(error))


def _hours(store: Store, path: Path) -> Iterator[Flaw]:
    weekly = {}
    for days, hours in store.hours.items():
        try:
            weekly[check_weekdays(days)] = parse_shifts(hours)
        except ValueError as error:
            yield Flaw((*path, days), str(error))
    if store.hours and not any(store.hours.values()):
        yield Flaw(path, "this store never opens; write its hours like mon-sun: [09:00-22:00], or leave them out")
    elif len(weekly) == len(store.hours) > 0:
        try:
            expand_weekly(weekly)
        except ValueError as error:
            yield Flaw(path, str(error))


def _steps(chain: Chain, path: Path) -> Iterator[Flaw]:
    for index, step in enumerate(chain.steps):
        if parse_duration(step.after) > LONGEST:
            yield Flaw((*path, index, "after"), f"'{step.after}' is longer than a year; write a shorter duration")
