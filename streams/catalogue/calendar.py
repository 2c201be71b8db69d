"""Open time: how long a team or store was open between two instants, and when a span of open time will have gone by.

Local hours become instants by one rule: *a local time is the first instant at which the wall clock shows that time or
later*. So a time in the gap of spring moves forward to the gap's end, a repeated time of autumn is its first occurrence,
for opening and for closing alike. Neighbouring shifts (22:00-01:30, 01:30-06:00) therefore always meet without hole or
overlap, and open time is real elapsed time: 00:00-24:00 is 23 hours in spring and 25 in autumn.

The hours of each zone are worked out a year at a time and kept as sorted instants with the open time before each, so
`add` and `between` are binary searches. Before 2000 and from 2101 on every calendar counts as open, day and night: no
holiday table reaches there, and a stray date can then neither hang nor break the arithmetic.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from streams.catalogue.model import Calendar, zone_name
from streams.catalogue.workdays import Workdays
from streams.clock import DAY, EPOCH, SECOND, instant

_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_ENDLESS = 1 << 62
_YEAR = 366 * 86_400 * SECOND


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


@dataclass(slots=True)
class Hours:
    """Open time by weekly hours, holidays and exceptions; see the module for what local times mean."""

    id: str
    days: Workdays
    always: bool = False
    _zones: dict[str, "_Timeline"] = field(default_factory=dict)

    def _timeline(self, zone: str) -> "_Timeline":
        timeline = self._zones.get(zone)
        if timeline is None:
            timeline = self._zones[zone] = _Timeline(self.days, ZoneInfo(zone_name(zone)))
        return timeline

    def add(self, at: int, span: int, zone: str) -> int:
        return at if span == 0 else self._timeline(zone).add(at, span)

    def between(self, start: int, end: int, zone: str) -> int:
        return self._timeline(zone).between(start, end) if end > start else 0

    def spans(self, start: int, end: int, zone: str) -> list[tuple[int, int]]:
        return self._timeline(zone).spans(start, end) if end > start else []


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


class _Timeline:
    """Open intervals of one calendar in one zone, over as many years as were asked for so far."""

    __slots__ = ("_days", "_years", "_zone", "ends", "first", "last", "opened", "reaches", "since", "starts")

    def __init__(self, days: Workdays, zone: ZoneInfo) -> None:
        self._days = days
        self._zone = zone
        self._years: dict[int, list[tuple[int, int]]] = {}
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

    def spans(self, start: int, end: int) -> list[tuple[int, int]]:
        self._cover(start, end)
        found: list[tuple[int, int]] = []
        for index in range(bisect_right(self.ends, start), bisect_left(self.starts, end)):
            begin, finish = max(start, self.starts[index]), min(end, self.ends[index])
            if found and found[-1][1] == begin:
                found[-1] = (found[-1][0], finish)
            else:
                found.append((begin, finish))
        return found

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
        intervals = [interval for year in range(first, last + 1) for interval in self._year(year)]
        since, reaches = self._local(date(first, 1, 1), 0), self._local(date(last + 1, 1, 1), 0)
        if first == _FIRST_YEAR:
            intervals.insert(0, (-_ENDLESS, since))
            since = -_ENDLESS
        if last == _LAST_YEAR:
            intervals.append((reaches, _ENDLESS))
            reaches = _ENDLESS
        self.first, self.last, self.since, self.reaches = first, last, since, reaches
        self.starts = [begin for begin, _ in intervals]
        self.ends = [finish for _, finish in intervals]
        self.opened = list(accumulate((finish - begin for begin, finish in intervals), initial=0))

    def _year(self, year: int) -> list[tuple[int, int]]:
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
    naive = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001  (a local time on purpose)
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
