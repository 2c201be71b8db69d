"""The standard job of the benchmarks: deterministic events of a delivery service, and what must be said of them.

Every order has a promise 10 to 30 minutes ahead. Of `orders` orders, `never` are never delivered, `late` are delivered
late, the rest in time. With 520,000 orders, 40,000 never and 36,000 late there are 480,000 deliveries: 1,000,000 events
and 76,000 breaches. Order events go to the orders topic, deliveries to the deliveries topic, each topic in event-time
order.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import NamedTuple

from streams.clock import HOUR, MINUTE, SECOND, now, rfc3339

BEGIN = 1_790_000_000 * SECOND
STORES = 400
TENANT = "bench"
ORDERS, DELIVERIES = "orders.events.v1", "deliveries.events.v1"
MOMENT = "delivery.on_time"


class Told(NamedTuple):
    """One transition that must be published, known from how the job was made; `at` is an instant."""

    case: str
    moment: str
    kind: str
    at: int


class Message(NamedTuple):
    """One event to publish; `at` is its event time."""

    at: int
    topic: str
    key: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Job:
    """How large it is. The orders are placed over `spread` microseconds of event time, from the instant `begin` on."""

    orders: int = 520_000
    never: int = 40_000
    late: int = 36_000
    spread: int = 60 * MINUTE
    seed: int = 7
    begin: int = BEGIN

    @property
    def events(self) -> int:
        return 2 * self.orders - self.never

    @property
    def breaches(self) -> int:
        return self.never + self.late

    def scaled(self, share: float) -> "Job":
        """The same mixture, smaller."""
        orders, never, late, spread = (int(n * share) for n in (self.orders, self.never, self.late, self.spread))
        return replace(self, orders=orders, never=never, late=late, spread=spread)

    def just_over(self) -> "Job":
        """The same job, its last deadline some minutes ago: a worker has everything to judge and nothing to forget."""
        return replace(self, begin=now() // MINUTE * MINUTE - self.spread - HOUR)


class Fate(NamedTuple):
    """What becomes of one order; `delivered` is None for one that never comes."""

    number: int
    placed: int
    promised: int
    delivered: int | None


def fates(job: Job) -> Iterator[Fate]:
    """All orders, in the order in which they are placed."""
    random = Random(job.seed)
    kinds = ["never"] * job.never + ["late"] * job.late + ["met"] * (job.orders - job.never - job.late)
    random.shuffle(kinds)
    for number, kind in enumerate(kinds):
        placed = job.begin + number * job.spread // job.orders
        promised = placed + random.randrange(10 * MINUTE, 30 * MINUTE, SECOND)
        delivered = None
        if kind == "met":
            delivered = random.randrange(placed + MINUTE, promised + 1, SECOND)
        elif kind == "late":
            delivered = promised + random.randrange(MINUTE, 20 * MINUTE, SECOND)
        yield Fate(number, placed, promised, delivered)


def messages(job: Job) -> Iterator[Message]:
    """All events in event-time order."""
    plan: list[tuple[int, int, str, int]] = []
    for fate in fates(job):
        plan.append((fate.placed, fate.number, "order.placed", fate.promised))
        if fate.delivered is not None:
            plan.append((fate.delivered, fate.number, "delivery.delivered", fate.promised))
    plan.sort()
    for at, number, kind, promised in plan:
        data: dict[str, object] = {"promised_at": rfc3339(promised), "channel": "app"} if kind == "order.placed" else {}
        yield message(at, number, kind, data)


def truth(job: Job) -> Iterator[Told]:
    """What `one_moment.yaml` must publish once the last deadline is past: a breach, and the recovery if it came."""
    for fate in fates(job):
        if fate.delivered is None or fate.delivered > fate.promised:
            yield Told(order_id(fate.number), MOMENT, "breached", fate.promised)
            if fate.delivered is not None:
                yield Told(order_id(fate.number), MOMENT, "recovered", fate.delivered)


def order_id(number: int) -> str:
    return f"o-{number:07d}"


def message(at: int, number: int, kind: str, data: dict[str, object]) -> Message:
    """An event of the order of that number, as its system would publish it."""
    order = order_id(number)
    event = {
        "specversion": "1.0",
        "id": f"{kind}-{number:07d}",
        "source": "//bench/chain",
        "type": kind,
        "time": rfc3339(at),
        "subject": order,
        "tenant": TENANT,
        "region": f"region-{number % 8}",
        "data": {"order_id": order, "store_id": f"store-{number % STORES:03d}", **data},
    }
    topic = ORDERS if kind.startswith("order.") else DELIVERIES
    return Message(at, topic, order.encode(), json.dumps(event, separators=(",", ":")).encode())
