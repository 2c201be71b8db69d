"""Open days, and calendars that are open whenever one of several is, against a diary that is kept ten minutes at a time.

The diary knows wall clocks and shifts and nothing of timelines: it looks at its watch every ten minutes, notes whether
somebody is there and whose day it is, and turns the pages.
"""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.catalogue.calendar import Always, Hours, Side, Switch, Union
from streams.catalogue.model import Calendar
from streams.catalogue.workdays import PublicDays, Shift, Workdays, expand_weekly, parse_shifts
from streams.clock import DAY, HOUR, MINUTE, as_datetime, instant, parse_rfc3339

OFFICE = expand_weekly({"mon-fri": parse_shifts(["09:00-12:00", "13:00-18:00"])})
NIGHT = expand_weekly({"wed-sat": parse_shifts(["18:00-02:00"])})
ODD = expand_weekly({"mon,wed,sun": parse_shifts(["00:40-02:10", "02:20-02:40", "03:20-24:00"])})
EVERY_DAY = expand_weekly({"mon-sun": parse_shifts(["00:00-24:00"])})

CHINA = PublicDays("CN")
# what is known of China around its National Day of 2026 without asking the library
MADE_UP = {date(2026, 9, 20), date(2026, 10, 10)}
HOLIDAYS = {date(2026, 9, 25), *(date(2026, 10, day) for day in range(1, 8))}

KEEPS = {
    "office": Workdays(OFFICE),
    "China": Workdays(OFFICE, CHINA, makeup=parse_shifts(["10:00-15:00"])),
    "night": Workdays(NIGHT),
    "odd": Workdays(ODD),
    "every day": Workdays(EVERY_DAY),
    "own days": Workdays(
        OFFICE,
        closed=frozenset({date(2026, 3, 30), date(2026, 10, 26), date(2026, 11, 2)}),
        open={date(2026, 3, 29): parse_shifts(["20:00-04:00"]), date(2026, 10, 25): parse_shifts(["01:00-02:30"])},
    ),
}
# the days around which the clocks of these places change, China's holidays, and the end of a year
EDGES = [
    ("Europe/Berlin", date(2026, 3, 27)),
    ("Europe/Berlin", date(2026, 10, 23)),
    ("America/New_York", date(2026, 10, 30)),
    ("Australia/Lord_Howe", date(2026, 10, 2)),
    ("Africa/Cairo", date(2026, 4, 22)),
    ("Asia/Shanghai", date(2026, 9, 18)),
    ("Asia/Shanghai", date(2026, 9, 30)),
    ("Pacific/Kiritimati", date(2026, 12, 29)),
    ("America/Los_Angeles", date(2026, 12, 30)),
]
STEP = 10 * MINUTE


def at(text: str) -> int:
    return parse_rfc3339(text)


class Diary:
    """What somebody notes who is at all these places at once, from `since` on: who is there, and since when, by day."""

    def __init__(self, places: list[tuple[Workdays, str]], since: int) -> None:
        self.places = [(days, ZoneInfo(zone)) for days, zone in places]
        self.shown = [datetime.min] * len(places)  # noqa: DTZ901  (a wall clock has no zone)
        self.minute = since // STEP * STEP
        self.opened: dict[date, int] = {}
        self.closed: dict[date, int] = {}
        self.open_at: list[int] = []

    def turn(self) -> None:
        """Ten minutes more."""
        somebody = False
        for place, (days, zone) in enumerate(self.places):
            wall = as_datetime(self.minute).astimezone(zone).replace(tzinfo=None)
            shown = self.shown[place] = max(self.shown[place], wall)
            for day, begin, finish in self.shifts(days, shown.date()):
                if begin <= shown < finish:
                    somebody = True
                    self.opened.setdefault(day, self.minute)
                    self.closed[day] = self.minute + STEP
        if somebody:
            self.open_at.append(self.minute)
        self.minute += STEP

    def shifts(self, days: Workdays, today: date) -> list[tuple[date, datetime, datetime]]:
        found = []
        for day in (today - timedelta(days=1), today):
            midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001
            for begin, finish in self.held(days, day):
                found.append((day, midnight + timedelta(minutes=begin), midnight + timedelta(minutes=finish)))
        return found

    def held(self, days: Workdays, day: date) -> tuple[Shift, ...]:
        if day in days.open:
            return days.open[day]
        if day in days.closed:
            return ()
        if days.public is not None and day in MADE_UP:
            return days.makeup or ()
        if days.public is not None and day in HOLIDAYS:
            return ()
        return days.weekly[day.weekday()]


