"""A stage to play on: topics of a test's own on a real broker, events put in, and what comes out as others read it."""

import asyncio
import json
import os
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from streams.broker.admin import connect
from streams.broker.topics import declare
from streams.settings import Feeds, Settings
from tests.support.desk import alerting_of
from tests.support.worker import WorkerProcess

# a broker of somebody else's keeps Kafka's own lower bound
SESSION_MS = 6_000 if os.environ.get("MOMENTS_TEST_KAFKA") else 2_000


@dataclass(slots=True)
class Stage:
    """Topics and settings of one test."""

    settings: Settings
    partitions: int
    folder: Path
    workers: int = 0

    @property
    def bootstrap(self) -> str:
        return self.settings.brokers[0]

    def worker(self, **changes: Any) -> WorkerProcess:
        """A worker process on this stage, its settings changed as told."""
        self.workers += 1
        return WorkerProcess(self.settings.model_copy(update=changes), self.folder / f"worker-{self.workers}.log")

    def partition_of(self, number: int) -> int:
        return number % self.partitions

    async def publish(self, numbers: Iterable[int], **words: Any) -> None:
        """Events of these numbers, acknowledged.

        Key, partition and input follow from the number; n and n + 388 share a key.
        """
        async with producing(self.bootstrap) as producer:
            sent = []
            for number in numbers:
                sent.append(await producer.send(**self.event(number, **words)))
            await asyncio.gather(*sent)

    def event(self, number: int, **words: Any) -> dict[str, Any]:
        """What `producer.send` takes for the event of that number."""
        partition = self.partition_of(number)
        return {
            "topic": self.settings.inputs[number // self.partitions % len(self.settings.inputs)],
            "partition": partition,
            "key": f"case-{partition}-{number % 97}".encode(),
            "value": json.dumps({"n": number} | words).encode(),
        }

    async def outputs(self) -> list[Any]:
        """Every record that a read_committed reader sees in the transitions topic now."""
        return await read_all(self.bootstrap, self.settings.transitions, self.partitions)

    async def wait_for_outputs(self, done: Callable[[list[Any]], bool], within: float = 120.0) -> list[Any]:
        """The records so far, as soon as `done` says so of them. AssertionError if it does not in time."""
        seen: list[Any] = []
        async with reading(self.bootstrap, self.settings.transitions, self.partitions) as reader:
            try:
                async with asyncio.timeout(within):
                    while not done(seen):
                        for records in (await reader.getmany(timeout_ms=200)).values():
                            seen += records
            except TimeoutError:
                raise AssertionError(f"{len(seen)} outputs after {within} s, and not yet enough") from None
        return seen


def echoes(records: Iterable[Any]) -> Counter[int]:
    """How often each event's number was echoed."""
    words = [json.loads(record.value) for record in records]
    return Counter(word["echo"] for word in words if "echo" in word)


def complete(count: int) -> Callable[[list[Any]], bool]:
    """Whether events 0 to count - 1 have all been echoed."""
    return lambda records: len(records) >= count and len(echoes(records)) >= count


def assert_exactly_once(records: Iterable[Any], count: int) -> None:
    """Each of the events 0 to count - 1 was echoed once, and nothing else was."""
    counted = echoes(records)
    missing = sorted(set(range(count)) - counted.keys())
    extra = sorted(counted.keys() - set(range(count)))
    twice = sorted(number for number, times in counted.items() if times > 1)
    assert (missing[:5], extra[:5], twice[:5]) == ([], [], []), (
        f"{len(missing)} missing, {len(extra)} extra, {len(twice)} twice of {count}"
    )


@asynccontextmanager
async def producing(bootstrap: str, **options: Any) -> AsyncIterator[Any]:
    """An aiokafka producer, started."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, **options)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


@asynccontextmanager
async def reading(bootstrap: str, topic: str, partitions: int) -> AsyncIterator[Any]:
    """A read_committed consumer at the beginning of every partition."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, isolation_level="read_committed", auto_offset_reset="none", fetch_max_wait_ms=100
    )
    await consumer.start()
    try:
        places = [TopicPartition(topic, partition) for partition in range(partitions)]
        consumer.assign(places)
        for place, offset in (await consumer.beginning_offsets(places)).items():
            consumer.seek(place, offset)
        yield consumer
    finally:
        await consumer.stop()


async def read_all(bootstrap: str, topic: str, partitions: int) -> list[Any]:
    """Every committed record of a topic, up to the ends as they are now."""
    found: list[Any] = []
    async with reading(bootstrap, topic, partitions) as reader:
        ends = await reader.end_offsets(list(reader.assignment()))
        while any([await reader.position(place) < end for place, end in ends.items()]):
            for records in (await reader.getmany(timeout_ms=200)).values():
                found += records
    return found


@pytest.fixture
def make_stage(tmp_path: Path) -> Callable[..., Stage]:
    """Builds a stage: `make_stage(bootstrap, partitions=4, **settings)`; its topics exist when it is returned."""

    def make(bootstrap: str, partitions: int = 4, **changes: Any) -> Stage:
        name = f"test-{uuid.uuid4().hex[:8]}"
        given: dict[str, Any] = {
            "brokers": (bootstrap,),
            "app_id": name,
            "inputs": (f"{name}.a", f"{name}.b"),
            "transitions": f"{name}.out",
            "followed": f"{name}.followed",
            "changelog": f"{name}.state",
            "feeds": Feeds(watch=False),
            "alerting": alerting_of(name),
            "session_timeout": SESSION_MS * 1000,
            "heartbeat_interval": SESSION_MS * 200,
            "rebalance_timeout": 10_000_000,
            "fetch_wait": 50_000,
            "gather": 20_000,
            "offsets_interval": 500_000,
        }
        settings = Settings(**(given | changes))
        wanted = declare(settings, partitions=partitions, replication=1, roles=["detect"])
        with connect(settings) as cluster:
            cluster.create([topic for topic in wanted if topic.role != "dead letters"])
        return Stage(settings, partitions, tmp_path)

    return make


@pytest.fixture
def stage(kafka: str, make_stage: Callable[..., Stage]) -> Stage:
    """A stage of four shards on the session's broker."""
    return make_stage(kafka)
