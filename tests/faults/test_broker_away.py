"""The brokers go away in the middle of work and come back: the worker outlives it, invents nothing, and goes on."""

import asyncio
import json
from collections.abc import Callable

import pytest

from streams.clock import SECOND, now
from tests.support.flow import flowing, progress
from tests.support.kafka import Broker
from tests.support.stage import Stage, assert_exactly_once, complete, echoes

pytestmark = pytest.mark.kafka


async def test_work_goes_on_when_the_broker_is_back_and_no_breach_is_invented(
    own_kafka: Broker, make_stage: Callable[..., Stage]
) -> None:
    stage = make_stage(own_kafka.bootstrap, partitions=2)
    with stage.worker() as worker:
        await asyncio.to_thread(worker.wait_for_shards, 2)
        async with flowing(stage, rate=1000) as flow:
            await progress(stage, 300)
            own_kafka.kill()
            await asyncio.sleep(4)
            assert worker.status is None, worker.tail()
            await asyncio.to_thread(own_kafka.start)
            await progress(stage, 300)
        outputs = await stage.wait_for_outputs(complete(flow.count))
        assert_exactly_once(outputs, flow.count)
        assert all("late" not in json.loads(record.value) for record in outputs)

        # and the clock runs again: what breaks now is noticed
        due = now() + SECOND // 2
        await stage.publish(range(flow.count, flow.count + 1), due=due)
        outputs = await stage.wait_for_outputs(lambda seen: any("late" in json.loads(record.value) for record in seen))
        assert await asyncio.to_thread(worker.terminate) == 0
    assert sum("late" in json.loads(record.value) for record in await stage.outputs()) == 1
    assert max(echoes(outputs).values()) == 1
