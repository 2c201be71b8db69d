"""The same log through Faust's own `kafka://` transport and through ours: the same transitions."""

import asyncio
import json
import uuid
from pathlib import Path

import pytest

from streams.broker.admin import connect
from streams.broker.topics import declare
from streams.clock import HOUR, rfc3339
from streams.settings import Settings
from tests.bench.job import BEGIN, Job, messages
from tests.parity.judged import published
from tests.support.desk import alerting_of, feeds_of
from tests.support.stage import producing, read_all, reading
from tests.support.worker import WorkerProcess

pytestmark = pytest.mark.kafka

PARTITIONS = 4
JOB = Job(orders=2_000, never=160, late=140, spread=HOUR)
END = BEGIN + 3 * HOUR
CATALOGUE = Path(__file__).parents[1] / "bench" / "one_moment.yaml"


async def test_the_stock_transport_gives_the_same_transitions(kafka: str, tmp_path: Path) -> None:
    name = f"stock-{uuid.uuid4().hex[:8]}"
    catalogue = tmp_path / "warned.yaml"
    catalogue.write_text(CATALOGUE.read_text() + '    warnings: ["80%"]\n')
    inputs = (f"{name}.orders.events.v1", f"{name}.deliveries.events.v1")
    ours = Settings(
        brokers=(kafka,), app_id=name, inputs=inputs, transitions=f"{name}.ours", changelog=f"{name}.state",
        followed=f"{name}.followed",
        catalogue=(str(catalogue),), feeds=feeds_of(name), alerting=alerting_of(name),
    )  # fmt: skip
    stock = ours.model_copy(update={"transitions": f"{name}.stock", "changelog": f"{name}.unused"})
    with connect(ours) as cluster:
        cluster.create(declare(ours, partitions=PARTITIONS, replication=1, roles=["detect"]))
        cluster.create(
            [
                topic
                for topic in declare(stock, partitions=PARTITIONS, replication=1, roles=["detect"])
                if topic.name == stock.transitions
            ]
        )
    await publish(kafka, name)

    with WorkerProcess(ours, tmp_path / "ours.log", module="tests.parity.serve") as worker:
        said_by_us = await heard(worker, ours)
    with WorkerProcess(stock, tmp_path / "stock.log", module="tests.support.stock_worker") as worker:
        said_by_stock = await heard(worker, stock, len(said_by_us))
    assert said_by_stock == said_by_us
    breaches = [step for step in said_by_us if '"breached"' in step]
    assert len(breaches) == JOB.breaches


async def publish(bootstrap: str, name: str) -> None:
    """The job, and then on every partition of both topics an event that only carries the time on."""
    async with producing(bootstrap, linger_ms=20) as producer:
        for message in messages(JOB):
            await producer.send(f"{name}.{message.topic}", value=message.value, key=message.key)
        await producer.flush()
        for topic in ("orders.events.v1", "deliveries.events.v1"):
            for partition in range(PARTITIONS):
                case = f"end-{partition}"
                event = {
                    "specversion": "1.0", "id": f"{topic}-{partition}", "source": "//bench/clock", "tenant": "bench",
                    "type": "touchpoint.end.of_log", "time": rfc3339(END), "subject": case, "data": {},
                }  # fmt: skip
                await producer.send(
                    f"{name}.{topic}", value=json.dumps(event).encode(), key=case.encode(), partition=partition
                )
        await producer.flush()


async def heard(worker: WorkerProcess, settings: Settings, count: int = 0, within: float = 90.0) -> list[str]:
    """What was said and is dated before the end of the log, once all breaches (and `count` steps) are there."""
    seen: list[str] = []
    async with reading(settings.brokers[0], settings.transitions, PARTITIONS) as reader:
        async with asyncio.timeout(within):
            while sum('"breached"' in step for step in seen) < JOB.breaches or len(seen) < count:
                assert worker.status is None, worker.tail()
                for records in (await reader.getmany(timeout_ms=200)).values():
                    seen += [one for record in records if (one := step(record.value)) is not None]
    assert await asyncio.to_thread(worker.terminate) == 0
    everything = await read_all(settings.brokers[0], settings.transitions, PARTITIONS)
    return sorted(one for record in everything if (one := step(record.value)) is not None)


def step(value: bytes) -> str | None:
    """What was said, without when it was found; None if it is dated after the log."""
    if published(value).at >= END:
        return None
    document = json.loads(value)
    del document["found_at"]
    return json.dumps(document, sort_keys=True)
