"""Organisation data as records: what is read, what is passed over and how that is said, and the way there and back."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.organisation import Organisation
from streams.alerts.organisation import Directory
from streams.alerts.organisation_file import load
from streams.alerts.organisation_records import Fault, Ledger, Raw, tenant_of, to_records
from streams.clock import HOUR, parse_rfc3339
from tests.alerts.bad_records import BAD_RECORDS, Bad

EXAMPLE = Path(__file__).parent / "organisation_example.yaml"
NOON = parse_rfc3339("2026-06-01T12:00:00+08:00")
ANN: Raw = (b"tea/person/ann", b'{"id":"ann","name":"Ann","contacts":[{"receiver":"wecom"}]}')
BOB: Raw = (b"tea/person/bob", b'{"id":"bob","name":"Bob","contacts":[{"receiver":"wecom"}]}')
STORE: Raw = (b"tea/store/S1", b'{"id":"S1","duty":{"people":["ann"]}}')
LAST: Raw = (b"tea/fallback/fallback", b'{"people":["bob"]}')


def told(directory: Directory, store: str = "S1") -> list[str]:
    return [person.id for person in directory.duty("tea", store, None, "store", NOON).people]


@pytest.mark.parametrize("bad", BAD_RECORDS, ids=lambda bad: bad.name)
def test_a_bad_record_is_named_and_passed_over(bad: Bad) -> None:
    directory, faults = Directory.from_records([ANN, LAST, (bad.key, bad.value), BOB])
    assert [fault.line() for fault in faults] == [bad.says]
    assert directory.person("tea", "bob") is not None
    assert told(directory, "unknown") == ["bob"]


@pytest.mark.parametrize("bad", BAD_RECORDS, ids=lambda bad: bad.name)
def test_what_is_said_of_a_bad_record_is_one_line_for_people(bad: Bad) -> None:
    (fault,) = Directory.from_records([(bad.key, bad.value)]).faults
    assert fault.line().isprintable()
    assert len(fault.line()) < 2000


def test_records_in_any_order_make_the_same_directory() -> None:
    given = [ANN, BOB, STORE, LAST]
    for records in (given, given[::-1]):
        directory, faults = Directory.from_records(records)
        assert faults == ()
        assert told(directory) == ["ann"]
        assert told(directory, "unknown") == ["bob"]


def test_a_record_takes_the_place_of_an_earlier_one() -> None:
    later: Raw = (b"tea/store/S1", b'{"id":"S1","duty":{"people":["bob"]}}')
    assert told(Directory.from_records([ANN, BOB, STORE, later]).directory) == ["bob"]


def test_a_tombstone_takes_an_entry_away() -> None:
    directory, faults = Directory.from_records([ANN, BOB, STORE, LAST, (b"tea/store/S1", None)])
    assert directory.duty("tea", "S1", None, "store", NOON).known is False
    assert told(directory) == ["bob"]
    assert faults == ()


def test_a_tombstone_of_what_never_was_is_no_fault() -> None:
    assert Directory.from_records([(b"tea/store/S9", None)]).faults == ()


def test_a_tenant_whose_last_entry_goes_is_unknown() -> None:
    assert Directory.from_records([ANN, (b"tea/person/ann", None)]).directory.tenants() == ()


def test_a_bad_record_leaves_what_its_key_said_before() -> None:
    bad: Raw = (b"tea/store/S1", b'{"id":"S1","dutty":{}}')
    directory, faults = Directory.from_records([ANN, STORE, bad])
    assert told(directory) == ["ann"]
    assert faults == (Fault("tea/store/S1", "dutty: there is no key 'dutty' here; did you mean 'duty'?"),)


@pytest.mark.parametrize("healed", [STORE, (b"tea/store/S1", None)])
def test_a_fault_is_over_once_its_key_is_put_right(healed: Raw) -> None:
    assert Directory.from_records([(b"tea/store/S1", b"{"), healed]).faults == ()


def test_a_ledger_goes_on_where_it_stood() -> None:
    ledger = Ledger()
    ledger.take([ANN, BOB, STORE])
    assert told(Directory.from_ledger(ledger).directory) == ["ann"]
    ledger.take([(b"tea/store/S1", b'{"id":"S1","duty":{"people":["bob"]}}')])
    assert told(Directory.from_ledger(ledger).directory) == ["bob"]


def test_an_id_may_have_a_slash() -> None:
    directory, faults = Directory.from_records([ANN, (b"tea/store/S/1", b'{"id":"S/1","duty":{"people":["ann"]}}')])
    assert faults == ()
    assert told(directory, "S/1") == ["ann"]


def test_chains_of_records_are_looked_through_by_rank_then_by_id() -> None:
    steps = [{"after": "0s", "tell": "store"}]
    records = [
        (f"tea/chain/{name}".encode(), json.dumps({"id": name, "rank": rank, "steps": steps}).encode())
        for name, rank in (("c", 1), ("z", 0), ("b", 1))
    ]
    whole = Directory.from_records(records).directory.organisation("tea")
    assert whole is not None
    assert [chain.id for chain in whole.chains] == ["z", "b", "c"]


def test_a_file_and_its_records_give_the_same_answers() -> None:
    (whole,) = load([str(EXAMPLE)])
    by_file = Directory.of([whole])
    by_records, faults = Directory.from_records(to_records(whole))
    assert faults == ()
    assert by_records.gaps() == by_file.gaps() == ()
    for store in ["SH01", "SH02", "SH03", "HZ01", "BE01", "BE02", "unknown"]:
        for tell in ("store", "area", "region", "fallback"):
            for hour in range(0, 14 * 24, 3):
                at = NOON + hour * HOUR
                assert by_records.duty("tea", store, None, tell, at) == by_file.duty("tea", store, None, tell, at)
    for severity in ("low", "medium", "high", "critical"):
        for moment in ("delivery.late", "order.confirm"):
            assert by_records.chain("tea", severity, moment) == by_file.chain("tea", severity, moment)


def test_published_chains_keep_the_order_of_the_file_whatever_their_ids() -> None:
    steps = [{"after": "0s", "tell": "store"}]
    chains = [{"id": name, "severities": ["low"], "steps": steps} for name in ("z", "m", "a")]
    whole = Organisation.model_validate({"tenant": "tea", "chains": chains})
    read = Directory.from_records(to_records(whole)).directory.organisation("tea")
    assert read is not None
    assert [chain.id for chain in read.chains] == ["z", "m", "a"]


def test_the_key_of_a_record_says_whose_it_is() -> None:
    assert tenant_of(b"tea/store/S1") == "tea"
    assert tenant_of(b"tea/robot/S1") is None
    assert tenant_of(b"\xff/store/S1") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "duty", "rota", "people", "shifts", "steps", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)
KEYS = st.binary(max_size=12) | st.builds(
    "{}/{}/{}".format,
    st.text(max_size=3),
    st.sampled_from(["store", "area", "region", "person", "chain", "fallback", "x"]),
    st.text(max_size=3) | st.just("fallback"),
).map(lambda text: text.encode(errors="replace"))
VALUES = st.none() | st.binary(max_size=20) | JSON.map(lambda data: json.dumps(data).encode())


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(KEYS, VALUES), max_size=6))
def test_no_record_stops_the_others(records: list[tuple[bytes, bytes | None]]) -> None:
    directory, faults = Directory.from_records([ANN, STORE, *records, (b"end/person/ann", ANN[1])])
    assert directory.person("end", "ann") is not None
    assert all(fault.line().isprintable() for fault in faults)
    for gap in directory.gaps():
        assert "there is no" in gap
