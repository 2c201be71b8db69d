"""A worker on a real Kafka says every verdict of both logs, and step for step what the replay says of them."""

import asyncio
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from streams.broker.admin import connect
from streams.broker.topics import declare
from streams.settings import INPUTS, Settings
from tests.parity.judged import Said, counted, differences, expected_counts, hear, published
from tests.parity.replaying import Replayed, catalogue_file
from tests.support.desk import alerting_of, feeds_of
from tests.support.public_logs import PublicLog
from tests.support.stage import producing, read_all, reading
from tests.support.worker import WorkerProcess

pytestmark = [pytest.mark.data, pytest.mark.kafka]

PARTITIONS = 4


async def test_a_worker_over_both_logs_says_every_verdict_and_nothing_else(
    olist: PublicLog,
    helpdesk: PublicLog,
    replayed_olist: Replayed,
    replayed_helpdesk: Replayed,
    kafka: str,
    tmp_path: Path,
) -> None:
    logs = (helpdesk, olist)
    name = f"parity-{uuid.uuid4().hex[:8]}"
    settings = Settings(
        brokers=(kafka,),
        app_id=name,
        inputs=tuple(f"{name}.{topic}" for topic in INPUTS),
        transitions=f"{name}.moments.transitions.v1",
        followed=f"{name}.moments.followed.v1",
        changelog=f"{name}.moments.state.v1",
        feeds=feeds_of(name),
        alerting=alerting_of(name),
        catalogue=tuple(str(journaling(log, tmp_path)) for log in logs),
    )
    with connect(settings) as cluster:
        cluster.create(declare(settings, partitions=PARTITIONS, replication=1, roles=["detect"]))
    await publish(kafka, name, logs)

    # once it has caught up the worker's clock is on the wall, and what is dated after a log is not about the log
    last = {log.name: log.last for log in logs}
    wanted = replayed_helpdesk.steps + replayed_olist.steps
    with WorkerProcess(settings, tmp_path / "worker.log", module="tests.parity.serve") as worker:
        await heard(worker, settings, len(wanted), last)
        assert await asyncio.to_thread(worker.terminate) == 0

    steps = about(await read_all(kafka, settings.transitions, PARTITIONS), last)
    for log in logs:
        said = hear(step for step in steps if step.tenant == log.name)
        assert differences(said, log) == []
        assert counted(said) == expected_counts(log)
    assert len(steps) == len(wanted)
    assert set(steps) == set(wanted)
    for topic in settings.dead_letters:
        assert await read_all(kafka, topic, PARTITIONS) == []


def journaling(log: PublicLog, folder: Path) -> Path:
    """The log's catalogue, changed so that a worker publishes the quiet steps too: a verdict of met is one."""
    file = folder / f"{log.name}.yaml"
    file.write_text(
        catalogue_file(log).read_text().replace("    severity: low\n", "    severity: low\n    journal: true\n")
    )
    return file


async def publish(bootstrap: str, name: str, logs: Iterable[PublicLog]) -> None:
    """All events in the order of their stamps, each to its topic and under its case."""
    events = sorted((event for log in logs for event in log.events), key=lambda event: event.at)
    async with producing(bootstrap, linger_ms=20) as producer:
        for event in events:
            sent = await producer.send(f"{name}.{event.topic}", value=event.value, key=event.key)
        await producer.flush()
        await sent


async def heard(
    worker: WorkerProcess, settings: Settings, count: int, last: dict[str, int], within: float = 120.0
) -> None:
    """Until so many transitions about the logs can be read. AssertionError if the worker ends first or takes too long."""
    seen = 0
    async with reading(settings.brokers[0], settings.transitions, PARTITIONS) as reader:
        try:
            async with asyncio.timeout(within):
                while seen < count:
                    assert worker.status is None, worker.tail()
                    for records in (await reader.getmany(timeout_ms=200)).values():
                        seen += len(about(records, last))
        except TimeoutError:
            raise AssertionError(f"{seen} of {count} transitions about the logs after {within} s") from None


def about(records: Iterable[Any], last: dict[str, int]) -> list[Said]:
    """The transitions that are dated within the log they are of."""
    steps = (published(record.value) for record in records)
    return [step for step in steps if step.at <= last[step.tenant]]
