"""What the upstream systems of a pack say: its happenings as CloudEvents, and signs of life in between."""

import json
from typing import Any, Final

from schemas.events import TOPICS
from streams.catalogue.vocabulary import ENVELOPE
from streams.clock import rfc3339
from streams.demo.pack.roles import Happening

CLOSING: Final = "touchpoint.demo.closing"
_SYSTEMS: Final = {
    "orders.events.v1": "orders",
    "deliveries.events.v1": "deliveries",
    "tickets.events.v1": "helpdesk",
    "touchpoints.events.v1": "touchpoints",
}


def topic_of(kind: str) -> str:
    """The topic that an event of the type goes to."""
    return TOPICS[kind.partition(".")[0]]


def source_of(topic: str, pack: str) -> str:
    """The system that publishes to the topic."""
    return f"/{pack}/{_SYSTEMS[topic]}"


def event_of(happening: Happening, case: str, number: int, pack: str) -> dict[str, Any]:
    """The `number`-th event of a case."""
    data: dict[str, Any] = {}
    for path, value in happening.fields.items():
        head, _, name = path.partition(".")
        if path in ENVELOPE:
            continue
        if name:
            data.setdefault(head, {})[name] = value
        else:
            data[path] = value
    return {
        "specversion": "1.0",
        "id": f"{case}.{number}",
        "source": source_of(topic_of(happening.kind), pack),
        "type": happening.kind,
        "time": rfc3339(happening.at),
        "subject": case,
        "tenant": happening.fields["tenant"],
        "region": happening.fields["region"],
        "datacontenttype": "application/json",
        "data": data,
    }


def encode(event: dict[str, Any]) -> bytes:
    """The record's value: CloudEvents' structured JSON."""
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()


def closing_moment() -> dict[str, Any]:
    """A moment that nothing ends: its breach shows at the end of a demo that all before it has been judged."""
    return {
        "id": "demo.closing",
        "title": {"zh": "演示收尾", "en": "The demo is over"},
        "stage": "after_sales",
        "owner": "demo",
        "severity": "low",
        "starts": CLOSING,
        "ends": "touchpoint.demo.closed",
        "deadline": {"at": "due_at"},
    }
