"""Every form of a deadline, what it comes to, and the trace that explains it."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.catalogue.deadline import own_field, revised_due
from streams.catalogue.instants import as_instant
from streams.catalogue.load import compile_source, compile_texts
from streams.catalogue.model import OCCURRED_AT, Due, Moment, Trace, calendar_name, zone_name
from streams.clock import HOUR, MINUTE, SECOND, parse_rfc3339

MONDAY = parse_rfc3339("2026-11-02T10:00:00+08:00")
SATURDAY = parse_rfc3339("2026-11-07T10:00:00+08:00")
SHANGHAI = "Asia/Shanghai"

HEAD = """
name: test
time_zone: Asia/Shanghai
calendars:
  desk: {weekly: {mon-fri: ["09:00-18:00"]}}
  berlin_desk: {weekly: {mon-fri: ["09:00-18:00"]}, time_zone: Europe/Berlin}
  night: {weekly: {mon-sun: ["22:00-06:00"]}}
stores:
  s1: {time_zone: America/New_York, region: east, calendars: {desk: night}}
  s2: {region: west, calendars: {desk: always}}
moments:
  - id: the.moment
    title: {zh: 测试, en: Test}
    stage: execution
    owner: tester
    severity: low
    starts: room.begun
    ends: room.done
"""


def nothing(path: str) -> object:
    """A look at an event without fields."""
    return None


def moment(deadline: str, more: str = "") -> Moment:
    return compile_texts([("test", f"{HEAD}    deadline: {deadline}\n{more}")]).moments[0]


def due(deadline: str, at: int = MONDAY, more: str = "", **fields: object) -> Due:
    """The due of a moment with this deadline; the trace has to agree."""
    made = moment(deadline, more)
    look = {name.replace("__", "."): value for name, value in fields.items()}.get
    zone = made.zone(look)
    resolved = made.deadline.resolve(at, look, zone)
    assert made.deadline.trace(at, look, zone).due == resolved.at
    return resolved


def trace(deadline: str, at: int = MONDAY, **fields: object) -> Trace:
    made = moment(deadline)
    look = fields.get
    return made.deadline.trace(at, look, made.zone(look))


def test_after_runs_from_the_start() -> None:
    assert due("{after: 3m}") == Due(MONDAY + 3 * MINUTE, 3 * MINUTE)
    assert due("3m") == due("{after: 3m}")
    assert trace("{after: 3m}") == Trace("after", MONDAY + 3 * MINUTE, span=3 * MINUTE)


def test_after_counts_open_time_where_there_is_a_calendar() -> None:
    assert due("{after: 2h}", SATURDAY, "    calendar: desk\n").at == parse_rfc3339("2026-11-09T11:00:00+08:00")


TARGETS = (
    "{after: 30m, targets: [{when: {tier: vip}, after: 10m}, {when: {tier: [vip, gold], score: {lt: 3}}, after: 20m}]}"
)


def test_the_first_target_that_holds_counts_and_is_named() -> None:
    assert due(TARGETS, tier="vip", score=1).span == 10 * MINUTE
    assert due(TARGETS, tier="gold", score=1).span == 20 * MINUTE
    assert due(TARGETS, tier="gold", score=3).span == 30 * MINUTE
    assert due(TARGETS).span == 30 * MINUTE
    assert trace(TARGETS, tier="vip").target == "tier = vip"
    assert trace(TARGETS, tier="gold", score=1).target == "score < 3 and tier in vip, gold"
    assert trace(TARGETS).target is None


@pytest.mark.parametrize("field", ["priority", "tier", "channel", "locale", "store_id", "region", "attributes.kind"])
def test_a_target_may_look_at_any_field(field: str) -> None:
    made = moment(f"{{after: 30m, targets: [{{when: {{{field}: x}}, after: 10m}}]}}")
    assert made.deadline.resolve(0, {field: "x"}.get, SHANGHAI).at == 10 * MINUTE
    assert made.deadline.resolve(0, {field: "y"}.get, SHANGHAI).at == 30 * MINUTE


def test_the_stores_region_stands_in_where_the_event_names_none() -> None:
    targets = "{after: 30m, targets: [{when: {region: east}, after: 10m}]}"
    assert due(targets, store_id="s1").span == 10 * MINUTE
    assert due(targets, store_id="s1", region="north").span == 30 * MINUTE
    assert due(targets, store_id="s9").span == 30 * MINUTE


PROMISED = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)


def test_at_is_the_instant_in_a_field_and_plus_moves_it() -> None:
    promised = parse_rfc3339("2026-11-02T03:00:00Z")
    assert due("{at: promised_at}", promised_at=PROMISED) == Due(promised, None)
    assert due("{at: promised_at, plus: 10m}", promised_at=PROMISED) == Due(promised + 10 * MINUTE, None)
    assert due("{at: promised_at, plus: -1s}", promised_at=PROMISED) == Due(promised - SECOND, None)
    assert trace("{at: promised_at, plus: -1s}", promised_at=PROMISED) == Trace(
        "at", promised - SECOND, field="promised_at", value=promised, span=-SECOND
    )
    assert trace("{at: promised_at}", promised_at=PROMISED).span is None


def test_at_is_a_wall_instant_whatever_the_calendar() -> None:
    assert due("{at: promised_at}", more="    calendar: desk\n", promised_at=SATURDAY).at == SATURDAY


def test_before_is_a_lead_ahead_of_a_field() -> None:
    arrival = "2026-11-03T14:00:00+08:00"
    assert due("{before: attributes.arrival_at, lead: 2h}", attributes__arrival_at=arrival).at == parse_rfc3339(
        "2026-11-03T12:00:00+08:00"
    )
    assert trace("{before: due_at, lead: 2h}", due_at=5 * HOUR) == Trace(
        "before", 3 * HOUR, field="due_at", value=5 * HOUR, span=2 * HOUR
    )


def test_a_missing_field_without_else_leaves_the_due_unknown() -> None:
    assert due("{at: promised_at}") == Due(None, None)
    assert due("{at: promised_at}", promised_at="soon") == Due(None, None)
    assert trace("{at: promised_at}") == Trace("at", None, field="promised_at")
    assert due("{before: due_at, lead: 1h}") == Due(None, None)


def test_else_stands_in_for_a_missing_field_and_the_trace_says_for_which() -> None:
    assert due("{at: promised_at, else: {after: 15m}}") == Due(MONDAY + 15 * MINUTE, 15 * MINUTE)
    assert due("{at: promised_at, else: 15m}", promised_at=PROMISED).span is None
    nested = "{at: promised_at, else: {before: due_at, lead: 1h, else: {after: 15m}}}"
    assert trace(nested).instead_of == "promised_at, due_at"
    assert trace(nested, due_at=9 * HOUR) == Trace(
        "before", 8 * HOUR, field="due_at", value=9 * HOUR, span=HOUR, instead_of="promised_at"
    )


def test_earliest_and_latest_choose_among_what_is_known() -> None:
    several = "[{after: 1h}, {at: promised_at}, {at: due_at}]"
    early, late = MONDAY + 10 * MINUTE, MONDAY + 3 * HOUR
    assert due(f"{{earliest: {several}}}", promised_at=early, due_at=late) == Due(early, None)
    assert due(f"{{latest: {several}}}", promised_at=early, due_at=late) == Due(late, None)
    assert due(f"{{latest: {several}}}", promised_at=early) == Due(MONDAY + HOUR, HOUR)
    assert due("{earliest: [{at: promised_at}, {at: due_at}]}") == Due(None, None)
    traced = trace(f"{{latest: {several}}}", promised_at=early, due_at=late)
    assert (traced.clause, traced.due, traced.chosen) == ("latest", late, 2)
    assert [part.due for part in traced.parts] == [MONDAY + HOUR, early, late]
    assert trace("{earliest: [{at: promised_at}, {at: due_at}]}").chosen is None


def test_choices_nest() -> None:
    nested = "{earliest: [{after: 1h}, {latest: [{after: 10m}, {at: promised_at}]}]}"
    assert due(nested, promised_at=MONDAY + 30 * MINUTE).at == MONDAY + 30 * MINUTE
    assert due(nested, promised_at=MONDAY + 5 * HOUR).at == MONDAY + HOUR
    assert due(nested).at == MONDAY + 10 * MINUTE


def test_the_zone_is_the_events_else_the_stores_else_the_calendars_else_the_catalogues() -> None:
    def zone(calendar: str, **fields: object) -> str:
        return moment("8h", f"    calendar: {calendar}\n").zone(fields.get)

    assert zone("night", time_zone="Asia/Tokyo", store_id="s1") == "Asia/Tokyo"
    assert zone("night", store_id="s1") == "America/New_York"
    assert zone("night", store_id="s2") == "Asia/Shanghai"
    assert zone("berlin_desk") == "Europe/Berlin"
    assert zone("night") == "Asia/Shanghai"
    assert zone("night", time_zone="Mars/Olympus") == "Asia/Shanghai"
    assert zone("night", time_zone="Asia/Tokyo@always") == "Asia/Shanghai"  # no way in for a calendar's name
    assert zone("night", time_zone=7) == "Asia/Shanghai"


def test_a_store_may_keep_another_calendar() -> None:
    made = moment("2h", "    calendar: desk\n")
    assert made.zone({"store_id": "s1"}.get) == "America/New_York@night"
    assert made.zone({"store_id": "s2"}.get) == "Asia/Shanghai@always"
    assert made.zone({"store_id": "s9"}.get) == "Asia/Shanghai"
    assert not made.calendar.always
    noon = parse_rfc3339("2026-11-07T12:00:00-05:00")  # a Saturday in New York
    assert made.deadline.resolve(noon, nothing, "America/New_York@night").at == parse_rfc3339("2026-11-08T00:00:00-05:00")
    assert made.deadline.resolve(noon, nothing, "Asia/Shanghai@always").at == noon + 2 * HOUR


def test_a_target_may_keep_another_calendar_and_the_stores_exchange_counts_for_it_too() -> None:
    made = moment(
        "{after: 8h, targets: [{when: {priority: p1}, after: 15m, calendar: always}, {when: {priority: p2}, after: 1h}]}",
        "    calendar: desk\n",
    )
    urgent = {"priority": "p1"}.get
    assert made.zone(urgent) == "Asia/Shanghai@always"
    assert made.deadline.resolve(SATURDAY, urgent, made.zone(urgent)).at == SATURDAY + 15 * MINUTE
    assert made.zone({"priority": "p2"}.get) == "Asia/Shanghai"
    assert made.zone({"priority": "p2", "store_id": "s2"}.get) == "Asia/Shanghai@always"
    assert made.zone({"priority": "p1", "store_id": "s1"}.get) == "America/New_York@always"


def test_the_zone_has_a_name_for_people_and_so_has_the_calendar() -> None:
    made = moment("2h", "    calendar: desk\n")
    assert zone_name("America/New_York@night") == "America/New_York"
    assert zone_name("Asia/Shanghai") == "Asia/Shanghai"
    assert calendar_name(made.calendar, "America/New_York@night") == "night"
    assert calendar_name(made.calendar, "Asia/Shanghai") == "desk"


def test_a_moment_without_a_calendar_runs_day_and_night() -> None:
    assert moment("2h").calendar.always


def test_a_revision_of_the_deadlines_own_field_keeps_plus_and_lead() -> None:
    deadline = moment("{earliest: [{at: promised_at, plus: 10m}, {before: due_at, lead: 2h}]}").deadline
    assert own_field(deadline) == "promised_at"
    assert revised_due(deadline, "promised_at", 5 * HOUR) == 5 * HOUR + 10 * MINUTE
    assert revised_due(deadline, "due_at", 5 * HOUR) == 3 * HOUR
    assert revised_due(deadline, "ship_by", 5 * HOUR) == 5 * HOUR
    assert own_field(moment("3m").deadline) is None


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (1_762_000_000_000_001, 1_762_000_000_000_001),
        (datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=UTC), 1_000_005),
        (datetime(1970, 1, 1, 8, tzinfo=timezone(timedelta(hours=8))), 0),
        ("1970-01-01T08:00:00+08:00", 0),
        ("1970-01-01T00:00:00.000001Z", 1),
        ("1970-01-01T00:00:00", None),
        (datetime(1970, 1, 1), None),  # noqa: DTZ001  (naive on purpose)
        ("tomorrow", None),
        ("", None),
        (True, None),
        (1.5, None),
        (None, None),
        ([], None),
        (10**30, None),
        ("9999-12-31T23:59:59Z", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_what_counts_as_an_instant(value: object, meant: int | None) -> None:
    assert as_instant(value) == meant


INSTANTS = st.none() | st.integers(MONDAY - 9 * HOUR, MONDAY + 9 * HOUR) | st.just("unreadable")
CLAUSES = st.recursive(
    st.builds(lambda span: f"{{after: {span}m, targets: [{{when: {{tier: vip}}, after: 7m}}]}}", st.integers(1, 600))
    | st.builds(lambda days: f"{{workdays: {days}, targets: [{{when: {{tier: vip}}, workdays: 9}}]}}", st.integers(1, 5))
    | st.builds(
        lambda field, plus: f"{{at: {field}, plus: {plus}m}}",
        st.sampled_from(["promised_at", "due_at"]),
        st.integers(-9, 9),
    )
    | st.builds(lambda lead: f"{{before: ship_by, lead: {lead}m}}", st.integers(1, 90)),
    lambda inner: (
        st.builds(
            lambda kind, parts: f"{{{kind}: [{', '.join(parts)}]}}",
            st.sampled_from(["earliest", "latest"]),
            st.lists(inner, min_size=2, max_size=3),
        )
        | st.builds(lambda otherwise: f"{{at: promised_ready_at, else: {otherwise}}}", inner)
    ),
    max_leaves=6,
)


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "promised_at": INSTANTS,
        "due_at": INSTANTS,
        "ship_by": INSTANTS,
        "promised_ready_at": INSTANTS,
        "tier": st.just("vip"),
    },
)


@given(CLAUSES, FIELDS)
def test_the_trace_always_comes_to_the_due_that_counts(deadline: str, fields: dict[str, Any]) -> None:
    compiled = compile_texts([("test", f"{HEAD}    deadline: {deadline}\n    calendar: desk\n")])
    made, again = compiled.moments[0], compile_source(compiled.source).moments[0]
    zone = made.zone(fields.get)
    assert again.zone(fields.get) == zone
    resolved = made.deadline.resolve(MONDAY, fields.get, zone)
    traced = made.deadline.trace(MONDAY, fields.get, zone)
    assert traced.due == resolved.at
    assert again.deadline.trace(MONDAY, fields.get, zone) == traced
    deciding = traced
    while deciding.parts and deciding.chosen is not None:
        deciding = deciding.parts[deciding.chosen]
    assert deciding.due == resolved.at
    assert (deciding.span if deciding.clause == "after" else None) == (None if deciding.days else resolved.span)


DESK = "    calendar: desk\n"
FRIDAY_EVENING = parse_rfc3339("2026-11-06T19:00:00+08:00")


def test_workdays_end_when_the_calendar_closes_and_the_span_is_the_open_time_until_then() -> None:
    tuesday = parse_rfc3339("2026-11-03T18:00:00+08:00")
    assert due("{workdays: 1}", more=DESK) == Due(tuesday, 17 * HOUR)
    assert due("{workdays: 1}", FRIDAY_EVENING, DESK) == Due(parse_rfc3339("2026-11-10T18:00:00+08:00"), 18 * HOUR)
    made = moment("{workdays: 3}", DESK)
    assert made.deadline.trace(MONDAY, nothing, SHANGHAI) == Trace(
        "workdays", parse_rfc3339("2026-11-05T18:00:00+08:00"), days=3
    )


def test_workdays_are_those_of_the_zone_that_counts() -> None:
    start = parse_rfc3339("2026-11-06T16:00:00-05:00")  # Saturday in Shanghai
    assert due("{workdays: 1}", start, DESK).at == parse_rfc3339("2026-11-10T18:00:00+08:00")
    new_york = due("{workdays: 1}", start, DESK, time_zone="America/New_York")
    assert new_york.at == parse_rfc3339("2026-11-09T18:00:00-05:00")


def test_targets_may_mix_spans_and_workdays() -> None:
    mixed = "{workdays: 3, targets: [{when: {tier: vip}, after: 4h}, {when: {tier: gold}, workdays: 1}]}"
    assert due(mixed, more=DESK, tier="vip") == Due(MONDAY + 4 * HOUR, 4 * HOUR)
    assert due(mixed, more=DESK, tier="gold").at == parse_rfc3339("2026-11-03T18:00:00+08:00")
    assert due(mixed, more=DESK).at == parse_rfc3339("2026-11-05T18:00:00+08:00")
    other = "{after: 8h, targets: [{when: {tier: vip}, workdays: 2}]}"
    made = moment(other, DESK)
    assert made.deadline.trace(MONDAY, {"tier": "vip"}.get, SHANGHAI).target == "tier = vip"
    assert made.deadline.trace(MONDAY, {"tier": "vip"}.get, SHANGHAI).days == 2
    assert made.deadline.trace(MONDAY, nothing, SHANGHAI) == Trace(
        "after", parse_rfc3339("2026-11-02T18:00:00+08:00"), span=8 * HOUR
    )


def test_a_target_may_count_the_days_of_another_calendar() -> None:
    made = "{after: 8h, targets: [{when: {tier: vip}, workdays: 1, calendar: berlin_desk}]}"
    start = parse_rfc3339("2026-11-06T11:00:00+01:00")
    assert due(made, start, tier="vip").at == parse_rfc3339("2026-11-09T18:00:00+01:00")
    assert due(made, start).at == start + 8 * HOUR


def test_a_store_counts_the_days_of_its_own_calendar_and_every_day_where_it_never_closes() -> None:
    start = parse_rfc3339("2026-11-06T23:00:00-05:00")
    assert due("{workdays: 1}", start, DESK, store_id="s1").at == parse_rfc3339("2026-11-08T06:00:00-05:00")
    saturday = parse_rfc3339("2026-11-07T12:00:00+08:00")
    assert due("{workdays: 1}", saturday, DESK, store_id="s2").at == parse_rfc3339("2026-11-09T00:00:00+08:00")


def test_workdays_stand_in_for_a_missing_field_and_among_choices() -> None:
    promised = parse_rfc3339("2026-11-04T12:00:00+08:00")
    instead = "{at: promised_at, else: {workdays: 2}}"
    assert due(instead, more=DESK).at == parse_rfc3339("2026-11-04T18:00:00+08:00")
    assert due(instead, more=DESK, promised_at=promised) == Due(promised, None)
    assert due("{earliest: [{workdays: 2}, {at: promised_at}]}", more=DESK, promised_at=promised).at == promised
    assert due("{latest: [{workdays: 2}, {at: promised_at}]}", more=DESK, promised_at=promised).span == 26 * HOUR


SIDES = """
  seller: {weekly: {mon-fri: ["09:00-18:00"]}, time_zone: Asia/Shanghai}
  either: {any: [seller, desk]}
  home: {any: [seller]}
