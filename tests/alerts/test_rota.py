"""Rotas against a second implementation that knows nothing but a wall clock and walks minute by minute, and by hand."""

import io
import struct
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.organisation import Rota, Shift, Swap
from streams.alerts.rota import Roster, Turn, handovers, next_handover, on_call
from streams.catalogue.workdays import WEEKDAYS
from streams.clock import DAY, HOUR, MINUTE, as_datetime, instant, parse_rfc3339

# days around which the clocks of these places change, and in what way
EDGES = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # by half an hour
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Africa/Cairo", date(2026, 4, 24)),  # leaves midnight out
    ("Asia/Beirut", date(2026, 10, 25)),  # back from midnight to the day before
    ("America/St_Johns", date(2010, 11, 7)),  # back over midnight: Sunday has begun before Saturday's last hour repeats
    ("America/St_Johns", date(2011, 3, 13)),
    ("Antarctica/Troll", date(2026, 3, 29)),  # by two hours
    ("Africa/Casablanca", date(2026, 2, 15)),
    ("Pacific/Apia", date(2011, 12, 30)),  # leaves a Friday out
    ("Pacific/Kiritimati", date(1995, 1, 1)),  # leaves a Sunday out, the last day of a week
    ("Asia/Shanghai", date(2026, 11, 1)),
]
BEFORE = 10 * DAY  # so long before the window the walk sets out: every rota has begun a shift by then
WINDOW = 3 * DAY
PEOPLE = ["ann", "bob", "cai", "dan"]
EVERY_DAY = list(WEEKDAYS)


class Step(NamedTuple):
    """A minute, the latest time that the wall clock had shown before it, and the latest that it has shown now."""

    minute: int
    before: datetime
    shown: datetime


@lru_cache(64)
def walk(zone: str, start: int, end: int) -> tuple[Step, ...]:
    there = ZoneInfo(zone)
    steps = []
    shown = as_datetime(start - MINUTE).astimezone(there).replace(tzinfo=None)
    for minute in range(start, end, MINUTE):
        before, shown = shown, max(shown, as_datetime(minute).astimezone(there).replace(tzinfo=None))
        steps.append(Step(minute, before, shown))
    return tuple(steps)


def naive(rota: Rota, start: int, end: int) -> Iterator[tuple[int, str | None]]:
    """Each minute of the window with the person on call. A shift begins when the wall clock first reaches its start."""
    begins: dict[tuple[int, int, int], list[str]] = {}
    for shift in rota.shifts:
        for day in shift.days:
            begins[WEEKDAYS.index(day), int(shift.start[:2]), int(shift.start[3:])] = shift.people
    since = date(1970, 1, 5) if rota.since is None else rota.since.astimezone(ZoneInfo(rota.time_zone)).date()
    person: str | None = None
    for minute, before, shown in walk(rota.time_zone, start - BEFORE, end):
        for passed in range(1, (shown - before) // timedelta(minutes=1) + 1):
            reached = before + timedelta(minutes=passed)
            people = begins.get((reached.weekday(), reached.hour, reached.minute))
            if people is not None:
                weeks = (reached.toordinal() - 1) // 7 - (since.toordinal() - 1) // 7  # day 1 was a Monday
                person = people[weeks % len(people)] if people else None
        if minute >= start:
            swapped = [swap.person for swap in rota.instead if instant(swap.start) <= minute < instant(swap.end)]
            yield minute, swapped[-1] if swapped else person


def naive_turns(rota: Rota, start: int, end: int) -> list[Turn]:
    turns: list[Turn] = []
    for minute, person in naive(rota, start, end):
        if turns and turns[-1].person == person:
            turns[-1] = Turn(turns[-1].start, minute + MINUTE, person)
        else:
            turns.append(Turn(minute, minute + MINUTE, person))
    return turns


# starts crowd where clocks change: shortly after midnight and in the small hours
STARTS = st.one_of(
    st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 1, 29, 30, 59])),
    st.builds("{:02}:{:02}".format, st.sampled_from([0, 1, 2, 3, 23]), st.integers(0, 59)),
)
SLOTS = st.tuples(st.sampled_from(EVERY_DAY), STARTS)


