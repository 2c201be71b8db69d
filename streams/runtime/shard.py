"""One shard: partition p of every input topic, with its state, its positions and its transactions.

    claim     fence the earlier owner, rebuild the state from the changelog
    begin     read from the shard's own positions, and run
    run       take what was delivered, decide, write one transaction; again
    pause     finish the transaction under way, stop reading (a rebalance has begun)
    stop      the same, and let go

The invariants are in this folder's README. The one that explains the shape of this file: state, positions and outputs
move in one transaction, and what was decided is either written or the process ends.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog
from aiokafka.errors import KafkaConnectionError, KafkaError

from streams.clock import SECOND, now
from streams.errors import InvariantError, OperatorError, StateError
from streams.runtime.delivery import Delivery, NotAssignedError, Source, fit
from streams.runtime.meter import Meter
from streams.runtime.pending import Pending
from streams.runtime.processor import Batch, Decision, Processor
from streams.runtime.restore import POSITION_KEY, Records, Restored
from streams.runtime.transaction import Changes, Elsewhere, Item, Items, Writer

log = structlog.stdlib.get_logger(__name__)

TURN_RECORDS = 5_000
"""Records applied in one transaction, give or take a batch: enough to hide its cost, few enough to stay responsive."""
PENDING_RECORDS = 5_000
"""Records of a topic waiting at a shard, above which that partition is not polled."""
STEP_SECONDS = 1.0
"""How long the topics of a shard wait for one that has more to read but does not bring it."""
THIN_RECORDS = 500
"""Fewer than this in a transaction is thin traffic, which is gathered."""
UNSTORED_RECORDS = 10_000
UNSTORED_SECONDS = 1.0
"""Positions of records that changed nothing are stored after so many records or so long."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outfit:
    """What every shard of a stage is made of. Spans in microseconds."""

    inputs: tuple[str, ...]
    changelog: str
    make_processor: Callable[[int], Processor]
    open_writer: Callable[[int], Writer]
    rebuild: Callable[[int, Callable[[Records], None]], Awaitable[Restored]]
    meter: Meter
    gather: int
    patience: int
    allow_fresh_start: bool


