"""What is usual of a feed at an instant, and how many events are missing after a silence.

By hour of the week the mean and the variance of the counts a minute are weighted exponentially (T. Finch, "Incremental
calculation of weighted mean and variance", 2009, section 9), with 1/n for the nth week until that is the smallest weight.
An hour that is not known borrows from the same hour of other days, and where none is known from the minutes just past.

Of silence only what is sure counts. An hour is reckoned at the lesser of its own rate and that of the hour it leads to
or from, so that a chain that opens or closes within an hour is not held to that hour's average. Where an hour has a hole
that comes every time (a shop opens at twenty past), silence counts from beyond that hole.
"""

from collections.abc import Iterator
from math import ceil
from typing import Final

from streams.clock import HOUR, MINUTE
from streams.feeds.policy import FeedPolicy
from streams.feeds.records import Listened, Week
from streams.state.codec import NO_WAKE

_HALF: Final = HOUR // 2
_THURSDAY: Final = 72  # 1970 began on one, in hours from Monday
_BEYOND: Final = 1.25  # a hole is not the same length each time
_CHANCE: Final = 12.0  # a hole in which fewer events are missing on average may be chance
_FADES: Final = 0.8
_SHORTEST: Final = 2  # minutes
_FLAT: Final = 5.0  # events of what is usual that are believed before any of late have come


