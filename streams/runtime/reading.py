"""The aiokafka side of the transport: it lives in the consumer's own thread and event loop.

Everything it says is read in one step of that loop, so what belongs together stays together: records with the offsets
they fill, and the end of the log with the time at which that was its end.
"""

import asyncio
import itertools
from collections import OrderedDict
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import msgspec
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.client import ConnectionGroup
from aiokafka.consumer.fetcher import FetchResult
from aiokafka.errors import (
    ConsumerStoppedError,
    IllegalStateError,
    KafkaError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
)
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.structs import OffsetAndMetadata
from faust.transport.drivers import aiokafka as driver

from streams.clock import MILLISECOND, now
from streams.errors import StateError
from streams.runtime.assignor import ShardAssignor
from streams.runtime.delivery import Cursor, Delivery, NotAssignedError, Standing
from streams.runtime.processor import Batch

log = structlog.stdlib.get_logger(__name__)

STALL = 200 * MILLISECOND
"""A fetch that took this much longer than the brokers may hold it has met a stall, here or on the way."""


class LogEnd(NamedTuple):
    """The log of a partition ended at `offset` (the high watermark) at the instant `at`."""

    offset: int
    at: int


def proven_at(asked: int, answered: int, wait: int) -> int:
    """The instant for which a fetch response speaks, given when it was asked for, answered, and how long it may wait.

    A response speaks for the moment the broker made it. Normally that is when it comes in. But a worker that was stopped
    or starved may find a response that has lain in its socket for long: to take that for the present would accuse cases
    whose events have arrived since. Of such a response only the time of the request is certain.
    """
    return min(asked, answered) if answered - asked > wait + STALL else answered