def by_diary(places: list[tuple[Workdays, str]], start: int, days: int) -> int:
    """When they have closed on the day that is `days` open days after that of the start."""
    diary = Diary(places, start - 3 * DAY)
    while not diary.open_at or diary.open_at[-1] + STEP <= start:
        diary.turn()
    begun = max(start, diary.open_at[-1])
    own = max(day for day, opened in diary.opened.items() if opened <= begun)
    for _ in count():
        later = sorted(day for day in diary.opened if day > own)
        # everybody is home: two days and a bit after a later day has begun nothing of the days before it can come
        if len(later) > days and diary.minute > diary.opened[later[days]] + 3 * DAY:
            return max(diary.closed[day] for day in diary.closed if day <= later[days - 1])
        diary.turn()
    raise AssertionError


@st.composite
def starts(draw: st.DrawFn) -> tuple[str, int]:
    """A place, and an instant within three days of a day on which something happens there."""
    zone, day = draw(st.sampled_from(EDGES))
    noon = instant(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    return zone, noon + draw(st.integers(-36 * 60, 72 * 60)) * MINUTE + draw(st.sampled_from([0, 0, 1, 59_999_999]))


def names(zone: str) -> list[str]:
    return sorted(name for name in KEEPS if zone == "Asia/Shanghai" or name != "China")


@settings(max_examples=30, deadline=None)
@given(starts(), st.integers(1, 4), st.data())
def test_workdays_end_when_the_diary_says_so(start: tuple[str, int], days: int, data: st.DataObject) -> None:
    zone, begin = start
    kept = KEEPS[data.draw(st.sampled_from(names(zone)))]
    assert Hours("one", kept).closing(begin, days, zone) == by_diary([(kept, zone)], begin, days)


def union_of(draw: st.DrawFn, zone: str) -> tuple[Union, list[tuple[Workdays, str]]]:
    sides, places = [], []
    for _ in range(draw(st.integers(1, 3))):
        kept = KEEPS[draw(st.sampled_from([name for name in names(zone) if name != "China"]))]
        own = draw(st.sampled_from([None, None, "Pacific/Auckland", "America/Los_Angeles", "Europe/Berlin"]))
        sides.append(Side(kept, own))
        places.append((kept, own or zone))
    return Union("both", tuple(sides)), places


@st.composite
def unions(draw: st.DrawFn) -> tuple[Union, list[tuple[Workdays, str]], str, int]:
    zone, begin = draw(starts())
    return *union_of(draw, zone), zone, begin


@settings(max_examples=30, deadline=None)
@given(unions(), st.integers(1, 3))
def test_workdays_of_a_union_end_when_the_last_side_closes(
    found: tuple[Union, list[tuple[Workdays, str]], str, int], days: int
) -> None:
    union, places, zone, begin = found
    assert union.closing(begin, days, zone) == by_diary(places, begin, days)


@settings(max_examples=30, deadline=None)
@given(unions(), st.integers(1, 60))
def test_a_union_is_open_when_the_diary_says_that_somebody_is_there(
    found: tuple[Union, list[tuple[Workdays, str]], str, int], hours: int
) -> None:
    union, places, zone, begin = found
    end = begin + hours * HOUR
    diary = Diary(places, begin - 3 * DAY)
    while diary.minute < end:
        diary.turn()
    there = sum(max(0, min(end, minute + STEP) - max(begin, minute)) for minute in diary.open_at)
    assert union.between(begin, end, zone) == there
    spans = union.spans(begin, end, zone)
    assert sum(finish - opens for opens, finish in spans) == there
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(set(edges))


ALL: list[tuple[Calendar, str]] = [
    *((Hours(name, kept), "Asia/Shanghai") for name, kept in KEEPS.items()),
    (Union("both", (Side(KEEPS["office"], "Europe/Berlin"), Side(KEEPS["China"], None))), "Asia/Shanghai"),
    (Union("ends of the earth", (Side(KEEPS["odd"], "Pacific/Auckland"), Side(KEEPS["night"], None))), "America/Adak"),
    (Always(), "Europe/Berlin"),
    (Switch(Always(), {"office": Hours("office", KEEPS["office"])}), "Europe/Berlin@office"),
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(ALL), starts(), st.integers(0, 40 * 60), st.integers(1, 9))
def test_the_laws_of_closing(found: tuple[Calendar, str], start: tuple[str, int], later: int, days: int) -> None:
    calendar, zone = found
    _, begin = start
    due = calendar.closing(begin, days, zone)
    assert due > begin
    assert calendar.between(due - 1, due, zone) == 1, "open until it closes"
    assert calendar.closing(begin + later * MINUTE, days, zone) >= due
    # the next day of sides far apart may be over before the last of them has closed this one
    more = calendar.closing(begin, days + 1, zone)
    assert more > due or (more == due and calendar.id == "ends of the earth")
    # a pause takes what was left and gives it back
    middle = (begin + due) // 2
    assert calendar.add(middle, calendar.between(middle, due, zone), zone) in {due, middle}
    assert calendar.add(begin, calendar.between(begin, due, zone), zone) == due


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-11-02T10:00:00+08:00", 1, "2026-11-03T18:00:00+08:00"),
        ("2026-11-02T12:30:00+08:00", 1, "2026-11-03T18:00:00+08:00"),  # a break is no other day
        ("2026-11-02T18:00:00+08:00", 1, "2026-11-04T18:00:00+08:00"),  # closed by then: as of Tuesday
        ("2026-11-02T17:59:59.999999+08:00", 1, "2026-11-03T18:00:00+08:00"),
        ("2026-11-02T08:59:59+08:00", 1, "2026-11-03T18:00:00+08:00"),
        ("2026-11-06T10:00:00+08:00", 1, "2026-11-09T18:00:00+08:00"),  # over a weekend
        ("2026-11-07T10:00:00+08:00", 1, "2026-11-10T18:00:00+08:00"),  # on a weekend: as of Monday
        ("2026-09-30T15:00:00+08:00", 3, "2026-10-10T15:00:00+08:00"),  # National Day; the third is a make-up day
        ("2026-10-03T15:00:00+08:00", 1, "2026-10-09T18:00:00+08:00"),  # on a holiday: as of the 8th
        ("2026-09-20T11:00:00+08:00", 1, "2026-09-21T18:00:00+08:00"),  # on a make-up day, a Sunday
        ("2026-09-20T16:00:00+08:00", 1, "2026-09-22T18:00:00+08:00"),  # after its short hours: as of Monday
    ],
)
def test_a_chinese_office(start: str, days: int, due: str) -> None:
    assert Hours("China", KEEPS["China"]).closing(at(start), days, "Asia/Shanghai") == at(due)