@st.composite
def rotas(draw: st.DrawFn, zone: str, around: int) -> Rota:
    """Shifts of which no two begin at once, and swaps near the window."""
    slots = draw(st.lists(SLOTS, min_size=1, max_size=12, unique=True))
    people = st.lists(st.sampled_from(PEOPLE), max_size=3, unique=True)
    shifts = [Shift(days=[day], start=start, people=draw(people)) for day, start in slots]
    swaps = []
    for _ in range(draw(st.integers(0, 2))):
        begin = around + draw(st.integers(-2 * 1440, 4 * 1440)) * MINUTE
        finish = begin + draw(st.integers(1, 1440)) * MINUTE
        person = draw(st.sampled_from(PEOPLE))
        swaps.append(Swap(start=as_datetime(begin), end=as_datetime(finish), person=person))
    since = draw(st.none() | st.integers(-60, 60).map(lambda days: as_datetime(around + days * DAY)))
    return Rota(time_zone=zone, since=since, shifts=shifts, instead=swaps)


@settings(max_examples=80, deadline=None)
@given(st.data(), st.sampled_from(EDGES))
def test_a_rota_hands_over_when_the_walk_over_the_wall_clock_does(data: st.DataObject, edge: tuple[str, date]) -> None:
    zone, day = edge
    start = instant(datetime(day.year, day.month, day.day, tzinfo=UTC)) - DAY
    rota = data.draw(rotas(zone, start))
    turns = handovers(rota, start, start + WINDOW)
    assert turns == naive_turns(rota, start, start + WINDOW)
    roster = Roster.of(rota)
    for begin, end, person in turns:
        assert on_call(roster, begin) == person  # the first instant of a turn is in it, to the microsecond
        assert on_call(roster, end - 1) == person


@settings(max_examples=25, deadline=None)
@given(st.data(), st.sampled_from(sorted(available_timezones())), st.integers(0, 40 * 365))
def test_in_any_zone_on_any_day_the_rota_agrees_with_the_walk(data: st.DataObject, zone: str, days: int) -> None:
    start = parse_rfc3339("1995-01-01T00:00:00Z") + days * DAY
    rota = data.draw(rotas(zone, start))
    roster = Roster.of(rota)
    for minute, person in list(naive(rota, start, start + 12 * HOUR))[::7]:
        assert on_call(roster, minute) == person


def at(text: str) -> int:
    return parse_rfc3339(text)


def rota(*shifts: tuple[str, str, list[str]], zone: str = "Europe/Berlin", **more: object) -> Roster:
    """Shifts as `mon,tue`, `09:00`, people; `daily` for every day."""
    written = [
        Shift.model_validate(
            {"days": EVERY_DAY if days == "daily" else days.split(","), "start": start, "people": people}
        )
        for days, start, people in shifts
    ]
    return Roster.of(Rota.model_validate({"time_zone": zone, "shifts": written, **more}))


def told(turns: list[Turn], zone: str) -> list[str]:
    there = ZoneInfo(zone)
    return [f"{as_datetime(turn.start).astimezone(there):%a %H:%M%z} {turn.person}" for turn in turns]


DAY_AND_NIGHT = (("daily", "09:00", ["ann"]), ("daily", "22:00", ["bob"]))


def test_the_start_of_a_shift_belongs_to_it() -> None:
    two = rota(*DAY_AND_NIGHT)
    assert on_call(two, at("2026-06-01T08:59:59.999999+02:00")) == "bob"
    assert on_call(two, at("2026-06-01T09:00:00+02:00")) == "ann"
    assert on_call(two, at("2026-06-01T22:00:00+02:00")) == "bob"


def test_a_shift_lasts_until_the_next_one_days_later() -> None:
    office = rota(("mon", "09:00", ["ann"]), ("fri", "18:00", ["bob"]))
    assert on_call(office, at("2026-06-04T03:00:00+02:00")) == "ann"
    assert on_call(office, at("2026-06-08T08:59:00+02:00")) == "bob"


def test_a_single_shift_lasts_all_week() -> None:
    assert on_call(rota(("wed", "09:00", ["ann"])), at("2026-06-03T08:59:59+02:00")) == "ann"


def test_a_shift_of_nobody_ends_the_one_before() -> None:
    office = rota(("daily", "09:00", ["ann"]), ("daily", "18:00", []))
    assert on_call(office, at("2026-06-01T17:59:59+02:00")) == "ann"
    assert on_call(office, at("2026-06-01T18:00:00+02:00")) is None


def test_a_rota_without_shifts_names_nobody_but_in_its_swaps() -> None:
    swap = {"start": "2026-06-01T08:00:00Z", "end": "2026-06-01T09:00:00Z", "person": "cai"}
    alone = rota(instead=[swap])
    assert [on_call(alone, at(f"2026-06-01T{hour}:00:00Z")) for hour in ("07", "08", "09")] == [None, "cai", None]