class Fetched(msgspec.Struct, frozen=True, gc=False):
    """A record as it was read: `Record`, made faster than aiokafka's own, and nothing for the collector to look at."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


def _fetched(tp: TopicPartition, read: Any) -> Fetched:
    return Fetched(tp[0], tp[1], read.offset, read.timestamp, read.key, read.value, tuple(read.headers))


class Shelf(OrderedDict[TopicPartition, Any]):
    """Where aiokafka's fetcher keeps, by partition, what it has not handed out yet; it is unpacked on the way out.

    What may be handed out (no markers, nothing aborted) is aiokafka's to say, only the form of the records is ours.
    """

    def __setitem__(self, tp: TopicPartition, result: Any) -> None:
        if isinstance(result, FetchResult):
            result._partition_records._consumer_record = _fetched
        super().__setitem__(tp, result)


class WatchingConsumer(AIOKafkaConsumer):  # type: ignore[misc]
    """An aiokafka consumer that notes, from every fetch response, where each log ended and when."""

    def __init__(self, *, fetch_max_wait_ms: int, **options: Any) -> None:
        super().__init__(fetch_max_wait_ms=fetch_max_wait_ms, **options)
        self.log_ends: dict[TopicPartition, LogEnd] = {}
        self._wait = fetch_max_wait_ms * MILLISECOND
        # aiokafka makes its client itself; this is the one place where request and response are both in sight
        self._ask = self._client.send
        self._client.send = self._ask_and_note

    async def start(self) -> None:
        await super().start()
        self._fetcher._records = Shelf()  # nothing is fetched before something is assigned, which comes later

    async def _ask_and_note(self, node: int, request: Any, *, group: Any = ConnectionGroup.DEFAULT) -> Any:
        if not isinstance(request, FetchRequest):
            return await self._ask(node, request, group=group)
        asked = now()
        response = await self._ask(node, request, group=group)
        at = proven_at(asked, now(), self._wait)
        for topic, partitions in response.topics:
            for partition, error, high_watermark, *_ in partitions:
                if error == 0:
                    self.log_ends[TopicPartition(topic, partition)] = LogEnd(high_watermark, at)
        return response


class ReadingThread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]
    """Faust's consumer thread with our own reading: positions are the shards', no gap is filled and nothing skipped."""

    mundane_level = "debug"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.standings: dict[tuple[str, int], Standing] = {}
        self._epochs = itertools.count(1)
        self._assigned: Any = None
        self._cursors: dict[TopicPartition, Cursor] = {}
        self._member: tuple[str, int] | None = None

    def _create_worker_consumer(self, transport: Any) -> WatchingConsumer:
        runtime = transport.app.runtime
        return WatchingConsumer(
            **runtime.consumer_options,
            partition_assignment_strategy=[ShardAssignor(runtime.ownership.held)],
            enable_auto_commit=False,
            # where a position is no longer in the log is for `_out_of_range` to judge, not for a policy
            auto_offset_reset="none",
            isolation_level="read_committed",
        )

    def joined(self) -> bool:
        """Note the generation just joined.

        True if it follows on the last one, so that nobody else can have had a shard.
        """
        coordinator = self._ensure_consumer()._coordinator
        before, self._member = self._member, (coordinator.member_id, coordinator.generation)
        return before is not None and self._member == (before[0], before[1] + 1)

    async def poll(self, wanted: Collection[tuple[str, int]], timeout: float) -> list[Delivery]:
        """What has come for the wanted (topic, partition)s, waiting up to `timeout` seconds for something."""
        deliveries: list[Delivery] = await self.call_thread(self._poll, wanted, timeout)
        return deliveries

    async def _poll(self, wanted: Collection[tuple[str, int]], timeout: float) -> list[Delivery]:
        consumer = self._ensure_consumer()
        fetcher = consumer._fetcher
        if consumer._closed or fetcher._closed:
            raise ConsumerStoppedError()
        consumer._coordinator.check_errors()
        subscriptions = fetcher._subscriptions
        if subscriptions.reassignment_in_progress:
            await self.sleep(timeout)
            return []
        records: Mapping[TopicPartition, list[Any]] = {}
        with subscriptions.fetch_context():
            try:
                records = await fetcher.fetched_records(wanted, timeout=timeout)
            except OffsetOutOfRangeError as error:
                await self._out_of_range(error.args[0])
            except NoOffsetForPartitionError as error:
                # a new assignment came into this call; aiokafka looks for a position before the shard has given one
                if self._assignment() is not None and error.args[0] in self._cursors:
                    raise
        # from here to the end without a single await: records, positions and log ends are of one moment
        assignment = self._assignment()
        deliveries = []
        for tp, found in records.items():
            cursor = self._cursors.get(tp)
            if assignment is None or cursor is None:
                continue  # fetched before the seek; it comes again
            end = assignment.state_value(tp).position
            log_end = consumer.log_ends.get(tp)
            caught_up_at = log_end.at if log_end and log_end.offset == end else None
            batch = Batch(tp.topic, found, cursor.offset, end, caught_up_at)
            deliveries.append(Delivery(tp.partition, cursor.epoch, batch))
            self._cursors[tp] = Cursor(cursor.epoch, end)
        self.standings = {tuple(tp): standing for tp in self._cursors if (standing := self._standing(tp))}
        return deliveries

    def _assignment(self) -> Any:
        """The assignment in force, or None. With every new one the cursors of the old are void: positions have moved."""
        subscription = self._ensure_consumer()._subscription.subscription
        assignment = subscription.assignment if subscription is not None else None
        if assignment is not self._assigned:
            self._assigned = assignment
            self._cursors.clear()
            self.standings = {}
        return assignment if assignment is not None and assignment.active else None

    def _standing(self, tp: TopicPartition) -> Standing | None:
        state = self._assigned.state_value(tp)
        if state is None or not state.has_valid_position:
            return None
        cursor, log_end = self._cursors[tp], self._ensure_consumer().log_ends.get(tp)
        if log_end is None:
            return Standing(cursor.epoch, cursor.offset, state.position, None, None)
        at_end = log_end.offset == state.position
        return Standing(cursor.epoch, cursor.offset, state.position, log_end.offset, log_end.at if at_end else None)

    async def seek_shard(self, partition: int, positions: Mapping[str, int | None]) -> dict[str, Cursor]:
        """`Source.seek`, from the worker's loop."""
        cursors: dict[str, Cursor] = await self.call_thread(self._seek_shard, partition, positions)
        return cursors

    async def _seek_shard(self, partition: int, positions: Mapping[str, int | None]) -> dict[str, Cursor]:
        consumer = self._ensure_consumer()
        wanted = {TopicPartition(topic, partition): offset for topic, offset in positions.items()}
        self._see_assigned(wanted)
        new = [tp for tp, offset in wanted.items() if offset is None]
        first: dict[TopicPartition, int] = await consumer.beginning_offsets(new) if new else {}
        self._see_assigned(wanted)
        cursors = {}
        for tp, known in wanted.items():
            offset = first[tp] if known is None else known
            cursors[tp.topic] = self._cursors[tp] = Cursor(next(self._epochs), offset)
            consumer.seek(tp, offset)
        return cursors

    def _see_assigned(self, tps: Collection[TopicPartition]) -> None:
        assignment = self._assignment()
        missing = [tp for tp in tps if assignment is None or tp not in assignment.tps]
        if missing:
            raise NotAssignedError(f"not assigned: {missing}")

    async def _out_of_range(self, offsets: Mapping[TopicPartition, int]) -> None:
        """A position is not in the log: below it, retention was faster; above it, this is not the log we know."""
        consumer = self._ensure_consumer()
        for tp, offset in offsets.items():
            first = (await consumer.beginning_offsets([tp]))[tp]
            last = (await consumer.end_offsets([tp]))[tp]
            assignment = self._assignment()
            if assignment is None or tp not in self._cursors or self._cursors[tp].offset != offset:
                continue  # sought elsewhere in the meantime
            if offset > last:
                raise StateError(
                    f"the shard has applied {tp.topic}/{tp.partition} up to {offset}, but the log ends at {last}: the "
                    "topic was made anew or lost records. Its state belongs to another log: give the state topic up, too"
                )
            if offset < first:
                log.error("records lost to retention", topic=tp.topic, partition=tp.partition, first=offset, until=first)
                self.transport.app.runtime.ownership.outfit.meter.lost(tp.topic, first - offset)
            # the cursor stays where it was: the next batch speaks for the offsets that are no more, too
            consumer.seek(tp, max(offset, first))

    async def committed(self, partition: int, topics: Collection[str]) -> dict[str, int]:
        """`Source.committed`, from the worker's loop."""
        offsets: dict[str, int] = await self.call_thread(self._committed, partition, topics)
        return offsets

    async def _committed(self, partition: int, topics: Collection[str]) -> dict[str, int]:
        consumer = self._ensure_consumer()
        try:
            found = {topic: await consumer.committed(TopicPartition(topic, partition)) for topic in topics}
        except IllegalStateError as error:
            raise NotAssignedError(str(error)) from error
        return {topic: offset for topic, offset in found.items() if offset is not None}

    async def write_offsets(self, positions: Mapping[tuple[str, int], int]) -> None:
        """Write positions as the group's offsets, for lag tools. Best effort: a failure is logged."""
        await self.call_thread(self._write_offsets, positions)

    async def _write_offsets(self, positions: Mapping[tuple[str, int], int]) -> None:
        consumer = self._ensure_consumer()
        assigned = consumer.assignment()
        offsets = {
            tp: OffsetAndMetadata(offset, "")
            for (topic, partition), offset in positions.items()
            if (tp := TopicPartition(topic, partition)) in assigned
        }
        if not offsets:
            return
        try:
            async with asyncio.timeout(5.0):
                await consumer.commit(offsets)
        except (KafkaError, IllegalStateError, TimeoutError) as error:
            log.warning("the group's offsets were not written", error=repr(error))

    def verify_event_path(self, now: float, tp: Any) -> None:
        """Faust's own watch measures commits and acknowledgements, of which there are none here."""
