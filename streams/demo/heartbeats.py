"""Signs of life of the simulated sources: after the world has stopped they say that it is quiet, and not cut off."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Final

from aiokafka import AIOKafkaProducer

from streams.clock import MILLISECOND, SECOND, now, rfc3339
from streams.demo.events import DELIVERIES, ORDERS, TICKETS, CloudEvent
from streams.demo.world import REGIONS

_EVERY: Final = SECOND // 3
"""As often as a source of a city usually speaks, or it would be thought thin."""


async def beat(producer: AIOKafkaProducer, tenants: Sequence[str]) -> None:
    """Until cancelled, a sign of life of every source of these tenants, three times a second."""
    for number in count():
        for topic, key, value in heartbeats(tenants, number, now() - MILLISECOND):
            await producer.send(topic, value, key=key)
        await asyncio.sleep(_EVERY / SECOND)


def heartbeats(tenants: Sequence[str], number: int, at: int) -> Iterator[tuple[str, bytes, bytes]]:
    """One of every source, of the instant `at`: topic, key and value. No two numbers give the same events."""
    for tenant in tenants:
        for region in REGIONS:
            sources = ((ORDERS, f"/pos/{region}"), (DELIVERIES, f"/couriers/{region}"), (TICKETS, "/helpdesk"))
            for topic, source in sources:
                event: CloudEvent = {
                    "specversion": "1.0",
                    "id": f"alive.{region}.{number}",
                    "source": source,
                    "type": "feed.heartbeat",
                    "time": rfc3339(at),
                    "subject": f"{source}.{region}",
                    "tenant": tenant,
                    "region": region,
                    "datacontenttype": "application/json",
                    "data": {"interval": 5},
                }
                yield topic, f"{source}.{region}".encode(), json.dumps(event).encode()
