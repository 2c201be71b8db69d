"""Who is on call at an instant, by a rota written in local time.

A shift begins at the first instant at which the wall clock of the rota's zone shows its start or a later time: a start
in the hour that spring leaves out begins right after the gap, a start in the hour that autumn repeats begins once, the
first time. A shift lasts until the next one begins. Where several begin at one instant (a gap swallows both starts) the
one with the latest start counts, and among equal starts the last of the list.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from schemas import organisation as written
from streams.catalogue.calendar import first_showing, wall_clock
from streams.catalogue.workdays import WEEKDAYS
from streams.clock import DAY, instant

_FIRST_MONDAY = date(1970, 1, 5)
_first_showing = lru_cache(8192)(first_showing)  # the rotas of many stores begin at the same few times
_KEPT = 32  # weeks of a rota that are kept worked out


class Turn(NamedTuple):
    """From `start` on and before `end` (instants) this person is on call; None: nobody."""

    start: int
    end: int
    person: str | None


class _Start(NamedTuple):
    """A beginning of a shift; sorted, the last one at or before an instant is the one in force."""

    at: int
    day: int  # ordinal
    minutes: int
    position: int
    person: str | None


class _Shift(NamedTuple):
    weekdays: tuple[int, ...]
    minutes: int
    people: tuple[str, ...]


class _Swap(NamedTuple):
    start: int
    end: int
    person: str


@dataclass(frozen=True, slots=True)
class Roster:
    """A rota, worked out. `on_call` and `handovers` answer from it; the same instant has the same answer always."""

    zone: ZoneInfo
    first_monday: date
    shifts: tuple[_Shift, ...]
    swaps: tuple[_Swap, ...]
    _weeks: dict[int, list[_Start]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, rota: written.Rota) -> "Roster":
        """ValueError or KeyError where the zone is unknown; `judge.judge` finds that, and more, before."""
        zone = ZoneInfo(rota.time_zone)
        since = _FIRST_MONDAY if rota.since is None else wall_clock(instant(rota.since), zone).date()
        shifts = tuple(
            _Shift(tuple(sorted({WEEKDAYS.index(day) for day in shift.days})), _minutes(shift.start), tuple(shift.people))
            for shift in rota.shifts
        )
        # the last swap of the list is asked first
        swaps = tuple(_Swap(instant(swap.start), instant(swap.end), swap.person) for swap in reversed(rota.instead))
        return cls(zone, since - timedelta(days=since.weekday()), shifts, swaps)

    def person_at(self, at: int) -> str | None:
        """Who is on call at this instant; None where the rota names nobody then."""
        for swap in self.swaps:
            if swap.start <= at < swap.end:
                return swap.person
        if not self.shifts:
            return None
        # A start of the week before is always past. One of the week after may be: where the clock is set back over the
        # midnight of a Monday, Monday's first shift has begun before Sunday's last hour is repeated.
        week = self._week_of(at)
        for near in (week + 1, week, week - 1):
            starts = self._starts(near)
            if starts and starts[0].at <= at:
                return starts[bisect_right(starts, at, key=_at) - 1].person
        return None

    def changes(self, start: int, end: int) -> Iterator[int]:
        """Instants after `start` and before `end` at which the person may change, in no order."""
        for swap in self.swaps:
            yield from (at for at in (swap.start, swap.end) if start < at < end)
        for week in range(self._week_of(start) - 1, self._week_of(end) + 2) if self.shifts else ():
            yield from (begun.at for begun in self._starts(week) if start < begun.at < end)

    def _week_of(self, at: int) -> int:
        return (wall_clock(at, self.zone).date() - _FIRST_MONDAY).days // 7

    def _starts(self, week: int) -> list[_Start]:
        """The beginnings of a local week (counted from 1970-01-05), in order."""
        known = self._weeks.get(week)
        if known is not None:
            return known
        monday = _FIRST_MONDAY + timedelta(days=7 * week)
        turn = (monday - self.first_monday).days // 7
        starts = []
        for position, shift in enumerate(self.shifts):
            person = shift.people[turn % len(shift.people)] if shift.people else None
            for weekday in shift.weekdays:
                day = monday + timedelta(days=weekday)
                at = _first_showing(day, shift.minutes, self.zone)
                starts.append(_Start(at, day.toordinal(), shift.minutes, position, person))
        starts.sort(key=lambda begun: begun[:4])
        if len(self._weeks) >= _KEPT:
            self._weeks.clear()
        self._weeks[week] = starts
        return starts


def on_call(roster: Roster, at: int) -> str | None:
    """The id of the person on call at this instant, None where there is nobody. A shift's start belongs to it."""
    return roster.person_at(at)


def handovers(rota: Roster | written.Rota, start: int, end: int) -> list[Turn]:
    """Who is on call from when to when between two instants, without holes; nobody is a turn of None.

    Neighbouring shifts of one person are one turn. The first turn begins at `start` and the last ends at `end`, however
    long they last beyond.
    """
    if end <= start:
        return []
    roster = Roster.of(rota) if isinstance(rota, written.Rota) else rota
    turns: list[Turn] = []
    for begin, finish in pairwise(sorted({start, end, *roster.changes(start, end)})):
        person = roster.person_at(begin)
        if turns and turns[-1].person == person:
            turns[-1] = Turn(turns[-1].start, finish, person)
        else:
            turns.append(Turn(begin, finish, person))
    return turns


def next_handover(roster: Roster, at: int) -> Turn | None:
    """The turn after the one at this instant, as far as eight days tell; None where nothing changes until then."""
    turns = handovers(roster, at, at + 8 * DAY)
    return turns[1] if len(turns) > 1 else None


def _at(begun: _Start) -> int:
    return begun.at


def _minutes(time: str) -> int:
    hours, _, minutes = time.partition(":")
    return int(hours) * 60 + int(minutes)
