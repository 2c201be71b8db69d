"""The first look at a structured event takes nothing that the models refuse, and reads it as they do."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import schemas
from schemas.events import data_fields
from streams.clock import instant
from streams.ingest.event import Event, Rejection
from streams.ingest.explain import judge, parse
from streams.ingest.structured import read_structured
from tests.contract.bad_input import TABLE
from tests.contract.records import order, structured
from tests.contract.test_fuzz import DATA, NAMES, STAMPS, TYPES, damaged

VALID = sorted((Path(schemas.__file__).parent / "examples/valid").glob("*.json"))

STAMPED = [
    "2026-11-01T08:30:00Z",
    "2026-11-01T08:30:00",
    "2026-11-01T08:30:00.123456789012+05:30",
    "2024-02-29T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "2026-11-01T24:00:00Z",
    "2026-11-01T23:59:60Z",
    "2026-11-01T08:30:00+23:59",
    "2026-11-01T08:30:00+24:00",
    "2026-11-01T08:30:00+08:60",
    "2026-W44-7T08:30:00Z",
    "20261101T083000Z",
    "2000-01-01T00:00:00+23:59",
    "2099-12-31T23:59:59.999999-23:59",
    "1970-01-01T00:00:00+00:01",
    "2199-12-31T23:59:59-00:01",
]
WRITTEN = [
    *(json.dumps(text).encode() for text in STAMPED),
    *(
        b"null",
        b"true",
        b"7",
        b"-0",
        b"-0.0",
        b"4.0",
        b"1e2",
        b"1E+2",
        b"1.5e300",
        b"1e400",
        b"NaN",
        b"-Infinity",
        b"01",
        b"1.",
    ),
    *(b"9223372036854775807", b"9223372036854775808", b"-9223372036854775808", b"-9223372036854775809", b"1" * 5000),
    *(b'""', b'"human"', b'"zh-CN"', b'"\\u5355"', b'"\xe5\x8d\x95"', b'"\\ud83d\\ude00"', b'"\\ud83d"', b'"\\u0000"'),
    *(b'"\x7f"', b'"\n"', b'"\xff"', b'"\xed\xa0\x80"', b'"' + b"x" * 64 + b'"', b'"' + b"x" * 65 + b'"'),
    *(
        b"{}",
        b"[]",
        b'{"a":1,"b":2.0,"c":"x","d":true}',
        b'{"a":null}',
        b'{"a":[1]}',
        b'{"a":1,"a":"b"}',
        b'{"":1}',
        b"{1:1}",
    ),
    *(b'[{"sku":"a","with":[{"b":[1]}]}]', b"[" * 150 + b"]" * 150, b"[" * 250 + b"]" * 250),
    *(b'"x"}', b'"x",', b'"x"/**/', b"'x'", b"\xef\xbb\xbf1"),
]


def event_with(place: str, name: str, written: bytes) -> bytes:
    """A touchpoint with one attribute, or one data field, written in just these bytes."""
    event = order(type="touchpoint.a")
    (event if place == "attribute" else event["data"])[name] = "\0here"
    return json.dumps(event).encode().replace(b'"\\u0000here"', written)


def check(value: bytes) -> bool:
    """Whether the first look took it; the models must say the same."""
    event = read_structured(value)
    if event is None:
        return False
    envelope = parse(value)
    assert not isinstance(envelope, Rejection), envelope
    validated = judge(envelope)
    assert not isinstance(validated, Rejection), validated
    assert exact(event) == exact(_event(validated))
    return True


def _event(validated: dict[str, Any]) -> Event:
    known = {name: value for name, value in validated["data"].items() if name in data_fields(validated["type"])}
    return Event(
        validated["id"],
        validated["source"],
        validated["type"],
        validated["tenant"],
        validated.get("region"),
        validated["subject"],
        instant(validated["time"]),
        {name: instant(value) if isinstance(value, datetime) else value for name, value in known.items()},
        len(validated["data"]) - len(known),
    )


def exact(event: Event) -> str:
    """The event as text, in which 4 is not 4.0 and 1 is not True."""
    return repr([event.id, event.source, event.type, event.tenant, event.region, event.case, event.occurred_at]) + repr(
        [sorted(event.fields.items()), event.unknown]
    )


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_valid_example_needs_no_second_look(path: Path) -> None:
    assert check(path.read_bytes())


@pytest.mark.parametrize("name", ["traceparent", "sequence", "comexampleextension"])
def test_an_extension_attribute_needs_no_second_look(name: str) -> None:
    assert check(event_with("attribute", name, b'"a"'))


def test_what_a_publisher_adds_to_the_data_needs_no_second_look() -> None:
    assert check(event_with("data", "basket", b'[{"sku":"a","with":[{"name":"milk"}]}]'))


@pytest.mark.parametrize("written", WRITTEN, ids=lambda written: repr(written[:40]))
def test_whatever_is_written_into_a_field_is_read_as_the_models_read_it(written: bytes) -> None:
    for name in (*NAMES, "comexampleextension"):
        check(event_with("attribute", name, written))
    for name in (*sorted(data_fields("touchpoint.a")), "basket"):
        check(event_with("data", name, written))


def test_the_table_of_bad_input_stays_bad() -> None:
    for row in TABLE:
        if row.sent.value is not None:
            check(row.sent.value)


@given(TYPES, STAMPS, DATA, st.permutations(range(10)), damaged())
@settings(max_examples=300)
def test_events_in_any_order_and_damaged_events_are_read_as_the_models_read_them(
    event_type: str, time: str, data: dict[str, Any], places: list[int], broken: bytes
) -> None:
    attributes = list(order(type=event_type, time=time, data=data).items())
    check(structured(dict(attributes[place] for place in places)).value or b"")
    check(broken)
