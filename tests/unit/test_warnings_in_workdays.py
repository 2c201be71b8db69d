"""Warnings that come some open days ahead of a due, against the diary of test_business_days.py and by hand."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.catalogue.calendar import Always, Hours, Switch, Union
from streams.catalogue.model import Calendar
from streams.catalogue.workdays import Workdays, parse_shifts
from streams.clock import DAY, as_datetime
from tests.unit.test_business_days import ALL, EVERY_DAY, KEEPS, STEP, Diary, at, names, starts, unions


def ahead_by_diary(places: list[tuple[Workdays, str]], due: int, days: int, zone: str) -> int:
    """The due's time of day, or as near to it as somebody is there, on the `days`th day before that of the due."""
    diary = Diary(places, due - 16 * DAY)
    watch = ZoneInfo(zone)
    seen: list[tuple[int, datetime]] = []
    shown = as_datetime(diary.minute).astimezone(watch).replace(tzinfo=None)
    while diary.minute <= due + 3 * DAY:
        shown = max(shown, as_datetime(diary.minute).astimezone(watch).replace(tzinfo=None))
        seen.append((diary.minute, shown))
        diary.turn()
    wall = as_datetime(due).astimezone(watch).replace(tzinfo=None)
    lasting = [day for day, opened in diary.opened.items() if opened < due <= diary.closed[day]]
    own = max(lasting, default=wall.date())
    then = sorted(day for day in diary.opened if day < own)[-days]
    wanted = wall - timedelta(days=(own - then).days)
    shows = next(minute for minute, shown in seen if shown >= wanted)
    return min(max(shows, diary.opened[then]), diary.closed[then])


@settings(max_examples=20, deadline=None)
@given(starts(), st.integers(1, 4), st.data())
def test_a_warning_comes_on_the_day_that_the_diary_says(start: tuple[str, int], days: int, data: st.DataObject) -> None:
    zone, near = start
    kept = KEEPS[data.draw(st.sampled_from(names(zone)))]
    hours = Hours("one", kept)
    due = near // STEP * STEP
    if data.draw(st.booleans()):
        due = hours.closing(near, 1, zone)
    assert hours.ahead(due, days, zone) == ahead_by_diary([(kept, zone)], due, days, zone)


@settings(max_examples=20, deadline=None)
@given(unions(), st.integers(1, 3))
def test_so_it_does_where_several_sides_keep_the_calendar(
    found: tuple[Union, list[tuple[Workdays, str]], str, int], days: int
) -> None:
    union, places, zone, near = found
    due = near // STEP * STEP
    assert union.ahead(due, days, zone) == ahead_by_diary(places, due, days, zone)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(ALL), starts(), st.integers(1, 9))
def test_more_days_ahead_are_earlier_and_none_is_late(
    found: tuple[Calendar, str], start: tuple[str, int], days: int
) -> None:
    calendar, zone = found
    due = start[1]
    one, more = (calendar.ahead(due, days + extra, zone) for extra in (0, 1))
    assert more <= one <= due or calendar.id == "ends of the earth"


@pytest.mark.parametrize(
    ("due", "days", "warned"),
    [
        ("2026-11-10T18:00:00+08:00", 1, "2026-11-09T18:00:00+08:00"),
        ("2026-11-09T18:00:00+08:00", 1, "2026-11-06T18:00:00+08:00"),  # over a weekend
        ("2026-11-09T10:20:30.5+08:00", 1, "2026-11-06T10:20:30.5+08:00"),
        ("2026-11-09T12:30:00+08:00", 1, "2026-11-06T12:30:00+08:00"),  # in the break
        ("2026-11-08T12:00:00+08:00", 1, "2026-11-06T12:00:00+08:00"),  # due on a Sunday
        ("2026-11-09T07:00:00+08:00", 1, "2026-11-06T09:00:00+08:00"),  # before the hours: at their opening
        ("2026-11-09T21:00:00+08:00", 2, "2026-11-05T18:00:00+08:00"),  # after them: at closing
        ("2026-10-08T18:00:00+08:00", 1, "2026-09-30T18:00:00+08:00"),  # National Day
        ("2026-10-12T18:00:00+08:00", 1, "2026-10-10T15:00:00+08:00"),  # a make-up day with short hours
        ("2026-11-10T09:00:00+08:00", 1, "2026-11-09T09:00:00+08:00"),  # at opening: that day's
    ],
)
def test_a_chinese_office_is_warned(due: str, days: int, warned: str) -> None:
    assert Hours("China", KEEPS["China"]).ahead(at(due), days, "Asia/Shanghai") == at(warned)


def test_what_is_due_in_the_night_shift_is_due_on_the_day_before() -> None:
    night = Hours("night", KEEPS["night"])  # Wednesday to Saturday
    assert night.ahead(at("2026-11-06T01:00:00+08:00"), 1, "Asia/Shanghai") == at("2026-11-05T01:00:00+08:00")
    assert night.ahead(at("2026-11-05T01:00:00+08:00"), 1, "Asia/Shanghai") == at("2026-11-01T01:00:00+08:00")
    # until the last of its hours
    assert night.ahead(at("2026-11-05T02:00:00+08:00"), 1, "Asia/Shanghai") == at("2026-11-01T02:00:00+08:00")


def test_midnight_is_the_end_of_a_day_without_closing() -> None:
    all_day = Hours("every day", Workdays(EVERY_DAY))
    for calendar, zone in ((all_day, "Europe/Berlin"), (Always(), "Europe/Berlin")):
        assert calendar.ahead(at("2026-11-06T00:00:00+01:00"), 2, zone) == at("2026-11-04T00:00:00+01:00")
        # the clocks go back in between: the same time of day
        assert calendar.ahead(at("2026-10-26T09:00:00+01:00"), 2, zone) == at("2026-10-24T09:00:00+02:00")
        # and forward: half past two is there on no such day
        assert calendar.ahead(at("2026-03-30T02:30:00+02:00"), 1, zone) == at("2026-03-29T03:00:00+02:00")


def test_where_it_never_opens_it_did_before_all_calendars() -> None:
    shut = Hours("shut", Workdays(tuple(() for _ in range(7))))
    due = at("2026-11-06T10:00:00+01:00")
    assert shut.ahead(due, 1, "Europe/Berlin") == at("1999-12-31T10:00:00+01:00")


def test_the_calendar_that_counts_is_the_one_that_the_zone_names() -> None:
    monday = at("2026-11-09T17:00:00+01:00")
    short = Hours(
        "short", Workdays(KEEPS["office"].weekly, open={as_datetime(monday).date(): parse_shifts(["09:00-17:00"])})
    )
    both = Switch(Always(), {"short": short})
    assert both.ahead(monday, 1, "Europe/Berlin@short") == at("2026-11-06T17:00:00+01:00")
    assert both.ahead(monday, 1, "Europe/Berlin") == at("2026-11-08T17:00:00+01:00")
