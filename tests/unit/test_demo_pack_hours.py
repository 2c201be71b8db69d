"""The demo's own count of open time, on days worked out by hand and beside the monitor's: two arithmetics, one result."""

from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.catalogue.calendar import Hours as TheirHours
from streams.catalogue.calendar import Side, Union
from streams.catalogue.document.places import CalendarFile
from streams.catalogue.workdays import PublicDays, Workdays, expand_weekly
from streams.clock import DAY, HOUR, MINUTE, parse_rfc3339, rfc3339
from streams.demo.pack.hours import ALWAYS, Opening, hours_of

OFFICE = {"weekly": {"mon-fri": ["09:00-12:00", "13:00-18:00"]}, "holidays": {"country": "CN"}}
NIGHT = {"weekly": {"sat,sun": "22:00-02:00"}}


def opening(*calendars: dict[str, Any], zone: str = "Asia/Shanghai") -> Opening:
    found = [hours_of(calendar) for calendar in calendars]
    return Opening(tuple((hours, hours.zone or zone) for hours in found))


def at(text: str) -> int:
    return parse_rfc3339(text)


def test_open_time_goes_round_the_noon_the_night_the_weekend_and_the_holidays() -> None:
    office = opening(OFFICE)
    monday = at("2026-09-21T11:30:00+08:00")
    assert office.add(monday, HOUR) == at("2026-09-21T13:30:00+08:00")
    assert office.add(monday, 30 * MINUTE) == at("2026-09-21T12:00:00+08:00")
    assert office.add(at("2026-09-21T12:10:00+08:00"), MINUTE) == at("2026-09-21T13:01:00+08:00")
    assert office.add(monday, 6 * HOUR) == at("2026-09-22T09:30:00+08:00")
    assert office.add(at("2026-09-30T17:00:00+08:00"), 2 * HOUR) == at("2026-10-08T10:00:00+08:00")
    assert office.between(at("2026-09-30T17:00:00+08:00"), at("2026-10-08T10:00:00+08:00")) == 2 * HOUR
    assert office.between(monday, monday - DAY) == 0


def test_a_saturday_that_makes_up_for_a_holiday_is_open_as_on_mondays_or_as_it_says() -> None:
    late = at("2026-10-09T17:30:00+08:00")
    assert opening(OFFICE).add(late, HOUR) == at("2026-10-10T09:30:00+08:00")
    assert opening({**OFFICE, "makeup": ["10:00-11:00"]}).add(late, HOUR) == at("2026-10-10T10:30:00+08:00")
    assert opening({**OFFICE, "closed": ["2026-10-10"]}).add(late, HOUR) == at("2026-10-12T09:30:00+08:00")
    single = {"2026-10-10": ["20:00-21:00"]}
    own = opening({**OFFICE, "closed": ["2026-10-10"], "open": single})
    assert own.add(late, HOUR) == at("2026-10-10T20:30:00+08:00")


def test_business_days_are_days_on_which_it_opens() -> None:
    office = opening(OFFICE)
    assert office.closing(at("2026-09-21T08:00:00+08:00"), 1) == at("2026-09-22T18:00:00+08:00")
    assert office.closing(at("2026-09-21T20:00:00+08:00"), 1) == at("2026-09-23T18:00:00+08:00")  # counts as Tuesday's
    assert office.closing(at("2026-09-30T10:00:00+08:00"), 3) == at("2026-10-10T18:00:00+08:00")
    night = opening(NIGHT)
    assert night.closing(at("2026-09-27T01:00:00+08:00"), 1) == at("2026-09-28T02:00:00+08:00")  # still Saturday's


