"""Policies for people: the chain of levels above a store, and what of the policies is hardly meant."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from streams.catalogue.document import OwnMoment
from streams.catalogue.entries import Document, Entry, clauses_in
from streams.catalogue.model import Level, level_words
from streams.catalogue.place import Path, nearest
from streams.catalogue.policy import FIELDS, LEVELS, Place, Policies, Said, Table, holds, nearness
from streams.catalogue.stores import ALWAYS
from streams.clock import format_duration


class Word(NamedTuple):
    """What one level says of a field, None where it says nothing, and whether that is what counts."""

    who: str
    says: str | None
    counts: bool


def place_of(policies: Policies, store_id: str, tenant: str | None) -> Place:
    """Where a store is, as far as it is declared. Without a tenant it is that of the only store of this id, if any."""
    owners = [owner for owner, known in policies.stores.owned if known == store_id]
    if tenant is None and len(owners) == 1 and store_id not in policies.stores.known:
        tenant = owners[0]
    store = policies.stores.of({"store_id": store_id, "tenant": tenant}.get)
    return tenant, store.brand, store.region, store_id


def chain(policies: Policies, moment_id: str, place: Place) -> list[tuple[str, list[Word]]]:
    """For each field that a policy may set (and each calendar that another may stand in for), what the moment says and
    then every level, from the farthest to the nearest. KeyError where there is no such moment."""
    entry = policies.entries[moment_id]
    fields = policies.fields.get(moment_id, {})
    found = [(name, _words(_own(entry, name), fields.get(name, Table()), place)) for name in FIELDS]
    store = policies.stores.of(dict(zip(("tenant", "store_id"), (place[0], place[3]), strict=True)).get)
    for key in sorted(_calendars(policies, entry)):
        table = policies.swaps.get(key, Table())
        if table.find(place) is not None:
            found.append((f"instead of {key}", _words(key, table, place)))
        elif key in store.swaps:
            own = Word(level_words((("store", str(place[3])),)), store.swaps[key], True)
            found.append((f"instead of {key}", [Word("the moment", key, False), own]))
    return found


def _calendars(policies: Policies, entry: Entry) -> set[str]:
    """The keys of the calendars that the moment, its targets and its policies name."""
    fields = policies.fields.get(entry.moment.id, {})
    deadlines = [entry.moment.deadline, *(said.value for said in fields.get("deadline", ()))]
    targets = [target for top in deadlines if top for clause, _ in clauses_in(top, ()) for target in clause.targets]
    named = {target.calendar for target in targets}
    keys = {key for key in policies.calendars() if key.rpartition(".")[2] in named}
    return {policies.calendar_of(entry), *keys, *(said.value for said in fields.get("calendar", ()))}


def _own(entry: Entry, name: str) -> str:
    moment = entry.moment
    if name == "deadline":
        every = moment.expects is not None
        return _shown(_at(entry.document, (*entry.path, *(("expects", "every") if every else ("deadline",)))))
    if name == "calendar":
        return moment.calendar or ALWAYS
    return moment.severity if name == "severity" else "no"


def _words(own: str, table: Table, place: Place) -> list[Word]:
    said = {one.level: one for one in table if holds(one.level, place)}
    named = {level_words(level) for level in said}
    silent = (((name, value),) for name, value in zip(LEVELS, place, strict=True) if value is not None)
    levels = [*said, *(level for level in silent if level_words(level) not in named)]
    counts = table.find(place)
    words = [Word("the moment", own, counts is None)]
    for level in sorted(levels, key=nearness):
        one = said.get(level)
        words.append(Word(level_words(level), None if one is None else _says(one), one is not None and one is counts))
    return words


def _says(said: Said) -> str:
    return _shown(_at(said.document, said.path, said.value))


def _at(document: Document, path: Path, otherwise: Any = None) -> Any:
    value: Any = document.data
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return otherwise
    return value


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return json.dumps(value, ensure_ascii=False).replace('"', "")


Doubt = tuple[Document, Path, str]
"""What is hardly meant, and where it stands."""


def doubts(policies: Policies) -> Iterator[Doubt]:
    """Policies that hold nowhere, that change nothing, or that leave no time for a warning."""
    for document, path, policy in policies.declared:
        keys = policy.model_dump(include=set(LEVELS))
        yield from _nowhere(policies, document, path, keys)
        if not policy.moments and not policy.calendars:
            yield document, path, "this policy says nothing; write moments: or calendars:"
        for moment_id, said in policy.moments.items():
            if not said.model_fields_set:
                text = f"nothing is said of '{moment_id}'; write one of {', '.join(sorted(OwnMoment.model_fields))}"
                yield document, (*path, "moments", moment_id), text
    for moment_id, fields in policies.fields.items():
        entry = policies.entries[moment_id]
        own = {
            "deadline": entry.moment.deadline,
            "calendar": policies.calendar_of(entry),
            "severity": entry.moment.severity,
            "off": False,
        }
        for name in FIELDS:
            yield from _idle(policies, fields[name], own[name])
        for one in fields["deadline"]:
            yield from _late(entry, one)
    for key, table in policies.swaps.items():
        yield from _idle(policies, table, key)


def _nowhere(policies: Policies, document: Document, path: Path, keys: dict[str, str | None]) -> Iterator[Doubt]:
    tenant, store_id = keys["tenant"], keys["store"]
    stores = [
        (known, store) for owner, known, store in policies.stores.all() if tenant is None or owner in (None, tenant)
    ]
    ids = {known for known, _ in stores}
    if store_id is not None and ids and store_id not in ids:
        hint = nearest(store_id, ids, "declare it under stores:, or name one of those")
        yield document, (*path, "store"), f"there is no store '{store_id}'{hint}"
    brands = {store.brand for _, store in stores if store.brand is not None}
    if keys["brand"] is not None and keys["brand"] not in brands:
        hint = nearest(keys["brand"], brands, "say which under stores:, with brand:")
        yield document, (*path, "brand"), f"no store is of the brand '{keys['brand']}'{hint}"
    regions = {store.region for _, store in stores if store.region is not None}
    if keys["region"] is not None and keys["region"] not in regions:
        hint = nearest(keys["region"], regions)
        if hint:  # events may name regions in which no store is declared
            yield document, (*path, "region"), f"no store is in the region '{keys['region']}'{hint}"
    known_store = policies.stores.of({"store_id": store_id, "tenant": tenant}.get)
    for name, value in (("brand", known_store.brand), ("region", known_store.region)):
        if keys[name] is not None and value is not None and keys[name] != value:
            text = f"store '{store_id}' is of the {name} '{value}', so this never holds; leave {name} out"
            yield document, (*path, name), text


def _idle(policies: Policies, table: Table, own: object) -> Iterator[Doubt]:
    """What says the same as would count without it."""
    for said in table:
        farther = [one for one in table if nearness(one.level) < nearness(said.level) and _may_meet(policies, one, said)]
        if said.path[0] == "policies" and said.value == own and all(one.value == own for one in farther):
            text = f"this changes nothing: it is so without the policy for {level_words(said.level)}; leave it out"
            yield said.document, said.path, text


def _may_meet(policies: Policies, one: Said, other: Said) -> bool:
    """Whether a case may be where both hold."""
    left, right = _whole(policies, one.level), _whole(policies, other.level)
    return all(left[name] == right[name] for name in left.keys() & right.keys())


def _whole(policies: Policies, level: Level) -> dict[str, str]:
    """The level with the brand of its store, which no event can change; the region is for events to say."""
    keys: dict[str, str] = dict(level)
    brand = policies.stores.of(keys.get if "store" not in keys else {**keys, "store_id": keys["store"]}.get).brand
    return keys if brand is None else {**keys, "brand": brand}


def _late(entry: Entry, said: Said) -> Iterator[Doubt]:
    clause = said.value
    spans = [span for span in (clause.after, *(target.after for target in clause.targets)) if span is not None]
    for lead in entry.moment.warnings:
        if isinstance(lead, int) and spans and lead >= min(spans):
            ahead, length = format_duration(lead), format_duration(min(spans))
            text = (
                f"the moment warns {ahead} ahead, and this deadline is only {length} long; write a longer one, or let "
                "the moment warn at a share such as 80%"
            )
            yield said.document, said.path, text
