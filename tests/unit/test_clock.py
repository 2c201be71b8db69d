"""Instants and spans: whole microseconds, in and out of texts without loss."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.clock import (
    as_datetime,
    format_duration,
    instant,
    parse_duration,
    parse_rfc3339,
    rfc3339,
)

INSTANTS = st.integers(instant(datetime(1900, 1, 1, tzinfo=UTC)), instant(datetime(9000, 1, 1, tzinfo=UTC)))


@given(INSTANTS)
def test_an_instant_is_written_as_python_writes_it_and_read_back_exactly(at: int) -> None:
    assert rfc3339(at) == as_datetime(at).isoformat().replace("+00:00", "Z")
    assert parse_rfc3339(rfc3339(at)) == at


@given(INSTANTS, st.integers(-23, 23))
def test_the_offset_of_a_stamp_changes_nothing_but_the_text(at: int, hours: int) -> None:
    local = as_datetime(at).astimezone(timezone(timedelta(hours=hours)))
    assert instant(local) == at
    assert parse_rfc3339(local.isoformat()) == at


@pytest.mark.parametrize("text", ["2026-11-01T08:00:00", "yesterday", "", "2026-13-01T00:00:00Z"])
def test_a_stamp_without_offset_or_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 the message differs by fault
        parse_rfc3339(text)


@given(st.integers(0, 10**14))
def test_a_duration_reads_back_as_it_was_written(milliseconds: int) -> None:
    assert parse_duration(format_duration(milliseconds * 1_000)) == milliseconds * 1_000


@pytest.mark.parametrize("text", ["", "5", "m", "1.5h", "-3m", "3 m", "3y"])
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write it like"):
        parse_duration(text)
