"""The console's hand on Kafka: an idempotent producer that connects when it is first needed; and records that belong
together, in one transaction."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from streams.broker.connection import aiokafka_options
from streams.broker.ending import end
from streams.errors import OperatorError
from streams.ingest.dead_letter import Headers, Outgoing
from streams.settings import Settings

PATIENCE = 5.0
"""Seconds in which the brokers must take a record: somebody waits for it at a page."""
_ABANDONED_AFTER = 10.0
"""Seconds after which the brokers end a transaction whose console is gone; until then nobody reads on behind it."""
_TO_ABORT = 2.0
"""Seconds more, to end what could not be written so that nobody waits for that."""


class Writer:
    """Writes single records, each acknowledged. `stop` it at the end."""

    def __init__(self, settings: Settings, patience: float = PATIENCE) -> None:
        """`patience`: seconds in which the brokers must take a record."""
        self._settings, self._patience = settings, patience
        self._producer: Any = None
        self._starting = asyncio.Lock()

    async def partitions(self, topic: str) -> int:
        """How many the topic has. OperatorError where the brokers do not tell."""
        try:
            async with asyncio.timeout(self._patience):
                return len(await (await self._ready()).partitions_for(topic))
        except (KafkaError, OSError, TimeoutError) as error:
            raise _fault(self._settings, topic, error) from error

    async def write(
        self, topic: str, key: bytes | None, value: bytes | None, partition: int | None = None, headers: Headers = ()
    ) -> None:
        """Write one record, to the partition that Kafka's own clients give its key where none is named.

        OperatorError where the brokers do not acknowledge it; it may have been written even so.
        """
        try:
            async with asyncio.timeout(self._patience):
                producer = await self._ready()
                await producer.send_and_wait(topic, value, key=key, partition=partition, headers=list(headers))
        except (KafkaError, OSError, TimeoutError) as error:
            raise _fault(self._settings, topic, error) from error

    async def stop(self) -> None:
        """Let go of the connections; what is not acknowledged within a few seconds is given up."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await end(producer.stop, producer.client, self._patience)

    async def _ready(self) -> Any:
        async with self._starting:
            # a producer whose sender has ended never sends again
            if self._producer is not None and self._producer._sender.sender_task.done():
                await self.stop()
            if self._producer is None:
                producer = AIOKafkaProducer(
                    **aiokafka_options(self._settings),
                    enable_idempotence=True,
                    request_timeout_ms=int(self._patience * 1000),
                )
                try:
                    await producer.start()
                except BaseException:
                    await end(producer.stop, producer.client, self._patience)
                    raise
                self._producer = producer
            return self._producer


async def write_together(settings: Settings, name: str, records: Sequence[Outgoing], patience: float = PATIENCE) -> None:
    """Write all of these, or none, in one transaction under a name that nobody else uses at the same time.

    OperatorError where the brokers do not say that they took them; all of them may have been written even so.
    """
    producer = AIOKafkaProducer(
        **aiokafka_options(settings),
        transactional_id=name,
        transaction_timeout_ms=int(_ABANDONED_AFTER * 1000),
        request_timeout_ms=int(patience * 1000),
        max_request_size=64 << 20,  # what was not too large for the topic of dead letters is the brokers' to refuse
    )
    try:
        async with asyncio.timeout(patience + _TO_ABORT):
            await producer.start()
            async with producer.transaction(), asyncio.timeout(patience):
                sent = [
                    await producer.send(one.topic, one.value, key=one.key, headers=list(one.headers)) for one in records
                ]
                for future in sent:
                    await future
    except (KafkaError, OSError, TimeoutError) as error:
        raise _fault(settings, ", ".join(sorted({one.topic for one in records})), error) from error
    finally:
        await end(producer.stop, producer.client, patience)


def _fault(settings: Settings, topics: str, error: BaseException) -> OperatorError:
    why = repr(error) if str(error) else type(error).__name__
    return OperatorError(f"the brokers {', '.join(settings.brokers)} did not take it for {topics}: {why}")
