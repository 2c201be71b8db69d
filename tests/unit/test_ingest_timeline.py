"""Recorded events in another time: `moments publish --speed --shift-to-now`."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.cli.timeline import Timeline, time_of
from streams.clock import HOUR, MINUTE, SECOND, parse_rfc3339

FIRST = parse_rfc3339("2026-11-01T08:00:00Z")
NOW = parse_rfc3339("2027-03-05T12:00:00Z")
REAL_TIME = Timeline(FIRST, NOW, speed=1, shift=True)
EVENT = {
    "id": "2026-11-01T08:00:00Z",
    "time": "2026-11-01T09:00:00+08:00",
    "data": {
        "promised_at": "2026-11-01T08:30:00.5Z",
        "order_id": "2026-11-01",
        "attributes": {"arrival_at": "2026-11-01T10:00:00Z", "floor": 3, "note": "at 2026-11-01T10:00:00Z"},
        "legs": [{"at": "2026-11-01T08:00:00Z"}],
    },
}


def rewritten(timeline: Timeline, event: object = EVENT) -> dict[str, object]:
    moved = json.loads(timeline.rewrite(json.dumps(event).encode()))
    assert isinstance(moved, dict)
    return moved


def test_shifting_moves_every_stamp_of_the_data_and_the_time_and_nothing_else() -> None:
    assert rewritten(REAL_TIME) == {
        "id": "2026-11-01T08:00:00Z",
        "time": "2027-03-05T13:00:00+08:00",
        "data": {
            "promised_at": "2027-03-05T12:30:00.500000+00:00",
            "order_id": "2026-11-01",
            "attributes": {"arrival_at": "2027-03-05T14:00:00+00:00", "floor": 3, "note": "at 2026-11-01T10:00:00Z"},
            "legs": [{"at": "2027-03-05T12:00:00+00:00"}],
        },
    }


def test_at_speed_60_a_promise_of_half_an_hour_becomes_one_of_half_a_minute() -> None:
    fast = Timeline(FIRST, NOW, speed=60, shift=True)
    event = {"time": "2026-11-01T08:00:00Z", "data": {"due_at": "2026-11-01T08:30:00Z"}}
    assert rewritten(fast, event) == {
        "time": "2027-03-05T12:00:00+00:00",
        "data": {"due_at": "2027-03-05T12:00:30+00:00"},
    }


def test_without_shifting_an_event_is_sent_as_the_bytes_it_is() -> None:
    value = b'{ "time" : "2026-11-01T08:00:00Z" }'
    assert Timeline(FIRST, NOW, speed=60, shift=False).rewrite(value) == value


@pytest.mark.parametrize("value", [b"", b"{", b"[1]", b"null", b"\xff"])
def test_what_is_no_event_is_sent_as_it_is(value: bytes) -> None:
    assert REAL_TIME.rewrite(value) == value


def test_a_stamp_that_cannot_be_moved_stays() -> None:
    event = {"time": "2026-02-30T08:00:00Z", "data": {"due_at": "9999-12-31T23:59:59-12:00"}}
    assert rewritten(REAL_TIME, event) == event


def test_events_are_due_in_scaled_time_and_never_before_the_start() -> None:
    fast = Timeline(FIRST, NOW, speed=60, shift=False)
    assert fast.due(FIRST + HOUR) == NOW + MINUTE
    assert fast.due(FIRST - HOUR) == NOW
    assert Timeline(FIRST, NOW, speed=None, shift=False).due(FIRST + HOUR) == NOW


@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9))
def test_at_their_own_pace_all_distances_are_kept_to_the_microsecond(one: int, other: int) -> None:
    assert REAL_TIME.move(one * SECOND + 1) - REAL_TIME.move(other) == (one * SECOND + 1) - other


@pytest.mark.parametrize("value", [b"{", b"[]", b"{}", b'{"time":5}', b'{"time":"2026-11-01T08:00:00"}', b'{"time":"x"}'])
def test_an_event_without_a_readable_time_has_none(value: bytes) -> None:
    assert time_of(value) is None


def test_the_time_of_an_event_is_read() -> None:
    assert time_of(b'{"time":"2026-11-01T16:00:00+08:00"}') == FIRST