def test_a_union_is_open_whenever_a_side_is_each_in_its_zone() -> None:
    here = {"weekly": {"mon-fri": ["09:00-17:00"]}, "time_zone": "Asia/Shanghai"}
    there = {"weekly": {"mon-fri": ["09:00-17:00"]}}
    both = opening(here, there, zone="Europe/Berlin")
    # from 09:00 to 17:00 there is 15:00 to 23:00 here
    assert both.add(at("2026-09-21T16:30:00+08:00"), 7 * HOUR) == at("2026-09-22T09:30:00+08:00")
    assert both.closing(at("2026-09-21T16:30:00+08:00"), 1) == at("2026-09-22T17:00:00+02:00")


def test_clocks_that_go_forward_and_back() -> None:
    early = opening({"weekly": {"mon-sun": ["02:30-04:00"]}}, zone="Europe/Berlin")
    spring, autumn = at("2026-03-29T00:00:00+01:00"), at("2026-10-25T00:00:00+02:00")
    assert early.between(spring, spring + DAY) == HOUR
    assert early.between(autumn, autumn + DAY) == 2 * HOUR + 30 * MINUTE


def test_day_and_night() -> None:
    always = Opening(((ALWAYS, "Asia/Shanghai"),))
    noon = at("2026-09-21T12:00:00+08:00")
    assert always.add(noon, HOUR) == noon + HOUR
    assert always.between(noon, noon + HOUR) == HOUR
    assert always.closing(noon, 1) == at("2026-09-23T00:00:00+08:00")


CALENDARS: list[dict[str, Any]] = [
    {**OFFICE, "time_zone": "Asia/Shanghai"},
    {"weekly": {"mon-thu": ["08:00-17:00"], "fri": ["08:00-12:00"]}, "holidays": {"country": "AE"}},
    {
        "weekly": {"sat-tue": ["22:00-06:00"], "thu": ["02:15-02:45", "03:10-24:00"]},
        "time_zone": "Europe/Berlin",
        "closed": ["2026-10-05"],
        "open": {"2026-10-06": ["00:00-24:00"]},
    },
    {"weekly": {"mon-sun": ["01:30-01:29"]}, "makeup": "10:00-12:00", "holidays": {"country": "DE", "region": "BY"}},
]
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Shanghai", "Pacific/Kiritimati", "Australia/Lord_Howe")


@cache
def theirs(which: frozenset[int]) -> Union:
    return Union("x", tuple(side(CALENDARS[number]) for number in sorted(which)))


def side(data: dict[str, Any]) -> Side:
    file = CalendarFile.model_validate(data)
    public = PublicDays(file.holidays.country, file.holidays.region) if file.holidays else None
    days = Workdays(expand_weekly(file.weekly), public, file.makeup, frozenset(file.closed), dict(file.open))
    return Side(days, file.time_zone)


@given(
    which=st.frozensets(st.integers(0, len(CALENDARS) - 1), min_size=1),
    zone=st.sampled_from(ZONES),
    since=st.integers(at("2026-01-01T00:00:00Z"), at("2026-12-31T00:00:00Z")),
    span=st.integers(0, 60 * HOUR),
    days=st.integers(1, 12),
)
def test_it_is_what_the_monitor_counts(which: frozenset[int], zone: str, since: int, span: int, days: int) -> None:
    mine, other = opening(*(CALENDARS[number] for number in sorted(which)), zone=zone), theirs(which)
    due = mine.add(since, span)
    assert rfc3339(due) == rfc3339(other.add(since, span, zone))
    assert mine.between(since, due) == other.between(since, due, zone)
    assert rfc3339(mine.closing(since, days)) == rfc3339(other.closing(since, days, zone))


@pytest.mark.parametrize("zone", ZONES)
def test_so_it_is_of_a_calendar_alone_whose_zone_is_that_of_the_case(zone: str) -> None:
    other, mine = TheirHours("x", side(NIGHT).days), opening(NIGHT, zone=zone)
    for start in range(at("2026-10-20T00:00:00Z"), at("2026-11-05T00:00:00Z"), 7 * HOUR):
        assert mine.add(start, 5 * HOUR) == other.add(start, 5 * HOUR, zone)
        assert mine.closing(start, 2) == other.closing(start, 2, zone)