def hour_of_week(at: int) -> int:
    """0 for Monday 00:00 UTC."""
    return (at // HOUR + _THURSDAY) % 168


class Rhythm:
    """The week of one feed, with what of late says where it does not. What is derived of an hour is kept from when it is
    first asked for until the week, or what came of late, changes."""

    __slots__ = ("_late", "_low", "_most", "_policy", "_usual", "_without", "feed", "week")

    def __init__(self, feed: Listened, week: Week, policy: FeedPolicy) -> None:
        self.feed, self.week, self._policy = feed, week, policy
        self._usual: dict[int, float] = {}
        self._low: dict[int, float] = {}
        self._without: dict[int, int] = {}
        self._late: float | None = None
        self._most: float | None = None

    def changed(self) -> None:
        """The week, or what came of late, is another now."""
        self._usual, self._low, self._late, self._most = {}, {}, None, None

    def usual(self, at: int) -> float:
        """Events a minute at this hour."""
        return self._usual_of(hour_of_week(at))

    def low(self, at: int) -> float:
        """The events a minute that can be counted on."""
        return self._low_of((at // _HALF + 2 * _THURSDAY) % 336)

    def is_strange(self, hour: int, *, silent: bool) -> bool:
        """Whether so little is known of this hour (since 1970) that even blindness teaches something: nothing at all, or
        if it was `silent` throughout, nothing but other days, since a day of rest is like no other.
        """
        at = (hour + _THURSDAY) % 168
        return not self.week.weeks[at] and (silent or not _alike(at, self.week))

    def has_hole(self, at: int) -> bool:
        """Whether this hour usually has a hole."""
        return self._without_of(hour_of_week(at)) > 0

    def spread(self, at: int) -> float | None:
        """The variance of the counts of a minute at this hour beyond that of chance; None where nothing is known."""
        hour, week = hour_of_week(at), self.week
        known = _alike(hour, week)
        return max(max(week.variance[one] - week.mean[one], 0.0) for one in known) if known else None

    @property
    def level(self) -> float:
        """What came of late as a share of what was usual then, at most 1."""
        return min(1.0, (self.feed.came + _FLAT) / (self.feed.expected + _FLAT))

    @property
    def today(self) -> float:
        """What is left to be taken off what `missing` says, where a feed has become used to less than is usual."""
        return min(1.0, self.feed.share / self.level)

    def missing(self, start: int, end: int, floor: float) -> float:
        """Events that should have come between two instants. Hours with a rate below `floor` count for nothing."""
        return sum((b - a) * rate for a, b, rate in self._pieces(start, end, floor)) / MINUTE

    def when(self, start: int, need: float, floor: float) -> int:
        """The instant at which so many events are missing since `start`; NO_WAKE where that is out of sight."""
        left = need * MINUTE
        for a, b, rate in self._pieces(start, start + self._policy.horizon, floor):
            if (b - a) * rate >= left:
                return a + ceil(left / rate)
            left -= (b - a) * rate
        return NO_WAKE

    def learn(self, hour: int, count: int, mean: float, variance: float, hole: int) -> None:
        """The hour (since 1970) is over: the counts of `count` minutes, and the longest run without an event."""
        week, at = self.week, (hour + _THURSDAY) % 168
        week.weeks[at] += 1
        weight = 1 / min(week.weeks[at], self._policy.memory)
        apart = mean - week.mean[at]
        step = weight * apart
        week.mean[at] += step
        week.variance[at] = (1 - weight) * (week.variance[at] + apart * step) + weight * variance
        faded = int(week.holes[at] * _FADES)
        is_hole = hole >= _SHORTEST and (hole >= count or hole * mean > _CHANCE)
        week.holes[at] = max(hole if is_hole else 0, faded if faded >= _SHORTEST else 0)
        week.lost[hour % 24] = 0
        self._relearn()

    def lose(self, hour: int) -> None:
        """The hour was lost to blindness. If that is so every day, it is no blindness but the end of the day's work."""
        week, at = self.week, hour % 24
        week.lost[at] += 1
        if week.lost[at] >= self._policy.lost_days:
            for day in range(7):
                week.holes[day * 24 + at] = 60
            self._relearn()

    def _pieces(self, start: int, end: int, floor: float) -> Iterator[tuple[int, int, float]]:
        """Stretches of one rate."""
        if self._bound() < floor:
            return
        low, a = self._low, start
        cut, level = start + self._policy.level_lasts, self.level
        while a < end:
            b = min(end, (a // _HALF + 1) * _HALF)
            if a < cut < b:
                b = cut
            half = (a // _HALF + 2 * _THURSDAY) % 336
            rate = low[half] if half in low else self._low_of(half)
            if rate >= floor and rate > 0:
                hole = self._without_of(half // 2)
                begin = max(a, max(start, a // HOUR * HOUR) + ceil(hole * _BEYOND + 1) * MINUTE) if hole else a
                if begin < b:
                    yield begin, b, rate * level if a < cut else rate
            a = b

    def _bound(self) -> float:
        """No hour is reckoned at more; a little above the largest, since a mean of equal numbers may be rounded up."""
        if self._most is None:
            self._most = max(*self.week.mean, self._of_late()) * (1 + 1e-9)
        return self._most

    def _of_late(self) -> float:
        """As it stood when something was first asked for, so that all hours are of the same instant."""
        if self._late is None:
            self._late = self.feed.recent if self.feed.known >= self._policy.learn_minutes else 0.0
        return self._late

    def _usual_of(self, hour: int) -> float:
        found = self._usual.get(hour)
        if found is None:
            mean, known, of_late = self.week.mean, _alike(hour, self.week), self._of_late()
            found = sum(mean[one] for one in known) / len(known) if known else of_late
            self._usual[hour] = found
        return found

    def _low_of(self, half: int) -> float:
        found = self._low.get(half)
        if found is None:
            hour = half // 2
            beside = (hour + (1 if half % 2 else -1)) % 168
            found = self._low[half] = min(self._usual_of(hour), self._usual_of(beside))
        return found

    def _without_of(self, hour: int) -> int:
        found = self._without.get(hour)
        if found is None:
            holes = self.week.holes
            found = max((holes[one] for one in _alike(hour, self.week)), default=holes[hour])
            self._without[hour] = found
        return found

    def _relearn(self) -> None:
        self._without = {}
        self.changed()


def _alike(hour: int, week: Week) -> list[int]:
    """The hour itself if it is known, else the same of the days on which it is."""
    if week.weeks[hour]:
        return [hour]
    return [one for one in range(hour % 24, 168, 24) if week.weeks[one]]
