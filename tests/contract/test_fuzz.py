"""Whatever bytes come, each record gives one answer, and the answer depends on the record alone."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.events import MODELS, data_fields
from streams.clock import DAY, parse_rfc3339, rfc3339
from streams.ingest.dead_letter import bury, read_refusal, revive
from streams.ingest.decode import decode
from streams.ingest.event import Event, Rejection
from streams.ingest.policy import Policy
from tests.contract.records import STAMPED, STRUCTURED, Raw, binary, order, structured

POLICIES = st.sampled_from([Policy(), Policy(max_age=DAY), Policy(max_bytes=300)])
TYPES = st.sampled_from([*MODELS, "touchpoint.room.prepared", "touchpoint.a.v2", "order.lost", "order.placed.v2"])
STAMPS = st.one_of(
    st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
    st.just("2026-11-01T08:00:00+08:00"),
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | STAMPS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = ["specversion", "id", "source", "type", "time", "subject", "tenant", "region", "datacontenttype", "dataschema"]
DATA = st.dictionaries(st.sampled_from(sorted({*data_fields("touchpoint.any"), "other"})), JSON, max_size=5)
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(["content-type", "Content-Type", *(f"ce_{name}" for name in NAMES), "x"]), st.binary(max_size=40)
    ),
    max_size=4,
).map(tuple)
TIMESTAMPS = st.sampled_from([STAMPED, -1, 0, 2**62])


@st.composite
def changed_orders(draw: st.DrawFn) -> dict[str, Any]:
    """A valid event of any type, with some attributes and data replaced by whatever JSON there is."""
    changes = draw(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=2))
    return order(type=draw(TYPES), time=draw(STAMPS), data=draw(DATA)) | changes


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A valid event with a few bytes overwritten, or cut short."""
    value = bytearray(structured(order(type=draw(TYPES))).value or b"")
    for place in draw(st.lists(st.integers(0, len(value) - 1), max_size=3)):
        value[place] = draw(st.integers(0, 255))
    return bytes(value[: draw(st.integers(0, len(value)))]) if draw(st.booleans()) else bytes(value)


VALUES = st.one_of(
    st.none(),
    st.binary(max_size=60),
    JSON.map(lambda value: json.dumps(value).encode()),
    changed_orders().map(lambda event: json.dumps(event).encode()),
    damaged(),
)
RECORDS = st.builds(
    Raw,
    VALUES,
    st.one_of(st.just(b"o-1"), st.none(), st.binary(max_size=8)),
    st.one_of(st.just(()), st.just(STRUCTURED), st.just(binary(order()).headers), HEADERS),
    TIMESTAMPS,
)


@given(st.lists(RECORDS, max_size=6), POLICIES)
@settings(max_examples=400)
def test_every_record_gives_one_answer_however_the_log_is_split(records: list[Raw], policy: Policy) -> None:
    answers = decode(records, policy)
    assert answers == [answer for record in records for answer in decode([record], policy)]
    assert len(answers) == len(records)
    for record, answer in zip(records, answers, strict=True):
        _check(record, answer)


def _check(record: Raw, answer: Event | Rejection) -> None:
    """What every answer promises to the rest of the monitor."""
    if isinstance(answer, Rejection):
        assert (answer.field + answer.message).isprintable()
        letter = bury(record, answer)
        assert read_refusal(letter.headers).reason == answer.reason
        assert revive(record._replace(headers=letter.headers)) == (record.topic, record.key, record.value, record.headers)
        return
    assert answer.case.encode() == record.key
    assert parse_rfc3339(rfc3339(answer.occurred_at)) == answer.occurred_at
    assert answer.fields.keys() <= data_fields(answer.type)
    assert answer.unknown >= 0


@given(TYPES, STAMPS, DATA)
@settings(max_examples=200)
def test_both_modes_say_the_same_of_the_same_event(event_type: str, time: str, data: dict[str, Any]) -> None:
    event = order(type=event_type, time=time, data=data)
    (one,), (other,) = decode([structured(event, timestamp=-1)]), decode([binary(event, timestamp=-1)])
    assert one == other
