"""The slow model of the feed stage: one tenant, everything kept in lists, every verdict worked out anew with every pulse.

It knows the rules of docs/feeds.md and shares nothing with the stage but the policy: nothing is stored, no instant is
looked ahead, averages and faded sums are worked out from the lists. It knows no bounds.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from math import log, sqrt

from streams.clock import HOUR, MINUTE, SECOND
from streams.feeds.policy import FeedPolicy

Verdict = tuple[int, str, str]
"""Time of the pulses, feed, state."""


@dataclass
class Hour:
    """An hour of the week: mean, variance, weeks, hole."""

    mean: float = 0.0
    variance: float = 0.0
    weeks: int = 0
    hole: int = 0


@dataclass
class Slow:
    """A feed."""

    last: int
    arrived: int
    state: str = "heard"
    returned: int = 0
    old: int = 0
    spoke: bool = False
    told: bool = False
    changed: int = 0
    since: int = 0
    came: int = 0
    counts: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    hours: list[Hour] = field(default_factory=lambda: [Hour() for _ in range(168)])
    lost_days: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    log: list[tuple[int, int, bool]] = field(default_factory=list)
    """Every minute: its number, its count, whether it was lost."""
    late: list[float] = field(default_factory=list)
    """Counts of the minutes that are known, dry ones only up to the last event."""
    lately: list[tuple[int, float]] = field(default_factory=list)
    waiting: list[float] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    fresh: list[float] = field(default_factory=list)
    seen: int = 0
    pause: float = 1.0
    spread: float = 1.0
    thin: int = 0
    share: float = 1.0
    five: list[tuple[int, float]] = field(default_factory=list)
    """Counts of the last minutes, and the level before each."""
    interval: int = 0
    worked_out: dict[int, float] = field(default_factory=dict)
    """What is usual by hour, and at -1 the level, until the minute ends: only to be done within the hour."""


class SlowFeeds:
    """Feeds of one tenant, named as the stories name them."""

    def __init__(self, policy: FeedPolicy) -> None:
        self.policy = policy
        self.clocks: dict[int, int] = {}
        self.feeds: dict[str, Slow] = {}
        self.total = Slow(0, 0)
        self.time = -1
        self.minute = 0
        self.verdicts: list[Verdict] = []

    def pulse(self, shard: int, clock: int, news: list[tuple[str, int, int, int, int | None, bool]]) -> None:
        """News: feed, count, first, last, seconds between heartbeats, whether it is retired."""
        if self.time < 0:
            self.time, self.minute = clock, clock // MINUTE - 1
        again = clock <= self.clocks.get(shard, -1)
        for name, count, first, last, interval, retired in news:
            if retired:
                if not again:
                    self._retire(name)
            elif count:
                self._hear(name, count, first, min(last, clock), interval, clock, again)
        if again:
            return
        self.clocks[shard] = clock
        if min(self.clocks.values()) > self.time:
            self.time = min(self.clocks.values())
            self._advance()

    def _retire(self, name: str) -> None:
        if self.feeds.pop(name, None) is not None and not self.feeds:
            self.total = Slow(0, 0)

    def _hear(self, name: str, count: int, first: int, last: int, interval: int | None, clock: int, again: bool) -> None:
        feed = self.feeds.get(name)
        if feed is None:
            feed = self.feeds[name] = Slow(last, clock)
            self._say(name, feed, "heard")
        elif again and last <= feed.last:
            return
        if not again:
            feed.counts[max((clock - 1) // MINUTE, self.minute + 1)] += count
        if last > feed.last:
            self._pause(feed)
            feed.last = last
        feed.arrived = max(feed.arrived, clock)
        if not again:
            feed.came += count
        if feed.state == "returning" and first < feed.returned:
            feed.since, feed.came = self.time, 0
        for one in (feed, self.total):
            if one.state == "blind" and not one.thin:
                one.spoke = True
            if one.state == "returning" and first < one.returned:
                one.old = self.time
        if interval is not None:
            feed.interval = interval * SECOND

    def _pause(self, feed: Slow) -> None:
        start = feed.last
        if feed.state == "suspect" and feed.came:
            return
        if feed.state in ("blind", "returning"):
            if feed.state == "blind" and not feed.returned:
                return
            start = max(feed.last, feed.arrived)
        if self.time - start < SECOND or self.total.state == "blind" or start < self.total.returned:
            return
        if len(feed.late) < self.policy.learn_minutes:
            missed = self._recent(feed) * (self.time - start) / MINUTE
        else:
            missed = self._missing(feed, start, self.time, self.policy.floor)
        if missed > 0:
            feed.fresh.append(missed)

    def _advance(self) -> None:
        while (self.minute + 2) * MINUTE <= self.time:
            self.minute += 1
            for feed in self.feeds.values():
                self._end_minute(feed, self.minute)
        if not self.feeds:
            return
        self._judge("*/*", self.total, *self._total_silence())
        for name, feed in self.feeds.items():
            held = self.total.state != "heard"
            self._judge(name, feed, *self._silence(feed), held=held)

    # learning

    def _end_minute(self, feed: Slow, minute: int) -> None:
        count, level = feed.counts.pop(minute, 0), self._level(feed)
        lost = feed.state in ("blind", "returning") or self.total.state in ("blind", "returning")
        feed.log.append((minute, count, lost))
        if lost:
            feed.waiting = []
        else:
            feed.waiting.append(self._low(feed, minute * MINUTE))
            if count:
                dry = len(feed.waiting) - 1
                feed.lately += [(0, usual) for usual in feed.waiting[:-1]] + [(count, feed.waiting[-1])]
                feed.late += [0.0] * min(dry, 60) + [float(count)]
                feed.waiting = []
        feed.worked_out = {}
        self._look_for_thinness(feed, minute, (count, level), lost)
        if feed.fresh:
            keep = 1.0
            for number in range(feed.seen + 1, feed.seen + 1 + min(len(feed.fresh), 200)):
                keep *= 1 - 1 / min(number + 10, 200)
            feed.seen += len(feed.fresh)
            mean = sum(feed.fresh) / len(feed.fresh)
            within = sum((one - mean) ** 2 for one in feed.fresh) / len(feed.fresh)
            old = feed.pause
            feed.pause = keep * old + (1 - keep) * mean
            feed.spread = keep * (feed.spread + (1 - keep) * (mean - old) ** 2) + (1 - keep) * within
            feed.fresh = []
        if minute % 60 == 59:
            self._end_hour(feed, minute // 60)
        feed.worked_out = {}

    def _end_hour(self, feed: Slow, number: int) -> None:
        of_it = [(count, lost) for minute, count, lost in feed.log if minute // 60 == number]
        hour = feed.hours[(number + 72) % 168]
        heard = [count for count, lost in of_it if not lost]
        longest, run = 0, 0
        for count, _ in of_it:
            run = 0 if count else run + 1
            longest = max(longest, run)
        if len(heard) >= self.policy.hour_minutes:
            counts, hole = heard, 0 if len(heard) < len(of_it) else longest
        else:
            counts, hole = [count for count, _ in of_it], longest
            if len(counts) < self.policy.hour_minutes:
                return
            if hour.weeks or (sum(counts) and self._alike(feed, number)):
                if not sum(counts):
                    feed.lost_days[number % 24] += 1
                    if feed.lost_days[number % 24] >= self.policy.lost_days:
                        for day in range(7):
                            feed.hours[day * 24 + (number + 72) % 24].hole = 60
                return
        mean = sum(counts) / len(counts)
        variance = sum((count - mean) ** 2 for count in counts) / len(counts)
        hour.weeks += 1
        weight = 1 / min(hour.weeks, self.policy.memory)
        hour.variance = (1 - weight) * (hour.variance + weight * (mean - hour.mean) ** 2) + weight * variance
        hour.mean = (1 - weight) * hour.mean + weight * mean
        faded = int(hour.hole * 0.8)
        is_hole = hole >= 2 and (hole == len(counts) or hole * mean > 12)
        hour.hole = max(hole if is_hole else 0, faded if faded >= 2 else 0)
        feed.lost_days[number % 24] = 0

    def _look_for_thinness(self, feed: Slow, minute: int, came: tuple[int, float], lost: bool) -> None:
        if lost and not feed.thin:
            feed.five = []
            return
        feed.five = [*feed.five, came][-5:]
        end = (minute + 1) * MINUTE
        if len(feed.five) == 5:
            count, usual = self._of_last(feed, minute, 5)
            if count >= 0.6 * 5 * self._usual(feed, minute // 60):
                feed.share = 1.0
            if feed.thin:
                if count >= 0.4 * usual * feed.share:
                    feed.thin, feed.spoke = 0, True
                elif count and end - feed.thin >= self.policy.thin_lasts:
                    feed.thin, feed.spoke, feed.share = 0, True, count / usual
                return
        alike = self._alike(feed, minute // 60)
        if feed.thin or not alike or any(hour.hole for hour in alike):
            return
        beyond = max(max(0.0, hour.variance - hour.mean) for hour in alike)
        for span, deviations in ((5, 5.0), (4, 5.25), (3, 5.5), (2, 5.75), (1, 6.0)):
            if span > len(feed.five):
                continue
            share = feed.share if span == 5 else min(feed.share, feed.five[-span][1])
            count, usual = self._of_last(feed, minute, span)
            usual *= share
            if 0 < count <= 0.2 * usual and count < usual - deviations * sqrt(usual + span**2 * beyond * share**2):
                feed.thin, feed.five = end, feed.five[-span:]
                return

    def _of_last(self, feed: Slow, minute: int, span: int) -> tuple[int, float]:
        """What came in the last minutes, and what is usual."""
        usual = sum(self._low(feed, (minute - back) * MINUTE) for back in range(span))
        return sum(count for count, _ in feed.five[-span:]), usual

    # what is usual

    def _alike(self, feed: Slow, number: int) -> list[Hour]:
        place = (number + 72) % 168
        if feed.hours[place].weeks:
            return [feed.hours[place]]
        return [hour for other, hour in enumerate(feed.hours) if other % 24 == place % 24 and hour.weeks]

    def _recent(self, feed: Slow) -> float:
        recent = 0.0
        for number, count in enumerate(feed.late, 1):
            recent += (count - recent) / min(number, 30)
        return recent

    def _usual(self, feed: Slow, number: int) -> float:
        if number not in feed.worked_out:
            alike = self._alike(feed, number)
            if alike:
                usual = sum(hour.mean for hour in alike) / len(alike)
            else:
                usual = self._recent(feed) if len(feed.late) >= self.policy.learn_minutes else 0.0
            feed.worked_out[number] = usual
        return feed.worked_out[number]

    def _low(self, feed: Slow, at: int) -> float:
        number = at // HOUR
        beside = number + 1 if at % HOUR >= HOUR // 2 else number - 1
        return min(self._usual(feed, number), self._usual(feed, beside))

    def _level(self, feed: Slow) -> float:
        if -1 in feed.worked_out:
            return feed.worked_out[-1]
        lately = feed.lately[:-200:-1]  # what is older weighs nothing
        came = sum(count * 0.85**age for age, (count, _) in enumerate(lately))
        expected = sum(usual * 0.85**age for age, (_, usual) in enumerate(lately))
        feed.worked_out[-1] = min(1.0, (came + 5) / (expected + 5))
        return feed.worked_out[-1]

    def _missing(self, feed: Slow, start: int, end: int, floor: float) -> float:
        missing, at, level = 0.0, start, 1.0 if end <= start else self._level(feed)
        while at < end:
            alike = self._alike(feed, at // HOUR)
            hole = max(hour.hole for hour in alike) if alike else feed.hours[(at // HOUR + 72) % 168].hole
            unit = MINUTE if hole else HOUR // 2
            step = min(end, at // unit * unit + unit)
            if at < start + self.policy.level_lasts < step:
                step = start + self.policy.level_lasts
            rate = self._low(feed, at)
            begin = at
            if hole:
                grace = -(-5 * hole // 4) + 1
                begin = max(at, max(start, at // HOUR * HOUR) + grace * MINUTE)
            if rate >= floor and rate > 0 and begin < step:
                missing += rate * (step - begin) / MINUTE * (level if at < start + self.policy.level_lasts else 1)
            at = step
        return missing

    # verdicts

    def _limits(self, rate: float, pause: float, spread: float) -> tuple[float, float]:
        deviation = max(1.0, sqrt(spread))
        suspect = max(self.policy.suspect_missing, log(max(1.0, rate * self.policy.suspect_every / MINUTE)))
        blind = max(self.policy.blind_missing, log(max(1.0, rate * self.policy.blind_every / MINUTE)))
        return pause + (suspect - 1) * deviation, pause + (blind - 1) * deviation

    def _silence(self, feed: Slow) -> tuple[bool, bool, bool]:
        """Whether the silence is suspect, too long, too long again."""
        policy, time, since = self.policy, self.time, self.total.returned
        start, again = max(feed.last, since), max(feed.arrived, since)
        suspect, blind = self._limits(max(self._low(feed, start), policy.floor), max(1.0, feed.pause), feed.spread)
        missing = self._missing(feed, start, time, policy.floor)
        is_blind = missing >= blind and time - start >= policy.blind_after
        is_suspect = missing >= suspect and time - start >= policy.suspect_after
        is_again = self._missing(feed, again, time, policy.floor) >= blind and time - again >= policy.blind_after
        if feed.interval:
            promised = max(policy.blind_intervals * feed.interval, policy.blind_after)
            is_blind |= time - start >= promised
            is_again |= time - again >= promised
            is_suspect |= time - start >= max(policy.suspect_intervals * feed.interval, policy.suspect_after)
        is_blind |= bool(feed.thin)
        return is_suspect or is_blind, is_blind, is_again

    def _total_silence(self) -> tuple[bool, bool, bool]:
        feeds, policy, time = list(self.feeds.values()), self.policy, self.time
        last, arrived = max(feed.last for feed in feeds), max(feed.arrived for feed in feeds)
        if time - min(last, arrived) < policy.suspect_after:
            return False, False, False
        rate = max(self._rest([self._low(feed, at) for feed in feeds]) for at in (last, time))
        if rate < policy.floor:
            return False, False, False
        pause = 1 + sum(max(0.0, feed.pause - 1) for feed in feeds)
        suspect, blind = self._limits(rate, pause, max(feed.spread for feed in feeds))
        floor = policy.floor / len(feeds)
        missing = self._rest([self._missing(feed, last, time, floor) for feed in feeds])
        again = self._rest([self._missing(feed, arrived, time, floor) for feed in feeds])
        is_blind = missing >= blind and time - last >= policy.blind_after
        is_suspect = missing >= suspect and time - last >= policy.suspect_after
        return is_suspect or is_blind, is_blind, again >= blind and time - arrived >= policy.blind_after

    def _rest(self, parts: list[float]) -> float:
        return sum(parts) - max(parts)

    def _judge(self, name: str, feed: Slow, suspect: bool, blind: bool, again: bool, *, held: bool = False) -> None:
        to, time, believed = feed.state, self.time, self._believed(feed)
        if feed.state in ("heard", "suspect"):
            to = "blind" if blind else "suspect" if suspect else "heard"
            if to == "heard" and feed.state == "suspect" and time - feed.changed < self.policy.doubt_most:
                to = "heard" if believed else "suspect"
        elif feed.state == "blind":
            to = "returning" if feed.spoke else "blind"
        elif again:
            to = "blind"
        else:
            settled = time - max(feed.returned, feed.old) >= self.policy.settle
            if ((settled and believed) or time - feed.returned >= self.policy.settle_most) and not suspect:
                to = "heard"
        if to == feed.state or (held and to in ("suspect", "blind")):
            return
        if to == "blind":
            feed.spoke = False
            if not feed.told:
                feed.told, feed.returned = True, 0
        if to == "returning":
            feed.returned, feed.old = time, 0
        if to == "heard":
            feed.told = False
        feed.state, feed.changed = to, time
        feed.since, feed.came = feed.arrived if to == "suspect" else time, 0
        self._say(name, feed, to)

    def _believed(self, feed: Slow) -> bool:
        if feed is self.total or feed.state in ("heard", "blind"):
            return True
        if feed.state == "returning" and self.time - feed.since < self.policy.settle:
            return False
        expected = self._missing(feed, max(feed.since, self.total.returned), self.time, self.policy.floor)
        believed = feed.came >= 0.4 * expected * min(1.0, feed.share / self._level(feed))
        if feed.state == "returning" and not believed:
            feed.since, feed.came = self.time, 0
        return believed

    def _say(self, name: str, feed: Slow, state: str) -> None:
        self.verdicts.append((self.time, name, state))
