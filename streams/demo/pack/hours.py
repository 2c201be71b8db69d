"""Open time by a pack's calendars, counted day by day: the demo's own arithmetic, in the plainest way.

Calendars are read from the catalogue's plain data. Nothing of the monitor's is asked but how durations and instants are
written; which days are holidays is looked up in the same published tables.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from operator import itemgetter
from typing import Any, Final
from zoneinfo import ZoneInfo

import holidays

from streams.clock import DAY, MINUTE, as_datetime, instant

Shift = tuple[int, int]
"""In minutes since the midnight at which its day begins."""
Spell = tuple[int, int]
"""Two instants between which it is open."""

_WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WHOLE: Final[Shift] = (0, 24 * 60)
_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, eq=False)
class Hours:
    """The hours of each date by one calendar, and the time zone that it names, if any."""

    weekly: tuple[tuple[Shift, ...], ...]
    zone: str | None = None
    country: tuple[str, str | None] | None = None
    makeup: tuple[Shift, ...] | None = None
    closed: frozenset[date] = frozenset()
    single: Mapping[date, tuple[Shift, ...]] = field(default_factory=dict)
    _known: dict[tuple[date, str], tuple[Spell, ...]] = field(default_factory=dict)

    def shifts(self, day: date) -> tuple[Shift, ...]:
        """Those of a date: single days win over closed ones, then come make-up workdays, holidays and the weekday."""
        if day in self.single:
            return self.single[day]
        if day in self.closed:
            return ()
        if self.country is not None:
            off, made_up = _public(*self.country, day.year)
            if day in made_up:
                return self.weekly[0] if self.makeup is None else self.makeup
            if day in off:
                return ()
        return self.weekly[day.weekday()]

    def spells(self, day: date, zone: str) -> tuple[Spell, ...]:
        """When it is open on a date in that zone."""
        key = day, zone
        if key not in self._known:
            place = ZoneInfo(zone)
            found = [(_showing(day, begin, place), _showing(day, end, place)) for begin, end in self.shifts(day)]
            self._known[key] = tuple((begin, end) for begin, end in found if begin < end)
        return self._known[key]


ALWAYS: Final = Hours(((_WHOLE,),) * 7)


@dataclass(frozen=True, slots=True)
class Opening:
    """What a clock runs in: open whenever one of these hours is, each in its zone."""

    sides: tuple[tuple[Hours, str], ...]

    @property
    def always(self) -> bool:
        """Day and night."""
        return any(hours is ALWAYS for hours, _ in self.sides)

    def add(self, at: int, span: int) -> int:
        """The first instant at which so much open time has gone by."""
        if self.always or not span:
            return at + span
        for begin, end in self._spells(at):
            if end - begin >= span:
                return begin + span
            span -= end - begin
        raise AssertionError("spells are endless")

    def between(self, start: int, end: int) -> int:
        """The open time from one instant to another; nothing where that lies before it."""
        if self.always:
            return max(0, end - start)
        total = 0
        for begin, finish in self._spells(start):
            if begin >= end:
                break
            total += min(finish, end) - begin
        return total

    def closing(self, at: int, days: int) -> int:
        """When the n-th open day after that of the instant is over, with all days before it."""
        opens = next(self._spells(at))[0]
        begun, ends = 0, list[int]()
        for begin, end in self._days(as_datetime(opens).date() - 4 * _A_DAY):
            ends.append(end)
            if begin <= opens:
                begun = len(ends)
            elif begin > opens + 3 * DAY and len(ends) >= begun + days:
                break
        return max(ends[: begun + days])

    def _days(self, day: date) -> Iterator[Spell]:
        """From a date on, when each open date begins and when it is over: endless."""
        while True:
            found = [spell for hours, zone in self.sides for spell in hours.spells(day, zone)]
            if found:
                yield min(begin for begin, _ in found), max(end for _, end in found)
            day += _A_DAY

    def _spells(self, since: int) -> Iterator[Spell]:
        """From an instant on whenever it is open, in order and apart, those over midnight in two: endless."""
        day = as_datetime(since).date()
        while True:
            spells = _spells_of(self.sides, day)
            for begin, end in spells[bisect_right(spells, since, key=itemgetter(1)) :]:
                yield max(begin, since), end
            day += _A_DAY


@cache
def _spells_of(sides: tuple[tuple[Hours, str], ...], day: date) -> tuple[Spell, ...]:
    """Whenever any of these is open on a date of UTC, in order and apart."""
    midnight = instant(datetime(day.year, day.month, day.day, tzinfo=UTC))
    near = (day + number * _A_DAY for number in range(-3, 3))  # a shift may end two dates later, and zones differ
    found = sorted(spell for one in near for hours, zone in sides for spell in hours.spells(one, zone))
    merged: list[Spell] = []
    for begin, end in ((max(begin, midnight), min(end, midnight + DAY)) for begin, end in found):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        elif begin < end:
            merged.append((begin, end))
    return tuple(merged)


def hours_of(data: Mapping[str, Any]) -> Hours:
    """The hours that a catalogue writes for a calendar which is no union."""
    public = data.get("holidays")
    return Hours(
        _weekly(data.get("weekly", {})),
        data.get("time_zone"),
        None if public is None else (public["country"], public.get("region")),
        shifts_of(data["makeup"]) if "makeup" in data else None,
        frozenset(date.fromisoformat(str(day)) for day in data.get("closed", ())),
        {date.fromisoformat(str(day)): shifts_of(shifts) for day, shifts in data.get("open", {}).items()},
    )


def _weekly(data: Mapping[str, Any]) -> tuple[tuple[Shift, ...], ...]:
    week: dict[str, tuple[Shift, ...]] = {}
    for days, shifts in data.items():
        for part in days.split(","):
            first, _, last = part.strip().partition("-")
            names = [*_WEEK, *_WEEK][_WEEK.index(first) :]
            week |= dict.fromkeys(names[: names.index(last or first) + 1], shifts_of(shifts))
    return tuple(week.get(name, ()) for name in _WEEK)


def shifts_of(written: str | Sequence[str]) -> tuple[Shift, ...]:
    """`09:00-12:00` or several of these; one that ends before it begins goes on past midnight."""
    found = []
    for text in [written] if isinstance(written, str) else written:
        begin, end = (_minutes(part) for part in text.split("-"))
        found.append((begin, end if end > begin else end + 24 * 60))
    return tuple(sorted(found))


def _minutes(text: str) -> int:
    hours, minutes = text.strip().split(":")
    return int(hours) * 60 + int(minutes)


@cache
def _public(country: str, region: str | None, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Public holidays of a year, and the days off on which people work to make up for them."""
    table = holidays.country_holidays(country, subdiv=region, years=range(year - 1, year + 2))
    return frozenset(table), frozenset(getattr(table, "weekend_workdays", None) or ())


def _showing(day: date, minutes: int, zone: ZoneInfo) -> int:
    """The first instant at which clocks there show that many minutes since the date's midnight, or more."""
    shown = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001  (what a clock shows)
    as_if_utc = instant(shown.replace(tzinfo=UTC))
    offsets = {_offset(as_if_utc + apart, zone) for apart in (-DAY, DAY)}
    candidates = sorted(as_if_utc - offset for offset in offsets)
    right = [at for at in candidates if at + _offset(at, zone) == as_if_utc]
    if right:
        return right[0]
    at = candidates[0]  # clocks go forward past it: minute by minute to where they have
    while at + _offset(at, zone) < as_if_utc:
        at += MINUTE
    return at


def _offset(at: int, zone: ZoneInfo) -> int:
    """How far clocks there are ahead of UTC."""
    shown = as_datetime(at).astimezone(zone).utcoffset()
    assert shown is not None  # of a zone
    return round(shown / timedelta(microseconds=1))
