"""An hour of a tea chain, for the whole pack `tea_chain`: six events an order where all goes well, and what must be said.

The mixture, of 1,000 orders: 100 are picked up by the customer, 20 are called off at once, 5 are never accepted and
called off by the platform, 10 are never delivered, and each step is now and then slow enough for a warning or too slow
for its deadline (`SLOW`). The truth is worked out here from the plan of each order, by plain comparison of instants; it
shares nothing with the engine.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import NamedTuple

from streams.clock import HOUR, MINUTE, SECOND, now, rfc3339
from tests.bench.job import BEGIN, Message, Told, message, order_id

SLOW = {"accepted": (0.030, 0.015), "ready": (0.040, 0.030), "assigned": (0.040, 0.020), "delivered": (0.070, 0.040)}
"""Of each step, the share that comes after its warning and the share that comes after its deadline."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class TeaJob:
    """How large it is; `spread` in microseconds from the instant `begin` on. 178,500 orders are 1,000,000 events."""

    orders: int = 178_500
    spread: int = 60 * MINUTE
    seed: int = 7
    begin: int = BEGIN

    def scaled(self, share: float) -> "TeaJob":
        return replace(self, orders=int(self.orders * share), spread=int(self.spread * share))

    def just_over(self) -> "TeaJob":
        """The same job, so long ago that its last timer is past, and nothing of it forgotten."""
        return replace(self, begin=now() // MINUTE * MINUTE - self.spread - 3 * HOUR)


class Order(NamedTuple):
    """When what happens to one order; None for never. Instants."""

    number: int
    placed: int
    promised: int | None
    ready_by: int
    cancelled: int | None = None
    accepted: int | None = None
    ready: int | None = None
    assigned: int | None = None
    picked_up: int | None = None
    delivered: int | None = None

    @property
    def events(self) -> list[tuple[str, int]]:
        """Type and instant of each event."""
        steps = (
            ("order.placed", self.placed),
            ("order.cancelled", self.cancelled),
            ("order.accepted", self.accepted),
            ("order.ready", self.ready),
            ("delivery.courier_assigned", self.assigned),
            ("delivery.picked_up", self.picked_up),
            ("delivery.delivered", self.delivered),
        )
        return [(kind, at) for kind, at in steps if at is not None]


def orders(job: TeaJob) -> Iterator[Order]:
    """All orders, in the order in which they are placed."""
    random = Random(job.seed)

    def step(name: str, quick: Span, warned: Span, broken: Span) -> int:
        chance, (slow, late) = random.random(), SLOW[name]
        return random.randrange(*(broken if chance < late else warned if chance < late + slow else quick), SECOND)

    for number in range(job.orders):
        placed = job.begin + number * job.spread // job.orders
        collects, fate = random.random() < 0.10, random.random()
        promised = None if collects else placed + random.randrange(40 * MINUTE, 55 * MINUTE, SECOND)
        ready_by = placed + random.randrange(13 * MINUTE, 18 * MINUTE, SECOND)
        order = Order(number, placed, promised, ready_by)
        if fate < 0.02:
            yield order._replace(cancelled=placed + random.randrange(20 * SECOND, 110 * SECOND, SECOND))
            continue
        if fate < 0.025:
            yield order._replace(cancelled=placed + 15 * MINUTE)
            continue
        accepted = placed + step(
            "accepted", (5 * SECOND, 110 * SECOND), (2 * MINUTE, 3 * MINUTE), (3 * MINUTE, 6 * MINUTE)
        )
        # quick is before the warning, which comes three minutes before the drink is due
        room = ready_by - accepted
        ready = accepted + step(
            "ready", (MINUTE, room - 3 * MINUTE), (room - 3 * MINUTE, room), (room, room + 16 * MINUTE)
        )
        order = order._replace(accepted=accepted, ready=ready)
        if promised is None:
            yield order
            continue
        assigned = ready + step("assigned", (5 * SECOND, 3 * MINUTE), (3 * MINUTE, 5 * MINUTE), (5 * MINUTE, 9 * MINUTE))
        picked_up = assigned + random.randrange(MINUTE, 4 * MINUTE, SECOND)
        delivered: int | None = None
        if random.random() >= 0.01:
            soonest = picked_up + MINUTE
            warned, broken = (promised - 10 * MINUTE, promised), (promised, promised + 35 * MINUTE)
            delivered = max(soonest, step("delivered", (promised - 20 * MINUTE, promised - 10 * MINUTE), warned, broken))
        yield order._replace(assigned=assigned, picked_up=picked_up, delivered=delivered)


def messages(job: TeaJob) -> Iterator[Message]:
    """All events in event-time order."""
    plan: list[tuple[int, int, str, Order]] = []
    for order in orders(job):
        plan += ((at, order.number, kind, order) for kind, at in order.events)
    plan.sort(key=lambda entry: entry[:3])
    for at, number, kind, order in plan:
        yield message(at, number, kind, _data(kind, order))


def _data(kind: str, order: Order) -> dict[str, object]:
    category = {"category": "pick_up" if order.promised is None else "delivery"}
    if kind == "order.placed":
        due: dict[str, object] = {} if order.promised is None else {"promised_at": rfc3339(order.promised)}
        return {"channel": "app", "tier": "gold", "promised_ready_at": rfc3339(order.ready_by), **due, **category}
    if kind == "order.ready":
        return {**category}
    return {"courier_id": f"c-{order.number % 900:03d}"} if kind.startswith("delivery.") else {}


def truth(job: TeaJob) -> Iterator[Told]:
    """What `pack:tea_chain` must publish of the job once the last timer is past."""
    for order in orders(job):
        case, off = order_id(order.number), order.cancelled
        yield from _told(case, "order.confirm", order.placed + 3 * MINUTE, MINUTE, None, order.accepted, off)
        if order.accepted is not None:
            yield from _told(case, "order.make", order.ready_by, 3 * MINUTE, 10 * MINUTE, order.ready, off)
        if order.ready is not None and order.promised is not None:
            yield from _told(case, "courier.assigned", order.ready + 5 * MINUTE, 2 * MINUTE, None, order.assigned, off)
        if order.promised is not None:
            yield from _told(case, "delivery.on_time", order.promised, 10 * MINUTE, 20 * MINUTE, order.delivered, off)


def _told(
    case: str, moment: str, due: int, warning: int, rise: int | None, end: int | None, cancelled: int | None
) -> Iterator[Told]:
    """What is published of one clock: a quiet one says nothing; a timer at the very instant of the end has not spoken."""
    over = end if end is not None else cancelled
    timers = [("at_risk", due - warning), ("breached", due)] + ([("worsened", due + rise)] if rise is not None else [])
    spoken = [Told(case, moment, kind, at) for kind, at in timers if over is None or at < over]
    yield from spoken
    if spoken and over is not None:
        closing = "cancelled" if end is None else "recovered" if len(spoken) > 1 else "met"
        yield Told(case, moment, closing, over)
