"""Six weeks of a tea chain with six regions of different size, and what the feed stage makes of them: two weeks to learn,
two without an outage, and two in which three times a day one region is cut off for twenty minutes.

    python -m tests.feeds.simulated [weeks of each part] [seed]

The chain's days have a curve (lunch, afternoon, evening; doors open over twenty minutes and close one by one), weekends
are busier and begin later, weather moves each region's volume by the hour and the day, one day is a holiday of half the
volume. Orders come independently of each other, each of two events. The seed is fixed.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import exp
from random import Random
from statistics import median

from schemas.feed import FeedState, Heard, Pulse
from streams.alerts.journal import Place
from streams.clock import DAY, HOUR, MINUTE, SECOND, as_datetime, parse_rfc3339
from streams.feeds.hear import Hearing
from streams.feeds.journal import FeedTopics, Journal
from streams.feeds.judge import Judge
from streams.feeds.policy import FeedPolicy
from streams.feeds.store import Store
from streams.feeds.tally import FeedTally

VOLUMES = (0.5, 1.0, 3.0, 10.0, 60.0, 300.0)
"""Events a minute of each region at its busiest."""
START = parse_rfc3339("2026-10-04T16:00:00Z")  # Monday 00:00 in China
HOLIDAY = 17
OUTAGE = 20 * MINUTE
CURVE = (0, 0, 0, 0, 0, 0, 0, 0.15, 0.3, 0.35, 0.5, 0.8, 1.0, 0.7, 0.65, 0.9, 0.75, 0.7, 0.9, 0.95, 0.7, 0.45, 0.2, 0)
"""The share of the busiest hour by hour of the day, at the middle of the hour."""
TOPICS = FeedTopics("pulses", "feeds", "transitions")


@dataclass
class Found:
    """What was seen at one volume: false verdicts (blind: of the last part as well) and the hours in which the quiet part
    was judged; outages, and the seconds from their beginning to the verdict.
    """

    suspects: int = 0
    blinds: int = 0
    judged: float = 0.0
    cut: int = 0
    suspect_after: list[float] = field(default_factory=list)
    blind_after: list[float] = field(default_factory=list)


class Chain:
    """Makes up what is heard."""

    def __init__(self, seed: int, volumes: tuple[float, ...]) -> None:
        self.draw = Random(seed)
        self.volumes = volumes
        self.weather = [0.0] * len(volumes)
        self.day = [1.0] * len(volumes)

    def rates(self, at: int) -> list[float]:
        """Orders a minute by region at an instant; asked once a minute."""
        day, of_day = divmod(at - START, DAY)
        if of_day == 0:
            self.day = [exp(self.draw.gauss(0, 0.12)) * (0.5 if day == HOLIDAY else 1) for _ in self.volumes]
        self.weather = [0.985 * one + self.draw.gauss(0, 0.025) for one in self.weather]
        share = curve(at)
        return [
            volume / 2 * share * day_level * exp(weather)
            for volume, day_level, weather in zip(self.volumes, self.day, self.weather, strict=True)
        ]

    def count(self, mean: float) -> int:
        """Of independent orders (D. Knuth, volume 2, 3.4.1, algorithm Q; near the normal where there are many)."""
        if mean > 40:
            return max(0, round(self.draw.gauss(mean, mean**0.5)))
        limit, product, count = exp(-mean), self.draw.random(), 0
        while product > limit:
            product *= self.draw.random()
            count += 1
        return count


def curve(at: int) -> float:
    """The share of the busiest hour, between the middles of the hours on a line; doors open within twenty minutes."""
    day, of_day = divmod(at - START, DAY)
    weekend = day % 7 >= 5
    opening = (8 if weekend else 7) * HOUR
    if of_day < opening:
        return 0.0
    hour, rest = divmod(of_day - HOUR // 2, HOUR)
    before, after = CURVE[hour % 24], CURVE[(hour + 1) % 24]
    share = before + (after - before) * rest / HOUR
    closing = max(0.0, min(1.0, (22.5 * HOUR - of_day) / (HOUR / 2)))
    return share * min(1.0, (of_day - opening) / (20 * MINUTE)) * closing * (1.15 if weekend else 0.9)


def cut_off(at: int, cut_from: int, regions: int) -> int | None:
    """The region that is cut off at this instant of the last part."""
    day, of_day = divmod(at - START, DAY)
    if at < cut_from:
        return None
    for place, begin in enumerate((12 * HOUR + 10 * MINUTE, 15 * HOUR + 35 * MINUTE, 18 * HOUR + 30 * MINUTE)):
        if begin <= of_day < begin + OUTAGE:
            return (day * 3 + place + day // 2) % regions
    return None


class Weeks:
    """The stage, and the books that are kept of it."""

    def __init__(self, weeks: int, seed: int, policy: FeedPolicy, volumes: tuple[float, ...], step: int) -> None:
        self.policy, self.chain, self.volumes, self.step = policy, Chain(seed, volumes), volumes, step
        self.found = [Found() for _ in volumes]
        self.totals = 0
        self.store, self.journal = Store(policy), Journal(TOPICS, policy, Place(), FeedTally(), 0)
        judge = Judge(self.store, policy, self.journal)
        self.hearing = Hearing(self.store, policy, self.journal, FeedTally(), judge)
        part = weeks * 7 * DAY
        self.quiet_from, self.cut_from, self.end = START + part, START + 2 * part, START + 3 * part
        self.states: list[FeedState] = ["heard"] * len(volumes)
        self.total: FeedState = "heard"
        self.away: int | None = None
        self.cut_at, self.is_suspect = 0, False

    def live(self) -> None:
        """A pulse at every step, and fewer while there is nothing to measure."""
        at, rates = START, self.chain.rates(START)
        while at < self.end:
            step = max(5 * SECOND, 2 * self.step) if at < self.quiet_from - DAY else self.step
            if at % MINUTE < step:
                rates = self.chain.rates(at - at % MINUTE)
            self.cut(at)
            at += step
            clock = as_datetime(at)
            news = list(self.news(at, step, rates))
            self.hearing.hear(Pulse.model_construct(tenant="tea", shard=0, shards=1, clock=clock, feeds=news))
            self.journal.outputs.clear()
            if at % HOUR < step:
                self.store.take_changes()
            self.look(at, step)

    def cut(self, at: int) -> None:
        """Note that an outage begins, or that its end is far enough behind."""
        away = cut_off(at, self.cut_from, len(self.volumes))
        if away is not None and self.away != away:
            self.away, self.cut_at, self.is_suspect = away, at, False
            self.found[away].cut += 1
        elif away is None and at > self.cut_at + 2 * OUTAGE:
            self.away = None

    def news(self, at: int, step: int, rates: Sequence[float]) -> Iterator[Heard]:
        """What is heard of the regions that are not cut off."""
        draw = self.chain.draw
        for region, rate in enumerate(rates):
            orders = self.chain.count(rate * step / MINUTE) if rate else 0
            if orders and not (region == self.away and at <= self.cut_at + OUTAGE):
                times = sorted(at - int(draw.random() * step) for _ in range(min(orders, 3)))
                yield heard(region, 2 * orders, times[0], times[-1])

    def look(self, at: int, step: int) -> None:
        """Write down what has changed."""
        circle = self.store.circles["tea"]
        for known in circle:
            region, state = int(known.feed.region), known.feed.standing.state
            found = self.found[region]
            if self.quiet_from < at <= self.cut_from and known.rhythm.low(at) >= self.policy.floor:
                found.judged += step / HOUR
            if state != self.states[region] and at > self.quiet_from:
                self.note(found, region, at, state)
            self.states[region] = state
        if circle.tenant.total.state == "blind" != self.total:
            self.totals += 1
        self.total = circle.tenant.total.state

    def note(self, found: Found, region: int, at: int, state: FeedState) -> None:
        """A feed has changed."""
        if at <= self.cut_from or region != self.away:
            found.suspects += state == "suspect" and at <= self.cut_from
            found.blinds += state == "blind"
        elif at <= self.cut_at + OUTAGE:
            if state in ("suspect", "blind") and not self.is_suspect:
                self.is_suspect = True
                found.suspect_after.append((at - self.cut_at) / SECOND)
            if state == "blind":
                found.blind_after.append((at - self.cut_at) / SECOND)


def simulate(
    weeks: int = 2,
    seed: int = 7,
    policy: FeedPolicy | None = None,
    volumes: tuple[float, ...] = VOLUMES,
    step: int = 2 * SECOND,
) -> tuple[list[Found], int]:
    """Live through three parts of so many weeks: what was found of each volume, how often total silence was said."""
    lived = Weeks(weeks, seed, policy or FeedPolicy(), volumes, step)
    lived.live()
    return lived.found, lived.totals


def heard(region: int, count: int, first: int, last: int) -> Heard:
    """What a shard would say."""
    return Heard.model_construct(
        source="pos", region=str(region), count=count, first=as_datetime(first), last=as_datetime(last), heartbeat=None
    )


def table(found: Sequence[Found], totals: int) -> Iterator[str]:
    """As docs/feeds.md has it."""
    yield "| events a minute | hours judged | false blind | false suspect | outages | suspect after | blind after |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for volume, one in zip(VOLUMES, found, strict=True):
        after = [
            f"{len(times)} of {one.cut}: {median(times):.0f} s, {max(times):.0f} s at most" if times else "none"
            for times in (one.suspect_after, one.blind_after)
        ]
        yield f"| {volume:g} | {one.judged:.0f} | {one.blinds} | {one.suspects} | {one.cut} | {after[0]} | {after[1]} |"
    yield f"\nTotal silence was said {totals} times."


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:3]] + [2, 7][len(sys.argv) - 1 :]
    print("\n".join(table(*simulate(weeks=numbers[0], seed=numbers[1]))))
