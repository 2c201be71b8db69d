"""The console's hand on Kafka: an idempotent producer that connects when it is first needed."""

import asyncio
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from streams.broker.connection import aiokafka_options
from streams.broker.ending import end
from streams.errors import OperatorError
from streams.ingest.dead_letter import Headers
from streams.settings import Settings

_PATIENCE = 5.0
"""Seconds in which the brokers must take a record: somebody waits for it at a page."""


class Writer:
    """Writes single records, each acknowledged. `stop` it at the end."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer: Any = None
        self._starting = asyncio.Lock()

    async def partitions(self, topic: str) -> int:
        """How many the topic has. OperatorError where the brokers do not tell."""
        try:
            async with asyncio.timeout(_PATIENCE):
                return len(await (await self._ready()).partitions_for(topic))
        except (KafkaError, OSError, TimeoutError) as error:
            raise self._fault(topic, error) from error

    async def write(
        self, topic: str, key: bytes | None, value: bytes | None, partition: int | None = None, headers: Headers = ()
    ) -> None:
        """Write one record, to the partition that Kafka's own clients give its key where none is named.

        OperatorError where the brokers do not acknowledge it; it may have been written even so.
        """
        try:
            async with asyncio.timeout(_PATIENCE):
                producer = await self._ready()
                await producer.send_and_wait(topic, value, key=key, partition=partition, headers=list(headers))
        except (KafkaError, OSError, TimeoutError) as error:
            raise self._fault(topic, error) from error

    async def stop(self) -> None:
        """Let go of the connections; what is not acknowledged within a few seconds is given up."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await end(producer.stop, producer.client, _PATIENCE)

    async def _ready(self) -> Any:
        async with self._starting:
            # a producer whose sender has ended never sends again
            if self._producer is not None and self._producer._sender.sender_task.done():
                await self.stop()
            if self._producer is None:
                producer = AIOKafkaProducer(
                    **aiokafka_options(self._settings), enable_idempotence=True, request_timeout_ms=int(_PATIENCE * 1000)
                )
                try:
                    await producer.start()
                except BaseException:
                    await end(producer.stop, producer.client, _PATIENCE)
                    raise
                self._producer = producer
            return self._producer

    def _fault(self, topic: str, error: BaseException) -> OperatorError:
        why = repr(error) if str(error) else type(error).__name__
        return OperatorError(f"the brokers {', '.join(self._settings.brokers)} did not take it for {topic}: {why}")
