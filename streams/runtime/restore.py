"""Rebuild a shard from its changelog partition.

The reader has no reset policy and is told its first offset: with a policy, a background reset can win the race
against the seek, and what was never read looks restored. It reads to the end offset it saw first, or fails; it never
stops early.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.clock import SECOND
from streams.errors import OperatorError, StateError

POSITION_KEY = b"~position"
"""Key of the record in which the runtime keeps, as JSON, the next offset of each input topic. Processors never see it."""


class Restored(NamedTuple):
    """`positions` is None where the changelog has none: nothing was ever committed for this shard."""

    positions: dict[str, int] | None
    records: int


Records = Iterable[tuple[bytes, bytes | None]]


async def restore(
    topic: str, partition: int, take: Callable[[Records], None], options: Mapping[str, Any], *, patience: int
) -> Restored:
    """Read the changelog partition from its first to its last committed record and hand it to `take` in chunks.

    `patience` (microseconds) is how long the reading may stand still before it counts as failed (OperatorError).
    StateError where the changelog has records but no positions, or positions that are none.
    """
    reader = AIOKafkaConsumer(
        **options,
        isolation_level="read_committed",
        auto_offset_reset="none",
        enable_auto_commit=False,
        max_partition_fetch_bytes=8 << 20,
    )
    await reader.start()
    try:
        return await _read(reader, TopicPartition(topic, partition), take, patience)
    finally:
        await reader.stop()


async def _read(reader: AIOKafkaConsumer, tp: TopicPartition, take: Callable[[Records], None], patience: int) -> Restored:
    reader.assign([tp])
    end = (await reader.end_offsets([tp]))[tp]
    reader.seek(tp, (await reader.beginning_offsets([tp]))[tp])
    positions: dict[str, int] | None = None
    count, moved, loop = 0, 0.0, asyncio.get_running_loop()
    at = await reader.position(tp)
    moved = loop.time()
    while at < end:
        for records in (await reader.getmany(tp, timeout_ms=500)).values():
            own = [record.value for record in records if record.key == POSITION_KEY]
            if own:
                positions = _positions(own[-1], tp)
            take((record.key, record.value) for record in records if record.key != POSITION_KEY)
            count += len(records) - len(own)
        before, at = at, await reader.position(tp)
        if at > before:
            moved = loop.time()
        elif (loop.time() - moved) * SECOND > patience:
            raise OperatorError(
                f"restoring {tp.topic}/{tp.partition} stands still at {at} of {end} for {patience // SECOND} s; "
                "see that the brokers are up and that no transaction hangs on the partition"
            )
    if positions is None and count:
        raise StateError(
            f"{tp.topic}/{tp.partition} has {count} records but no positions; it was not written by this program, or "
            f"its records were deleted (cleanup.policy must be compact). Restore the topic or empty it altogether"
        )
    return Restored(positions, count)


def _positions(value: bytes | None, tp: TopicPartition) -> dict[str, int]:
    try:
        positions = json.loads(value or b"")
        return {str(topic): int(offset) for topic, offset in positions.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise StateError(f"{tp.topic}/{tp.partition} has positions that cannot be read: {value!r}") from error