"""


def in_sides(deadline: str, calendar: str) -> Moment:
    text = HEAD.replace("\nstores:", SIDES.rstrip() + "\nstores:")
    return compile_texts([("test", f"{text}    deadline: {deadline}\n    calendar: {calendar}\n")]).moments[0]


def resolved(made: Moment, at: int, **fields: object) -> int | None:
    return made.deadline.resolve(at, fields.get, made.zone(fields.get)).at


def test_a_part_of_a_union_keeps_its_own_time_zone_and_one_without_has_that_of_the_case() -> None:
    made = in_sides("4h", "either")
    assert made.zone({"time_zone": "Europe/Berlin"}.get) == "Europe/Berlin"
    evening = parse_rfc3339("2026-11-02T17:00:00+08:00")  # Berlin has come at nine in the morning there, and goes on
    assert resolved(made, evening, time_zone="Europe/Berlin") == evening + 4 * HOUR
    assert resolved(made, evening, time_zone="Asia/Shanghai") == parse_rfc3339("2026-11-03T12:00:00+08:00")
    friday = parse_rfc3339("2026-11-06T17:00:00+01:00")
    assert resolved(made, friday, time_zone="Europe/Berlin") == parse_rfc3339("2026-11-09T12:00:00+08:00")


def test_a_union_of_one_calendar_stays_where_it_is() -> None:
    made = in_sides("{workdays: 1}", "home")
    noon = parse_rfc3339("2026-11-02T12:00:00+08:00")
    assert resolved(made, noon, time_zone="America/New_York") == parse_rfc3339("2026-11-03T18:00:00+08:00")


def test_what_a_store_has_instead_of_a_part_counts_in_the_union_too() -> None:
    made = in_sides("2h", "either")
    zone = made.zone({"store_id": "s1"}.get)  # the night instead of the desk, and in New York
    assert zone == "America/New_York@seller or night"
    assert calendar_name(made.calendar, zone) == "seller or night"
    night = parse_rfc3339("2026-11-08T05:30:00-05:00")  # a Sunday, half an hour before the night ends
    assert resolved(made, night, store_id="s1") == parse_rfc3339("2026-11-09T10:30:00+08:00")
    assert made.zone({"store_id": "s2"}.get) == "Asia/Shanghai@always"  # never closed in one part, never in all
    assert made.zone({"store_id": "s9"}.get) == SHANGHAI


POLICIES = """policies:
  - {tenant: acme, moments: {the.moment: {severity: high}}}
  - {tenant: acme, calendars: {seller: night}}
  - {tenant: acme, region: north, calendars: {either: home}}
