"""Shards change hands in the middle of work, also against the will of their owner, and every output is seen once."""

import asyncio
import time

import pytest

from streams.clock import SECOND, now
from tests.support.flow import flowing, progress
from tests.support.stage import Stage, assert_exactly_once, complete, echoes
from tests.support.worker import WorkerProcess

pytestmark = pytest.mark.kafka


async def reads(worker: WorkerProcess, shards: int) -> None:
    await asyncio.to_thread(worker.wait_for_shards, shards)


async def test_one_worker_to_two_to_one(stage: Stage) -> None:
    async with flowing(stage) as flow:
        with stage.worker() as first, stage.worker() as second:
            await asyncio.gather(reads(first, 2), reads(second, 2))
            await progress(stage, 500)
            assert await asyncio.to_thread(second.terminate) == 0
            await reads(first, 4)
            await progress(stage, 500)
            with stage.worker() as third:
                await reads(third, 2)
                await progress(stage, 500)
                first.kill()
                await reads(third, 4)
                await progress(stage, 500)
                flow.over.set()
                await stage.wait_for_outputs(complete(flow.count))
    assert_exactly_once(await stage.outputs(), flow.count)


async def test_a_worker_that_slept_while_another_took_over_is_fenced_when_it_wakes(stage: Stage) -> None:
    async with flowing(stage) as flow:
        with stage.worker() as sleeper, stage.worker() as other:
            await asyncio.gather(reads(sleeper, 2), reads(other, 2))
            await progress(stage, 500)
            sleeper.freeze()
            await reads(other, 4)
            await progress(stage, 500)
            sleeper.thaw()
            # either it tries to write, and is fenced, or it learns first that it was given up, and claims anew
            outcome = await asyncio.to_thread(woken, sleeper)
            if sleeper.status is None:
                assert outcome == "assigned"
                await progress(stage, 500)
            else:
                assert (outcome, sleeper.status) == ("ended", 4), sleeper.tail()
            flow.over.set()
            await stage.wait_for_outputs(complete(flow.count))
    assert_exactly_once(await stage.outputs(), flow.count)


def woken(worker: WorkerProcess, within: float = 20.0) -> str:
    before = len(list(worker.events("shards assigned")))
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if worker.status is not None:
            return "ended"
        if len(list(worker.events("shards assigned"))) > before:
            return "assigned"
        time.sleep(0.02)
    raise AssertionError(f"nothing came of the sleeper:\n{worker.tail()}")


async def test_a_worker_that_slept_past_a_deadline_accuses_no_case_whose_end_came_meanwhile(stage: Stage) -> None:
    """A fetch response may lie in the socket of a stopped worker. It proves nothing about the time of waking."""
    with stage.worker(session_timeout=10 * SECOND) as worker:
        await reads(worker, 4)
        due = now() + 2 * SECOND
        await stage.publish(range(8), due=due)
        await stage.wait_for_outputs(complete(8))
        worker.freeze()
        await stage.publish(range(388, 396), due=None)  # the ends of the same cases, well before their due
        assert now() < due
        await asyncio.sleep((due - now()) / SECOND + 1.0)
        worker.thaw()
        await stage.wait_for_outputs(lambda seen: len(echoes(seen)) == 16)
        assert await asyncio.to_thread(worker.terminate) == 0
    outputs = await stage.outputs()
    assert len(echoes(outputs)) == len(outputs) == 16, "something was called late"
