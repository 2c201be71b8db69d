"""Policies that hold nowhere, that change nothing, or that leave a moment without its start."""

from collections.abc import Iterator

from streams.catalogue.document.places import OwnMoment
from streams.catalogue.doubts.doubt import Doubt
from streams.catalogue.entries import Document
from streams.catalogue.model import Level, level_words
from streams.catalogue.place import Path, nearest
from streams.catalogue.policy import FIELDS, LEVELS, Policies, Said, Table, nearness


def of_policies(policies: Policies) -> Iterator[Doubt]:
    """All that is doubtful about policies, apart from the lengths that they make."""
    for document, path, policy in policies.declared:
        keys = policy.model_dump(include=set(LEVELS))
        yield from _nowhere(policies, document, path, keys)
        if not policy.moments and not policy.calendars:
            yield Doubt(document, path, "this policy says nothing; write moments: or calendars:")
        for moment_id, said in policy.moments.items():
            if not said.model_fields_set:
                text = f"nothing is said of '{moment_id}'; write one of {', '.join(sorted(OwnMoment.model_fields))}"
                yield Doubt(document, (*path, "moments", moment_id), text)
    for moment_id, fields in policies.fields.items():
        moment = policies.entries[moment_id].moment
        own = {
            "deadline": moment.allows,
            "calendar": policies.calendar_of(policies.entries[moment_id]),
            "severity": moment.severity.default if moment.severity.field is None else None,
            "off": False,
        }
        for name in FIELDS:
            yield from _idle(policies, fields[name], own[name])
    for key, table in policies.swaps.items():
        yield from _idle(policies, table, key)
    yield from _waiting(policies)


def _nowhere(policies: Policies, document: Document, path: Path, keys: dict[str, str | None]) -> Iterator[Doubt]:
    tenant, store_id = keys["tenant"], keys["store"]
    stores = [
        (known, store) for owner, known, store in policies.stores.all() if tenant is None or owner in (None, tenant)
    ]
    ids = {known for known, _ in stores}
    if store_id is not None and ids and store_id not in ids:
        hint = nearest(store_id, ids, "declare it under stores:, or name one of those")
        yield Doubt(document, (*path, "store"), f"there is no store '{store_id}'{hint}")
    brands = {store.brand for _, store in stores if store.brand is not None}
    if keys["brand"] is not None and keys["brand"] not in brands:
        hint = nearest(keys["brand"], brands, "say which under stores:, with brand:")
        yield Doubt(document, (*path, "brand"), f"no store is of the brand '{keys['brand']}'{hint}")
    regions = {store.region for _, store in stores if store.region is not None}
    if keys["region"] is not None and keys["region"] not in regions:
        hint = nearest(keys["region"], regions)
        if hint:  # events may name regions in which no store is declared
            yield Doubt(document, (*path, "region"), f"no store is in the region '{keys['region']}'{hint}")
    known_store = policies.stores.of({"store_id": store_id, "tenant": tenant}.get)
    for name, value in (("brand", known_store.brand), ("region", known_store.region)):
        if keys[name] is not None and value is not None and keys[name] != value:
            text = f"store '{store_id}' is of the {name} '{value}', so this never holds; leave {name} out"
            yield Doubt(document, (*path, name), text)


def _idle(policies: Policies, table: Table, own: object) -> Iterator[Doubt]:
    """What says the same as would count without it."""
    for said in table:
        farther = [one for one in table if nearness(one.level) < nearness(said.level) and _may_meet(policies, one, said)]
        if said.path[0] == "policies" and said.value == own and all(one.value == own for one in farther):
            text = f"this changes nothing: it is so without the policy for {level_words(said.level)}; leave it out"
            yield Doubt(said.document, said.path, text)


def _may_meet(policies: Policies, one: Said, other: Said) -> bool:
    """Whether a case may be where both hold."""
    left, right = _whole(policies, one.level), _whole(policies, other.level)
    return all(left[name] == right[name] for name in left.keys() & right.keys())


def _whole(policies: Policies, level: Level) -> dict[str, str]:
    """The level with the brand of its store, which no event can change; the region is for events to say."""
    keys: dict[str, str] = dict(level)
    brand = policies.stores.of(keys.get if "store" not in keys else {**keys, "store_id": keys["store"]}.get).brand
    return keys if brand is None else {**keys, "brand": brand}


def _waiting(policies: Policies) -> Iterator[Doubt]:
    """Moments that begin with the end of others only, which are off where they themselves are not."""
    for moment_id, entry in policies.entries.items():
        first = [trigger.moment for trigger in entry.moment.starts]
        tables = [policies.fields[name]["off"] for name in first if name is not None and name in policies.fields]
        if not first or len(tables) < len(first):
            continue
        own = policies.fields.get(moment_id, {}).get("off", Table())
        for said in tables[0]:
            place = tuple(dict(said.level).get(name) for name in LEVELS)
            here = own.find(place)
            if all(_is_off(table.find(place)) for table in tables) and not _is_off(here):
                text = (
                    f"'{moment_id}' begins with the end of this alone ({entry.document.places.at((*entry.path, 'id'))}), "
                    f"so it never begins for {level_words(said.level)} either; switch it off there, too, or start it "
                    f"otherwise"
                )
                yield Doubt(said.document, said.path, text)


def _is_off(said: Said | None) -> bool:
    return said is not None and bool(said.value)
