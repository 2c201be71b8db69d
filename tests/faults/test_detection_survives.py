"""The monitor itself, killed again and again in the middle of a job: what is published is what is true, once."""

import asyncio
import json
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from streams.broker.admin import connect
from streams.broker.topics import declare
from streams.clock import MINUTE, parse_rfc3339
from streams.settings import Settings
from tests.bench.job import Job, messages, truth
from tests.support.desk import alerting_of, feeds_of
from tests.support.stage import SESSION_MS, producing, read_all, reading
from tests.support.worker import WorkerProcess

pytestmark = pytest.mark.kafka

PARTITIONS = 4
KILLS = 8
CATALOGUE = Path(__file__).parents[1] / "bench" / "one_moment.yaml"


async def test_eight_kills_in_mid_job_and_every_breach_is_told_once_and_none_is_invented(
    kafka: str, tmp_path: Path
) -> None:
    name = f"killed-{uuid.uuid4().hex[:8]}"
    job = Job(orders=12_000, never=3_000, late=3_000, spread=60 * MINUTE).just_over()
    settings = Settings(
        brokers=(kafka,),
        app_id=name,
        inputs=(f"{name}.orders.events.v1", f"{name}.deliveries.events.v1"),
        transitions=f"{name}.out",
        followed=f"{name}.followed",
        changelog=f"{name}.state",
        feeds=feeds_of(name),
        alerting=alerting_of(name),
        catalogue=(str(CATALOGUE),),
        instance_id="the-one",
        session_timeout=SESSION_MS * 1000,
        heartbeat_interval=SESSION_MS * 200,
        fetch_bytes=16_000,
    )
    with connect(settings) as cluster:
        cluster.create(declare(settings, partitions=PARTITIONS, replication=1, roles=["detect"]))
    async with producing(kafka, linger_ms=20) as producer:
        for message in messages(job):
            await producer.send(f"{name}.{message.topic}", value=message.value, key=message.key)
        await producer.flush()
    true = Counter((told.case, told.moment, told.kind, told.at) for told in truth(job))

    for life in range(KILLS):
        with WorkerProcess(settings, tmp_path / f"life-{life}.log", module="tests.parity.serve") as worker:
            await told_at_least(worker, settings, len(true) * (life + 1) // (KILLS + 2))
            worker.kill()
    assert len(await read_all(kafka, settings.transitions, PARTITIONS)) < len(true)  # each life ended in the middle
    with WorkerProcess(settings, tmp_path / "last.log", module="tests.parity.serve") as worker:
        await told_at_least(worker, settings, len(true))
        assert await asyncio.to_thread(worker.terminate) == 0

    documents = [json.loads(record.value) for record in await read_all(kafka, settings.transitions, PARTITIONS)]
    assert Counter(map(step, documents)) == true
    assert len({document["id"] for document in documents}) == len(documents)


def step(document: dict[str, Any]) -> tuple[str, str, str, int]:
    return document["case"], document["moment"], document["kind"], parse_rfc3339(document["at"])


async def told_at_least(worker: WorkerProcess, settings: Settings, count: int, within: float = 120.0) -> None:
    """Until so many transitions are committed. AssertionError if the worker ends first."""
    seen = 0
    async with reading(settings.brokers[0], settings.transitions, PARTITIONS) as reader, asyncio.timeout(within):
        while seen < count:
            assert worker.status is None, worker.tail()
            seen += sum(len(records) for records in (await reader.getmany(timeout_ms=50)).values())
