"""Open time against a second implementation that knows nothing but a wall clock and walks minute by minute."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.catalogue.calendar import Always, Hours, Switch
from streams.catalogue.workdays import PublicDays, Shift, Workdays, expand_weekly, parse_shifts
from streams.clock import DAY, HOUR, MINUTE, SECOND, as_datetime, instant, parse_rfc3339

OFFICE = {"mon-fri": parse_shifts(["09:00-12:00", "13:00-18:00"])}
NIGHT = {"mon-sun": parse_shifts(["22:00-01:30", "01:30-06:00"])}
ROUND_THE_CLOCK = {"mon-sun": parse_shifts(["00:00-24:00"])}
ODD = {"mon-sun": parse_shifts(["00:40-02:10", "02:15-02:45", "03:20-24:00"])}

# the days around which the clocks of these places change, and China's National Day with its make-up workdays
EDGES = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Africa/Cairo", date(2026, 4, 24)),  # skips midnight
    ("Asia/Shanghai", date(2026, 9, 20)),
    ("Asia/Shanghai", date(2026, 10, 10)),
    ("Europe/Berlin", date(2026, 1, 1)),
    ("Asia/Kathmandu", date(2027, 1, 1)),
]

MADE_UP = {date(2026, 9, 20), date(2026, 10, 10)}
NATIONAL_DAYS = {date(2026, 10, day) for day in range(1, 8)}


def hours(weekly: dict[str, tuple[Shift, ...]], **more: object) -> Hours:
    return Hours("test", Workdays(expand_weekly(weekly), **more))  # type: ignore[arg-type]


def at(text: str) -> int:
    return parse_rfc3339(text)


class Walk:
    """Is it open in this minute? The door opens when the wall clock first shows the opening time or a later one, and
    shuts when it first shows the closing time or a later one; the clock never makes it do either a second time."""

    def __init__(self, calendar: Hours, zone: str) -> None:
        self.days = calendar.days
        self.zone = ZoneInfo(zone)

    def minutes(self, start: int, end: int) -> Iterator[tuple[int, bool]]:
        # two days ahead, so that the latest time shown so far is known
        minute = start // MINUTE * MINUTE - 2 * DAY
        shown = datetime.min  # noqa: DTZ901  (a wall clock has no zone)
        while minute < end:
            shown = max(shown, as_datetime(minute).astimezone(self.zone).replace(tzinfo=None))
            if minute >= start // MINUTE * MINUTE:
                yield minute, self.open(shown)
            minute += MINUTE

    def open(self, shown: datetime) -> bool:
        for back in (0, 1):
            day = shown.date() - timedelta(days=back)
            minutes = back * 1440 + shown.hour * 60 + shown.minute
            if any(begin <= minutes < finish for begin, finish in self.shifts(day)):
                return True
        return False

    def shifts(self, day: date) -> tuple[Shift, ...]:
        if day in self.days.open:
            return self.days.open[day]
        if day in self.days.closed:
            return ()
        if self.days.public is not None and day in MADE_UP:
            return self.days.makeup or self.days.weekly[0]
        if self.days.public is not None and day in NATIONAL_DAYS:
            return ()
        return self.days.weekly[day.weekday()]

    def between(self, start: int, end: int) -> int:
        return sum(
            max(0, min(end, minute + MINUTE) - max(start, minute)) for minute, open_ in self.minutes(start, end) if open_
        )


CALENDARS = {
    "office": hours(OFFICE),
    "night": hours(NIGHT),
    "round the clock": hours(ROUND_THE_CLOCK),
    "odd": hours(ODD),
    "own days": hours(
        OFFICE,
        closed=frozenset(day + timedelta(days=1) for _, day in EDGES),
        open={day: parse_shifts(["20:00-04:00"]) for _, day in EDGES},
    ),
    "China": hours(OFFICE, public=PublicDays("CN")),
    "China with make-up hours": hours(OFFICE, public=PublicDays("CN"), makeup=parse_shifts(["10:00-15:00"])),
}


def places_for(name: str) -> list[tuple[str, date]]:
    in_china = name.startswith("China")
    return [edge for edge in EDGES if (edge[0] == "Asia/Shanghai") or not in_china]


@st.composite
def stretches(draw: st.DrawFn) -> tuple[str, str, int, int]:
    """A calendar, a zone, and a start and an end within two days of a day on which something happens there."""
    name = draw(st.sampled_from(sorted(CALENDARS)))
    zone, day = draw(st.sampled_from(places_for(name)))
    noon = instant(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    start = noon + draw(st.integers(-36 * 60, 24 * 60)) * MINUTE + draw(st.sampled_from([0, 0, 1, 29_999_999]))
    length = draw(st.integers(0, 40 * 60)) * MINUTE + draw(st.sampled_from([0, 0, 1, 59_999_999]))
    return name, zone, start, start + length


@settings(max_examples=120, deadline=None)
@given(stretches())
def test_open_time_is_what_a_walk_over_the_wall_clock_counts(stretch: tuple[str, str, int, int]) -> None:
    name, zone, start, end = stretch
    calendar = CALENDARS[name]
    assert calendar.between(start, end, zone) == Walk(calendar, zone).between(start, end)


@settings(max_examples=300, deadline=None)
@given(stretches(), st.integers(0, 30 * HOUR))
def test_adding_open_time_and_counting_it_again_gives_the_same(stretch: tuple[str, str, int, int], span: int) -> None:
    name, zone, start, _ = stretch
    calendar = CALENDARS[name]
    due = calendar.add(start, span, zone)
    assert calendar.between(start, due, zone) == span
    if span:
        assert calendar.between(start, due - 1, zone) == span - 1  # the first such instant, not one of a closed stretch


@settings(max_examples=200, deadline=None)
@given(stretches(), st.integers(0, 30 * HOUR), st.integers(0, 5 * HOUR))
def test_a_later_start_or_a_longer_span_is_never_due_earlier(
    stretch: tuple[str, str, int, int], span: int, more: int
) -> None:
    name, zone, start, end = stretch
    calendar = CALENDARS[name]
    due = calendar.add(start, span, zone)
    assert calendar.add(start, span + more, zone) >= due
    assert calendar.add(end, span, zone) >= due


@settings(max_examples=200, deadline=None)
@given(stretches())
def test_spans_are_clipped_apart_in_order_and_add_up(stretch: tuple[str, str, int, int]) -> None:
    name, zone, start, end = stretch
    spans = CALENDARS[name].spans(start, end, zone)
    assert sum(finish - begin for begin, finish in spans) == CALENDARS[name].between(start, end, zone)
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(set(edges))  # apart: touching spans are one
    assert not edges or (start <= edges[0] and edges[-1] <= end)


@pytest.mark.parametrize(
    ("zone", "day", "hours_open"),
    [
        ("Europe/Berlin", "2026-03-29", 23.0),
        ("Europe/Berlin", "2026-10-25", 25.0),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Africa/Cairo", "2026-04-24", 23.0),
        ("Asia/Shanghai", "2026-03-29", 24.0),
    ],
)
def test_a_whole_day_open_lasts_as_long_as_the_day_does(zone: str, day: str, hours_open: float) -> None:
    calendar = CALENDARS["round the clock"]
    start = instant(datetime.combine(date.fromisoformat(day), datetime.min.time(), ZoneInfo(zone)))
    assert calendar.between(start, start + int(hours_open * HOUR), zone) == hours_open * HOUR
    assert calendar.between(start, start + 3 * DAY, zone) == 3 * DAY


def test_an_opening_time_in_the_gap_of_spring_moves_to_its_end() -> None:
    calendar = hours({"mon-sun": parse_shifts(["02:30-05:00"])})
    assert calendar.spans(at("2026-03-29T00:00:00+01:00"), at("2026-03-30T00:00:00+02:00"), "Europe/Berlin") == [
        (at("2026-03-29T03:00:00+02:00"), at("2026-03-29T05:00:00+02:00"))
    ]


def test_a_shift_inside_the_gap_does_not_take_place() -> None:
    calendar = hours({"mon-sun": parse_shifts(["02:10-02:50"])})
    assert calendar.spans(at("2026-03-29T00:00:00+01:00"), at("2026-03-30T00:00:00+02:00"), "Europe/Berlin") == []


def test_a_repeated_time_is_its_first_occurrence_for_opening_and_for_closing() -> None:
    day = at("2026-10-25T00:00:00+02:00"), at("2026-10-26T00:00:00+01:00")
    opening = hours({"mon-sun": parse_shifts(["02:30-04:00"])})
    assert opening.spans(*day, "Europe/Berlin") == [(at("2026-10-25T02:30:00+02:00"), at("2026-10-25T04:00:00+01:00"))]
    closing = hours({"mon-sun": parse_shifts(["01:00-02:30"])})
    assert closing.spans(*day, "Europe/Berlin") == [(at("2026-10-25T01:00:00+02:00"), at("2026-10-25T02:30:00+02:00"))]


def test_neighbouring_shifts_meet_on_every_edge() -> None:
    night = at("2026-10-24T22:00:00+02:00"), at("2026-10-25T06:00:00+01:00")
    assert CALENDARS["night"].spans(*night, "Europe/Berlin") == [night]


def test_a_split_shift_counts_neither_the_break_nor_the_weekend() -> None:
    friday = at("2026-11-06T11:30:00+08:00")
    assert CALENDARS["office"].add(friday, HOUR, "Asia/Shanghai") == at("2026-11-06T13:30:00+08:00")
    assert CALENDARS["office"].add(friday, 6 * HOUR, "Asia/Shanghai") == at("2026-11-09T09:30:00+08:00")


def test_a_span_that_ends_with_the_shift_is_due_at_closing_and_not_at_the_next_opening() -> None:
    assert CALENDARS["office"].add(at("2026-11-06T17:00:00+08:00"), HOUR, "Asia/Shanghai") == at(
        "2026-11-06T18:00:00+08:00"
    )


def test_adding_nothing_stays_where_it_is_even_when_closed() -> None:
    sunday = at("2026-11-08T03:00:00+08:00")
    assert CALENDARS["office"].add(sunday, 0, "Asia/Shanghai") == sunday


def test_china_works_on_its_make_up_days_and_rests_on_its_holidays() -> None:
    china = CALENDARS["China"]

    def open_on(day: str) -> int:
        return china.between(at(f"{day}T00:00:00+08:00"), at(f"{day}T00:00:00+08:00") + DAY, "Asia/Shanghai")

    assert open_on("2026-10-10") == 8 * HOUR  # a Saturday that makes up for National Day
    assert open_on("2026-10-11") == 0
    assert open_on("2026-10-07") == 0  # a Wednesday of the holiday
    assert open_on("2026-10-08") == 8 * HOUR
    assert open_on("2025-01-26") == 8 * HOUR  # a Sunday that makes up for Spring Festival


def test_make_up_hours_stand_in_for_mondays() -> None:
    start = at("2026-10-10T00:00:00+08:00")
    assert CALENDARS["China with make-up hours"].between(start, start + DAY, "Asia/Shanghai") == 5 * HOUR


def test_open_days_win_over_closed_days_holidays_and_weekdays() -> None:
    day = date(2026, 10, 1)
    calendar = hours(OFFICE, public=PublicDays("CN"), closed=frozenset({day}), open={day: parse_shifts(["10:00-11:00"])})
    start = at("2026-10-01T00:00:00+08:00")
    assert calendar.between(start, start + DAY, "Asia/Shanghai") == HOUR


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    calendar = hours({"mon-sun": parse_shifts(["18:00-02:00"])}, closed=frozenset({date(2026, 11, 4)}))
    spans = calendar.spans(at("2026-11-03T12:00:00+00:00"), at("2026-11-05T23:00:00+00:00"), "UTC")
    assert spans == [
        (at("2026-11-03T18:00:00+00:00"), at("2026-11-04T02:00:00+00:00")),
        (at("2026-11-05T18:00:00+00:00"), at("2026-11-05T23:00:00+00:00")),
    ]


def test_overlapping_nights_and_mornings_are_counted_once() -> None:
    calendar = hours({"mon-sun": parse_shifts(["05:00-08:00", "20:00-06:00"])})
    start = at("2026-11-03T00:00:00+00:00")
    assert calendar.between(start, start + DAY, "UTC") == 12 * HOUR


@pytest.mark.parametrize("year", [1970, 1999, 2000, 2100, 2101, 8999])
def test_no_date_however_far_breaks_the_laws(year: int) -> None:
    start = instant(datetime(year, 12, 31, 20, tzinfo=UTC))
    due = CALENDARS["office"].add(start, 20 * HOUR, "Asia/Shanghai")
    assert CALENDARS["office"].between(start, due, "Asia/Shanghai") == 20 * HOUR


def test_asking_for_far_years_first_changes_no_answer_nearby() -> None:
    fresh, used = hours(OFFICE), hours(OFFICE)
    used.between(at("2031-01-01T00:00:00+00:00"), at("2033-01-01T00:00:00+00:00"), "Asia/Shanghai")
    used.between(at("2019-01-01T00:00:00+00:00"), at("2020-01-01T00:00:00+00:00"), "Asia/Shanghai")
    start = at("2026-12-31T16:30:00+00:00")  # already next year in Shanghai
    assert used.add(start, 100 * HOUR, "Asia/Shanghai") == fresh.add(start, 100 * HOUR, "Asia/Shanghai")


@pytest.mark.parametrize(
    ("zone", "start"), [("Asia/Shanghai", "2026-12-31T17:00:00+00:00"), ("America/New_York", "2027-01-01T01:00:00+00:00")]
)
def test_the_year_turns_by_local_time(zone: str, start: str) -> None:
    calendar = hours(ROUND_THE_CLOCK)  # fresh: nothing worked out yet
    assert calendar.between(at(start), at(start) + HOUR, zone) == HOUR
    assert hours(ROUND_THE_CLOCK).spans(at(start), at(start) + HOUR, zone) == [(at(start), at(start) + HOUR)]
    assert hours(ROUND_THE_CLOCK).add(at(start), HOUR, zone) == at(start) + HOUR


def test_the_years_of_unpublished_make_up_days_are_known_as_such() -> None:
    china = PublicDays("CN")
    assert china.known(2026)
    assert not china.known(2034)
    assert PublicDays("DE").known(2034)
    assert not Workdays(expand_weekly(OFFICE), china).knows(2034)
    assert Workdays(expand_weekly(OFFICE), china, open={date(2034, 2, 4): ((540, 1080),)}).knows(2034)


def test_always_is_plain_arithmetic() -> None:
    always = Always()
    assert always.always
    assert always.add(5, 7, "UTC") == 12
    assert always.between(5, 12, "UTC") == 7
    assert always.between(12, 5, "UTC") == 0
    assert always.spans(5, 12, "UTC") == [(5, 12)]
    assert always.spans(12, 12, "UTC") == []


def test_a_switch_asks_the_calendar_that_the_zone_names() -> None:
    switch = Switch(CALENDARS["office"], {"always": Always()})
    sunday = at("2026-11-08T03:00:00+08:00")
    assert not switch.always
    assert switch.add(sunday, MINUTE, "Asia/Shanghai@always") == sunday + MINUTE
    assert switch.add(sunday, MINUTE, "Asia/Shanghai") == at("2026-11-09T09:01:00+08:00")
    assert switch.between(sunday, sunday + SECOND, "Asia/Shanghai@always") == SECOND
    assert switch.spans(sunday, sunday + SECOND, "Asia/Shanghai") == []
