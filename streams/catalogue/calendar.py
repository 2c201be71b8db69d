"""Open time: how long a team or store was open between two instants, and when a span of open time will have gone by.

Local hours become instants by one rule: *a local time is the first instant at which the wall clock shows that time or
later*. So a time in the gap of spring moves forward to the gap's end, a repeated time of autumn is its first occurrence,
for opening and for closing alike. Neighbouring shifts (22:00-01:30, 01:30-06:00) therefore always meet without hole or
overlap, and open time is real elapsed time: 00:00-24:00 is 23 hours in spring and 25 in autumn.

The hours of each zone are worked out a year at a time and kept as sorted instants with the open time before each, so
`add` and `between` are binary searches. Days are counted by date (`closing`): a shift over midnight belongs to the one
on which it begins, so a day may close on the next. Before 2000 and from 2101 on every calendar counts as open, day and
night: no holiday table reaches there, and a stray date can then neither hang nor break the arithmetic.
"""

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import accumulate
from zoneinfo import ZoneInfo

from streams.catalogue.model import Calendar, zone_name
from streams.catalogue.workdays import DAY_MINUTES, Shift, Workdays
from streams.clock import DAY, EPOCH, SECOND, as_datetime, instant

_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_ENDLESS = 1 << 62
_YEAR = 366 * DAY
_OVERLAP = 3 * DAY
"""Days of one calendar lie less than this apart from their date in UTC: shifts reach to 48:00, zones to 14 hours."""
_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class Always:
    """Day and night."""

    id: str = "always"
    always: bool = True

    def add(self, at: int, span: int, zone: str) -> int:  # noqa: ARG002  (the protocol's)
        return at + span

    def between(self, start: int, end: int, zone: str) -> int:  # noqa: ARG002
        return max(0, end - start)

    def spans(self, start: int, end: int, zone: str) -> list[tuple[int, int]]:  # noqa: ARG002
        return [(start, end)] if end > start else []

    def closing(self, at: int, days: int, zone: str) -> int:
        """Every day is open, and closes at midnight."""
        place = ZoneInfo(zone_name(zone))
        return first_showing(wall_clock(at, place).date() + timedelta(days=days), DAY_MINUTES, place)

    def ahead(self, due: int, days: int, zone: str) -> int:
        """Every day is open."""
        place = ZoneInfo(zone_name(zone))
        return first_shown(wall_clock(due, place) - timedelta(days=days), place)


class _Kept(ABC):
    """A calendar that works out its open time for each zone and keeps it."""

    __slots__ = ()
    _zones: "dict[str, _Timeline]"

    @abstractmethod
    def _hours(self, zone: ZoneInfo) -> "list[_Local]":
        """Each set of hours in its zone, where the case's is `zone`."""

    def _timeline(self, zone: str) -> "_Timeline":
        timeline = self._zones.get(zone)
        if timeline is None:
            timeline = self._zones[zone] = _Timeline(self._hours(ZoneInfo(zone_name(zone))))
        return timeline

    def add(self, at: int, span: int, zone: str) -> int:
        return at if span == 0 else self._timeline(zone).add(at, span)

    def between(self, start: int, end: int, zone: str) -> int:
        return self._timeline(zone).between(start, end) if end > start else 0

    def spans(self, start: int, end: int, zone: str) -> list[tuple[int, int]]:
        return self._timeline(zone).spans(start, end) if end > start else []

    def closing(self, at: int, days: int, zone: str) -> int:
        return self._timeline(zone).closing(at, days)

    def ahead(self, due: int, days: int, zone: str) -> int:
        return self._timeline(zone).ahead(due, days, ZoneInfo(zone_name(zone)))


@dataclass(slots=True)
class Hours(_Kept):
    """Open time by weekly hours, holidays and exceptions; see the module for what local times mean."""

    id: str
    days: Workdays
    always: bool = False
    _zones: "dict[str, _Timeline]" = field(default_factory=dict)

    def _hours(self, zone: ZoneInfo) -> "list[_Local]":
        return [_Local(self.days, zone)]


