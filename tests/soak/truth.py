"""How the occurrences of a chain stand, worked out from its journeys and from what of them has been published.

The demo's own arithmetic (streams.demo.truth) says what is owed; nothing here asks the engine. What has been published
but may not be applied yet, and deadlines that may not be judged yet, make an occurrence undecided: it counts for every
state in which it can be, so every gauge has a least and a most. Where nothing is under way the two are the same.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from streams.clock import SECOND
from streams.demo.journeys import Journey, Order, journeys
from streams.demo.simulate import Simulation
from streams.demo.truth import ANSWER, Obligation, obligations

Seat = tuple[str, str, str]
"""Region, moment and state."""
RUNNING, AT_RISK, PAUSED, BROKEN = "running", "at_risk", "paused", "broken"

_LEADS: Final = {
    "order.confirm": 3 * SECOND // 2,
    "order.make": 2 * SECOND,
    "courier.assigned": 3 * SECOND // 2,
    "delivery.on_time": 6 * SECOND,
    "promise.kept": 2 * SECOND,
}
"""How long before the due there is a warning; the catalogue's, once more."""
_ANSWER_LEFT: Final = {priority: span * 3 // 4 for priority, span in ANSWER.items()}
"""A ticket is at risk when a quarter of its time is used."""
_FACTS: Final = {
    "order.placed": "placed",
    "order.accepted": "accepted",
    "order.ready": "ready",
    "order.cancelled": "cancelled",
    "delivery.courier_assigned": "assigned",
    "delivery.picked_up": "picked_up",
    "delivery.eta_revised": "revised",
    "delivery.delivered": "delivered",
    "ticket.opened": "opened",
    "ticket.replied": "replied",
    "ticket.waiting": "waiting",
    "ticket.resumed": "resumed",
    "ticket.withdrawn": "withdrawn",
    "promise.made": "promised",
    "promise.fulfilled": "promise_fulfilled",
    "promise.released": "promise_released",
}
_ASKED_AGAIN: Final = 10 * SECOND
_OPENING: Final = {"order.confirm": "placed", "delivery.on_time": "placed", "store.hq_ticket": "opened"}
"""The facts that a journey cannot be without, and what begins with them."""


def fact_of(event: Mapping[str, object]) -> str | None:
    """The fact of a journey that an event tells; None for one that changes nothing (a bot's greeting)."""
    data = event["data"]
    if isinstance(data, dict) and data.get("by") == "bot":
        return None
    return _FACTS.get(str(event["type"]))


def stand(journey: Journey, facts: Collection[str], clock: int) -> Iterator[tuple[Obligation, str | None]]:
    """Everything owed that has begun by what is known at that clock, and how it stands: None if it is over."""
    seen = _as_seen(journey, facts, clock)
    for owed in obligations(seen):
        opened_by = _OPENING.get(owed.moment)
        if owed.begins > clock or (opened_by is not None and opened_by not in facts):
            continue
        yield owed, _state(seen, owed, clock)


def _state(seen: Journey, owed: Obligation, clock: int) -> str | None:
    if owed.settled is not None:
        return None
    if owed.moment == "store.hq_ticket" and not isinstance(seen, Order):
        if seen.waiting is not None and seen.resumed is None and seen.waiting <= owed.due:
            return PAUSED
        lead = _ANSWER_LEFT[seen.priority]
    else:
        lead = _LEADS[owed.moment]
    if clock > owed.due:
        return BROKEN
    return AT_RISK if clock > owed.due - lead else RUNNING


def _as_seen(journey: Journey, facts: Collection[str], clock: int) -> Journey:
    def unseen(name: str) -> bool:
        at = getattr(journey, name)
        return at is not None and (name not in facts or at > clock)

    hidden = {name: None for name in _optional(journey) if unseen(name)}
    if "revised" in hidden:
        hidden["revised_promise"] = None
    # a name that is only known while the program runs cannot be checked
    return replace(journey, **hidden) if hidden else journey  # type: ignore[arg-type]


def _optional(journey: Journey) -> tuple[str, ...]:
    return _ORDER if isinstance(journey, Order) else _TICKET


_ORDER: Final = ("accepted", "ready", "assigned", "picked_up", "revised", "delivered", "cancelled")
_TICKET: Final = ("replied", "waiting", "resumed", "withdrawn", "promised", "promise_fulfilled", "promise_released")


def given_up(simulation: Simulation, until: int) -> dict[tuple[str, str], str]:
    """Case and moment -> region of what was broken for a while and then given up (cancelled, withdrawn or released), of
    journeys that begin by the instant `until`."""
    found: dict[tuple[str, str], str] = {}
    for journey in journeys(simulation.seed, simulation.opening):
        if journey.begins > until:
            return found
        for owed in obligations(journey):
            ended = _given_up_at(journey, owed.moment)
            if owed.broken and ended is not None and ended == owed.settled:
                found[owed.case, owed.moment] = journey.store.region
    raise AssertionError("a chain never ends")


def _given_up_at(journey: Journey, moment: str) -> int | None:
    if isinstance(journey, Order):
        return journey.cancelled
    return journey.promise_released if moment == "promise.kept" else journey.withdrawn


@dataclass(frozen=True, slots=True)
class Bounds:
    """What each gauge must at least be, and may at most be. `undecided` occurrences are in some and not in others."""

    least: Counter[Seat] = field(default_factory=Counter)
    most: Counter[Seat] = field(default_factory=Counter)

    @property
    def undecided(self) -> int:
        return sum(self.most.values()) - sum(self.least.values())


@dataclass(slots=True)
class _Entry:
    journey: Journey
    told: dict[str, int] = field(default_factory=dict)
    """When each fact was sent for the first time."""

    @property
    def complete(self) -> bool:
        own = (name for name in _optional(self.journey) if getattr(self.journey, name) is not None)
        return _first_fact(self.journey) in self.told and all(name in self.told for name in own)


class Ledger:
    """The journeys of a chain that are not over, and what has been published of them."""

    def __init__(self, simulation: Simulation) -> None:
        self._coming = journeys(simulation.seed, simulation.opening)
        self._next = next(self._coming)
        self._open: dict[str, _Entry] = {}

    def note(self, event: Mapping[str, object], at: int) -> None:
        """This event has been sent at that instant."""
        fact, case = fact_of(event), str(event["subject"])
        while case not in self._open and self._next.begins <= at:
            self._open[self._next.id] = _Entry(self._next)
            self._next = next(self._coming)
        # a second copy may come after everything is over
        if fact is not None and (entry := self._open.get(case)) is not None:
            entry.told.setdefault(fact, at)

    def bounds(self, since: int, until: int) -> Bounds:
        """How many occurrences are in each state by a monitor that has applied what was sent by some instant from
        `since` to `until`, and whose clock stands at some such instant. A later question may go back behind this `since`
        by ten seconds."""
        found = Bounds()
        over = []
        for case, entry in self._open.items():
            possible = _possible(entry, since, until)
            for moment, states in possible.items():
                seats = [(entry.journey.store.region, moment, state) for state in states if state is not None]
                found.most.update(seats)
                if len(states) == 1:
                    found.least.update(seats)
            if entry.complete and all(states == {None} for states in possible.values()):
                before = _possible(entry, since - _ASKED_AGAIN, since)
                if all(states == {None} for states in before.values()):
                    over.append(case)
        for case in over:
            del self._open[case]
        return found


def _possible(entry: _Entry, since: int, until: int) -> dict[str, set[str | None]]:
    """By moment, the states in which it can be; None among them where it can be not begun or over."""
    journey, told = entry.journey, entry.told
    horizons = [since, *(at for at in told.values() if since < at <= until)]
    cases = []
    for horizon in horizons:
        facts = {name for name, at in told.items() if at <= horizon}
        instants = _instants(journey, facts)
        for clock in {since, until, *(at for at in instants if since < at <= until)}:
            cases.append({owed.moment: state for owed, state in stand(journey, facts, clock)})
    moments = {moment for case in cases for moment in case}
    return {moment: {case.get(moment) for case in cases} for moment in moments}


def _instants(journey: Journey, facts: Collection[str]) -> Iterator[int]:
    """When anything can change by itself, given these facts."""
    for name in (_first_fact(journey), *_optional(journey)):
        if (at := getattr(journey, name)) is not None:
            yield at
    far = 1 << 62
    for owed, _ in stand(journey, facts, far):
        leads = _ANSWER_LEFT.values() if owed.moment == "store.hq_ticket" else (_LEADS[owed.moment],)
        yield owed.due + 1
        for lead in leads:
            yield owed.due - lead + 1
    if isinstance(journey, Order) and journey.promised is not None:
        # a promise before it was revised
        yield journey.promised + 1
        yield journey.promised - _LEADS["delivery.on_time"] + 1
    elif not isinstance(journey, Order):
        # the due before it was moved by a pause
        due = journey.opened + ANSWER[journey.priority]
        yield due + 1
        yield due - _ANSWER_LEFT[journey.priority] + 1


def _first_fact(journey: Journey) -> str:
    return "placed" if isinstance(journey, Order) else "opened"
