"""The transactional writer and the changelog reader, each alone against a real broker."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from streams.errors import OperatorError, StateError
from streams.runtime.restore import POSITION_KEY, Records, restore
from streams.runtime.transaction import AiokafkaWriter, FencedError, Item
from tests.support.kafka import Broker
from tests.support.stage import Stage, producing, read_all

pytestmark = pytest.mark.kafka

SECOND = 1_000_000


def writer(stage: Stage, patience: int = 30 * SECOND) -> AiokafkaWriter:
    options = {"bootstrap_servers": stage.bootstrap}
    return AiokafkaWriter(f"{stage.settings.app_id}.0", options, batch_bytes=900_000, patience=patience)


class Taken:
    """What a restore handed over."""

    def __init__(self) -> None:
        self.state: dict[bytes, bytes | None] = {}
        self.records = 0

    def take(self, records: Records) -> None:
        for key, value in records:
            self.state[key] = value
            self.records += 1


async def restored(stage: Stage, partition: int = 0) -> tuple[Taken, Any]:
    taken = Taken()
    options = {"bootstrap_servers": stage.bootstrap}
    return taken, await restore(stage.settings.changelog, partition, taken.take, options, patience=30 * SECOND)


async def test_a_commit_is_seen_whole_in_every_topic_and_in_order(stage: Stage) -> None:
    state, out = stage.settings.changelog, stage.settings.transitions
    first = writer(stage)
    await first.start()
    items = {
        state: [Item(b"k%d" % n, b"x" * 1000) for n in range(3000)],  # several batches
        out: [Item(b"k", b"said", (("reason", b"because"),)), Item(None, b"keyless"), Item(b"k", None)],
    }
    await first.commit(1, items)
    await first.stop()
    stored = await read_all(stage.bootstrap, state, stage.partitions)
    assert [record.key for record in stored] == [b"k%d" % n for n in range(3000)]
    assert {record.partition for record in stored} == {1}
    said = await read_all(stage.bootstrap, out, stage.partitions)
    assert [(record.key, record.value, record.headers) for record in said] == [
        (b"k", b"said", (("reason", b"because"),)),
        (None, b"keyless", ()),
        (b"k", None, ()),
    ]


async def test_the_next_owner_fences_the_one_before_and_nothing_of_its_open_work_is_seen(stage: Stage) -> None:
    out = stage.settings.transitions
    before, after = writer(stage), writer(stage)
    await before.start()
    await before.commit(0, {out: [Item(b"k", b"before")]})
    await after.start()
    with pytest.raises(FencedError):
        await before.commit(0, {out: [Item(b"k", b"too late")]})
    await after.commit(0, {out: [Item(b"k", b"after")]})
    await before.stop()
    await after.stop()
    assert [record.value for record in await read_all(stage.bootstrap, out, stage.partitions)] == [b"before", b"after"]


async def test_a_record_too_large_for_the_brokers_is_named(stage: Stage) -> None:
    owner = writer(stage)
    await owner.start()
    huge = Item(b"the-big-one", b"x" * 3_000_000)
    with pytest.raises(OperatorError, match=r"(?s)3000011 bytes.*the-big-one.*max\.message\.bytes"):
        await owner.commit(0, {stage.settings.transitions: [Item(b"small", b"x"), huge]})
    await owner.stop()
    assert await read_all(stage.bootstrap, stage.settings.transitions, stage.partitions) == []


async def test_patience_with_brokers_that_stay_away_ends(own_kafka: Broker, make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(own_kafka.bootstrap, partitions=1)
    owner = writer(stage, patience=2 * SECOND)
    await owner.start()
    await owner.commit(0, {stage.settings.transitions: [Item(b"k", b"v")]})
    own_kafka.kill()
    with pytest.raises(OperatorError, match="did not finish a transaction"):
        await owner.commit(0, {stage.settings.transitions: [Item(b"k", b"v")]})
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await owner.stop()


async def test_a_restore_hands_over_every_committed_record_and_no_other(stage: Stage) -> None:
    state = stage.settings.changelog
    owner = writer(stage)
    await owner.start()
    for turn in range(5):
        records = [Item(b"k%d" % n, b"%d" % turn) for n in range(turn, 1000)]
        position = Item(POSITION_KEY, json.dumps({"input": turn}).encode())
        await owner.commit(0, {state: [*records, Item(b"gone", None), position]})
    await owner.stop()
    async with producing(stage.bootstrap, transactional_id="aborting") as producer:
        await producer.begin_transaction()
        await producer.send_and_wait(state, key=b"never", value=b"seen", partition=0)
        await producer.abort_transaction()
    taken, result = await restored(stage)
    assert result.positions == {"input": 4}
    assert result.records == taken.records == sum(1000 - turn + 1 for turn in range(5))
    expected = {b"k%d" % n: b"%d" % min(n, 4) for n in range(1000)}
    assert taken.state == expected | {b"gone": None}


async def test_a_restore_of_an_empty_partition_says_that_there_is_nothing(stage: Stage) -> None:
    taken, result = await restored(stage, partition=3)
    assert (taken.state, result.positions, result.records) == ({}, None, 0)


async def test_a_changelog_without_positions_is_not_ours(stage: Stage) -> None:
    async with producing(stage.bootstrap) as producer:
        await producer.send_and_wait(stage.settings.changelog, key=b"k", value=b"v", partition=0)
    with pytest.raises(StateError, match="1 records but no positions"):
        await restored(stage)


async def test_positions_that_cannot_be_read_are_an_error(stage: Stage) -> None:
    async with producing(stage.bootstrap) as producer:
        await producer.send_and_wait(stage.settings.changelog, key=POSITION_KEY, value=b"[1]", partition=0)
    with pytest.raises(StateError, match="cannot be read"):
        await restored(stage)