@dataclass(frozen=True, slots=True)
class Side:
    """The hours of a calendar that belongs to a union, and the time zone that it keeps there, if it has one."""

    days: Workdays
    time_zone: str | None


@dataclass(slots=True)
class Union(_Kept):
    """Open whenever one of several calendars is. Parts without a time zone of their own have that of the case.

    A date is one day for all parts, wherever they are: it begins when the first of them opens and closes when the last
    of them does, so the days of sides far apart overlap.
    """

    id: str
    parts: tuple[Side, ...]
    always: bool = False
    _zones: "dict[str, _Timeline]" = field(default_factory=dict)

    def _hours(self, zone: ZoneInfo) -> "list[_Local]":
        return [_Local(part.days, ZoneInfo(part.time_zone) if part.time_zone else zone) for part in self.parts]


@dataclass(frozen=True, slots=True)
class Switch:
    """The calendar of a moment where stores or targets bring their own: the zone's `@calendar` says which counts."""

    standard: Calendar
    others: dict[str, Calendar]

    @property
    def id(self) -> str:
        return self.standard.id

    @property
    def always(self) -> bool:
        return False

    def pick(self, zone: str) -> Calendar:
        """The calendar that counts under this zone."""
        return self.others.get(zone.partition("@")[2], self.standard)

    def add(self, at: int, span: int, zone: str) -> int:
        return self.pick(zone).add(at, span, zone)

    def between(self, start: int, end: int, zone: str) -> int:
        return self.pick(zone).between(start, end, zone)

    def spans(self, start: int, end: int, zone: str) -> list[tuple[int, int]]:
        return self.pick(zone).spans(start, end, zone)

    def closing(self, at: int, days: int, zone: str) -> int:
        return self.pick(zone).closing(at, days, zone)

    def ahead(self, due: int, days: int, zone: str) -> int:
        return self.pick(zone).ahead(due, days, zone)


Interval = tuple[int, int]


