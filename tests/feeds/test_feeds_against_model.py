"""The feed stage against the slow model: random days, with restarts and any split into batches in between."""

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.feed import Feed
from streams.clock import DAY, HOUR, MINUTE, SECOND, instant, parse_rfc3339
from streams.feeds.policy import FeedPolicy
from tests.feeds.feed_stage import MONDAY, TOPICS, Stage
from tests.feeds.model import SlowFeeds, Verdict
from tests.support.effort import explore

POLICY = FeedPolicy(learn_minutes=3, thin_lasts=12 * MINUTE, leap=30 * DAY, open_minutes=100_000, most_feeds=50)
REGIONS = ("a", "b", "c", "d")


class Days:
    """Makes up what shards say: feeds of every temper, outages, backlogs, late shards, repeated pulses."""

    def __init__(self, seed: int) -> None:
        self.draw = draw = random.Random(seed)
        self.shards = draw.choice([1, 1, 2, 3])
        self.regions = REGIONS[: draw.choice([1, 2, 3, 4])]
        self.rates = {region: draw.choice([0.4, 2, 6, 20, 60, 300]) for region in self.regions}
        self.batch = {region: draw.choice([0, 0, 0, 20, 60, 240]) for region in self.regions}
        self.lag = {region: draw.choice([0, 0, 0, 3, 90]) for region in self.regions}
        self.heartbeat = {region: draw.choice([None, None, None, 10, 60]) for region in self.regions}
        self.clocks = dict.fromkeys(range(self.shards), 0)
        self.kept: dict[str, int] = {}
        self.said: list[dict[str, Any]] = []

    def pulses(self, stage: Stage, hours: float, pace: int = 1) -> list[tuple[int, dict[str, Any]]]:
        """Pulses in the order of the log, with the wall time at which they are read."""
        draw, at = self.draw, MONDAY + self.draw.randrange(7 * 24) * HOUR
        log: list[tuple[int, dict[str, Any]]] = []
        out: dict[str, int] = {}
        thin: dict[str, int] = {}
        held: dict[int, int] = {}
        end = at + round(hours * HOUR)
        sent = dict.fromkeys(self.regions, at)
        while at < end:
            at += (
                pace * draw.choice([1, 2, 5, 5, 10, 10]) * SECOND
                + draw.randrange(SECOND)
                + (draw.random() < 0.004) * 3 * MINUTE
            )
            if draw.random() < 0.006:
                region = draw.choice([*self.regions, "all"])
                until = at + draw.choice([20, 40, 90, 300, 1200, 3 * 3600]) * SECOND
                out.update(dict.fromkeys(self.regions if region == "all" else [region], until))
            if draw.random() < 0.002:
                thin[draw.choice(self.regions)] = at + draw.choice([600, 1500, 3000]) * SECOND
            if draw.random() < 0.004:
                held[draw.randrange(self.shards)] = at + draw.choice([20, 100, 1000]) * SECOND
            stage.now = at
            news: dict[int, list[dict[str, Any]]] = {shard: [] for shard in range(self.shards)}
            for region in self.regions:
                if out.get(region, 0) > at or at - sent[region] < self.batch[region] * SECOND:
                    continue
                back = draw.random() < 0.5  # whether what was kept back comes
                since = sent[region] if back or at - sent[region] < 90 * SECOND else at - 5 * SECOND
                scale = 0.05 if thin.get(region, 0) > at else 1.0
                mean = self.rates[region] * (at - since) / MINUTE * scale
                count = int(mean) + (draw.random() < mean % 1)
                sent[region] = at
                beat = self.heartbeat[region]
                if not count and not (beat and draw.random() < 0.2):
                    continue
                first = max(since - self.lag[region] * SECOND, MONDAY - DAY)
                last = at - self.lag[region] * SECOND - draw.randrange(SECOND)
                if draw.random() < 0.005:
                    first, last = draw.choice(
                        [(first - DAY, last), (first, last + 3 * DAY), (MONDAY - DAY, MONDAY - DAY)]
                    )
                first, last = min(first, last), max(first, last)
                heard = stage.heard(region, max(count, 1), ago=(at - last) / SECOND, first=(at - first) / SECOND)
                if beat and draw.random() < 0.3:
                    heard["heartbeat"] = beat
                if draw.random() < 0.002:
                    heard |= {"retired": True, "count": draw.choice([0, heard["count"]])}
                news[draw.randrange(self.shards)].append(heard)
            for shard in range(self.shards):
                if held.get(shard, 0) > at and self.clocks[shard]:
                    self.kept.setdefault(str(shard), at)
                    continue
                if news[shard] or at - self.clocks[shard] >= 5 * SECOND:
                    self.clocks[shard] = at
                    document = stage.document(*news[shard], shard=shard, shards=self.shards, at=at)
                    self.said.append(document)
                    log.append((at, document))
            if self.said and draw.random() < 0.01:
                log.append((at, draw.choice(self.said[-20:])))
        return log


