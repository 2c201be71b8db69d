"""What organisation data says of stores and policies, as further catalogue files.

Only what the catalogue asks for is taken: brands where a policy names one, regions where a condition or policy does, time
zones where there are calendars, hours where something runs in `opening_hours`. So a catalogue that asks for nothing stays
what it is, whatever changes among the people.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from schemas.organisation import Organisation, Store
from streams.catalogue.place import Path, Places, Spot
from streams.catalogue.stores import OPENING_HOURS

NAME = "organisation"
"""The name of the catalogue that it becomes; the second file's is `organisation_2`."""


class Part(NamedTuple):
    """One organisation file: a tenant's data or a part of it, and where everything stands."""

    data: Organisation
    places: Places


class Asked(NamedTuple):
    """What of a store the catalogue asks for."""

    brand: bool
    region: bool
    time_zone: bool
    hours: bool


def as_catalogues(parts: Sequence[Part], catalogues: Sequence[dict[str, Any]]) -> list[tuple[dict[str, Any], Places]]:
    """The data of a catalogue file for each part that has something to say to these `catalogues` (data of files, too),
    with its places. The order of the parts means nothing."""
    policies = [[_policy(part.data.tenant, policy) for policy in part.data.policies] for part in parts]
    asked = _asked([*catalogues, *({"policies": own} for own in policies)])
    found = []
    for part, own in zip(parts, policies, strict=True):
        regions = {
            area.id: area.region for other in parts if other.data.tenant == part.data.tenant for area in other.data.areas
        }
        described = ((store.id, _store(part.data.tenant, store, regions, asked)) for store in part.data.stores)
        stores = {store_id: said for store_id, said in described if len(said) > 1}
        if stores or own:
            data = {key: value for key, value in (("stores", stores), ("policies", own)) if value}
            found.append((data, _places(part)))
    found.sort(key=lambda one: json.dumps(one[0], sort_keys=True))
    return [
        ({"name": NAME if number == 1 else f"{NAME}_{number}", **data}, places)
        for number, (data, places) in enumerate(found, 1)
    ]


def _policy(tenant: str, policy: Any) -> dict[str, Any]:
    return {**policy.model_dump(exclude_unset=True), "tenant": tenant}


def _store(tenant: str, store: Store, regions: dict[str, str | None], asked: Asked) -> dict[str, Any]:
    said: dict[str, Any] = {"tenant": tenant}
    region = store.region or regions.get(store.area or "")
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


def _places(part: Part) -> Places:
    """Where things stand in the file, by their paths in the catalogue."""
    spots: dict[Path, Spot] = {}
    for path, spot in part.places.spots.items():
        if path[:1] == ("stores",) and len(path) > 1 and isinstance(path[1], int):
            spots["stores", part.data.stores[path[1]].id, *path[2:]] = spot
        else:
            spots[path] = spot
    return Places(part.places.file, spots)
