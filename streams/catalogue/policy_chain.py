"""Policies for people: the chain of levels above a store, and what of the policies is hardly meant."""

import json
from typing import Any, NamedTuple

from streams.catalogue.entries import Document, Entry, clauses_in
from streams.catalogue.model import level_words
from streams.catalogue.place import Path
from streams.catalogue.policy import FIELDS, LEVELS, Place, Policies, Said, Table, holds, nearness
from streams.catalogue.stores import ALWAYS


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
    deadlines = [entry.moment.allows, *(said.value for said in fields.get("deadline", ()))]
    targets = [target for top in deadlines for clause, _ in clauses_in(top, ()) for target in clause.targets]
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
    if name == "severity":
        field = moment.severity.field
        return moment.severity.default if field is None else f"as {field} says, else {moment.severity.default}"
    return "no"


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