def test_people_take_turns_by_the_week_of_since() -> None:
    three = rota(("daily", "09:00", ["ann", "bob", "cai"]), since="2026-06-03T12:00:00+02:00")  # a Wednesday
    noons = [at("2026-06-01T12:00:00+02:00") + 7 * DAY * week for week in range(-2, 5)]
    assert [on_call(three, noon) for noon in noons] == ["bob", "cai", "ann", "bob", "cai", "ann", "bob"]


def test_without_since_turns_are_counted_from_the_first_monday_of_1970() -> None:
    two = rota(("daily", "09:00", ["ann", "bob"]), zone="UTC")
    assert on_call(two, at("1970-01-05T09:00:00Z")) == "ann"
    assert on_call(two, at("1970-01-12T09:00:00Z")) == "bob"


def test_since_is_read_in_the_zone_of_the_rota() -> None:
    # Sunday evening in UTC is Monday in Shanghai already
    two = rota(("daily", "09:00", ["ann", "bob"]), zone="Asia/Shanghai", since="2026-06-07T20:00:00Z")
    assert on_call(two, at("2026-06-08T09:00:00+08:00")) == "ann"


def test_the_night_from_sunday_to_monday_stays_with_the_week_in_which_it_began() -> None:
    night = rota(("daily", "22:00", ["ann", "bob"]), since="2026-06-01T00:00:00+02:00")
    assert on_call(night, at("2026-06-08T03:00:00+02:00")) == "ann"
    assert on_call(night, at("2026-06-08T21:59:59+02:00")) == "ann"
    assert on_call(night, at("2026-06-08T22:00:00+02:00")) == "bob"


def test_a_swap_wins_from_its_first_instant_until_before_its_last() -> None:
    swap = {"start": "2026-06-01T10:00:00+02:00", "end": "2026-06-01T23:00:00+02:00", "person": "cai"}
    two = rota(*DAY_AND_NIGHT, instead=[swap])
    assert told(handovers(two, at("2026-06-01T09:00:00+02:00"), at("2026-06-02T09:00:00+02:00")), "Europe/Berlin") == [
        "Mon 09:00+0200 ann",
        "Mon 10:00+0200 cai",
        "Mon 23:00+0200 bob",
    ]


def test_of_two_swaps_the_later_in_the_list_wins() -> None:
    first = {"start": "2026-06-01T10:00:00Z", "end": "2026-06-01T14:00:00Z", "person": "cai"}
    second = {"start": "2026-06-01T11:00:00Z", "end": "2026-06-01T12:00:00Z", "person": "dan"}
    two = rota(*DAY_AND_NIGHT, instead=[first, second])
    assert [on_call(two, at(f"2026-06-01T{hour}:30:00Z")) for hour in (10, 11, 12)] == ["cai", "dan", "cai"]


def test_a_start_that_spring_leaves_out_begins_right_after_the_gap() -> None:
    early = rota(("daily", "02:30", ["ann"]), ("daily", "22:00", ["bob"]))
    assert on_call(early, at("2026-03-29T01:59:59.999999+01:00")) == "bob"
    assert on_call(early, at("2026-03-29T03:00:00+02:00")) == "ann"


def test_of_two_starts_in_one_gap_the_later_one_counts() -> None:
    early = rota(("daily", "02:45", ["cai"]), ("daily", "02:15", ["ann"]), ("daily", "22:00", ["bob"]))
    assert told(handovers(early, at("2026-03-29T00:00:00Z"), at("2026-03-29T12:00:00Z")), "Europe/Berlin") == [
        "Sun 01:00+0100 bob",
        "Sun 03:00+0200 cai",
    ]


def test_a_start_that_autumn_repeats_begins_once_the_first_time() -> None:
    early = rota(("daily", "02:30", ["ann"]), ("daily", "02:45", ["bob"]))
    assert told(handovers(early, at("2026-10-25T00:00:00Z"), at("2026-10-25T12:00:00Z")), "Europe/Berlin") == [
        "Sun 02:00+0200 bob",
        "Sun 02:30+0200 ann",
        "Sun 02:45+0200 bob",
    ]


def test_a_night_is_an_hour_longer_in_autumn_and_shorter_in_spring() -> None:
    two = rota(*DAY_AND_NIGHT)
    nights = [
        turn.end - turn.start
        for begin in ("2026-03-28", "2026-06-01", "2026-10-24")
        for turn in handovers(two, at(f"{begin}T12:00:00Z"), at(f"{begin}T12:00:00Z") + DAY)
        if turn.person == "bob"
    ]
    assert nights == [10 * HOUR, 11 * HOUR, 12 * HOUR]