"""


def under_policies(calendar: str) -> Moment:
    text = HEAD.replace("\nstores:", SIDES.rstrip() + "\n" + POLICIES + "stores:")
    return compile_texts([("test", f"{text}    deadline: 2h\n    calendar: {calendar}\n")]).moments[0]


def test_levels_may_each_have_another_part_of_a_union_and_all_of_them_count() -> None:
    made = under_policies("either")

    def counts(**fields: object) -> str:
        return calendar_name(made.calendar, made.zone({"tenant": "acme", **fields}.get))

    assert counts() == "night or desk"
    assert counts(store_id="s1") == "night alone"  # the store has the night instead of the desk
    assert counts(store_id="s2") == "always"
    assert counts(tenant="other", store_id="s1") == "seller or night"
    assert counts(tenant="other") == "either"
    assert counts(region="north") == "home", "what is said of the union itself"


def test_a_policy_on_something_else_leaves_a_store_its_calendar() -> None:
    made = under_policies("desk")
    assert made.zone({"tenant": "acme", "store_id": "s1"}.get) == "America/New_York@night"


def test_a_target_may_ask_how_far_ahead_an_instant_is() -> None:
    asks = "{after: 8h, targets: [{when: {attributes.start_at: {within: 24h}}, after: 1h}]}"
    made = moment(asks)

    def span(start_at: int, at: int) -> int | None:
        return made.deadline.resolve(at, {"attributes.start_at": start_at, OCCURRED_AT: at}.get, SHANGHAI).span

    assert span(MONDAY + 23 * HOUR, MONDAY) == HOUR
    assert span(MONDAY + 24 * HOUR, MONDAY) == 8 * HOUR
    assert span(MONDAY - 24 * HOUR, MONDAY) == HOUR
    look = {"attributes.start_at": MONDAY, OCCURRED_AT: MONDAY}.get
    assert made.deadline.trace(MONDAY, look, SHANGHAI).target == "attributes.start_at within 1d"
