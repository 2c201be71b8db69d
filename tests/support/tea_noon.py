"""A noon of a tea chain with four regions, two sources, and a truth of its own; and what an outage holds back of it.

Every order is fixed when it is placed: the same seed gives the same noon. Instants in microseconds; Monday 2026-11-02.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import log
from random import Random
from typing import Literal, NamedTuple

from schemas.organisation import Organisation
from streams.alerts.organisation import Directory
from streams.catalogue.load import compile_texts
from streams.clock import DAY, HOUR, MINUTE, SECOND, parse_rfc3339, rfc3339

TENANT = "tea"
REGIONS = ("east", "west", "north", "south")
STORES = "12345678"
TILLS, RIDERS = "/tills", "/riders"
FIRST = parse_rfc3339("2026-11-02T11:04:00Z")
"""No more is expected from 11:00 to 11:30 than of the hour before, which is nothing; the first riders need some time."""
CUT, BACK = parse_rfc3339("2026-11-02T12:10:00Z"), parse_rfc3339("2026-11-02T12:30:00Z")
LAST = parse_rfc3339("2026-11-02T12:46:00Z")
ORDERS_A_MINUTE = 10.0
"""Of a region; each is up to six events, three of either source."""
CATCH_UP = 90 * SECOND
"""So long it takes to send what was held back."""
PROMISE, WARNING = 30 * MINUTE, 5 * MINUTE

CATALOGUE = compile_texts(
    [
        (
            "tea.yaml",
            """
name: tea
allowed_lateness: 2s
moments:
  - id: order.confirmed
    title: {zh: 门店接单, en: The store accepts}
    stage: execution
    owner: store
    severity: medium
    starts: order.placed
    ends: order.accepted
    deadline: 3m
  - id: courier.found
    title: {zh: 骑手接单, en: A courier takes it}
    stage: execution
    owner: dispatcher
    severity: medium
    starts: order.ready
    ends: delivery.courier_assigned
    cancels: order.cancelled
    deadline: 5m
  - id: ride.done
    title: {zh: 配送时长, en: The ride is done}
    stage: execution
    owner: dispatcher
    severity: low
    starts: delivery.picked_up
    ends: delivery.delivered
    cancels: order.cancelled
    deadline: 20m
  - id: delivery.on_time
    title: {zh: 准时送达, en: Delivered when promised}
    stage: execution
    owner: dispatcher
    severity: high
    starts: order.placed
    ends: delivery.delivered
    cancels: order.cancelled
    deadline: {at: promised_at}
    warnings: [5m]
    rises: [{after: 12m, to: critical}]
""",
        )
    ]
)
BROUGHT_BY_RIDERS = ("courier.found", "ride.done", "delivery.on_time")
"""What only the riders' source can end in time."""


def organisation() -> Directory:
    """Eight stores a region, somebody at each and one for the region; feeds are told to the people of the data."""
    names = [*(f"{region}-{who}" for region in REGIONS for who in (*STORES, "lead")), "data"]
    given = {
        "tenant": TENANT,
        "people": [{"id": one, "name": one, "contacts": [{"receiver": "hook", "address": one}]} for one in names],
        "stores": [
            {"id": f"{region}-{number}", "region": region, "duty": {"people": [f"{region}-{number}"]}}
            for region in REGIONS
            for number in STORES
        ],
        "regions": [{"id": region, "duty": {"people": [f"{region}-lead"]}} for region in REGIONS],
        "fallback": {"people": ["data"]},
        "chains": [
            {"id": "feeds", "rank": 1, "moments": ["feed.*"], "steps": [{"after": "0s", "tell": "fallback"}]},
            {
                "id": "usual",
                "rank": 2,
                "steps": [{"after": "0s", "tell": "store"}, {"after": "10m", "tell": "region"}],
            },
        ],
    }
    return Directory.of([Organisation.model_validate(given)])


class Happening(NamedTuple):
    """An event, when it happens, and when it is published where nothing is in the way."""

    at: int
    published: int
    source: str
    type: str
    case: str
    region: str
    value: bytes

    @property
    def topic(self) -> str:
        return "orders.events.v1" if self.type.startswith("order.") else "deliveries.events.v1"