def told_by_model(log: list[tuple[int, dict[str, Any]]], policy: FeedPolicy = POLICY) -> list[Verdict]:
    model = SlowFeeds(policy)
    for _, document in log:
        news = [
            (
                f"pos/{one['region']}",
                one["count"],
                parse_rfc3339(one["first"]),
                parse_rfc3339(one["last"]),
                one.get("heartbeat"),
                one.get("retired", False),
            )
            for one in document["feeds"]
        ]
        model.pulse(document["shard"], parse_rfc3339(document["clock"]), news)
    return model.verdicts


def told_by_stage(stage: Stage, log: list[tuple[int, dict[str, Any]]], cuts: random.Random | None) -> list[Verdict]:
    """What the stage says; with `cuts` in batches of any length, with restarts in between."""
    verdicts: list[Verdict] = []
    place = 0
    while place < len(log):
        count = 1 if cuts is None else cuts.choice([1, 1, 2, 7, 40, 400])
        part = log[place : place + count]
        stage.now = part[-1][0]
        decision = stage.decide([stage.batch(document for _, document in part)])
        for output in decision.outputs:
            if output.topic == TOPICS.feeds and output.value is not None:
                feed = Feed.model_validate_json(output.value)
                verdicts.append((instant(feed.changed_at), f"{feed.source}/{feed.region}", feed.state))
        if cuts is not None and cuts.random() < 0.2:
            stage.restart()
        place += count
    return verdicts


@explore(12)
@given(st.integers(0, 2**32), st.sampled_from([(1.5, 1), (3, 2), (30, 15)]))
def test_the_stage_says_what_the_slow_model_says(seed: int, span: tuple[float, int]) -> None:
    stage = Stage(POLICY)
    log = Days(seed).pulses(stage, *span)
    assert told_by_stage(stage, log, None) == told_by_model(log)


@explore(8)
@given(st.integers(0, 2**32), st.integers(0, 2**32))
def test_any_split_and_any_restart_gives_the_same_verdicts_and_the_same_words(seed: int, cut: int) -> None:
    whole, parts = Stage(POLICY), Stage(POLICY)
    log = Days(seed).pulses(whole, 30, 15)
    assert told_by_stage(whole, log, None) == told_by_stage(parts, log, random.Random(cut))
    assert [said.model_copy(update={"found_at": said.at}) for said in whole.told] == [
        said.model_copy(update={"found_at": said.at}) for said in parts.told
    ]
    assert whole.feeds == parts.feeds
    assert whole.log == parts.log
    assert list(whole.processor.standing()) == list(parts.processor.standing())


@explore(3)
@given(st.integers(0, 2**32))
def test_of_a_feed_that_grows_thin_the_stage_says_what_the_slow_model_says(seed: int) -> None:
    draw, stage = random.Random(seed), Stage(POLICY)
    log, thin = [], draw.randrange(24 * 60 + 90, 24 * 60 + 150)
    lasts, share = draw.choice([8, 20]), draw.choice([0.05, 0.15])
    for minute in range(27 * 60):
        rate = 120 * (share if thin <= minute < thin + lasts else 1)
        for _ in range(1 if minute < 24 * 60 else 3):
            step = MINUTE if minute < 24 * 60 else 20 * SECOND
            stage.now += step
            count = max(1, round(draw.gauss(rate, rate**0.5) * step / MINUTE))
            log.append((stage.now, stage.document(stage.heard(count=count, ago=draw.random(), first=step / SECOND))))
    said = told_by_stage(stage, log, None)
    assert said == told_by_model(log)
    assert "blind" in [state for _, _, state in said]
    assert "far less" in str(stage.told[0].sentence)