def test_the_small_hours_of_a_night_belong_to_the_day_before() -> None:
    night = Hours("night", KEEPS["night"])  # Wednesday to Saturday
    assert night.closing(at("2026-11-08T01:00:00Z"), 1, "UTC") == at("2026-11-12T02:00:00Z")
    assert night.closing(at("2026-11-08T02:00:00Z"), 1, "UTC") == at("2026-11-13T02:00:00Z")
    assert night.closing(at("2026-11-06T01:00:00Z"), 2, "UTC") == at("2026-11-08T02:00:00Z")


def test_the_longer_night_of_autumn_closes_when_the_wall_clock_first_says_so() -> None:
    kept = Workdays(expand_weekly({"mon-sun": parse_shifts(["18:00-02:30"])}))
    due = Hours("night", kept).closing(at("2026-10-23T20:00:00+02:00"), 1, "Europe/Berlin")
    assert due == at("2026-10-25T02:30:00+02:00")


def test_a_day_whose_only_shift_falls_into_the_gap_of_spring_is_not_open() -> None:
    kept = Workdays(expand_weekly({"sat-mon": parse_shifts(["02:10-02:50"])}))
    due = Hours("gap", kept).closing(at("2026-03-28T02:20:00+01:00"), 1, "Europe/Berlin")
    assert due == at("2026-03-30T02:50:00+02:00")


