"""Which moments of a journey break, and when: worked out from what really happened, in the plainest arithmetic.

The limits are written here a second time on purpose. The monitor takes them from `tea_chain_demo.yaml`; if the two ever
disagree, the reckoning at the end of a demo says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from streams.clock import SECOND
from streams.demo.journeys import Journey, Order, Ticket

CONFIRM = 4 * SECOND
MAKE = 8 * SECOND
ASSIGN = 4 * SECOND
ANSWER = {"normal": 12 * SECOND, "urgent": 6 * SECOND}


@dataclass(frozen=True, slots=True)
class Obligation:
    """One moment of one case: what was owed from `begins` until `due`, and when it was settled (None: never).

    Settled means done, cancelled or released, whichever came first. All instants.
    """

    case: str
    moment: str
    begins: int
    due: int
    settled: int | None

    @property
    def broken(self) -> bool:
        """On the dot is in time."""
        return self.settled is None or self.settled > self.due

    def runs(self, at: int) -> bool:
        """Begun and not yet settled."""
        return self.begins <= at and (self.settled is None or self.settled > at)


def numbered(moment: str, number: int) -> str:
    """How an occurrence is called beside its case: `order.make`, and from the second on `order.make #2`."""
    return moment if number == 1 else f"{moment} #{number}"


def obligations(journey: Journey) -> Iterator[Obligation]:
    """Everything that is owed in a journey."""
    yield from _of_order(journey) if isinstance(journey, Order) else _of_ticket(journey)


def _of_order(order: Order) -> Iterator[Obligation]:
    def owed(moment: str, begins: int, due: int, done: int | None) -> Obligation:
        return Obligation(order.id, moment, begins, due, _first(done, order.cancelled))

    yield owed("order.confirm", order.placed, order.placed + CONFIRM, order.accepted)
    if order.accepted is not None:
        yield owed("order.make", order.accepted, order.accepted + MAKE, order.ready)
    if order.channel == "delivery" and order.ready is not None:
        yield owed("courier.assigned", order.ready, order.ready + ASSIGN, order.assigned)
    if order.promised is not None:
        due = order.promised if order.revised_promise is None else order.revised_promise
        yield owed("delivery.on_time", order.placed, due, order.delivered)


def _of_ticket(ticket: Ticket) -> Iterator[Obligation]:
    due = ticket.opened + ANSWER[ticket.priority]
    if ticket.waiting is not None and ticket.resumed is not None and ticket.waiting <= due:
        due += ticket.resumed - ticket.waiting
    yield Obligation(ticket.id, "store.hq_ticket", ticket.opened, due, _first(ticket.replied, ticket.withdrawn))
    if ticket.promised is not None and ticket.promise_due is not None:
        kept = _first(ticket.promise_fulfilled, ticket.promise_released)
        yield Obligation(ticket.id, "promise.kept", ticket.promised, ticket.promise_due, kept)


def _first(*instants: int | None) -> int | None:
    return min((at for at in instants if at is not None), default=None)
