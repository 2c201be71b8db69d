"""What organisation data says of stores and policies, as further catalogue files.

Only what the catalogue asks for is taken: stores of which nothing is said where a policy names a store, brands where a
policy names one, regions where a condition or policy does, time
zones where there are calendars, hours where something runs in `opening_hours`. So a catalogue that asks for nothing stays
what it is, whatever changes among the people. Where a file and the topic both speak of a store, or of what holds for one
place, the topic counts.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from schemas.organisation import Organisation, Policy, Store
from streams.catalogue.place import Path, Places, Spot
from streams.catalogue.stores import OPENING_HOURS

NAME = "organisation"
"""The name of the catalogue that it becomes; the second file's is `organisation_2`."""


class Part(NamedTuple):
    """One organisation file: a tenant's data or a part of it, and where everything stands; or what the topic says of a
    tenant (`published`)."""

    data: Organisation
    places: Places
    published: bool = False


class Asked(NamedTuple):
    """What of a store the catalogue asks for."""

    brand: bool
    region: bool
    time_zone: bool
    hours: bool
    itself: bool
    """That it is there, whatever else is said of it."""


Areas = Mapping[tuple[str, str], str | None]
"""The regions of areas, by tenant and id."""


def as_catalogues(parts: Sequence[Part], catalogues: Sequence[dict[str, Any]]) -> list[tuple[dict[str, Any], Places]]:
    """The data of a catalogue file for each part that has something to say to these `catalogues` (data of files, too),
    with its places. The order of the parts means nothing."""
    parts = sorted(parts, key=lambda part: part.published)
    said_by_topic = {thing for part in parts if part.published for thing in _things(part)}
    kept = [_kept(part, said_by_topic) for part in parts]
    policies = [
        [_policy(part.data.tenant, part.data.policies[index]) for index in some]
        for part, some in zip(parts, kept, strict=True)
    ]
    asked = _asked([*catalogues, *({"policies": own} for own in policies)])
    areas = {(part.data.tenant, area.id): area.region for part in parts for area in part.data.areas}
    found = []
    for part, some, own in zip(parts, kept, policies, strict=True):
        tenant = part.data.tenant
        stores = {
            store.id: said
            for store in part.data.stores
            if part.published or (tenant, store.id) not in said_by_topic
            if len(said := _store(tenant, store, areas, asked)) > 1 or asked.itself
        }
        if stores or own:
            data = {key: value for key, value in (("stores", stores), ("policies", own)) if value}
            found.append((tenant, json.dumps(data, sort_keys=True), data, _places(part, some)))
    found.sort(key=lambda one: one[:2])
    return [
        ({"name": NAME if number == 1 else f"{NAME}_{number}", **data}, places)
        for number, (_, _, data, places) in enumerate(found, 1)
    ]


def _things(part: Part) -> Iterator[tuple[str | None, ...]]:
    """The stores and the places of policies that it speaks of."""
    yield from ((part.data.tenant, store.id) for store in part.data.stores)
    yield from (_place(part.data.tenant, policy) for policy in part.data.policies)


def _place(tenant: str, policy: Policy) -> tuple[str | None, ...]:
    return tenant, policy.brand, policy.region, policy.store


def _kept(part: Part, said_by_topic: set[tuple[str | None, ...]]) -> list[int]:
    """Which of the part's policies count."""
    places = [_place(part.data.tenant, policy) for policy in part.data.policies]
    return [index for index, place in enumerate(places) if part.published or place not in said_by_topic]


def _policy(tenant: str, policy: Policy) -> dict[str, Any]:
    return {**policy.model_dump(exclude_unset=True), "tenant": tenant}


def _store(tenant: str, store: Store, areas: Areas, asked: Asked) -> dict[str, Any]:
    said: dict[str, Any] = {"tenant": tenant}
    region = store.region or areas.get((tenant, store.area or ""))
    if asked.brand and store.brand is not None:
        said["brand"] = store.brand
    if asked.region and region is not None:
        said["region"] = region
    if asked.hours and store.hours:
        said["hours"] = {days: list(shifts) for days, shifts in store.hours.items()}
    # hours are always read in the store's zone; else the zone of the calendars counts where the store names none
    if asked.time_zone and ("time_zone" in store.model_fields_set or "hours" in said):
        said["time_zone"] = store.time_zone
    return said


def _asked(catalogues: Sequence[dict[str, Any]]) -> Asked:
    policies = [policy for data in catalogues for policy in data.get("policies", ())]
    ruled = [(data.get("moments", ()), data.get("policies", ())) for data in catalogues]
    words = set(_words(ruled))
    stood_in = _words([(data.get("calendars", {}), data.get("stores", {})) for data in catalogues])
    hours = OPENING_HOURS in words or OPENING_HOURS in stood_in
    return Asked(
        brand=any("brand" in policy for policy in policies),
        region="region" in words,
        time_zone=hours or bool({"calendar", "calendars"} & words),
        hours=hours,
        itself=any("store" in policy for policy in policies),
    )


def _words(data: Any) -> Iterator[str]:
    """Every key and text in it."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield str(key)
            yield from _words(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _words(value)


def _places(part: Part, kept: Sequence[int]) -> Places:
    """Where things stand in the file, by their paths in the catalogue; `kept` are its policies that count."""
    spots: dict[Path, Spot] = {}
    moved = {index: position for position, index in enumerate(kept)}
    for path, spot in part.places.spots.items():
        if path[:1] == ("stores",) and len(path) > 1 and isinstance(path[1], int):
            spots["stores", part.data.stores[path[1]].id, *path[2:]] = spot
        elif path[:1] == ("policies",) and len(path) > 1 and isinstance(path[1], int):
            if path[1] in moved:
                spots["policies", moved[path[1]], *path[2:]] = spot
        else:
            spots[path] = spot
    return Places(part.places.file, spots)