def test_a_shift_within_the_end_of_yesterdays_is_a_day_and_closes_no_earlier() -> None:
    kept = Workdays(expand_weekly({"mon": parse_shifts(["20:00-08:00"]), "tue": parse_shifts(["05:00-07:00"])}))
    calendar = Hours("nested", kept)
    assert calendar.closing(at("2026-11-02T21:00:00Z"), 1, "UTC") == at("2026-11-03T08:00:00Z")
    assert calendar.closing(at("2026-11-03T05:30:00Z"), 1, "UTC") == at("2026-11-10T08:00:00Z")


def test_every_day_is_open_for_what_never_closes_and_ends_at_midnight() -> None:
    start = at("2026-10-24T23:30:00+02:00")
    assert Always().closing(start, 1, "Europe/Berlin") == at("2026-10-26T00:00:00+01:00")
    assert Hours("every day", KEEPS["every day"]).closing(start, 1, "Europe/Berlin") == at("2026-10-26T00:00:00+01:00")


def test_a_union_of_both_sides_opens_with_the_first_and_closes_with_the_last() -> None:
    both = Union("both", (Side(KEEPS["China"], "Asia/Shanghai"), Side(Workdays(OFFICE), None)))
    friday = at("2026-11-06T16:30:00+01:00")  # Shanghai has gone home
    assert both.add(friday, 2 * HOUR, "Europe/Berlin") == at("2026-11-09T09:30:00+08:00")
    assert both.closing(friday, 1, "Europe/Berlin") == at("2026-11-09T18:00:00+01:00")
    # where Shanghai has its holidays, Berlin alone makes the day
    assert both.closing(at("2026-09-30T10:00:00+08:00"), 2, "Europe/Berlin") == at("2026-10-02T18:00:00+02:00")


def test_a_date_may_begin_at_the_ends_of_the_earth_before_the_date_before_it() -> None:
    first = Side(Workdays(expand_weekly({"tue,wed": parse_shifts(["09:00-17:00"])})), "Pacific/Kiritimati")
    last = Side(Workdays(expand_weekly({"mon": parse_shifts(["12:00-18:00"])})), "Pacific/Honolulu")
    both = Union("both", (first, last))
    for week in range(40):
        # Tuesday has begun there, and Monday not yet here; then both are open
        for start in ("2026-11-02T18:59:00Z", "2026-11-02T19:00:00Z", "2026-11-02T21:59:00Z", "2026-11-02T22:30:00Z"):
            due = both.closing(at(start) + week * 7 * DAY, 1, "UTC")
            assert due == at("2026-11-04T03:00:00Z") + week * 7 * DAY, week
        due = both.closing(at("2026-11-04T02:00:00Z") + week * 7 * DAY, 1, "UTC")
        assert due == at("2026-11-10T04:00:00Z") + week * 7 * DAY, week


def test_a_union_of_one_keeps_its_time_zone_wherever_the_case_is() -> None:
    alone = Union("office", (Side(KEEPS["office"], "Asia/Shanghai"),))
    start = at("2026-11-05T03:00:00Z")
    assert alone.closing(start, 1, "America/New_York") == at("2026-11-06T18:00:00+08:00")
    assert alone.add(start, 30 * HOUR, "America/New_York") == Hours("office", KEEPS["office"]).add(
        start, 30 * HOUR, "Asia/Shanghai"
    )


@pytest.mark.parametrize("calendar", [ALL[1][0], ALL[2][0], ALL[6][0], ALL[7][0]], ids=lambda calendar: calendar.id)
@pytest.mark.parametrize("year", [1970, 1999, 2000, 2100, 8999])
def test_no_date_however_far_hangs_or_breaks_the_laws(calendar: Calendar, year: int) -> None:
    start = instant(datetime(year, 12, 31, 20, tzinfo=UTC))
    due = calendar.closing(start, 3, "Asia/Shanghai")
    assert start + DAY < due < start + 30 * DAY
    assert calendar.add(start, calendar.between(start, due, "Asia/Shanghai"), "Asia/Shanghai") == due


def test_asking_for_other_years_first_changes_no_answer() -> None:
    fresh, used = Hours("fresh", KEEPS["China"]), Hours("used", KEEPS["China"])
    for year in (2031, 2019, 2027):
        used.closing(instant(datetime(year, 6, 1, tzinfo=UTC)), 300, "Asia/Shanghai")
    start = at("2026-12-30T10:00:00+08:00")
    assert used.closing(start, 5, "Asia/Shanghai") == fresh.closing(start, 5, "Asia/Shanghai")
