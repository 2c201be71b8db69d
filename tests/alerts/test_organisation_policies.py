"""Policies and brands in organisation data: as records, several for one place, and who answers for a brand."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.organisation import Organisation, Policy
from streams.alerts.organisation import Directory
from streams.alerts.organisation_file import parse
from streams.alerts.organisation_policy import joined, where
from streams.alerts.organisation_records import Ledger, to_records
from streams.errors import CatalogueError

PEOPLE = """tenant: tea
fallback: {people: [last]}
people:
  - {id: ann, name: Ann, contacts: [{receiver: mail}]}
  - {id: last, name: Last, contacts: [{receiver: mail}]}
"""
OFF = {"order.confirm": {"off": True}}


def policy(**said: Any) -> Policy:
    return Policy.model_validate(said)


def faults(*records: tuple[str, object]) -> list[str]:
    ledger = Ledger()
    ledger.take((key.encode(), json.dumps(value).encode()) for key, value in records)
    return [fault.line() for fault in ledger.faults.values()]


def test_a_policy_is_a_record_of_the_place_it_holds_for_and_reads_back() -> None:
    whole = Organisation.model_validate(
        {
            "tenant": "tea",
            "stores": [{"id": "S1"}],
            "policies": [
                {"moments": OFF},
                {"tenant": "tea", "brand": "fresh", "region": "east", "calendars": {"desk": "mall"}},
                {"store": "S1", "moments": {"order.confirm": {"deadline": "4m"}}},
                {"store": "S1", "moments": {"order.confirm": {"severity": "low"}, "ticket.reply": {"off": False}}},
            ],
        }
    )
    records = dict(to_records(whole))
    assert {key for key in records if b"/policy/" in key} == {
        b"tea/policy/tenant",
        b"tea/policy/region=east&brand=fresh",
        b"tea/policy/store=S1",
    }
    assert json.loads(records[b"tea/policy/store=S1"]) == {
        "store": "S1",
        "moments": {"order.confirm": {"deadline": "4m", "severity": "low"}, "ticket.reply": {"off": False}},
    }
    ledger = Ledger()
    ledger.take(records.items())
    assert not ledger.faults
    (read,) = ledger.organisations()
    assert read.policies == joined(whole.policies)


def test_a_store_without_a_time_zone_is_published_without_one() -> None:
    whole = Organisation.model_validate({"tenant": "tea", "stores": [{"id": "S1"}]})
    assert dict(to_records(whole)) == {b"tea/store/S1": b'{"id":"S1"}'}


NAMES = st.none() | st.text("ab=&%/", min_size=1, max_size=3)


@given(st.tuples(NAMES, NAMES, NAMES), st.tuples(NAMES, NAMES, NAMES))
def test_no_two_places_have_the_same_key(
    one: tuple[str | None, str | None, str | None], other: tuple[str | None, str | None, str | None]
) -> None:
    first, second = (where(Policy(brand=brand, region=region, store=store)) for brand, region, store in (one, other))
    assert (first == second) == (one == other)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("store=S1", {"store": "S2", "moments": OFF},
         "it holds for 'store=S2' and its key says 'store=S1'; make them the same"),
        ("tenant", {"tenant": "inn", "moments": OFF}, "tenant: 'inn' is not 'tea', the tenant of the key; leave it out"),
        ("tenant", {"moments": {"order.confirm": {"deadline": {"aftr": "4m"}}}},
         "there is no key 'aftr' here; did you mean 'after'?"),
        ("tenant", {"moments": {"order.confirm": {"sevrity": "low"}}},
         "there is no key 'sevrity' here; did you mean 'severity'?"),
    ],
)  # fmt: skip
def test_a_policy_record_that_no_catalogue_would_take_is_named(key: str, value: object, says: str) -> None:
    (line,) = faults((f"tea/policy/{key}", value))
    assert line.startswith(f"tea/policy/{key}: ")
    assert line.endswith(says)


def test_a_bad_policy_record_leaves_what_its_place_said_before() -> None:
    good, bad = {"moments": OFF}, {"moments": {"order.confirm": {"deadline": "soon"}}}
    ledger = Ledger()
    ledger.take((b"tea/policy/tenant", json.dumps(value).encode()) for value in (good, bad))
    assert len(ledger.faults) == 1
    (whole,) = ledger.organisations()
    assert [one.moments for one in whole.policies] == [policy(**good).moments]


def test_what_files_say_twice_of_one_place_is_a_fault_at_the_second() -> None:
    said = "policies: [{store: S1, moments: {order.confirm: {off: true}}}]\n"
    texts = [("one", f"{PEOPLE}stores: [{{id: S1}}]\n{said}"), ("two", f"tenant: tea\n{said}")]
    with pytest.raises(CatalogueError) as refused:
        parse(texts)
    assert refused.value.problems == ["two:2:50: for store S1 this is said already, at one:7:50; keep one of the two"]


def tea(**changes: Any) -> Directory:
    people = [{"id": name, "name": name, "contacts": [{"receiver": "mail"}]} for name in ("ann", "bob", "last")]
    entry = {
        "tenant": "tea",
        "fallback": {"people": ["last"]},
        "people": people,
        "stores": [{"id": "S1", "brand": "fresh", "region": "east"}, {"id": "S2", "brand": "calm"}],
        "regions": [{"id": "east"}],
        "brands": [{"id": "fresh", "duty": {"people": ["ann"]}}],
    }
    return Directory.of([Organisation.model_validate(entry | changes)])


def told(directory: Directory, store: str, tell: Any = "store") -> tuple[list[str], str | None]:
    found = directory.duty("tea", store, None, tell, 0)
    return [person.id for person in found.people], found.by


def test_a_store_whose_region_has_nobody_is_answered_for_by_its_brand() -> None:
    assert told(tea(), "S1") == (["ann"], "brand")
    assert told(tea(regions=[{"id": "east", "duty": {"people": ["bob"]}}]), "S1") == (["bob"], "region")
    assert told(tea(regions=[{"id": "east", "duty": {"people": ["bob"]}}]), "S1", "brand") == (["ann"], "brand")


def test_a_brand_without_a_duty_and_a_store_that_nobody_knows_go_to_the_fallback() -> None:
    assert told(tea(), "S2") == (["last"], "fallback")
    assert told(tea(), "S2", "brand") == (["last"], "fallback")
    assert told(tea(), "S9", "brand") == (["last"], "fallback")


def test_the_ladder_of_a_store_says_who_is_at_each_level() -> None:
    ladder = tea().ladder("tea", "S1", 0)
    assert [(rung.level, rung.name, [person.id for person in rung.people]) for rung in ladder] == [
        ("store", "S1", []),
        ("region", "east", []),
        ("brand", "fresh", ["ann"]),
        ("fallback", "", ["last"]),
    ]
    assert tea().ladder("inn", "S1", 0) == ()


def test_a_brand_lies_in_no_region() -> None:
    with pytest.raises(CatalogueError) as refused:
        parse([("f", f"{PEOPLE}brands: [{{id: fresh, region: east}}]\nregions: [{{id: east}}]\n")])
    assert refused.value.problems == ["f:6:30: a brand lies in no region; leave this out"]