class _Timeline:
    """Open intervals of one calendar in one zone, over as many years as were asked for so far."""

    __slots__ = ("_dates", "_days", "_hours", "ends", "first", "last", "opened", "reaches", "since", "starts")

    def __init__(self, hours: "list[_Local]") -> None:
        self._hours = hours
        self._days: dict[int, tuple[list[int], list[int]]] = {}
        self._dates: dict[int, list[tuple[date, int, int]]] = {}
        self.first = self.last = 0  # years covered, both included; none yet
        self.since = self.reaches = 0  # the same as instants
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.opened: list[int] = []  # open time before each interval, and after the last

    def add(self, at: int, span: int) -> int:
        self._cover(at, at + span)
        target = self._opened_by(at) + span
        while target > self.opened[-1]:
            self._cover(at, self.reaches + _YEAR)
            target = self._opened_by(at) + span
        index = bisect_left(self.opened, target) - 1
        return self.starts[index] + target - self.opened[index]

    def between(self, start: int, end: int) -> int:
        self._cover(start, end)
        return self._opened_by(end) - self._opened_by(start)

    def spans(self, start: int, end: int) -> list[Interval]:
        self._cover(start, end)
        found: list[Interval] = []
        for index in range(bisect_right(self.ends, start), bisect_left(self.starts, end)):
            begin, finish = max(start, self.starts[index]), min(end, self.ends[index])
            if found and found[-1][1] == begin:
                found[-1] = (found[-1][0], finish)
            else:
                found.append((begin, finish))
        return found

    def closing(self, at: int, days: int) -> int:
        opens = self._opening(at)
        year = as_datetime(opens - _OVERLAP).year
        begins, closes = map(list, self._days_of(year))
        while len(begins) <= days or begins[-days - 1] <= opens + _OVERLAP:  # enough of them after the day of `opens`
            year += 1
            more = self._days_of(year)
            begins += more[0]
            closes += more[1]
        return closes[bisect_right(begins, opens) - 1 + days]

    def ahead(self, due: int, days: int, zone: ZoneInfo) -> int:
        shown = wall_clock(due, zone)
        day = self._day_until(due, shown.date())
        year = day.year
        before = [found for found in self._dates_of(year) if found[0] < day]
        while len(before) < days:  # before the known years every day is open
            year -= 1
            before = self._dates_of(year) + before
        then, opens, closes = before[-days]
        return min(max(first_shown(shown - (day - then), zone), opens), closes)

    def _day_until(self, due: int, shown: date) -> date:
        """The latest open day whose hours last until the due, else the date that is shown there."""
        for offset in range(2, -4, -1):
            day = shown + timedelta(days=offset)
            bounds = self._bounds(day)
            if bounds is not None and bounds[0] < due <= bounds[1]:
                return day
        return shown

    def _dates_of(self, year: int) -> list[tuple[date, int, int]]:
        """The open days of a year, each with when it begins and when it closes."""
        known = self._dates.get(year)
        if known is None:
            first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
            dates = map(date.fromordinal, range(first, last + 1))
            known = [(day, *bounds) for day in dates if (bounds := self._bounds(day)) is not None]
            if len(self._dates) < _REMEMBERED:
                self._dates[year] = known
        return known

    def _bounds(self, day: date) -> Interval | None:
        """When a date begins and closes; None where it is not open."""
        bounds = [bound for hours in self._hours if (bound := hours.day(day)) is not None]
        return (min(begin for begin, _ in bounds), max(end for _, end in bounds)) if bounds else None

    def _opening(self, at: int) -> int:
        """The first instant from `at` on at which it is open."""
        self._cover(at, at)
        while (index := bisect_right(self.ends, at)) == len(self.ends):
            self._cover(at, self.reaches + _YEAR)
        return max(at, self.starts[index])

    def _days_of(self, year: int) -> tuple[list[int], list[int]]:
        """When each open day of the year has begun, and when it is closed for good: both never go back.

        Sides far apart may begin one day before the other has begun the day before. The day of an instant is therefore
        the latest one that has begun by then, and a day is not closed before the days before it are.
        """
        known = self._days.get(year)
        if known is not None:
            return known
        dates = [date(year, 1, 1) + timedelta(days=offset) for offset in range(-3, 366 + 3)]
        found = []
        for day in dates:
            bounds = self._bounds(day)
            if bounds is not None:
                found.append((day.year, *bounds))
        begins = list(accumulate((begin for _, begin, _ in reversed(found)), min))[::-1]
        closes = list(accumulate((end for _, _, end in found), max))
        own = [index for index, (of, _, _) in enumerate(found) if of == year]
        days = [begins[index] for index in own], [closes[index] for index in own]
        if len(self._days) < _REMEMBERED:
            self._days[year] = days
        return days

    def _opened_by(self, at: int) -> int:
        index = bisect_right(self.starts, at) - 1
        if index < 0:
            return 0
        return self.opened[index] + min(at, self.ends[index]) - self.starts[index]

    def _cover(self, start: int, end: int) -> None:
        if self.starts and self.since <= start and end <= self.reaches:
            return
        first, last = _year_of(start - DAY), _year_of(end + DAY)  # a day apart, the local year is surely among them
        if self.first:
            first, last = min(first, self.first), max(last, self.last)
        covered = [hours.years(first, last) for hours in self._hours]
        self.first, self.last = first, last
        self.since = max(since for since, _, _ in covered)
        self.reaches = min(reaches for _, reaches, _ in covered)
        intervals = covered[0][2] if len(covered) == 1 else self._joined([found for _, _, found in covered])
        self.starts = [begin for begin, _ in intervals]
        self.ends = [finish for _, finish in intervals]
        self.opened = list(accumulate((finish - begin for begin, finish in intervals), initial=0))

    def _joined(self, several: list[list[Interval]]) -> list[Interval]:
        """All of these in one, as far as all of them are known."""
        joined: list[Interval] = []
        for begin, finish in merge(*several):
            opens, closes = max(begin, self.since), min(finish, self.reaches)
            if opens >= closes:
                continue
            if joined and opens <= joined[-1][1]:
                joined[-1] = joined[-1][0], max(closes, joined[-1][1])
            else:
                joined.append((opens, closes))
        return joined


