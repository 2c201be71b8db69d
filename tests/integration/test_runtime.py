"""The runtime on a real broker: order, positions, the clock of a quiet shard, transactional publishers, restores."""

import asyncio
import json
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.broker.admin import connect
from streams.clock import SECOND, now
from streams.runtime.restore import POSITION_KEY
from tests.support.stage import Stage, assert_exactly_once, complete, echoes, producing, read_all
from tests.support.worker import WorkerProcess

pytestmark = pytest.mark.kafka


def words(records: list[Any]) -> list[dict[str, int]]:
    return [json.loads(record.value) for record in records]


def lates(records: list[Any]) -> list[dict[str, int]]:
    return [word for word in words(records) if "late" in word]


async def reads(worker: WorkerProcess, shards: int = 4) -> None:
    await asyncio.to_thread(worker.wait_for_shards, shards)


async def stop(worker: WorkerProcess) -> None:
    assert await asyncio.to_thread(worker.terminate) == 0, worker.tail()


async def positions_of(stage: Stage) -> dict[tuple[str, int], int]:
    """The last position record of every changelog partition."""
    found = {}
    for record in await read_all(stage.bootstrap, stage.settings.changelog, stage.partitions):
        if record.key == POSITION_KEY:
            for topic, offset in json.loads(record.value).items():
                found[topic, record.partition] = offset
    return found


async def test_records_are_applied_in_order_and_positions_are_stored_with_the_state(stage: Stage) -> None:
    await stage.publish(range(2000))
    with stage.worker() as worker:
        outputs = await stage.wait_for_outputs(complete(2000))
        await asyncio.to_thread(worker.wait_for_shards, 4)
        await stop(worker)
    assert_exactly_once(outputs, 2000)
    for partition in range(stage.partitions):
        for topic in range(2):  # in each input of each shard, the order of the log is the order of the outputs
            numbers = [
                word["echo"]
                for record, word in zip(outputs, words(outputs), strict=True)
                if record.partition == partition and word["echo"] // stage.partitions % 2 == topic
            ]
            assert numbers == sorted(numbers)
    counts: dict[bytes, list[int]] = {}
    for record, word in zip(outputs, words(outputs), strict=True):
        counts.setdefault(record.key, []).append(word["count"])
    assert all(count == list(range(1, len(count) + 1)) for count in counts.values()), "both inputs share one state"
    expected = {(topic, partition): 250 for topic in stage.settings.inputs for partition in range(stage.partitions)}
    assert await positions_of(stage) == expected


async def test_lag_tools_see_the_positions_as_the_groups_offsets(stage: Stage) -> None:
    await stage.publish(range(80))
    with stage.worker() as worker:
        await stage.wait_for_outputs(complete(80))
        await stop(worker)
    consumer = AIOKafkaConsumer(bootstrap_servers=stage.bootstrap, group_id=f"{stage.settings.app_id}.detect")
    await consumer.start()
    try:
        places = [TopicPartition(topic, shard) for topic in stage.settings.inputs for shard in range(4)]
        consumer.assign(places)
        assert [await consumer.committed(place) for place in places] == [10] * 8
    finally:
        await consumer.stop()


async def test_partition_p_of_every_input_goes_to_one_worker_and_a_second_worker_takes_half(stage: Stage) -> None:
    with stage.worker() as first:
        await reads(first)
        with stage.worker() as second:
            await asyncio.gather(reads(first, 2), reads(second, 2))
            held = [list(worker.events("shards assigned"))[-1]["shards"] for worker in (first, second)]
            assert sorted(held[0] + held[1]) == [0, 1, 2, 3]
            kept = list(first.events("shards assigned"))[-1]["kept"]
            assert kept == held[0], "what stays is kept in memory, not restored"
            await stage.publish(range(400))
            outputs = await stage.wait_for_outputs(complete(400))
            await asyncio.gather(stop(first), stop(second))
    counts: dict[bytes, list[int]] = {}
    for record, word in zip(outputs, words(outputs), strict=True):
        counts.setdefault(record.key, []).append(word["count"])
    assert all(count == list(range(1, len(count) + 1)) for count in counts.values())


async def test_a_deadline_fires_although_no_event_comes_any_more(stage: Stage) -> None:
    with stage.worker() as worker:
        await reads(worker)
        due = now() + SECOND
        await stage.publish(range(4), due=due)
        outputs = await stage.wait_for_outputs(lambda seen: len(lates(seen)) == 4)
        await stop(worker)
    assert all(due <= late["found"] < due + 2 * SECOND for late in lates(outputs))