def test_a_day_that_a_place_leaves_out_hands_over_once() -> None:
    samoa = rota(("thu", "09:00", ["ann"]), ("fri", "09:00", ["bob"]), ("sat", "09:00", ["cai"]), zone="Pacific/Apia")
    turns = handovers(samoa, at("2011-12-30T00:00:00Z"), at("2011-12-31T00:00:00Z"))
    assert told(turns, "Pacific/Apia") == ["Thu 14:00-1000 ann", "Sat 00:00+1400 bob", "Sat 09:00+1400 cai"]


def test_handovers_cover_the_span_asked_for_without_holes() -> None:
    two = rota(*DAY_AND_NIGHT)
    start, end = at("2026-06-01T10:17:00Z"), at("2026-06-05T03:01:00Z")
    turns = handovers(two, start, end)
    assert (turns[0].start, turns[-1].end) == (start, end)
    assert [turn.end for turn in turns[:-1]] == [turn.start for turn in turns[1:]]
    assert handovers(two, start, start) == []


def test_neighbouring_shifts_of_one_person_are_one_turn() -> None:
    same = rota(("daily", "09:00", ["ann"]), ("daily", "22:00", ["ann"]))
    start, end = at("2026-06-01T00:00:00Z"), at("2026-06-05T00:00:00Z")
    assert handovers(same, start, end) == [Turn(start, end, "ann")]


def test_the_next_handover_is_named_where_there_is_one() -> None:
    now = at("2026-06-01T12:00:00+02:00")
    coming = next_handover(rota(*DAY_AND_NIGHT), now)
    assert coming == Turn(at("2026-06-01T22:00:00+02:00"), at("2026-06-02T09:00:00+02:00"), "bob")
    assert next_handover(rota(("daily", "09:00", ["ann"])), now) is None


def test_many_weeks_asked_in_turn_do_not_change_the_answer() -> None:
    two = rota(("daily", "09:00", ["ann", "bob"]), since="2026-06-01T00:00:00+02:00")
    noons = [at("2026-06-01T12:00:00+02:00") + 7 * DAY * week for week in range(120)]
    once = [on_call(two, noon) for noon in noons]
    assert once == [on_call(two, noon) for noon in noons]
    assert once == ["ann", "bob"] * 60


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Shanghai", "America/St_Johns"])
def test_a_swap_to_the_microsecond_is_kept_to_the_microsecond(zone: str) -> None:
    swap = {"start": "2026-06-01T10:00:00.000001Z", "end": "2026-06-01T10:00:00.000002Z", "person": "cai"}
    two = rota(*DAY_AND_NIGHT, zone=zone, instead=[swap])
    begin = at("2026-06-01T10:00:00.000001Z")
    assert on_call(two, begin) == "cai"
    assert on_call(two, begin - 1) != "cai"
    assert on_call(two, begin + 1) != "cai"


def place(rule: str) -> ZoneInfo:
    """A zone of nowhere that keeps this POSIX rule: a TZif file without transitions, and the rule behind it."""
    counts = (0, 0, 0, 0, 1, 4)  # leap seconds, transitions and their like; one type of local time; its letters
    header = b"TZif2" + bytes(15) + struct.pack(">6L", *counts)
    block = struct.pack(">lBB", 0, 0, 0) + b"XXX\0"
    return ZoneInfo.from_file(io.BytesIO(header + block + header + block + f"\n{rule}\n".encode()), "Nowhere")


def test_monday_s_first_shift_stays_begun_where_the_clock_is_set_back_into_sunday() -> None:
    nowhere = place("XXX0YYY,M3.5.0,M10.5.1/0:30")  # the last Monday of October, from 00:30 to Sunday 23:30
    two = replace(rota(("mon", "00:00", ["ann"]), ("mon", "08:00", ["bob"]), zone="UTC"), zone=nowhere)
    midnight = at("2026-10-25T23:00:00Z")
    assert f"{as_datetime(midnight + 45 * MINUTE).astimezone(nowhere):%a %H:%M}" == "Sun 23:45"
    assert on_call(two, midnight - 1) == "bob"
    assert [on_call(two, midnight + minutes * MINUTE) for minutes in (0, 29, 30, 45, 60, 90)] == ["ann"] * 6
    assert handovers(two, midnight - HOUR, midnight + HOUR) == [
        Turn(midnight - HOUR, midnight, "bob"),
        Turn(midnight, midnight + HOUR, "ann"),
    ]