class Truth(NamedTuple):
    """What is true of one moment of one order: `end` and `cancelled` are None where that never was."""

    case: str
    moment: str
    region: str
    started: int
    due: int
    end: int | None
    cancelled: int | None

    @property
    def over(self) -> int | None:
        """When it ended, one way or the other."""
        return self.cancelled if self.end is None else self.end

    @property
    def is_broken(self) -> bool:
        return self.over is None or self.over > self.due

    def final(self, until: int) -> str:
        """How it stands at an instant after its due."""
        if self.over is None or self.over > until:
            return "breached"
        if self.end is None:
            return "cancelled"
        return "recovered" if self.is_broken else "met"


@dataclass(frozen=True, slots=True)
class Order:
    """What really happens to an order, or what of it was ever published."""

    id: str
    region: str
    store: str
    placed: int
    accepted: int | None
    ready: int | None
    assigned: int | None
    picked_up: int | None
    delivered: int | None
    cancelled: int | None

    def steps(self) -> Iterator[tuple[str, str, str, int]]:
        """Field, source, type, instant of everything that happened."""
        for name, source, event in _STEPS:
            at = getattr(self, name)
            if at is not None:
                yield name, source, event, at

    def truths(self) -> Iterator[Truth]:
        for moment, start, end, span in _MOMENTS:
            began = getattr(self, start)
            if began is not None:
                cancelled = None if moment == "order.confirmed" else self.cancelled
                yield Truth(self.id, moment, self.region, began, began + span, getattr(self, end), cancelled)


_STEPS = (
    ("placed", TILLS, "order.placed"),
    ("accepted", TILLS, "order.accepted"),
    ("ready", TILLS, "order.ready"),
    ("assigned", RIDERS, "delivery.courier_assigned"),
    ("picked_up", RIDERS, "delivery.picked_up"),
    ("delivered", RIDERS, "delivery.delivered"),
    ("cancelled", TILLS, "order.cancelled"),
)
_MOMENTS = (
    ("order.confirmed", "placed", "accepted", 3 * MINUTE),
    ("courier.found", "ready", "assigned", 5 * MINUTE),
    ("ride.done", "picked_up", "delivered", 20 * MINUTE),
    ("delivery.on_time", "placed", "delivered", PROMISE),
)


@dataclass(frozen=True)
class Outage:
    """From CUT to BACK these sources of these regions publish only the share `left`; the rest comes at BACK within
    CATCH_UP, out of order, or never.
    """

    sources: tuple[str, ...] = (RIDERS,)
    regions: tuple[str, ...] = ("east",)
    left: float = 0.0
    rest: Literal["late", "lost"] = "late"

    def holds(self, event: Happening) -> bool:
        """Whether the event is held back."""
        if event.source not in self.sources or event.region not in self.regions:
            return False
        return CUT <= event.published < BACK and Random(f"{event.case}{event.type}").random() >= self.left


