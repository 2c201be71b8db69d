"""What really happens to an order, and to a ticket that a store opens at head office.

All times are instants; None is "never". A journey is fixed when it begins: the same seed and opening give the same ones.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from streams.clock import SECOND
from streams.demo.world import STORES, Incident, Store, Trouble, arrivals, incident_at


@dataclass(frozen=True, slots=True)
class Order:
    """An order for delivery (with a promise) or pick-up (without). Nothing happens to it after `cancelled`."""

    id: str
    store: Store
    channel: Literal["delivery", "pickup"]
    tier: Literal["regular", "vip"]
    placed: int
    promised: int | None = None
    accepted: int | None = None
    ready: int | None = None
    assigned: int | None = None
    picked_up: int | None = None
    revised: int | None = None
    revised_promise: int | None = None
    delivered: int | None = None
    cancelled: int | None = None

    @property
    def begins(self) -> int:
        return self.placed


@dataclass(frozen=True, slots=True)
class Ticket:
    """A store's question to head office. `replied` is a person's answer; a bot's greeting counts for nothing.

    The clock of the answer stands still from `waiting` to `resumed`. The answer may come with a promise to call back.
    """

    id: str
    store: Store
    priority: Literal["normal", "urgent"]
    opened: int
    greeted: int | None = None
    waiting: int | None = None
    resumed: int | None = None
    replied: int | None = None
    withdrawn: int | None = None
    promised: int | None = None
    promise_due: int | None = None
    promise_revised: int | None = None
    promise_fulfilled: int | None = None
    promise_released: int | None = None

    @property
    def begins(self) -> int:
        return self.opened


Journey = Order | Ticket


def journeys(seed: int, opening: int) -> Iterator[Journey]:
    """Orders and tickets since `opening` (an instant): endless, in order of their begin."""
    orders, tickets = _orders(seed, opening), _tickets(seed, opening)
    order, ticket = next(orders), next(tickets)
    while True:
        if order.begins <= ticket.begins:
            yield order
            order = next(orders)
        else:
            yield ticket
            ticket = next(tickets)


@dataclass(frozen=True, slots=True)
class _Weather:
    """The troubles of the world as a store feels them."""

    seed: int
    opening: int

    def trouble(self, kind: Trouble, store: Store, at: int) -> Incident | None:
        """The incident of that kind at the store at that instant, if any."""
        incident = incident_at(self.seed, at - self.opening, kind)
        return incident if incident is not None and incident.region == store.region else None


def _orders(seed: int, opening: int) -> Iterator[Order]:
    weather = _Weather(seed, opening)
    for number, (since, store) in enumerate(arrivals(seed), start=1):
        chance = random.Random(f"{seed}:order:{number}")
        yield _order(chance, f"{store.id}-{number:04d}", store, opening + since, weather)


def _order(chance: random.Random, case: str, store: Store, placed: int, weather: _Weather) -> Order:
    channel: Literal["delivery", "pickup"] = "delivery" if chance.random() < 0.65 else "pickup"
    tier: Literal["regular", "vip"] = "vip" if chance.random() < 0.15 else "regular"
    rushed = weather.trouble(Trouble.RUSH, store, placed) is not None
    accepted = placed + _about(chance, 2.2 if rushed else 1.3, 0.55 if rushed else 0.4)
    ready = accepted + _about(chance, 6.4 if rushed else 4.2, 0.28)
    order = Order(case, store, channel, tier, placed, accepted=accepted, ready=ready)
    if channel == "delivery":
        order = _deliver(chance, order, ready, weather)
    return _cut(order, _change_of_mind(chance, order))


def _deliver(chance: random.Random, order: Order, ready: int, weather: _Weather) -> Order:
    promised = order.placed + (18 if order.tier == "vip" else 20) * SECOND
    assigned = ready + _about(chance, 1.4, 0.4)
    outage = weather.trouble(Trouble.OUTAGE, order.store, ready)
    if outage is not None:
        assigned = max(assigned, weather.opening + outage.ends + chance.randrange(3 * SECOND))
    picked_up = assigned + _between(chance, 0.8, 2.0)
    delivered = None if chance.random() < 0.008 else picked_up + _about(chance, 5.0, 0.28)
    order = replace(order, promised=promised, assigned=assigned, picked_up=picked_up, delivered=delivered)
    late = delivered is None or delivered > promised + 2 * SECOND
    told = max(ready + SECOND, promised - _between(chance, 2.0, 6.0))
    if late and told < promised and chance.random() < 0.4:
        order = replace(order, revised=told, revised_promise=promised + 6 * SECOND)
    return order


def _change_of_mind(chance: random.Random, order: Order) -> int | None:
    """When the customer cancels: early for no reason of ours, or fed up with waiting."""
    draw, wait = chance.random(), chance.random()
    if draw < 0.03:
        return order.placed + round((0.5 + 7.5 * wait) * SECOND)
    gives_up = order.promised is not None and (order.delivered is None or order.delivered > order.promised + 4 * SECOND)
    if gives_up and order.promised is not None and draw < 0.4:
        return order.promised + round((0.5 + 3.0 * wait) * SECOND)
    return None


def _cut(order: Order, cancelled: int | None) -> Order:
    """The order without what would have happened at or after its cancellation. One that is over is not cancelled."""
    over = order.delivered if order.channel == "delivery" else order.ready
    if cancelled is None or (over is not None and over <= cancelled):
        return order

    def kept(at: int | None) -> int | None:
        return at if at is not None and at < cancelled else None

    revised = kept(order.revised)
    return replace(
        order,
        cancelled=cancelled,
        accepted=kept(order.accepted),
        ready=kept(order.ready),
        assigned=kept(order.assigned),
        picked_up=kept(order.picked_up),
        delivered=kept(order.delivered),
        revised=revised,
        revised_promise=order.revised_promise if revised is not None else None,
    )


def _tickets(seed: int, opening: int) -> Iterator[Ticket]:
    chance = random.Random(f"{seed}:tickets")
    at, number = opening, 0
    while True:
        at += round(chance.expovariate(0.4) * SECOND)
        number += 1
        yield _ticket(random.Random(f"{seed}:ticket:{number}"), f"T{number:04d}", at)


def _ticket(chance: random.Random, case: str, opened: int) -> Ticket:
    store = chance.choice(STORES)
    urgent = chance.random() < 0.25
    work = _about(chance, 3.2 if urgent else 6.5, 0.45)
    ticket = Ticket(case, store, "urgent" if urgent else "normal", opened)
    if chance.random() < 0.35:
        ticket = replace(ticket, greeted=opened + _between(chance, 0.2, 0.5))
    if chance.random() < 0.05:
        return replace(ticket, withdrawn=opened + _between(chance, 1.0, 14.0))
    asked = opened + _between(chance, 0.6, 2.5)
    if asked < opened + work and chance.random() < 0.2:
        resumed = asked + _between(chance, 3.0, 7.0)
        ticket = replace(ticket, waiting=asked, resumed=resumed)
        work += resumed - asked
    replied = opened + work
    ticket = replace(ticket, replied=replied)
    return _promise(chance, ticket, replied) if chance.random() < 0.45 else ticket


def _promise(chance: random.Random, ticket: Ticket, replied: int) -> Ticket:
    made = replied + _between(chance, 0.2, 0.8)
    ticket = replace(ticket, promised=made, promise_due=made + 7 * SECOND)
    draw = chance.random()
    if draw < 0.06:
        return replace(ticket, promise_released=made + _between(chance, 1.0, 6.0))
    if draw < 0.1:
        return ticket  # forgotten
    return replace(ticket, promise_fulfilled=made + _about(chance, 4.4, 0.4))


def _about(chance: random.Random, median: float, spread: float) -> int:
    """A span as people take it: seconds, log-normal around the median."""
    return round(chance.lognormvariate(math.log(median), spread) * SECOND)


def _between(chance: random.Random, least: float, most: float) -> int:
    return round(chance.uniform(least, most) * SECOND)
