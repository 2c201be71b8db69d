"""What the upstream systems say of a journey: CloudEvents, each with the topic it goes to."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from streams.clock import rfc3339
from streams.demo.journeys import Journey, Order, Ticket
from streams.demo.world import TENANT

ORDERS = "orders.events.v1"
DELIVERIES = "deliveries.events.v1"
TICKETS = "tickets.events.v1"
TOUCHPOINTS = "touchpoints.events.v1"
INPUT_TOPICS = (ORDERS, DELIVERIES, TICKETS, TOUCHPOINTS)

CloudEvent = dict[str, object]


@dataclass(frozen=True, slots=True)
class Telling:
    """One event as its publisher means it. `occurred_at` is an instant and what the event's `time` says."""

    topic: str
    case: str
    region: str
    occurred_at: int
    event: CloudEvent


def tellings(journey: Journey) -> Iterator[Telling]:
    """Everything that happens in a journey, told truly and in order of time."""
    told = _of_order(journey) if isinstance(journey, Order) else _of_ticket(journey)
    return iter(sorted(told, key=lambda telling: telling.occurred_at))


def encode(telling: Telling) -> bytes:
    """The record's value: CloudEvents' structured JSON."""
    return json.dumps(telling.event, separators=(",", ":")).encode()


def closing_promise(case: str, made: int, due: int) -> bytes:
    """A promise that nobody will keep, for the tickets topic."""
    data: CloudEvent = {"due_at": rfc3339(due)}
    return encode(_tell(TICKETS, "/demo/closing", "promise.made", case=case, region="head-office", at=made, data=data))


def _of_order(order: Order) -> Iterator[Telling]:
    everywhere: CloudEvent = {"order_id": order.id, "store_id": order.store.id, "channel": order.channel}
    placed: CloudEvent = {**everywhere, "tier": order.tier, "locale": "zh-CN"}
    if order.promised is not None:
        placed["promised_at"] = rfc3339(order.promised)
    carried: CloudEvent = {**everywhere, "courier_fleet": f"bee-{order.store.region}"}
    facts: list[tuple[str, int | None, CloudEvent]] = [
        ("order.placed", order.placed, placed),
        ("order.accepted", order.accepted, everywhere),
        ("order.ready", order.ready, everywhere),
        ("delivery.courier_assigned", order.assigned, carried),
        ("delivery.picked_up", order.picked_up, carried),
        ("delivery.delivered", order.delivered, carried),
        ("order.cancelled", order.cancelled, {**everywhere, "reason": "customer"}),
    ]
    if order.revised_promise is not None:
        revised = {**carried, "promised_at": rfc3339(order.revised_promise)}
        facts.append(("delivery.eta_revised", order.revised, revised))
    for kind, at, data in facts:
        if at is not None:
            region = order.store.region
            topic, system = (DELIVERIES, "couriers") if kind.startswith("delivery.") else (ORDERS, "pos")
            yield _tell(topic, f"/{system}/{region}", kind, case=order.id, region=region, at=at, data=data)


def _of_ticket(ticket: Ticket) -> Iterator[Telling]:
    everywhere: CloudEvent = {"ticket_id": ticket.id, "store_id": ticket.store.id, "channel": "helpdesk"}
    opened = {**everywhere, "priority": ticket.priority}
    promised: CloudEvent = dict(everywhere)
    if ticket.promise_due is not None:
        promised["due_at"] = rfc3339(ticket.promise_due)
    facts: list[tuple[str, int | None, CloudEvent]] = [
        ("ticket.opened", ticket.opened, opened),
        ("ticket.replied", ticket.greeted, {**everywhere, "by": "bot"}),
        ("ticket.waiting", ticket.waiting, everywhere),
        ("ticket.resumed", ticket.resumed, everywhere),
        ("ticket.replied", ticket.replied, {**everywhere, "by": "human"}),
        ("ticket.withdrawn", ticket.withdrawn, everywhere),
        ("promise.made", ticket.promised, promised),
        ("promise.fulfilled", ticket.promise_fulfilled, everywhere),
        ("promise.released", ticket.promise_released, everywhere),
    ]
    for kind, at, data in facts:
        if at is not None:
            yield _tell(TICKETS, "/helpdesk", kind, case=ticket.id, region=ticket.store.region, at=at, data=data)


def _tell(topic: str, source: str, kind: str, *, case: str, region: str, at: int, data: CloudEvent) -> Telling:
    said_by = f".{data['by']}" if "by" in data else ""
    event: CloudEvent = {
        "specversion": "1.0",
        "id": f"{case}.{kind}{said_by}",
        "source": source,
        "type": kind,
        "time": rfc3339(at),
        "subject": case,
        "tenant": TENANT,
        "region": region,
        "datacontenttype": "application/json",
        "data": data,
    }
    return Telling(topic, case, region, at, event)