@dataclass
class Noon:
    """Everything that happens from FIRST to LAST."""

    seed: int
    orders: list[Order] = field(init=False)

    def __post_init__(self) -> None:
        self.orders = [order for region in REGIONS for order in _orders(Random(f"{self.seed}{region}"), region)]

    @cached_property
    def happenings(self) -> list[Happening]:
        """In the order in which they are published where nothing is in the way."""
        return sorted((event for order in self.orders for event in _happenings(order)), key=lambda event: event.published)

    def sent(self, outage: Outage | None) -> list[tuple[int, Happening]]:
        """What is published, and when."""
        if outage is None:
            return [(event.published, event) for event in self.happenings]
        sent: list[tuple[int, Happening]] = []
        held: list[tuple[int, Happening]] = []
        for event in self.happenings:
            (held if outage.holds(event) else sent).append((event.published, event))
        if outage.rest == "late":
            draw = Random(self.seed)
            for place, (_, event) in enumerate(held):
                sent.append((BACK + CATCH_UP * place // len(held) + draw.randrange(10 * SECOND), event))
        return sorted(sent, key=lambda one: one[0])

    def truths(self, outage: Outage | None = None) -> dict[tuple[str, str], Truth]:
        """By case and moment; without what was lost for good."""
        lost: set[tuple[str, str]] = set()
        if outage is not None and outage.rest == "lost":
            lost = {(event.case, event.type) for event in self.happenings if outage.holds(event)}
        known = (_without(order, lost) for order in self.orders)
        return {(truth.case, truth.moment): truth for order in known for truth in order.truths()}


def _without(order: Order, lost: set[tuple[str, str]]) -> Order:
    gone = {name: None for name, _, event, _ in order.steps() if (order.id, event) in lost}
    return replace(order, **gone) if gone else order  # type: ignore[arg-type]


def _orders(draw: Random, region: str) -> Iterator[Order]:
    at, number = float(FIRST), 0
    while (at := at + draw.expovariate(ORDERS_A_MINUTE) * MINUTE) < LAST:
        number += 1
        yield _order(draw, f"{region}-{number:04}", region, int(at))


def _order(draw: Random, name: str, region: str, placed: int) -> Order:
    fate = draw.random()
    accepted = placed + _about(draw, 40, 0.4)
    if fate < 0.02:  # nobody looks at the screen
        accepted += draw.randrange(3 * MINUTE, 6 * MINUTE)
    ready = accepted + _about(draw, 330, 0.2)
    assigned = ready + _about(draw, 90, 0.45)
    picked_up = assigned + _about(draw, 120, 0.3)
    delivered: int | None = picked_up + _about(draw, 540, 0.25)
    cancelled = None
    if fate > 0.985:  # it is never delivered, and one in two customers gives up
        delivered = None
        cancelled = placed + draw.randrange(33 * MINUTE, 45 * MINUTE) if draw.random() < 0.5 else None
    elif fate > 0.955 and delivered is not None:  # the rider has lost his way
        delivered += draw.randrange(12 * MINUTE, 25 * MINUTE)
    store = f"{region}-{draw.choice(STORES)}"
    return Order(name, region, store, placed, accepted, ready, assigned, picked_up, delivered, cancelled)


def _about(draw: Random, seconds: float, spread: float) -> int:
    return round(draw.lognormvariate(log(seconds), spread) * SECOND)


def _happenings(order: Order) -> Iterator[Happening]:
    draw = Random(order.id)
    for name, source, event, at in order.steps():
        data = {"store_id": order.store}
        if name == "placed":
            data["promised_at"] = rfc3339(order.placed + PROMISE)
        published = at + draw.randrange(SECOND // 10, SECOND + SECOND // 2)
        if published <= LAST:
            value = write(order.id, source, event, at, order.region, data)
            yield Happening(at, published, source, event, order.id, order.region, value)


def write(case: str, source: str, event: str, at: int, region: str, data: Mapping[str, str]) -> bytes:
    """An event as it is published; each type once a case."""
    document = {
        "specversion": "1.0",
        "id": f"{case}-{event}",
        "source": source,
        "type": event,
        "time": rfc3339(at),
        "subject": case,
        "tenant": TENANT,
        "region": region,
        "data": data,
    }
    return json.dumps(document).encode()


def last_week(step: int = 3 * SECOND) -> Iterator[tuple[int, list[tuple[str, str, list[int]]]]]:
    """The same noon a week before, as one shard hears it: instants, and by source and region the times of events."""
    draw, at = Random(1), FIRST // HOUR * HOUR - 7 * DAY
    mean = MINUTE / (3 * ORDERS_A_MINUTE)
    coming = {(source, region): at + draw.expovariate(1 / mean) for source in (TILLS, RIDERS) for region in REGIONS}
    end = at + 150 * MINUTE
    while at < end:
        at += step
        heard = []
        for feed, following in coming.items():
            times = []
            while following <= at:
                times.append(int(following))
                following += draw.expovariate(1 / mean)  # noqa: PLW2901  the next one of the feed
            coming[feed] = following
            if times:
                heard.append((*feed, times))
        yield at, heard
