"""Kafka records as a test writes them: a valid order, changed in one way, in either CloudEvents mode."""

import json
from typing import Any, NamedTuple

STAMPED = 1_793_491_205_000  # 2026-11-01T00:00:05Z, in Kafka's milliseconds
STRUCTURED = (("content-type", b"application/cloudevents+json; charset=UTF-8"),)


class Raw(NamedTuple):
    """A record as it came from Kafka."""

    value: bytes | None
    key: bytes | None = b"o-1"
    headers: tuple[tuple[str, bytes], ...] = ()
    timestamp: int = STAMPED
    topic: str = "orders.events.v1"
    partition: int = 3
    offset: int = 41


def order(**changes: Any) -> dict[str, Any]:
    """A valid `order.placed`; a change to None takes the attribute out."""
    event = {
        "specversion": "1.0",
        "id": "o-1.placed",
        "source": "/pos/shanghai",
        "type": "order.placed",
        "time": "2026-11-01T08:00:00+08:00",
        "subject": "o-1",
        "tenant": "harbour-tea",
        "region": "cn-east",
        "datacontenttype": "application/json",
        "data": {"order_id": "o-1", "store_id": "sh-017", "promised_at": "2026-11-01T08:30:00+08:00"},
    } | changes
    return {name: value for name, value in event.items() if value is not None}


def structured(event: object, **parts: Any) -> Raw:
    """The event in structured mode, with the headers that go with it."""
    return Raw(json.dumps(event).encode(), **({"headers": STRUCTURED} | parts))


def binary(event: dict[str, Any], **parts: Any) -> Raw:
    """The event in binary mode: its attributes, which must be texts, as headers, and its data as the value."""
    attributes = {name: value for name, value in event.items() if name not in ("data", "datacontenttype")}
    headers = tuple((f"ce_{name}", value.encode()) for name, value in attributes.items())
    if "datacontenttype" in event:
        headers += (("content-type", event["datacontenttype"].encode()),)
    return Raw(json.dumps(event.get("data")).encode(), **({"headers": headers} | parts))