async def test_transaction_markers_and_aborted_records_are_no_holes_and_hold_nothing_up(stage: Stage) -> None:
    topic = stage.settings.inputs[0]
    with stage.worker() as worker:
        await reads(worker)
        async with producing(stage.bootstrap, transactional_id=stage.settings.app_id + "-upstream") as producer:
            for number in range(20):
                async with producer.transaction():
                    await producer.send(**stage.event(number * 8))
                if number % 3 == 0:
                    await producer.begin_transaction()
                    await producer.send_and_wait(**stage.event(999_000))
                    await producer.abort_transaction()
            due = now() + SECOND // 2
            async with producer.transaction():
                await producer.send(**stage.event(160, due=due))
            await producer.begin_transaction()
            await producer.send_and_wait(**stage.event(999_000))
            await producer.abort_transaction()  # the log ends with what no reader may see
        outputs = await stage.wait_for_outputs(lambda seen: len(lates(seen)) == 1)
        assert sorted(echoes(outputs)) == [8 * number for number in range(21)]
        assert not list(worker.events("asking again")), "a marker was taken for a hole"
        await stop(worker)
    consumer = AIOKafkaConsumer(bootstrap_servers=stage.bootstrap)
    await consumer.start()
    try:
        end = (await consumer.end_offsets([TopicPartition(topic, 0)]))[TopicPartition(topic, 0)]
    finally:
        await consumer.stop()
    assert end > 21 + 8, "there were markers"


async def test_the_clock_stands_while_a_publishers_transaction_is_open(stage: Stage) -> None:
    """What lies in an open transaction may be the very event that a case waits for, and it was appended in time."""
    with stage.worker() as worker:
        await reads(worker)
        due = now() + SECOND
        await stage.publish([0], due=due)
        async with producing(stage.bootstrap, transactional_id=stage.settings.app_id + "-upstream") as producer:
            await producer.begin_transaction()
            await producer.send_and_wait(**stage.event(388 * 2, due=None))
            await asyncio.sleep((due - now()) / SECOND + 1.0)
            await producer.commit_transaction()
        await stage.wait_for_outputs(lambda seen: len(echoes(seen)) == 2)
        await stop(worker)
    assert lates(await stage.outputs()) == []


async def test_a_worker_goes_on_with_the_state_of_the_one_before(stage: Stage) -> None:
    due = now() + 3600 * SECOND
    await stage.publish(range(40), due=due)
    with stage.worker() as worker:
        await stage.wait_for_outputs(complete(40))
        worker.kill()
    soon = now() + SECOND
    await stage.publish(range(388, 392), due=soon)  # the same cases, due sooner now
    with stage.worker(instance_id="quick") as worker:
        outputs = await stage.wait_for_outputs(lambda seen: len(lates(seen)) == 4)
        await stop(worker)
    again = {word["echo"]: word["count"] for word in words(outputs) if "echo" in word}
    assert [again[number] for number in range(388, 392)] == [2, 2, 2, 2]


async def test_records_lost_to_retention_are_told_and_the_rest_is_judged(stage: Stage) -> None:
    await stage.publish(range(80))
    with stage.worker() as worker:
        await stage.wait_for_outputs(complete(80))
        await stop(worker)
    await stage.publish(range(80, 240))
    with connect(stage.settings) as cluster:
        cluster._admin.delete_records({TopicPartition(stage.settings.inputs[0], 0): 25})
    with stage.worker() as worker:
        outputs = await stage.wait_for_outputs(lambda seen: len(echoes(seen)) == 240 - 15)
        (told,) = await asyncio.to_thread(worker.wait_for, "records lost to retention")
        await stop(worker)
    assert (told["topic"], told["partition"], told["first"], told["until"]) == (stage.settings.inputs[0], 0, 10, 25)
    assert max(echoes(outputs).values()) == 1


async def test_an_empty_changelog_beside_group_offsets_is_an_error_for_the_operator(stage: Stage) -> None:
    await stage.publish(range(80))
    with stage.worker() as worker:
        await stage.wait_for_outputs(complete(80))
        await stop(worker)
    elsewhere = stage.settings.changelog + ".new"
    with connect(stage.settings) as cluster:
        cluster._admin.create_topics({elsewhere: {"num_partitions": 4, "replication_factor": 1}})
    with stage.worker(changelog=elsewhere) as worker:
        assert await asyncio.to_thread(worker.wait) == 2
        (said,) = worker.events("the worker has to stop")
    assert "is empty, but the consumer group has been at" in said["error"]
    assert "MOMENTS_ALLOW_FRESH_START" in said["error"]
    with stage.worker(changelog=elsewhere, allow_fresh_start=True) as worker:
        await stage.wait_for_outputs(lambda seen: len(seen) == 160)
        await stop(worker)


async def test_a_log_shorter_than_the_position_is_another_log(stage: Stage) -> None:
    await stage.publish(range(80))
    with stage.worker() as worker:
        await stage.wait_for_outputs(complete(80))
        await stop(worker)
    with connect(stage.settings) as cluster:
        cluster._admin.delete_topics([stage.settings.inputs[0]])
        while stage.settings.inputs[0] in cluster._admin.list_topics():  # noqa: ASYNC110 the broker tells nobody
            await asyncio.sleep(0.05)
        cluster._admin.create_topics({stage.settings.inputs[0]: {"num_partitions": 4, "replication_factor": 1}})
    with stage.worker() as worker:
        assert await asyncio.to_thread(worker.wait) == 2
        (said,) = worker.events("the worker has to stop")
    assert "the topic was made anew" in said["error"]
