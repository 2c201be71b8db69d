"""The standard job of the benchmarks: deterministic events of a delivery service, and how many breaches are in them.

`events` orders in all events: a promise each, 10 to 30 minutes ahead. Of `orders` orders, `never` are never delivered, `late` are delivered
late, the rest in time. With 520,000 orders, 40,000 never and 36,000 late there are 480,000 deliveries: 1,000,000 events and 76,000
breaches. Order events go to the orders topic, deliveries to the deliveries topic, each topic in event-time order.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from streams.clock import MINUTE, SECOND, rfc3339

BEGIN = 1_790_000_000 * SECOND
STORES = 400


@dataclass(frozen=True, slots=True)
class Job:
    """How large it is. `spread` is the event time over which the orders are placed, microseconds."""

    orders: int = 520_000
    never: int = 40_000
    late: int = 36_000
    spread: int = 60 * MINUTE
    seed: int = 7

    @property
    def events(self) -> int:
        return 2 * self.orders - self.never

    @property
    def breaches(self) -> int:
        return self.never + self.late

    def scaled(self, share: float) -> "Job":
        """The same mixture, smaller."""
        return Job(int(self.orders * share), int(self.never * share), int(self.late * share), int(self.spread * share), self.seed)


@dataclass(frozen=True, slots=True)
class Message:
    """One event to publish; `at` is its event time."""

    at: int
    topic: str
    key: bytes
    value: bytes


def messages(job: Job) -> Iterator[Message]:
    """All events in event-time order."""
    random = Random(job.seed)
    fates = ["never"] * job.never + ["late"] * job.late + ["met"] * (job.orders - job.never - job.late)
    random.shuffle(fates)
    plan: list[tuple[int, int, str, int]] = []
    for number, fate in enumerate(fates):
        placed = BEGIN + number * job.spread // job.orders
        promised = placed + random.randrange(10 * MINUTE, 30 * MINUTE, SECOND)
        plan.append((placed, number, "placed", promised))
        if fate == "met":
            plan.append((random.randrange(placed + MINUTE, promised + 1, SECOND), number, "delivered", promised))
        elif fate == "late":
            plan.append((promised + random.randrange(MINUTE, 20 * MINUTE, SECOND), number, "delivered", promised))
    plan.sort()
    for at, number, what, promised in plan:
        yield _message(at, number, what, promised)


def _message(at: int, number: int, what: str, promised: int) -> Message:
    order, store = f"o-{number:07d}", f"store-{number % STORES:03d}"
    data: dict[str, object] = {"order_id": order, "store_id": store}
    if what == "placed":
        topic, kind = "orders.events.v1", "order.placed"
        data |= {"promised_at": rfc3339(promised), "channel": "app"}
    else:
        topic, kind = "deliveries.events.v1", "delivery.delivered"
    event = {
        "specversion": "1.0",
        "id": f"{what[0]}-{number:07d}",
        "source": "//bench/chain",
        "type": kind,
        "time": rfc3339(at),
        "subject": order,
        "tenant": "bench",
        "region": f"region-{number % 8}",
        "data": data,
    }
    return Message(at, topic, order.encode(), json.dumps(event, separators=(",", ":")).encode())
