"""Part `latency`: live traffic, and how long after its deadline a breach is seen by a reader."""

import json
import statistics
import threading
import time
from random import Random

from confluent_kafka import Consumer

from streams.clock import MILLISECOND, SECOND, now, parse_rfc3339, rfc3339
from tests.bench.installation import Installation
from tests.bench.job import message
from tests.bench.page import Figure, Part

RATE = 200
SECONDS = 40.0
AHEAD = (2 * SECOND, 5 * SECOND)
MET = 0.5
"""Share of the orders that are delivered in time; the others break."""


class Watch(threading.Thread):
    """Reads transitions as they become visible, and notes how late each breach is."""

    def __init__(self, consumer: Consumer) -> None:
        super().__init__(name="reader", daemon=True)
        self.late: list[int] = []
        self.over = threading.Event()
        self._consumer = consumer

    def run(self) -> None:
        while not self.over.is_set():
            for read in self._consumer.consume(100, 0.05):
                at = now()
                if read.error() is None:
                    said = json.loads(read.value())
                    if said["kind"] == "breached":
                        self.late.append(at - parse_rfc3339(said["due_at"]))
        self._consumer.close()


def measure(installation: Installation, catalogue: str, share: float) -> Part:
    """A worker on one core, a publisher and a reader beside it."""
    seconds = max(SECONDS * share, 8.0)
    # the reader's patience is not to be measured: a fetch is answered as soon as there is something
    reader = installation.reader(**{"fetch.wait.max.ms": 500, "fetch.min.bytes": 1, "fetch.error.backoff.ms": 10})
    watch = Watch(reader)
    with installation.worker(catalogue, core=0) as worker:
        worker.wait_for("shard reads", installation.partitions)
        watch.start()
        time.sleep(2.0)  # imports and connections are not part of it
        before, began = worker.sample().processor_seconds, time.perf_counter()
        breaking = publish_live(installation, seconds)
        share_of_core = (worker.sample().processor_seconds - before) / (time.perf_counter() - began)
        deadline = time.monotonic() + 20
        while len(watch.late) < breaking and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(0.5)
        worker.stop()
    watch.over.set()
    watch.join()
    if len(watch.late) != breaking:
        raise AssertionError(f"{len(watch.late)} breaches were seen, {breaking} are true")
    late = [value / SECOND for value in watch.late]
    if min(late) < 0:
        raise AssertionError("a breach was seen before its deadline")
    cuts = statistics.quantiles(late, n=100)
    return Part(
        "Latency",
        f"{RATE} events a second over {installation.partitions} partitions for {seconds:.0f} s, deadlines 2 to 5 s "
        "ahead on the "
        f"wall clock, half of them kept; {len(late):,} breaches. From `due_at` to the moment at which a "
        "read_committed reader in "
        "another process has it. Worker on one core.",
        [
            Figure("median", cuts[49], "s"),
            Figure("99 of 100", cuts[98], "s", 0.5, at_most=True),
            Figure("largest", max(late), "s"),
            Figure("share of a core the worker used", share_of_core, "", 0.5, at_most=True),
        ],
    )


def publish_live(installation: Installation, seconds: float, *, apart: bool = False) -> int:
    """The live traffic, at its pace; how many of its orders break. With `apart` each order is in a region of its own."""
    random = Random(7)
    producer, topics = installation.producer(linger=5), installation.topics
    pending: list[tuple[int, int]] = []
    number, breaking, sent = 0, 0, 0
    began = time.perf_counter()
    while (passed := time.perf_counter() - began) < seconds:
        while sent < passed * RATE:
            at = now() // MILLISECOND * MILLISECOND
            ripe = next((entry for entry in pending if entry[0] <= at), None)
            if ripe is not None:
                pending.remove(ripe)
                event = message(at, ripe[1], "delivery.delivered", {})
            else:
                number += 1
                due = at + random.randrange(*AHEAD)
                event = message(at, number, "order.placed", {"promised_at": rfc3339(due), "channel": "app"})
                if random.random() < MET:
                    pending.append((at + SECOND, number))
                else:
                    breaking += 1
            value = json.dumps(json.loads(event.value) | {"region": f"r{number}"}) if apart else event.value
            producer.produce(topics[event.topic], value, event.key)
            sent += 1
        producer.poll(0)
        time.sleep(0.004)
    for _, kept in pending:  # nobody is to break for want of time
        event = message(now(), kept, "delivery.delivered", {})
        producer.produce(topics[event.topic], event.value, event.key)
    producer.flush(20)
    return breaking
