"""A consumer that belongs to no group: for whoever reads topics to see what is in them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer

from streams.broker.connection import aiokafka_options
from streams.broker.ending import end
from streams.settings import Settings


@asynccontextmanager
async def consuming(settings: Settings, **options: Any) -> AsyncIterator[Any]:
    """A read_committed consumer without a group, which is told where to begin. KafkaError where no broker answers."""
    consumer = AIOKafkaConsumer(
        **aiokafka_options(settings),
        isolation_level="read_committed",
        auto_offset_reset="none",
        enable_auto_commit=False,
        check_crcs=settings.check_crcs,
        **options,
    )
    try:
        await consumer.start()
        yield consumer
    finally:
        await end(consumer.stop, consumer._client)
