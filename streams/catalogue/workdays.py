"""Which hours a calendar keeps on a given date: weekly hours, public holidays, make-up workdays, own exceptions.

Hours are shifts in minutes of local time since the day's midnight. A shift that ends at or before it begins
(`18:00-02:00`) runs over midnight and belongs to the day on which it begins, so its end may be as late as 48:00.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import holidays

from streams.catalogue.place import nearest

Shift = tuple[int, int]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")


@lru_cache(maxsize=1024)
def known_zone(name: str) -> bool:
    """Whether this is an IANA time zone. Bounded: event producers may send anything."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def check_zone(value: Any) -> str:
    """The zone's name. ValueError where it is none."""
    if isinstance(value, str) and known_zone(value):
        return value
    hint = nearest(str(value), available_timezones(), "write an IANA name like Asia/Shanghai")
    raise ValueError(f"{value!r} is not a time zone{hint}")


def check_country(value: Any) -> str:
    """An ISO 3166 country whose holidays are known. ValueError otherwise."""
    known = holidays.list_supported_countries(include_aliases=False)
    if isinstance(value, str) and value in known:
        return value
    raise ValueError(f"{value!r} is no country with known holidays; write its two capital letters, such as CN or DE")


def check_region(country: str, region: str | None) -> None:
    """ValueError where the country has no such region."""
    if region is None:
        return
    known = holidays.list_supported_countries(include_aliases=False)[country]
    if region not in known:
        hint = nearest(region, known, f"it has {', '.join(known)}" if known else "leave it out")
        raise ValueError(f"{country} has no region '{region}'{hint}")


def check_weekdays(value: Any) -> str:
    """`mon`, `mon-fri`, `sat,sun`: the text itself. ValueError for anything else."""
    _weekdays(value if isinstance(value, str) else repr(value))
    return str(value)


def _weekdays(text: str) -> list[int]:
    days: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
            raise ValueError(f"'{text}' names no weekdays; write mon, mon-fri or sat,sun")
        begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        days.extend(day % 7 for day in range(begin, end + 1 if end >= begin else end + 8))
    return days


def parse_day(value: Any) -> date:
    """A date. ValueError where it is none."""
    try:
        if not isinstance(value, str) or len(value) != 10:
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{value!r} is not a date; write it like 2027-02-06") from None


def _minutes(text: str) -> int | None:
    match = _CLOCK.fullmatch(text)
    minutes = int(match[1]) * 60 + int(match[2]) if match else DAY_MINUTES + 1
    return minutes if minutes <= DAY_MINUTES else None


def parse_shifts(value: Any) -> tuple[Shift, ...]:
    """Shifts of a day such as `["08:00-12:00", "13:00-22:00"]`, in order. ValueError where unreadable or overlapping."""
    if not isinstance(value, list):
        raise ValueError(f'{value!r} are no hours; write them like ["09:00-12:00", "13:00-18:00"]')
    shifts = []
    for text in value:
        first, _, last = text.partition("-") if isinstance(text, str) else ("", "", "")
        begin, end = _minutes(first.strip()), _minutes(last.strip())
        if begin is None or end is None or begin == DAY_MINUTES:
            raise ValueError(f"{text!r} are no hours; write them like 09:00-18:00, 18:00-02:00 or 00:00-24:00")
        if begin == end:
            raise ValueError(f"'{text}' is either nothing or the whole day; write 00:00-24:00 for the whole day")
        shifts.append((begin, end if end > begin else end + DAY_MINUTES))
    shifts.sort()
    for before, after in pairwise(shifts):
        if after[0] < before[1]:
            raise ValueError(f"the hours {written(before)} and {written(after)} overlap; join them or part them")
    return tuple(shifts)


def written(shift: Shift) -> str:
    """`09:00-18:00`, as a file has it."""
    begin, end = shift
    end = end if end <= DAY_MINUTES else end - DAY_MINUTES
    return f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}"


def expand_weekly(weekly: Mapping[str, Sequence[Shift]]) -> tuple[tuple[Shift, ...], ...]:
    """Shifts of Monday to Sunday. ValueError where a weekday is given twice or where the calendar would never open."""
    hours: dict[int, tuple[Shift, ...]] = {}
    for text, shifts in weekly.items():
        for day in _weekdays(text):
            if day in hours:
                raise ValueError(f"the hours of {WEEKDAYS[day]} are given twice; name each weekday once")
            hours[day] = tuple(shifts)
    if not any(hours.values()):
        raise ValueError('this calendar never opens; give it weekly hours, such as weekly: {mon-fri: ["09:00-18:00"]}')
    return tuple(hours.get(day, ()) for day in range(7))


@dataclass(frozen=True, slots=True)
class PublicDays:
    """Holidays and make-up workdays of a country, worked out year by year."""

    country: str
    region: str | None = None

    def off(self, day: date) -> bool:
        return day in _public(self.country, self.region, day.year)[0]

    def made_up(self, day: date) -> bool:
        """A weekend day on which the country works to make up for a holiday."""
        return day in _public(self.country, self.region, day.year)[1]

    def known(self, year: int) -> bool:
        """False where the country makes up for holidays by working on weekends and has not yet said when in `year`."""
        if _public(self.country, self.region, year)[1]:
            return True
        return sum(1 for past in range(year - 12, year) if _public(self.country, self.region, past)[1]) < 3


@cache
def _public(country: str, region: str | None, year: int) -> tuple[frozenset[date], frozenset[date]]:
    # A year's rules may name days of its neighbours (a make-up workday at the end of December).
    calendar = holidays.country_holidays(country, subdiv=region, years=(year - 1, year, year + 1))
    made_up = getattr(calendar, "weekend_workdays", None) or ()
    return (
        frozenset(day for day in calendar if day.year == year),
        frozenset(day for day in made_up if day.year == year),
    )


@dataclass(frozen=True, slots=True)
class Workdays:
    """The hours of each date. What is named first wins: open, closed, make-up workday, holiday, weekday."""

    weekly: tuple[tuple[Shift, ...], ...]
    public: PublicDays | None = None
    makeup: tuple[Shift, ...] | None = None
    closed: frozenset[date] = frozenset()
    open: Mapping[date, tuple[Shift, ...]] = field(default_factory=dict)

    def shifts(self, day: date) -> tuple[Shift, ...]:
        """The day's shifts in minutes since its midnight, in order, apart from each other; those of a make-up workday
        are Monday's unless the calendar says otherwise."""
        own = self.open.get(day)
        if own is not None:
            return own
        if day in self.closed:
            return ()
        if self.public is not None:
            if self.public.made_up(day):
                return self.weekly[0] if self.makeup is None else self.makeup
            if self.public.off(day):
                return ()
        return self.weekly[day.weekday()]

    def knows(self, year: int) -> bool:
        """Whether the year's make-up workdays are published, or this calendar states days of that year itself."""
        stated = any(day.year == year for day in (*self.closed, *self.open))
        return self.public is None or stated or self.public.known(year)
