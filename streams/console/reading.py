"""Reading parts of topics: committed records between two offsets, and topics whose end is not waited for in vain."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple

from aiokafka import TopicPartition
from aiokafka.errors import KafkaTimeoutError

_POLL_MS = 200
_MOST = 2_000
"""Records at a time, so that whoever else lives in the event loop is not kept waiting."""
_STILL = 10.0
"""Seconds without a step forward after which a stretch cannot be read."""


class Stretch(NamedTuple):
    """From offset `start` up to `end`, which is not in it."""

    start: int
    end: int


async def read(
    consumer: Any, stretches: Mapping[TopicPartition, Stretch]
) -> AsyncIterator[tuple[TopicPartition, list[Any]]]:
    """The records of the stretches, some of a partition at a time and those in order. KafkaError where they cannot be
    read, among these OffsetOutOfRangeError for a start that is not in the log."""
    left = {place: stretch for place, stretch in stretches.items() if stretch.start < stretch.end}
    if not left:
        return
    loop = asyncio.get_running_loop()
    consumer.assign(list(left))
    at = {place: stretch.start for place, stretch in left.items()}
    for place, start in at.items():
        consumer.seek(place, start)
    moved = loop.time()
    while left:
        found = await consumer.getmany(*left, timeout_ms=_POLL_MS, max_records=_MOST)
        for place, records in found.items():
            end = left[place].end
            if wanted := [record for record in records if record.offset < end]:
                yield place, wanted
        for place in list(left):
            before, at[place] = at[place], await consumer.position(place)
            if at[place] > before:
                moved = loop.time()
            if at[place] >= left[place].end:
                del left[place]
                consumer.pause(place)
        if loop.time() - moved > _STILL:
            raise KafkaTimeoutError(f"no step forward in {_STILL:.0f} s: {', '.join(map(str, left))}")
    consumer.unsubscribe()


async def places_of(consumer: Any, counts: Mapping[str, int | None]) -> dict[TopicPartition, Stretch]:
    """Every partition of these topics (with their partition counts), and what is in it now, as far as committed."""
    places = [TopicPartition(topic, number) for topic, count in counts.items() for number in range(count or 0)]
    if not places:
        return {}
    ends = await consumer.end_offsets(places)
    starts = await consumer.beginning_offsets(places)
    return {place: Stretch(starts[place], ends[place]) for place in places}
