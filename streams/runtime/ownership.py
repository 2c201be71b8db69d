"""The shards of this worker: which it holds, which it is claiming, and what becomes of them in a rebalance.

Rebalances are eager: everything is revoked, then what is assigned comes in one piece. Shards that stay keep their
state in memory, those that leave are let go, new ones are claimed; every assignment ends with a seek to the shards'
own positions. If a generation of the group was missed, another worker may have written in the meantime, so nothing is
kept.
"""

import asyncio
from collections.abc import Callable, Collection

import structlog

from streams.errors import MonitorError
from streams.runtime.delivery import Delivery, NotAssignedError, Source
from streams.runtime.shard import Outfit, Shard

log = structlog.stdlib.get_logger(__name__)


class Ownership:
    """Lives in the event loop of the worker; only `held` and `unready` may be asked from another thread.

    `on_failure` is called once, with the first exception that no shard survives; the process has to end then.
    """

    def __init__(self, outfit: Outfit, on_failure: Callable[[BaseException], None]) -> None:
        self.outfit = outfit
        self.failure: BaseException | None = None
        self.appetite = asyncio.Event()
        self._on_failure = on_failure
        self._shards: dict[int, Shard] = {}
        self._held: frozenset[int] = frozenset()
        self._met = False
        self._claims: dict[int, asyncio.Task[Shard]] = {}
        self._era = 0
        self._moves: set[asyncio.Task[None]] = set()
        self._moving = asyncio.Lock()

    def held(self) -> frozenset[int]:
        """The shards whose state is in this worker's memory, or on its way there."""
        return self._held

    def unready(self) -> list[str]:
        """What keeps this worker from being counted on, one line each; without a shard of its own it may stand by."""
        if not self._met:
            return ["no shards were assigned yet"]
        return [f"shard {partition} is being claimed" for partition in sorted(self._held - self._shards.copy().keys())]

    @property
    def committed(self) -> dict[tuple[str, int], int]:
        """Next offset by (topic, partition) of every claimed shard, as far as it is committed."""
        return {
            (topic, shard.partition): offset
            for shard in self._shards.values()
            for topic, offset in shard.committed.items()
        }

    def hungry(self) -> set[tuple[str, int]]:
        """The (topic, partition)s worth polling: claimed, sought, and with room.

        Clears `appetite` where there are none.
        """
        wanted = {
            (topic, shard.partition)
            for shard in self._shards.values()
            for topic in self.outfit.inputs
            if shard.hungry(topic)
        }
        if not wanted:
            self.appetite.clear()
        return wanted

    def reading(self) -> frozenset[int]:
        """The shards that are restored and at work."""
        return frozenset(self._shards)

    def feed(self, delivery: Delivery) -> None:
        """Hand a delivery to its shard; without one it is dropped, for the claim will ask for it again."""
        if shard := self._shards.get(delivery.partition):
            shard.feed(delivery)

    async def revoke(self, timeout: float | None = None) -> None:
        """Everything is revoked: returns once no shard writes or reads any more, or after `timeout` seconds."""
        self._era += 1
        try:
            async with asyncio.timeout(timeout):
                await asyncio.gather(*(shard.pause() for shard in self._shards.values()))
        except TimeoutError:
            log.warning("transactions are still open", seconds=timeout)

    def assign(self, partitions: Collection[int], source: Source, *, unbroken: bool) -> None:
        """Take what was assigned. Returns at once: the group's heartbeats wait for this call, a restore may take minutes.

        `unbroken` says that no generation of the group has passed without this worker since it held what it holds.
        """
        self._era += 1
        move = asyncio.create_task(self._move(set(partitions), source, self._era, unbroken))
        self._moves.add(move)
        move.add_done_callback(self._moves.discard)

    async def _move(self, partitions: set[int], source: Source, era: int, unbroken: bool) -> None:
        try:
            async with self._moving:
                await self._release((self._shards.keys() | self._claims.keys()) - (partitions if unbroken else set()))
                if era != self._era:
                    return
                self._held, self._met = frozenset(partitions), True
                log.info("shards assigned", shards=sorted(partitions), kept=sorted(self._shards))
            await asyncio.gather(*(self._take(partition, source, era) for partition in sorted(partitions)))
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 a shard that cannot be had ends the process
            self.fail(error)

    async def _take(self, partition: int, source: Source, era: int) -> None:
        try:
            shard = self._shards.get(partition) or await self._claim(partition, source)
        except asyncio.CancelledError:
            if era == self._era:
                raise
            return
        if era == self._era:
            try:
                await shard.begin(source, lambda: era == self._era)
            except NotAssignedError:
                log.info("a rebalance came first", shard=partition)

    async def _claim(self, partition: int, source: Source) -> Shard:
        """Claim once, however many assignments ask for it while the restore lasts."""
        if partition not in self._claims:
            self._claims[partition] = asyncio.create_task(self._claimed(partition, source), name=f"claim-{partition}")
        return await asyncio.shield(self._claims[partition])

    async def _claimed(self, partition: int, source: Source) -> Shard:
        shard = Shard(partition, self.outfit, failed=self.fail, room=self.appetite.set)
        try:
            await shard.claim(source)
        except BaseException:
            await shard.stop()
            raise
        self._shards[partition] = shard
        del self._claims[partition]
        return shard

    async def _release(self, partitions: Collection[int], timeout: float = 10.0) -> None:
        claims = [claim for partition in partitions if (claim := self._claims.pop(partition, None))]
        for claim in claims:
            claim.cancel()
        await asyncio.gather(*claims, return_exceptions=True)
        leaving = [shard for partition in partitions if (shard := self._shards.pop(partition, None))]
        await asyncio.gather(*(shard.stop(timeout) for shard in leaving))
        self._held -= set(partitions)

    def fail(self, error: BaseException) -> None:
        """Say once, in one line, why the process has to end."""
        if self.failure is not None:
            return
        self.failure = error
        # our own errors say what to do; of the others the operator needs the way they came
        trace = None if isinstance(error, MonitorError) else error
        log.critical("the worker has to stop", error=f"{type(error).__name__}: {error}", exc_info=trace)
        self._on_failure(error)

    async def stop(self, timeout: float = 10.0) -> None:
        """Finish what is under way and let everything go, within `timeout` seconds a step."""
        self._era += 1
        for move in list(self._moves):
            move.cancel()
        await asyncio.gather(*self._moves, return_exceptions=True)
        await self._release(self._shards.keys() | self._claims.keys(), timeout)
