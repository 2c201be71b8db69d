"""Every stage of the monitor in memory, from events to notices, with a clock that is moved by hand.

What a stage says is appended to the logs of its topics, and the others read it from there, each shard by its own
positions. A shard that is restarted has what was stored of it, and nothing else.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Self

from streams.alerts.journal import Place
from streams.alerts.organisation import Directory
from streams.alerts.processor import AlertProcessor, AlertTopics
from streams.catalogue.load import compile_source
from streams.catalogue.model import Catalogue
from streams.clock import MILLISECOND
from streams.feeds.processor import FeedProcessor, FeedTopics
from streams.groups.journal import GroupTopics
from streams.groups.processor import GroupProcessor
from streams.partition import partition_of
from streams.runtime.processor import Processor
from streams.state.decision import Batch
from streams.state.feeds import Feeds
from streams.state.processor import DetectProcessor
from tests.support.record import Made

PARTITIONS = 3
EVENTS = ("orders.events.v1", "deliveries.events.v1")
PULSES, FEEDS, TRANSITIONS = "moments.pulses.v1", "moments.feeds.v1", "moments.transitions.v1"
COMMANDS, ALERTS, AUDIT, ASKS = "moments.commands.v1", "moments.alerts.v1", "moments.audit.v1", "moments.asks.v1"
NOTICES, GROUPS, MUTES = "moments.notices.v1", "moments.groups.v1", "moments.mutes.v1"

State = dict[bytes, bytes]


class Shard:
    """One partition of one stage: its processor, what is stored of it, and how far it has read."""

    def __init__(self, make: Callable[[], Processor], inputs: Iterable[str], partition: int) -> None:
        self._make, self.partition = make, partition
        self.state: State = {}
        self.positions = dict.fromkeys(inputs, 0)
        self.lives = 0
        self.restart()

    def restart(self) -> None:
        """Another worker takes over."""
        self.processor = self._make()
        self.processor.restore(self.state.items())
        self.processor.ready()
        self.lives += 1


class Chain:
    """The stages, and the logs between them."""

    def __init__(self, catalogue: Catalogue, directory: Directory) -> None:
        self._catalogue, self._directory = catalogue, directory
        self.log: dict[tuple[str, int], list[Made]] = defaultdict(list)
        places = [Place(number, PARTITIONS) for number in range(PARTITIONS)]
        self.stages: Mapping[str, Sequence[Shard]] = {
            "detect": [self._shard(self._detect, (*EVENTS, FEEDS), place) for place in places],
            "feed": [self._shard(self._feed, (PULSES,), place) for place in places],
            "alert": [self._shard(self._alert, (TRANSITIONS, COMMANDS), place) for place in places],
            "group": [self._shard(self._group, (ASKS, COMMANDS), place) for place in places],
        }

    @property
    def shards(self) -> list[Shard]:
        """All of them, in the order of the data."""
        return [shard for shards in self.stages.values() for shard in shards]

    def fork(self) -> "Chain":
        """Another chain that goes on from here, with workers of its own."""
        twin = Chain(self._catalogue, self._directory)
        for place, records in self.log.items():
            twin.log[place] = records.copy()
        for mine, other in zip(self.shards, twin.shards, strict=True):
            other.state, other.positions = mine.state.copy(), mine.positions.copy()
            other.restart()
        return twin

    def publish(self, topic: str, key: bytes, value: bytes, at: int) -> None:
        """A record reaches its partition at an instant."""
        self._append(topic, partition_of(key.decode(), PARTITIONS), key, value, at)

    def tick(self, now: int) -> Self:
        """Every shard reads what there is for it, in the order of the data, and knows that it has read all."""
        for shard in self.shards:
            self.decide(shard, now)
        return self

    def decide(self, shard: Shard, now: int) -> None:
        """One decision of one shard."""
        batches = []
        for topic, start in shard.positions.items():
            log = self.log[topic, shard.partition]
            batches.append(Batch(topic, log[start:], start, len(log), now))
            shard.positions[topic] = len(log)
        decision = shard.processor.decide(batches, now)
        for key, value in decision.changes.items():
            if value is None:
                shard.state.pop(key, None)
            else:
                shard.state[key] = value
        for topic, name, said, _, partition in decision.outputs:
            place = shard.partition if partition is None else partition
            self._append(topic, place, name, said, now)

    def records(self, topic: str) -> list[Made]:
        """All that was published to a topic, partition after partition."""
        return [record for number in range(PARTITIONS) for record in self.log[topic, number]]

    def _append(self, topic: str, partition: int, key: bytes | None, value: bytes | None, at: int) -> None:
        log = self.log[topic, partition]
        log.append(Made(topic, partition, len(log), at // MILLISECOND, key, value))

    # the stages

    def _shard(self, make: Callable[[Place], Processor], inputs: Iterable[str], place: Place) -> Shard:
        return Shard(lambda: make(place), inputs, place.partition)

    def _detect(self, place: Place) -> Processor:
        feeds = Feeds(FEEDS, PULSES, place.partition, place.partitions)
        return DetectProcessor(EVENTS, self._catalogue, compile_source, transitions=TRANSITIONS, feeds=feeds)

    def _feed(self, place: Place) -> Processor:
        return FeedProcessor(FeedTopics(PULSES, FEEDS, TRANSITIONS), place=place)

    def _alert(self, place: Place) -> Processor:
        topics = AlertTopics(TRANSITIONS, COMMANDS, ALERTS, AUDIT, ASKS)
        return AlertProcessor(self._directory, topics, place=place)

    def _group(self, place: Place) -> Processor:
        topics = GroupTopics(ASKS, COMMANDS, NOTICES, GROUPS, MUTES, AUDIT)
        return GroupProcessor(self._directory, topics, place=place)
