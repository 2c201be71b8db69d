"""An installation of the monitor on a real Kafka: its topics, its workers as processes, and what its readers see."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import psutil
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from streams.clock import parse_rfc3339
from tests.bench.job import DELIVERIES, ORDERS, Message
from tests.bench.machine import pin
from tests.support.desk import desk_topics, feeds_of
from tests.support.kafka import VERSION, Broker, free_ports, jars

MOMENTS = str(Path(sys.executable).with_name("moments"))
PATIENCE = 60.0


class FullBroker(Broker):
    """The tests' broker with all of Java's compilers: it lives long enough here to be worth them."""

    def _java(self) -> list[str]:
        return ["java", "-Xmx512m", "-XX:+UseSerialGC", "-cp", f"{self._jars}/*"]


@contextmanager
def broker(folder: Path) -> Iterator[tuple[str, str]]:
    """Bootstrap address and description of a broker: the one of MOMENTS_TEST_KAFKA, or one of our own."""
    if given := os.environ.get("MOMENTS_TEST_KAFKA"):
        yield given, "the one of MOMENTS_TEST_KAFKA"
        return
    folder.mkdir()
    own = FullBroker(jars(), folder).start()
    try:
        yield own.bootstrap, f"Apache Kafka {VERSION}, one KRaft node on the same machine, unpinned"
    finally:
        own.stop()


@dataclass(frozen=True, slots=True)
class Installation:
    """Topics of its own under one name. Several may share their `inputs`, named after another one."""

    name: str
    bootstrap: str
    folder: Path
    partitions: int = 4
    inputs: str = ""
    roles: str = "detect"
    alerting: Mapping[str, object] = field(default_factory=dict)
    """Files and rules of the stages behind detection; their topics are under the installation's name."""

    @property
    def topics(self) -> dict[str, str]:
        """The input topics by the names that the jobs know."""
        stem = self.inputs or self.name
        return {topic: f"{stem}.{topic}" for topic in (ORDERS, DELIVERIES)}

    @property
    def transitions(self) -> str:
        return f"{self.name}.transitions.v1"

    @property
    def environment(self) -> Mapping[str, str]:
        own = {
            "MOMENTS_BROKERS": self.bootstrap,
            "MOMENTS_APP_ID": self.name,
            "MOMENTS_INPUTS": ",".join(self.topics.values()),
            "MOMENTS_TRANSITIONS": self.transitions,
            "MOMENTS_CHANGELOG": f"{self.name}.state.v1",
            "MOMENTS_FOLLOWED": f"{self.name}.followed.v1",
            "MOMENTS_FEEDS": feeds_of(self.name).model_dump_json(),
            "MOMENTS_ALERTING": json.dumps(desk_topics(self.name) | dict(self.alerting)),
            "MOMENTS_LOG_FORMAT": "json",
        }
        return {name: value for name, value in os.environ.items() if not name.startswith("MOMENTS_")} | own

    def create_topics(self) -> Self:
        """`moments topics create`."""
        sizes = ("--partitions", str(self.partitions), "--replication", "1")
        command = [MOMENTS, "topics", "create", "--roles", self.roles, *sizes]
        done = subprocess.run(command, env=dict(self.environment), capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssertionError(f"moments topics create: {done.stdout}{done.stderr}")
        return self

    def publish(self, messages: Iterable[Message]) -> None:
        """All messages, acknowledged, to the partitions of their keys."""
        producer = self.producer(linger=50)
        topics = self.topics
        for count, (_, topic, key, value) in enumerate(messages):
            producer.produce(topics[topic], value, key)
            if count % 5_000 == 0:
                producer.poll(0)
        if producer.flush(PATIENCE):
            raise AssertionError("the broker did not take all events")

    def producer(self, linger: int) -> Producer:
        options: dict[str, Any] = {
            "bootstrap.servers": self.bootstrap,
            "partitioner": "murmur2_random",
            "linger.ms": linger,
        }
        return Producer(options | {"queue.buffering.max.messages": 2_000_000, "queue.buffering.max.kbytes": 2_000_000})

    def reader(self, **options: Any) -> Consumer:
        """A read_committed consumer of all transitions."""
        return self.reader_of(self.transitions, **options)

    def reader_of(self, topic: str, **options: Any) -> Consumer:
        """A read_committed consumer of all of a topic."""
        consumer = Consumer(
            {
                "bootstrap.servers": self.bootstrap,
                "group.id": f"{topic}.reader",
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                **options,
            }
        )
        consumer.assign([TopicPartition(topic, partition, 0) for partition in range(self.partitions)])
        return consumer

    def read(self) -> list[tuple[int, dict[str, Any]]]:
        """Everything published and committed: the instant of the record, to the millisecond, and the document."""
        consumer = self.reader()
        found: list[tuple[int, dict[str, Any]]] = []
        ended: set[int] = set()
        try:
            while len(ended) < self.partitions:
                for read in consumer.consume(5_000, 1.0):
                    if (error := read.error()) is None:
                        found.append((read.timestamp()[1] * 1_000, json.loads(read.value())))
                    elif error.code() == -191:  # the end of a partition
                        ended.add(read.partition())
                    else:
                        raise KafkaException(error)
        finally:
            consumer.close()
        return found

    def worker(self, catalogue: str, *, core: int | None, sampled: Path | None = None) -> "Worker":
        """Start `moments worker`, pinned to a core; with `sampled` under the sampler, which leaves its findings there."""
        return Worker(self, catalogue, core, sampled)


@dataclass(slots=True)
class Sample:
    """What a worker said of itself, summed over its labels."""

    metrics: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    processor_seconds: float = 0.0

    @property
    def applied(self) -> float:
        return self.metrics["moments_events_applied_total"]


class Worker:
    """A worker process. Leaving the context ends it, by SIGTERM or worse."""

    def __init__(self, installation: Installation, catalogue: str, core: int | None, sampled: Path | None) -> None:
        (self.port,) = free_ports(1)
        self.log = installation.folder / f"{installation.name}-{self.port}.log"
        start = [MOMENTS] if sampled is None else [sys.executable, "-m", "tests.bench.sampled", str(sampled)]
        with self.log.open("wb") as out:
            self.process = psutil.Popen(
                [*start, "worker", "--roles", installation.roles, "--catalogue", catalogue, *self._metrics(installation)],
                env=dict(installation.environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        if core is not None:
            pin(core, self.process.pid)

    def _metrics(self, installation: Installation) -> tuple[str, ...]:
        return ("--metrics-port", str(self.port)) if installation.roles == "detect" else ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        """SIGTERM; AssertionError if it does not end well."""
        self.process.terminate()
        if status := self.process.wait(PATIENCE):
            raise AssertionError(f"the worker ended with {status}:\n{self.tail()}")

    def sample(self) -> Sample:
        """Its metrics now; empty before they are served. AssertionError if the process has ended."""
        if self.process.poll() is not None:
            raise AssertionError(f"the worker ended with {self.process.returncode}:\n{self.tail()}")
        times = self.process.cpu_times()
        found = Sample(processor_seconds=times.user + times.system)
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as answer:
            for line in answer.read().decode().splitlines():
                if not line.startswith("#"):
                    name, _, value = line.rpartition(" ")
                    found.metrics[name.partition("{")[0]] += float(value)
        return found

    def events(self, name: str) -> list[tuple[int, dict[str, Any]]]:
        """Lines of the log under that name, each with its instant."""
        found = []
        for line in self.log.read_text(errors="replace").splitlines():
            if line.startswith("{") and line.endswith("}"):
                entry = json.loads(line)
                if entry["event"] == name:
                    found.append((parse_rfc3339(entry["timestamp"]), entry))
        return found

    def wait_for(self, name: str, count: int) -> list[tuple[int, dict[str, Any]]]:
        """The lines of that name once there are so many."""
        deadline = time.monotonic() + PATIENCE
        while len(found := self.events(name)) < count:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"no {count} x {name!r}:\n{self.tail()}")
            time.sleep(0.05)
        return found

    def tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])
