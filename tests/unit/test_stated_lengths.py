"""Lengths that a field states, and the rounds that take theirs from one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.catalogue.compile import Compiled
from streams.catalogue.instants import as_length
from streams.catalogue.load import compile_source, compile_texts
from streams.catalogue.model import Due, Moment, Trace
from streams.clock import DAY, HOUR, MINUTE, parse_rfc3339
from streams.errors import CatalogueError

MONDAY = parse_rfc3339("2026-11-02T10:00:00+08:00")
SHANGHAI = "Asia/Shanghai"
HEAD = """
name: test
time_zone: Asia/Shanghai
calendars:
  desk: {weekly: {mon-fri: ["09:00-18:00"]}}
  night: {weekly: {mon-sun: ["22:00-06:00"]}}
moments:
  - id: the.moment
    title: {zh: 测试, en: Test}
    stage: execution
    owner: tester
    severity: low
"""
STATED = "{field: attributes.takes, unit: 1m, else: {after: 2h, targets: [{when: {tier: vip}, after: 1h}]}}"


def compiled(rest: str) -> Compiled:
    return compile_texts([("test", HEAD + rest)])


def with_deadline(deadline: str) -> Moment:
    return compiled(
        f"    starts: room.begun\n    ends: room.done\n    calendar: desk\n    deadline: {deadline}\n"
    ).moments[0]


def rounds(every: str, more: str = "") -> Compiled:
    return compiled(f"    expects: {{on: round.made, every: {every}, from: room.begun}}\n{more}")


def due(made: Moment, **fields: object) -> Due:
    """The due of a moment that starts on Monday at ten; the trace has to agree."""
    look = {name.replace("__", "."): value for name, value in fields.items()}.get
    resolved = made.deadline.resolve(MONDAY, look, SHANGHAI)
    assert made.deadline.trace(MONDAY, look, SHANGHAI).due == resolved.at
    return resolved


def test_the_field_says_how_much_open_time_there_is() -> None:
    made = with_deadline(STATED)
    assert due(made, attributes__takes="90m") == Due(MONDAY + 90 * MINUTE, 90 * MINUTE)
    assert due(made, attributes__takes=30) == Due(MONDAY + 30 * MINUTE, 30 * MINUTE)
    assert due(made, attributes__takes=0.5).span == 30_000_000
    assert due(made, attributes__takes="9h") == Due(parse_rfc3339("2026-11-03T10:00:00+08:00"), 9 * HOUR)


@pytest.mark.parametrize("value", [None, "soon", "", "0s", 0, -5, True, "3661d", 3660 * 24 * 60 + 1, float("inf")])
def test_what_is_no_length_counts_as_missing(value: object) -> None:
    made = with_deadline(STATED)
    assert due(made, attributes__takes=value).span == 2 * HOUR
    assert due(made, attributes__takes=value, tier="vip").span == HOUR
    assert due(with_deadline("{field: attributes.takes, unit: 1m}"), attributes__takes=value) == Due(None, None)


def test_a_number_is_read_only_where_its_unit_is_said() -> None:
    made = with_deadline("{field: attributes.takes, else: 2h}")
    assert due(made, attributes__takes=30).span == 2 * HOUR
    assert due(made, attributes__takes="30m").span == 30 * MINUTE


def test_the_trace_names_the_field_or_what_stood_in_for_it() -> None:
    trace = with_deadline(STATED).deadline.trace
    assert trace(MONDAY, {"attributes.takes": "1h"}.get, SHANGHAI) == Trace(
        "after", MONDAY + HOUR, field="attributes.takes", span=HOUR
    )
    assert trace(MONDAY, {"tier": "vip"}.get, SHANGHAI) == Trace(
        "after", MONDAY + HOUR, span=HOUR, target="tier = vip", instead_of="attributes.takes"
    )


def test_rounds_take_every_kind_of_length() -> None:
    assert due(rounds("9h").moments[0]).span == 9 * HOUR
    vip = rounds("{after: 9h, targets: [{when: {tier: vip}, after: 4h}]}")
    assert (due(vip.moments[0]).span, due(vip.moments[0], tier="vip").span) == (9 * HOUR, 4 * HOUR)
    assert "tier" in (vip.keeps("touchpoint.round.made") or ())
    stated = rounds(STATED)
    assert due(stated.moments[0], attributes__takes=20).span == 20 * MINUTE
    assert "attributes.takes" in (stated.keeps("touchpoint.round.made") or ())
    days = rounds("{workdays: 1}", "    calendar: desk\n")
    assert due(days.moments[0]).at == parse_rfc3339("2026-11-03T18:00:00+08:00")
    assert compile_source(stated.source).version == stated.version


def test_targets_of_rounds_may_have_hours_of_their_own() -> None:
    made = rounds("{after: 9h, targets: [{when: {tier: vip}, after: 4h, calendar: night}]}", "    calendar: desk\n")
    one = made.moments[0]
    look, nothing = {"tier": "vip"}.get, dict[str, str]().get
    assert one.deadline.resolve(MONDAY, look, one.zone(look)).at == parse_rfc3339("2026-11-03T02:00:00+08:00")
    assert one.deadline.resolve(MONDAY, nothing, one.zone(nothing)).at == parse_rfc3339("2026-11-03T10:00:00+08:00")


@pytest.mark.parametrize(
    ("every", "says"),
    [
        ("{at: due_at}", "`every` is a length"),
        ("{field: attributes.takes}", "needs an `else`"),
        ("{field: attributes.takes, else: {at: due_at}}", "`every` is a length"),
        ("{field: attributes.takes, else: {field: attributes.other}}", "needs an `else`"),
        ("{field: due_at, else: 9h}", "'due_at' holds an instant"),
        ("{after: 9h, unit: 1m}", "`unit` goes with `field`"),
        ("{after: 9h, field: attributes.takes}", "after and field together"),
        ("{workdays: 1}", "workdays"),  # by day and night
    ],
)
def test_what_is_no_length_of_a_round_is_refused(every: str, says: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        rounds(every)
    assert says in str(caught.value)


def test_a_revision_that_reads_the_deadlines_own_field_wants_an_instant_there() -> None:
    with pytest.raises(CatalogueError, match="the deadline reads no field to read again"):
        rounds(STATED, "    revises: round.moved\n")


@given(st.integers(1, 3660 * 24 * 60))
def test_texts_and_numbers_mean_the_same(minutes: int) -> None:
    assert as_length(minutes, MINUTE) == as_length(f"{minutes}m", None) == as_length(f"{minutes}m", HOUR)
    assert as_length(minutes, MINUTE) == minutes * MINUTE <= 3660 * DAY
