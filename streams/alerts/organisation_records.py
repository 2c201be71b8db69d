"""Organisation data as records of the compacted topic: `<tenant>/<kind>/<id>` and one entry as JSON, both ways.

A record that cannot be used is named and passed over; what its key said before stays as long as the topic still has it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from pydantic import BaseModel, ValidationError

from schemas.organisation import Chain, Duty, Organisation, Person, Policy, Store, Unit
from streams.alerts.chain import in_order
from streams.alerts.judge import KINDS, judge
from streams.alerts.organisation_policy import flaws, joined, where
from streams.catalogue.document.places import Policy as Compiled
from streams.catalogue.faults import report
from streams.catalogue.place import Places, Problems, nearest

Raw = tuple[bytes | None, bytes | None]
"""Key and value of a record; a value of None, a tombstone, takes the entry away."""

FALLBACK = "fallback"
POLICY = "policy"
_MODELS: dict[str, type[Person] | type[Store] | type[Unit] | type[Chain] | type[Policy] | type[Duty]] = {
    "store": Store,
    "area": Unit,
    "region": Unit,
    "brand": Unit,
    "person": Person,
    "chain": Chain,
    POLICY: Policy,
    FALLBACK: Duty,
}
_LISTS = {**KINDS, POLICY: "policies"}
_Key = tuple[str, str, str]
_LONGEST_SAID, _MOST_SAID = 300, 5  # characters of a name or a fault, and faults of a record


class Fault(NamedTuple):
    """A record that was passed over, by its key, and why."""

    record: str
    message: str

    def line(self) -> str:
        return f"{self.record}: {self.message}"


@dataclass(slots=True)
class Ledger:
    """The entries that the records so far leave, and what is wrong with the last record of a key.

    `take` may go on at any time with what the topic brings; `organisations` is then the data as it stands.
    """

    entries: dict[_Key, BaseModel] = field(default_factory=dict)
    faults: dict[bytes, Fault] = field(default_factory=dict)

    def take(self, records: Iterable[Raw]) -> None:
        """Records in the order of their offsets. Never raises for what a record holds."""
        for given, value in records:
            key = given or b""
            self.faults.pop(key, None)
            problems = Problems()
            place = _split(key, problems)
            if place is not None and value is None:
                self.entries.pop(place, None)
                continue
            entry = _read(place, value, problems) if place is not None and value is not None else None
            if problems.found:
                self.faults[key] = Fault(_shown(key), "; ".join(_said(problems)))
            elif place is not None and entry is not None:
                self.entries[place] = entry

    def organisations(self) -> list[Organisation]:
        """One for each tenant, its entries by id."""
        found: dict[str, dict[str, list[BaseModel]]] = {}
        fallbacks: dict[str, BaseModel] = {}
        for (tenant, kind, _), entry in sorted(self.entries.items()):
            lists = found.setdefault(tenant, {})
            if kind == FALLBACK:
                fallbacks[tenant] = entry
            else:
                lists.setdefault(_LISTS[kind], []).append(entry)
        return [
            Organisation.model_validate(
                {"tenant": tenant, **lists} | ({FALLBACK: fallbacks[tenant]} if tenant in fallbacks else {})
            )
            for tenant, lists in found.items()
        ]


def to_records(organisation: Organisation) -> Iterator[tuple[bytes, bytes]]:
    """The records of a tenant's data, which read back as the same entries; chains get ranks from their order, and
    policies of one place become one."""
    if organisation.fallback != Duty():
        yield _key(organisation.tenant, FALLBACK, FALLBACK), _json(organisation.fallback)
    for kind, key in KINDS.items():
        if kind != "chain":
            for entry in getattr(organisation, key):
                yield _key(organisation.tenant, kind, entry.id), _json(entry)
    for rank, chain in enumerate(in_order(organisation.chains), start=1):
        yield _key(organisation.tenant, "chain", chain.id), _json(chain.model_copy(update={"rank": rank}))
    for policy in joined(organisation.policies):
        yield _key(organisation.tenant, POLICY, where(policy)), _json(policy)


def tenant_of(key: bytes) -> str | None:
    """Whose record this is, None where the key does not say."""
    place = _split(key, Problems())
    return place[0] if place else None


def _key(tenant: str, kind: str, name: str) -> bytes:
    return f"{tenant}/{kind}/{name}".encode()


def _json(entry: BaseModel) -> bytes:
    """What was not given stays so: a store without a time zone has that of the catalogue's calendars."""
    return entry.model_dump_json(exclude_unset=True).encode()


def _split(key: bytes, problems: Problems) -> _Key | None:
    shown = Places(_shown(key))
    try:
        parts = key.decode().split("/", 2)
    except UnicodeDecodeError:
        problems.add(shown, (), "the key is not UTF-8; write it like tea/store/SH01")
        return None
    if len(parts) < 3 or not all(parts):
        problems.add(shown, (), "the key is not <tenant>/<kind>/<id>; write it like tea/store/SH01")
        return None
    tenant, kind, name = parts
    if kind not in _MODELS:
        kinds = ", ".join(_MODELS)
        problems.add(shown, (), f"there is no kind '{kind}' of record{nearest(kind, _MODELS, f'there are {kinds}')}")
        return None
    if kind == FALLBACK and name != FALLBACK:
        problems.add(shown, (), f"a tenant has one fallback; its key is {tenant}/{FALLBACK}/{FALLBACK}")
        return None
    return tenant, kind, name


def _read(place: _Key, value: bytes, problems: Problems) -> BaseModel | None:
    """The entry of a record; None where it has faults, which are added."""
    tenant, kind, name = place
    model = _MODELS[kind]
    places = Places("")
    try:
        entry = model.model_validate_json(value)
        around = {FALLBACK: entry} if kind == FALLBACK else {_LISTS[kind]: [entry]}
        whole = Organisation.model_validate({"tenant": tenant, **around})
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            report(fault, places, problems, model)
        return None
    if isinstance(entry, Policy):
        _see_to(entry, tenant, name, problems)
    elif not isinstance(entry, Duty) and entry.id != name:
        problems.add(places, ("id",), f"'{entry.id}' is not '{name}', the id in the key; make them the same")
    for flaw in judge(whole):
        problems.add(places, flaw.path[1:] if kind == FALLBACK else flaw.path[2:], flaw.text)
    return entry


def _see_to(policy: Policy, tenant: str, name: str, problems: Problems) -> None:
    places = Places("")
    if (written := where(policy)) != name:
        problems.add(places, (), f"it holds for '{written}' and its key says '{name}'; make them the same")
    if policy.tenant not in (None, tenant):
        problems.add(places, ("tenant",), f"'{policy.tenant}' is not '{tenant}', the tenant of the key; leave it out")
    for fault in flaws(policy, tenant):
        report(fault, places, problems, Compiled)


def _said(problems: Problems) -> Iterator[str]:
    """`duty.people: here should be ...`, without the name of the record; what is about all of it has no path."""
    for problem in problems.found[:_MOST_SAID]:
        path = problem.place.partition(": ")[2]
        yield _tamed(f"{path}: {problem.text}" if path else problem.text)
    if (more := len(problems.found) - _MOST_SAID) > 0:
        yield f"and {more} more"


def _shown(key: bytes) -> str:
    return _tamed(key.decode(errors="backslashreplace")) or "a record without a key"


def _tamed(text: str) -> str:
    """A text for people's eyes: no control characters, no end of lines, not endless."""
    short = text if len(text) <= _LONGEST_SAID else text[:_LONGEST_SAID] + "..."
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in short)