class _Local:
    """The hours of one calendar in one zone, worked out year by year."""

    __slots__ = ("_days", "_years", "_zone")

    def __init__(self, days: Workdays, zone: ZoneInfo) -> None:
        self._days = days
        self._zone = zone
        self._years: dict[int, list[Interval]] = {}

    def years(self, first: int, last: int) -> tuple[int, int, list[Interval]]:
        """Since when and until when these years go here, and the open intervals of that time, in order and apart."""
        intervals = [interval for year in range(first, last + 1) for interval in self._year(year)]
        since, reaches = self._local(date(first, 1, 1), 0), self._local(date(last + 1, 1, 1), 0)
        if first == _FIRST_YEAR:
            intervals.insert(0, (-_ENDLESS, since))
            since = -_ENDLESS
        if last == _LAST_YEAR:
            intervals.append((reaches, _ENDLESS))
            reaches = _ENDLESS
        return since, reaches, intervals

    def day(self, day: date) -> Interval | None:
        """When the day's first shift begins and its last one ends; None on a day without open time."""
        known = _FIRST_YEAR <= day.year <= _LAST_YEAR
        shifts: tuple[Shift, ...] = self._days.shifts(day) if known else ((0, DAY_MINUTES),)
        found = [(self._local(day, begin), self._local(day, end)) for begin, end in shifts]
        held = [(begin, end) for begin, end in found if begin < end]  # a shift inside the gap of spring is none
        return (held[0][0], held[-1][1]) if held else None

    def _year(self, year: int) -> list[Interval]:
        """Open intervals between the year's first and last local midnight, in order and apart."""
        known = self._years.get(year)
        if known is not None:
            return known
        new_year, next_year = self._local(date(year, 1, 1), 0), self._local(date(year + 1, 1, 1), 0)
        intervals = []
        taken = new_year
        day = date(year, 1, 1) - timedelta(days=1)  # its last shift may run into the year
        while day.year <= year:
            for begin, finish in self._days.shifts(day):
                opens, closes = max(taken, self._local(day, begin)), min(next_year, self._local(day, finish))
                if opens < closes:
                    intervals.append((opens, closes))
                    taken = closes
            day += timedelta(days=1)
        self._years[year] = intervals
        return intervals

    def _local(self, day: date, minutes: int) -> int:
        return first_showing(day, minutes, self._zone)


def first_showing(day: date, minutes: int, zone: ZoneInfo) -> int:
    """The first instant at which the wall clock shows this local time (minutes since its midnight) or a later one."""
    return first_shown(datetime(day.year, day.month, day.day) + timedelta(minutes=minutes), zone)  # noqa: DTZ001  (a local time on purpose)


def first_shown(naive: datetime, zone: ZoneInfo) -> int:
    """The first instant at which the wall clock shows this local time (without a zone) or a later one."""
    wall = naive.replace(tzinfo=zone)
    at = instant(wall)
    if wall_clock(at, zone) == naive:
        return at
    # In a gap: the transition lies between the two readings that the offsets before and after it would give.
    before, after = instant(wall.replace(fold=1)), at
    while after - before > SECOND:
        middle = (before + after) // 2 // SECOND * SECOND
        before, after = (middle, after) if wall_clock(middle, zone) < naive else (before, middle)
    return after


def wall_clock(at: int, zone: ZoneInfo) -> datetime:
    """What the wall clock shows there at an instant: a local time, without a zone."""
    return (EPOCH + timedelta(microseconds=at)).astimezone(zone).replace(tzinfo=None)


def _year_of(at: int) -> int:
    """The instant's year in UTC, within the known years."""
    if at < instant(EPOCH.replace(year=_FIRST_YEAR)):
        return _FIRST_YEAR
    if at >= instant(EPOCH.replace(year=_LAST_YEAR)):
        return _LAST_YEAR
    return (EPOCH + timedelta(microseconds=at)).year