class Shard:
    """`failed` is called, once, with whatever ends the run of the shard; `room` whenever it can take more."""

    def __init__(
        self, partition: int, outfit: Outfit, *, failed: Callable[[BaseException], None], room: Callable[[], None]
    ) -> None:
        self.partition = partition
        self.positions: dict[str, int] = {}
        """Next offset to apply, by topic. Ahead of what is committed while a transaction is under way."""
        self._stored: dict[str, int] = {}
        self._outfit = outfit
        self._failed = failed
        self._room = room
        self._source: Source | None = None
        self._processor: Processor | None = None
        self._writer: Writer | None = None
        self._epochs: dict[str, int] = {}
        self._pending = Pending(outfit.inputs)
        self._waiting_since: float | None = None
        self._heard: dict[str, int] = {}
        self._unstored, self._unstored_since = 0, 0.0
        self._work, self._busy, self._reading = asyncio.Event(), asyncio.Lock(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def hungry(self, topic: str) -> bool:
        """Reading, and with room for another batch of the topic."""
        return self._reading.is_set() and self._pending.records(topic) < PENDING_RECORDS

    @property
    def committed(self) -> dict[str, int]:
        """Next offset by topic, as far as the changelog knows it; what may be told to the world outside.

        Told any sooner, a worker that dies in the transaction would leave behind offsets that its state never reached.
        """
        settled = self._stored and not self._unstored and not self._busy.locked()
        return dict(self.positions if settled else self._stored)

    async def claim(self, source: Source) -> None:
        """Become the owner: nobody else can write for this shard from here on, and the state is what was committed.

        StateError where the changelog is empty although the group has been further.
        """
        loop = asyncio.get_running_loop()
        started = loop.time()
        self._writer = await self._patiently(self._open)
        processor, restored = await self._patiently(self._rebuild)
        processor.ready()
        self._processor = processor
        if restored.positions is None:
            await self._see_that_it_is_new(source)
        self.positions = dict(restored.positions or {})
        self._stored = dict(self.positions)
        seconds = loop.time() - started
        self._outfit.meter.restored(seconds, restored.records)
        log.info(
            "shard restored",
            shard=self.partition,
            records=restored.records,
            seconds=round(seconds, 3),
            positions=self.positions,
        )

    async def _open(self) -> Writer:
        writer = self._outfit.open_writer(self.partition)
        try:
            await writer.start()
        except BaseException:
            await writer.stop()
            raise
        return writer

    async def _rebuild(self) -> tuple[Processor, Restored]:
        # a new processor each time: one that was fed half a changelog may know keys that compaction has since removed
        processor = self._outfit.make_processor(self.partition)
        return processor, await self._outfit.rebuild(self.partition, processor.restore)

    async def _patiently(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """The outcome of `attempt`, tried again while the brokers are away, for as long as patience lasts."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._outfit.patience / SECOND
        while True:
            try:
                return await attempt()
            except KafkaError as error:
                if not (error.retriable or isinstance(error, KafkaConnectionError)):
                    raise
                if loop.time() > deadline:
                    raise OperatorError(f"shard {self.partition} cannot be claimed: {error!r}") from error
                log.warning("the brokers are away", shard=self.partition, error=repr(error))
                await asyncio.sleep(0.5)

    async def _see_that_it_is_new(self, source: Source) -> None:
        offsets = await self._patiently(lambda: source.committed(self.partition, list(self._outfit.inputs)))
        further = {topic: offset for topic, offset in offsets.items() if offset > 0}
        if not further:
            return
        if self._outfit.allow_fresh_start:
            log.warning("fresh start beside group offsets, as allowed", shard=self.partition, offsets=further)
            return
        raise StateError(
            f"{self._outfit.changelog}/{self.partition} is empty, but the consumer group has been at {further}: the "
            "state was deleted, or the topic is not the one that was written. Restore the topic; or, to give the "
            "state up and judge again from the oldest records, which publishes again, delete the group's offsets or set "
            "MOMENTS_ALLOW_FRESH_START=true once"
        )

    async def begin(self, source: Source, current: Callable[[], bool]) -> None:
        """Read from the positions on. `current` says whether the assignment this is for is still the latest one.

        NotAssignedError if it is not; the shard then stays as it is, and the next assignment decides what becomes of it.
        """
        async with self._busy:
            self._drop()
            cursors = await source.seek(
                self.partition, {topic: self.positions.get(topic) for topic in self._outfit.inputs}
            )
            if not current():
                return
            for topic, cursor in cursors.items():
                self._epochs[topic] = cursor.epoch
                self.positions.setdefault(topic, cursor.offset)
            self._source = source
            self._reading.set()
            log.info("shard reads", shard=self.partition, positions=self.positions)
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name=f"shard-{self.partition}")
        self._room()

    def feed(self, delivery: Delivery) -> None:
        """Take a delivery. One of an earlier seek is dropped: what it carried comes again."""
        if not self._reading.is_set() or delivery.epoch != self._epochs.get(delivery.batch.topic):
            return
        self._pending.add(delivery)
        self._work.set()

    async def pause(self) -> None:
        """Finish the transaction under way and forget what was not begun. Returns when nothing more will be written."""
        self._reading.clear()
        self._drop()
        async with self._busy:
            self._drop()

    async def stop(self, timeout: float = 10.0) -> None:
        """Pause and let go. After `timeout` seconds an unfinished transaction is left for the next owner to abort."""
        try:
            async with asyncio.timeout(timeout):
                await self.pause()
        except TimeoutError:
            log.warning("a transaction was left open", shard=self.partition)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._writer is not None:
            try:
                async with asyncio.timeout(timeout):
                    await self._writer.stop()
            except (TimeoutError, KafkaError) as error:
                log.warning("the producer did not close", shard=self.partition, error=repr(error))
        self._outfit.meter.gone(self.partition)

    def _drop(self) -> None:
        self._pending.clear()
        self._work.clear()

    async def _run(self) -> None:
        try:
            while True:
                await self._wait()
                async with self._busy:
                    thin = await self._turn() if self._reading.is_set() else False
                if thin:
                    await asyncio.sleep(self._outfit.gather / SECOND)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 whatever it is, it must end the process and not the task alone
            self._failed(error)

    async def _wait(self) -> None:
        """Until there is work, or for one tick: the clock of a quiet shard moves too."""
        await self._reading.wait()
        try:
            async with asyncio.timeout(self._outfit.gather / SECOND):
                await self._work.wait()
        except TimeoutError:
            pass

    async def _turn(self) -> bool:
        """Apply what is there. True if that was thin traffic, worth gathering before the next turn."""
        batches, holes = self._collect()
        self._room()
        self._report()
        for topic in holes:
            await self._reread(topic)
        if not batches:
            return await self._store(Decision({}, []), 0)
        assert self._processor is not None
        decision = self._processor.decide(batches, now())
        for batch in batches:
            self.positions[batch.topic] = batch.end
        return await self._store(decision, sum(len(batch.records) for batch in batches))

    def _collect(self) -> tuple[list[Batch], set[str]]:
        """What may be applied now, and the topics in which a hole was met."""
        at, batches, holes, count = dict(self.positions), [], set[str](), 0
        while count < TURN_RECORDS and (delivery := self._pending.take(self._lags)) is not None:
            _, epoch, batch = delivery
            if epoch != self._epochs[batch.topic] or batch.topic in holes:
                continue
            if batch.start > at[batch.topic]:
                holes.add(batch.topic)
            elif fitting := fit(batch, at[batch.topic]):
                batches.append(fitting)
                at[batch.topic] = fitting.end
                count += len(fitting.records)
        if count < TURN_RECORDS:
            self._work.clear()
        self._keep_waiting(count)
        for topic in self._outfit.inputs:
            if topic not in holes and (news := self._hear(topic, at[topic])):
                batches.append(news)
        return batches, holes

    def _lags(self, topic: str) -> bool:
        """Whether more of a topic is in its log and on its way here, and we have not waited for it too long."""
        assert self._source is not None
        standing = self._source.standing(topic, self.partition)
        if standing is None or standing.epoch != self._epochs[topic] or standing.log_end is None:
            return False
        since = self._waiting_since
        patient = since is None or asyncio.get_running_loop().time() - since < STEP_SECONDS
        return patient and standing.log_end > standing.end

    def _keep_waiting(self, taken: int) -> None:
        """Note since when something waits for a topic that lags."""
        if taken or not self._pending:
            self._waiting_since = None
        elif self._waiting_since is None:
            self._waiting_since = asyncio.get_running_loop().time()

    def _hear(self, topic: str, at: int) -> Batch | None:
        """A batch without records, if the reading proves that the log ended at `at`, or that only markers follow."""
        assert self._source is not None
        standing = self._source.standing(topic, self.partition)
        if standing is None or standing.epoch != self._epochs[topic] or not standing.start <= at <= standing.end:
            return None
        if standing.end == at and (standing.caught_up_at is None or standing.caught_up_at <= self._heard.get(topic, 0)):
            return None
        if standing.caught_up_at is not None:
            self._heard[topic] = standing.caught_up_at
        return Batch(topic, (), at, standing.end, standing.caught_up_at)

    def _report(self) -> None:
        assert self._source is not None
        for topic, position in self.positions.items():
            if standing := self._source.standing(topic, self.partition):
                proof = standing.caught_up_at if standing.end == position else None
                self._outfit.meter.progress(topic, self.partition, position, standing.log_end, proof)

    async def _reread(self, topic: str) -> None:
        """Something between the position and what came was lost on the way: ask again, never skip."""
        assert self._source is not None
        self._outfit.meter.reread(topic)
        log.info("asking again", shard=self.partition, topic=topic, position=self.positions[topic])
        try:
            cursors = await self._source.seek(self.partition, {topic: self.positions[topic]})
        except NotAssignedError:
            return  # a rebalance has begun; whoever is given the shard seeks for himself
        self._epochs[topic] = cursors[topic].epoch

    async def _store(self, decision: Decision, consumed: int) -> bool:
        loop = asyncio.get_running_loop()
        if consumed:
            self._unstored_since = self._unstored_since if self._unstored else loop.time()
            self._unstored += consumed
        written = len(decision.changes) + len(decision.outputs)
        if not written and not self._overdue(loop.time()):
            return False
        items, elsewhere = self._items(decision)
        assert self._writer is not None
        started = loop.time()
        await self._writer.commit(self.partition, items, elsewhere)
        self._stored = dict(self.positions)
        self._outfit.meter.transaction(loop.time() - started, written + 1)
        self._unstored = 0
        return max(consumed, written) < THIN_RECORDS and not self._pending

    def _overdue(self, at: float) -> bool:
        late = at - self._unstored_since >= UNSTORED_SECONDS
        return self._unstored >= UNSTORED_RECORDS or (self._unstored > 0 and late)

    def _items(self, decision: Decision) -> tuple[dict[str, Items], Elsewhere]:
        if POSITION_KEY in decision.changes:
            raise InvariantError(f"{POSITION_KEY!r} is the runtime's own key; a processor may not change it")
        positions = Item(POSITION_KEY, json.dumps(self.positions, separators=(",", ":")).encode())
        outputs: dict[str, list[Item]] = {}
        elsewhere: dict[tuple[str, int], list[Item]] = {}
        for topic, key, value, headers, partition in decision.outputs:
            if partition is None or partition == self.partition:
                outputs.setdefault(topic, []).append(Item(key, value, headers))
            else:
                elsewhere.setdefault((topic, partition), []).append(Item(key, value, headers))
        if self._outfit.changelog in {*outputs, *(topic for topic, _ in elsewhere)}:
            raise InvariantError("what a processor writes to the changelog are its changes, not its outputs")
        return {self._outfit.changelog: Changes(decision.changes, positions), **outputs}, elsewhere
