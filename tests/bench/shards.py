"""The detection stage in memory: a job cut into batches as a worker would meet it, and four processors to take them."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple
from zlib import crc32

from streams.catalogue.load import compile_source, load
from streams.clock import HOUR, MILLISECOND
from streams.state.decision import Batch
from streams.state.processor import DetectProcessor
from tests.bench.job import DELIVERIES, ORDERS, Message

SHARDS = 4
TOPICS = (ORDERS, DELIVERIES)
AT_ONCE = 5_000
"""Events cut into batches together: about a megabyte of a topic for each shard, as a fetch brings it."""


class Held(NamedTuple):
    """A record as Kafka's client hands it over."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


Turn = tuple[int, list[Batch]]
"""A shard, and what it takes in one decision."""


def turns(messages: Iterable[Message], at_once: int = AT_ONCE) -> Iterator[Turn]:
    """The messages in their order, cut so that every shard gets its part of both topics in turn."""
    remaining = iter(messages)
    while chunk := list(islice(remaining, at_once * SHARDS)):
        parts: dict[tuple[int, str], list[Held]] = {(shard, topic): [] for shard in range(SHARDS) for topic in TOPICS}
        for at, topic, key, value in chunk:
            shard = crc32(key) % SHARDS
            parts[shard, topic].append(Held(topic, shard, 0, at // MILLISECOND, key, value))
        for shard in range(SHARDS):
            found = [Batch(topic, parts[shard, topic], 0, 0, None) for topic in TOPICS if parts[shard, topic]]
            if found:
                yield shard, found


def processors(catalogue: str) -> list[DetectProcessor]:
    """A processor for each shard."""
    compiled = load([catalogue])
    return [DetectProcessor(TOPICS, compiled, compile_source, transitions="transitions") for _ in range(SHARDS)]


def last(at: int) -> list[Turn]:
    """What lets every shard judge all that is left: the proof that nothing more came until some hours after `at`."""
    return [(shard, [Batch(topic, (), 0, 0, at + 4 * HOUR) for topic in TOPICS]) for shard in range(SHARDS)]
