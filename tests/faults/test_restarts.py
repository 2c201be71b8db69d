"""However a worker ends, read_committed readers see every output once: nothing missing, nothing extra, nothing twice."""

import asyncio
from collections.abc import Callable

import pytest

from tests.support.flow import flowing, progress
from tests.support.stage import Stage, assert_exactly_once, complete
from tests.support.worker import WorkerProcess

pytestmark = pytest.mark.kafka

# many small fetches make many transactions, so that an end at any moment falls into the middle of one
CHANGES = {"fetch_bytes": 16_000, "instance_id": "the-one"}


async def end_often(stage: Stage, end: Callable[[WorkerProcess], object]) -> None:
    """Eight lives cut short while there is a backlog, and one that finishes the job."""
    async with flowing(stage, rate=1500) as flow:
        for _ in range(8):
            with stage.worker(**CHANGES) as worker:
                await asyncio.to_thread(worker.wait_for_shards, stage.partitions)
                await progress(stage, 200)
                await asyncio.to_thread(end, worker)
    with stage.worker(**CHANGES) as worker:
        await asyncio.to_thread(worker.wait_for_shards, stage.partitions)
        await stage.wait_for_outputs(complete(flow.count))
        assert await asyncio.to_thread(worker.terminate) == 0
    assert_exactly_once(await stage.outputs(), flow.count)


async def test_eight_kills_in_mid_batch_lose_nothing_and_double_nothing(stage: Stage) -> None:
    await end_often(stage, WorkerProcess.kill)


async def test_eight_restarts_with_a_backlog_lose_nothing_and_each_ends_with_status_0(stage: Stage) -> None:
    statuses: list[int] = []
    await end_often(stage, lambda worker: statuses.append(worker.terminate(within=10)))
    assert statuses == [0] * 8
