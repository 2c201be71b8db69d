"""Faust's transport for shards: `moments://host:port`, found through the entry point `faust.transports`.

Faust stays the host (app, agents, group membership, life cycle); the path of the data is this folder's. One record
batch of one partition is one Faust event, whose value is a `Delivery`.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import faust
import structlog
from faust.tables import TableManager
from faust.transport.drivers import aiokafka as driver
from faust.types.tuples import TP, ConsumerMessage
from mode import Service

from streams.clock import SECOND
from streams.errors import InvariantError
from streams.runtime.delivery import Cursor, Delivery, Standing
from streams.runtime.ownership import Ownership
from streams.runtime.reading import ReadingThread

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Runtime:
    """What the transport needs beside Faust's own settings. Spans in microseconds.

    `consumer_options` are aiokafka's: connection, group, timeouts, fetch sizes.
    """

    ownership: Ownership
    consumer_options: Mapping[str, Any]
    poll: int
    offsets_interval: int


class ShardApp(faust.App):  # type: ignore[misc]
    """A Faust app whose data path is the shard runtime. `runtime` must be set before the app is started."""

    mundane_level = "debug"

    runtime: Runtime

    async def on_first_start(self) -> None:
        """Faust would make a data directory here; the state is in Kafka alone."""


class NoTables(TableManager):  # type: ignore[misc]
    """Faust's tables, of which there are none, without the second that Faust waits for more of them to be declared."""

    async def on_start(self) -> None:
        await self._update_channels()
        await self.recovery.start()


class Consumer(driver.Consumer):  # type: ignore[misc]
    """Faust's consumer: the group and its rebalances; and the `Source` of the shards."""

    mundane_level = "debug"

    _thread: ReadingThread

    def _new_consumer_thread(self) -> ReadingThread:
        return ReadingThread(self, loop=self.loop, beacon=self.beacon)

    @property
    def _ownership(self) -> Ownership:
        ownership: Ownership = self.app.runtime.ownership
        return ownership

    # --- rebalances

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        await super().on_partitions_revoked(revoked)
        await self._ownership.revoke()

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        await super().on_partitions_assigned(assigned, generation_id)
        unbroken = self._thread.joined()
        self._ownership.assign({tp.partition for tp in assigned}, self, unbroken=unbroken)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Faust seeks after an assignment, and at worse moments.

        The shards seek for themselves, so there is nothing to do.
        """
        return {}

    # --- source of the shards

    async def seek(self, partition: int, positions: Mapping[str, int | None]) -> dict[str, Cursor]:
        return await self._thread.seek_shard(partition, positions)

    async def committed(self, partition: int, topics: list[str]) -> dict[str, int]:
        return await self._thread.committed(partition, topics)

    def standing(self, topic: str, partition: int) -> Standing | None:
        return self._thread.standings.get((topic, partition))

    # --- the flow

    async def _drain_messages(self, fetcher: Any) -> None:
        """Poll for the shards that have room, and hand over. Ends quietly when the worker stops, cancelled or not."""
        timeout = self.app.runtime.poll / SECOND
        try:
            while not (self.should_stop or fetcher.should_stop):
                if not self.flow_active:
                    await self.wait(self.can_resume_flow)
                    continue
                wanted = self._ownership.hungry()
                if not wanted:
                    await self._wait_for_appetite(timeout)
                    continue
                for delivery in await self._thread.poll(wanted, timeout):
                    await self.callback(_message(delivery, self.app.consumer_generation_id))
        except asyncio.CancelledError:
            if not self.app.should_stop:
                raise
        except self.consumer_stopped_errors:
            if not self.app.should_stop:
                raise
        except Exception as error:  # noqa: BLE001 Faust would restart the loop over and over
            self._ownership.fail(error)

    async def _wait_for_appetite(self, timeout: float) -> None:
        try:
            async with asyncio.timeout(timeout):
                await self._ownership.appetite.wait()
        except TimeoutError:
            pass

    # --- Faust commits nothing; the positions are the shards'

    def ack(self, message: Any) -> bool:
        message.acked = True
        self._unacked_messages.discard(message)
        return True

    async def force_commit(self, *_: Any, **__: Any) -> bool:
        return False

    async def write_offsets(self) -> None:
        """Write the shards' positions as the group's offsets, so that lag tools see them."""
        await self._thread.write_offsets(self._ownership.committed)

    @Service.task  # type: ignore[untyped-decorator]
    async def _offsets_writer(self) -> None:
        interval = self.app.runtime.offsets_interval / SECOND
        async for _ in self.itertimer(interval, name="offsets"):
            await self.write_offsets()


def _message(delivery: Delivery, generation: int) -> ConsumerMessage:
    batch, partition = delivery.batch, delivery.partition
    tp = TP(batch.topic, partition)
    return ConsumerMessage(
        *tp, batch.end - 1, 0.0, 0, (), None, delivery, None, 0, 0, tp, generation_id=generation
    )  # fmt: skip


class Producer(driver.Producer):  # type: ignore[misc]
    """Faust's own producer, which nothing uses: each shard has one of its own. It connects to nothing."""

    mundane_level = "debug"

    async def on_start(self) -> None: ...

    async def on_stop(self) -> None: ...

    async def flush(self) -> None: ...

    async def send(self, *_: Any, **__: Any) -> Any:
        raise InvariantError("only shards write, in their transactions; a Faust agent may not send")

    send_and_wait = send


class Transport(driver.Transport):  # type: ignore[misc]
    """The transport Faust finds by the scheme `moments://`."""

    Consumer = Consumer
    Producer = Producer
