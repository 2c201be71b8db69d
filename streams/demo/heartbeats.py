"""Signs of life of the simulated sources: after the world has stopped they say that it is quiet, and not cut off."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Final, NamedTuple

from aiokafka import AIOKafkaProducer

from streams.clock import MILLISECOND, SECOND, now, rfc3339
from streams.demo.events import DELIVERIES, ORDERS, TICKETS, CloudEvent
from streams.demo.world import REGIONS

_EVERY: Final = SECOND // 3
"""As often as a source of a city usually speaks, or it would be thought thin."""


class Source(NamedTuple):
    """A system that publishes to a topic for a region."""

    topic: str
    name: str
    region: str


CHAIN: Final = tuple(
    Source(topic, name, region)
    for region in REGIONS
    for topic, name in ((ORDERS, f"/pos/{region}"), (DELIVERIES, f"/couriers/{region}"), (TICKETS, "/helpdesk"))
)
"""The sources of the tea chain."""


async def beat(producer: AIOKafkaProducer, tenants: Sequence[str], sources: Sequence[Source] = CHAIN) -> None:
    """Until cancelled, a sign of life of every source of these tenants, three times a second."""
    for number in count():
        for topic, key, value in heartbeats(tenants, number, now() - MILLISECOND, sources):
            await producer.send(topic, value, key=key)
        await asyncio.sleep(_EVERY / SECOND)


def heartbeats(
    tenants: Sequence[str], number: int, at: int, sources: Sequence[Source] = CHAIN
) -> Iterator[tuple[str, bytes, bytes]]:
    """One of every source, of the instant `at`: topic, key and value. No two numbers give the same events."""
    for tenant in tenants:
        for source in sources:
            yield heartbeat(source, tenant, f"{number}", at)


def heartbeat(source: Source, tenant: str, name: str, at: int) -> tuple[str, bytes, bytes]:
    """A sign of life of one source under a name of its own: topic, key and value."""
    event: CloudEvent = {
        "specversion": "1.0",
        "id": f"alive.{source.region}.{name}",
        "source": source.name,
        "type": "feed.heartbeat",
        "time": rfc3339(at),
        "subject": f"{source.name}.{source.region}",
        "tenant": tenant,
        "region": source.region,
        "datacontenttype": "application/json",
        "data": {"interval": 5},
    }
    return source.topic, f"{source.name}.{source.region}".encode(), json.dumps(event).encode()
