"""A feed stage with a clock that is moved by hand: what shards hear, what it says, and what a restart leaves of it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from schemas.feed import Feed
from schemas.transition import Transition
from streams.alerts.journal import Place
from streams.clock import MINUTE, SECOND, parse_rfc3339, rfc3339
from streams.feeds.processor import FeedPolicy, FeedProcessor, FeedTopics
from streams.partition import partition_of
from streams.state.decision import Batch, Decision
from tests.support.record import Made

TOPICS = FeedTopics("pulses", "feeds", "transitions")
MONDAY = parse_rfc3339("2026-11-02T00:00:00Z")
TENANT = "tea"


class Word(NamedTuple):
    """A change of a feed in short: seconds since the start, feed, state."""

    at: float
    feed: str
    state: str


class Stage:
    """The stage of one shard. What it says is held against its schema. A restless one restarts after each decision."""

    def __init__(
        self, policy: FeedPolicy | None = None, place: Place | None = None, start: int = MONDAY, restless: bool = False
    ) -> None:
        self.policy, self.place, self.restless = policy, Place() if place is None else place, restless
        self.start = self.now = start
        self.log: dict[bytes, bytes] = {}
        self.writes: list[tuple[int, bytes]] = []
        self.words: list[Word] = []
        self.feeds: dict[tuple[str, str], Feed] = {}
        self.told: list[Transition] = []
        self.letters: list[tuple[str, str]] = []
        self._offset = 0
        self.restart()

    def restart(self) -> "Stage":
        """Another worker takes over: all it has is what was stored."""
        self.processor = FeedProcessor(TOPICS, policy=self.policy, place=self.place)
        self.processor.restore(self.log.items())
        self.processor.ready()
        return self

    def pulse(self, *heard: Mapping[str, Any], shard: int = 0, shards: int = 1, at: int | None = None) -> "Stage":
        """A shard says so now, or by a clock of its own."""
        self.decide([self.batch([self.document(*heard, shard=shard, shards=shards, at=at)])])
        return self

    def document(
        self, *heard: Mapping[str, Any], shard: int = 0, shards: int = 1, at: int | None = None, tenant: str = TENANT
    ) -> dict[str, Any]:
        clock = rfc3339(self.now if at is None else at)
        return {"tenant": tenant, "shard": shard, "shards": shards, "clock": clock, "feeds": list(heard)}

    def heard(
        self,
        region: str = "r1",
        count: int = 1,
        *,
        source: str = "pos",
        ago: float = 0,
        first: float | None = None,
        **rest: Any,
    ) -> dict[str, Any]:
        """So many events of a feed, the last of them so many seconds ago and the first maybe longer."""
        last = self.now - round(ago * SECOND)
        since = last if first is None else self.now - round(first * SECOND)
        return {
            "source": source,
            "region": region,
            "count": count,
            "last": rfc3339(last),
            "first": rfc3339(since),
            **rest,
        }

    def run(self, minutes: float, rates: Mapping[str, float] | float = 60, every: float = 5, **rest: Any) -> "Stage":
        """Time passes, and each of the regions is heard as often a minute as is said, evenly; 0 for silence."""
        by_region = rates if isinstance(rates, Mapping) else {"r1": rates}
        end, step = self.now + round(minutes * MINUTE), round(every * SECOND)
        while self.now < end:
            before, self.now = self.now, min(self.now + step, end)
            news = []
            for region, rate in by_region.items():
                if rate:
                    gap = round(MINUTE / rate)
                    count = self.now // gap - before // gap
                    if count:
                        last = self.now // gap * gap
                        ago = (self.now - last) / SECOND
                        news.append(self.heard(region, count, ago=ago, first=ago + (count - 1) * gap / SECOND, **rest))
            self.pulse(*news)
        return self

    def batch(self, documents: Iterable[Mapping[str, Any]]) -> Batch:
        records = [self.record(json.dumps(document).encode(), document["tenant"]) for document in documents]
        end = self._offset + 1
        return Batch(TOPICS.pulses, records, end - len(records), end, self.now)

    def record(self, value: bytes | None, key: str | None = TENANT) -> Made:
        self._offset += 1
        return Made(TOPICS.pulses, 0, self._offset, self.now // 1000, None if key is None else key.encode(), value)

    def decide(self, batches: Sequence[Batch]) -> Decision:
        decision = self.processor.decide(batches, self.now)
        for key, value in decision.changes.items():
            self.writes.append((self.now, key))
            if value is None:
                self.log.pop(key, None)
            else:
                self.log[key] = value
        spread: dict[tuple[bytes, bytes | None], list[int | None]] = {}
        for output in decision.outputs:
            if output.topic == TOPICS.feeds:
                assert output.key is not None
                if output.partition == 0:
                    self._take_feed(output.key, output.value)
                spread.setdefault((output.key, output.value), []).append(output.partition)
            elif output.topic == TOPICS.transitions:
                self._take_transition(output.key, output.value, output.partition)
            else:
                said = {name.rpartition(".")[2]: text.decode() for name, text in output.headers}
                self.letters.append((said["reason"], said["field"]))
        everywhere = list(range(self.place.partitions))
        for to in spread.values():  # the same word more than once where a feed is retired twice in a decision
            assert to == everywhere * (len(to) // len(everywhere))
        if self.restless:
            self.restart()
        return decision

    def _take_feed(self, key: bytes, value: bytes | None) -> None:
        tenant, source, region = key.decode().split("\x1f")
        if value is None:
            del self.feeds[source, region]
            self.words.append(Word((self.now - self.start) / SECOND, f"{source}/{region}", "forgotten"))
            return
        feed = Feed.model_validate_json(value)
        assert (feed.tenant, feed.source, feed.region or "") == (tenant, source, region)
        self.feeds[source, region] = feed
        self.words.append(Word((self.now - self.start) / SECOND, f"{source}/{region}", feed.state))

    def _take_transition(self, key: bytes | None, value: bytes | None, partition: int | None) -> None:
        assert value is not None
        said = Transition.model_validate_json(value)
        assert key == said.case.encode()
        assert partition == partition_of(said.case, self.place.partitions)
        assert all(said.id != other.id for other in self.told)
        self.told.append(said)

    def fresh(self) -> list[tuple[str, str]]:
        """What was said of feeds since the last time this was asked: feed and state."""
        words, self.words = self.words, []
        return [(word.feed, word.state) for word in words]

    def state(self, region: str = "r1", source: str = "pos") -> str:
        return self.feeds[source, region].state

    def kinds(self) -> list[tuple[str, str, int]]:
        """What the owner was told: kind, case, occurrence."""
        return [(said.kind, said.case, said.occurrence) for said in self.told]
