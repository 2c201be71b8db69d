"""The simulated chain as the monitor meets it: records in the order of their arrival, with everything that goes wrong.

Told truly, but not always at once: the network takes its time, a lagging system tells everything seconds late, a courier
in a lift tells when he is out of it; some tell twice, and some tell nonsense. None of that changes what is true.
"""

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from streams.clock import MILLISECOND, SECOND
from streams.demo.events import DELIVERIES, Telling, encode, tellings
from streams.demo.journeys import Journey, journeys
from streams.demo.malformed import TOPIC, malformed
from streams.demo.truth import Obligation, obligations
from streams.demo.world import Incident, Trouble, incident_at, troubles_at
from streams.ingest.event import Reason

LATE_TRUTHS = 0.015
DUPLICATES = 0.03
MALFORMED_EVERY = 6 * SECOND
LONGEST_DELAY = 25 * SECOND
"""No record is longer on its way, second copies included."""


@dataclass(frozen=True, slots=True, order=True)
class Sending:
    """One record on its way: it arrives at the instant `at` and says what happened at `occurred_at`.

    `refused` names why the monitor must refuse it; None for a good one.
    """

    at: int
    occurred_at: int
    topic: str
    key: bytes
    value: bytes
    refused: Reason | None = None


class Day(Protocol):
    """A simulated day of a company, whose truth is known; each question has the same answer however often it is asked."""

    def sendings(self) -> Iterator[Sending]:
        """Everything sent, in order of arrival: endless."""

    def owed(self) -> Iterator[tuple[int, list[Obligation]]]:
        """The begin of every journey (an instant), in order, and all that is owed in it: endless."""

    def obligations(self, until: int) -> Iterator[Obligation]:
        """What is owed in every journey that begins by the instant `until`."""

    def broken(self, until: int) -> dict[tuple[str, str], int]:
        """(case, moment) -> due of everything that broke by the instant `until`, that one included."""

    def troubles(self, at: int) -> tuple[Incident, ...]:
        """What goes wrong in the company at that instant."""


def in_order_of_arrival(sent: Iterator[tuple[int, list[Sending]]]) -> Iterator[Sending]:
    """All sendings of what begins at these instants; the instants are in order."""
    waiting: list[Sending] = []
    for begins, sendings in sent:
        # nothing arrives before it happened, nor does a later journey begin before this one
        while waiting and waiting[0].at <= begins:
            yield heapq.heappop(waiting)
        for sending in sendings:
            heapq.heappush(waiting, sending)


@dataclass(frozen=True, slots=True)
class Simulation:
    """A chain that opens at the instant `opening`. The same seed and opening give the same records and the same truth."""

    seed: int
    opening: int

    def sendings(self) -> Iterator[Sending]:
        """Everything sent, in order of arrival: endless."""
        return in_order_of_arrival(self._sent())

    def owed(self) -> Iterator[tuple[int, list[Obligation]]]:
        """The begin of every journey, in order, and all that is owed in it: endless."""
        for journey in journeys(self.seed, self.opening):
            yield journey.begins, list(obligations(journey))

    def troubles(self, at: int) -> tuple[Incident, ...]:
        """Everything under way at that instant."""
        return troubles_at(self.seed, at - self.opening)

    def obligations(self, until: int) -> Iterator[Obligation]:
        """What is owed in every journey that begins by the instant `until`."""
        for begins, owed in self.owed():
            if begins > until:
                return
            yield from owed

    def broken(self, until: int) -> dict[tuple[str, str], int]:
        """(case, moment) -> due of everything that broke by the instant `until`, that one included."""
        return {
            (owed.case, owed.moment): owed.due for owed in self.obligations(until) if owed.broken and owed.due <= until
        }

    def _sent(self) -> Iterator[tuple[int, list[Sending]]]:
        """Journeys and bad events in order of their begin, each with all its sendings."""
        number, next_bad = 0, self.opening + MALFORMED_EVERY // 2
        for journey in journeys(self.seed, self.opening):
            while next_bad <= journey.begins:
                reason, key, value = malformed(number, next_bad)
                yield next_bad, [Sending(next_bad, next_bad, TOPIC, key, value, reason)]
                number, next_bad = number + 1, next_bad + MALFORMED_EVERY
            yield journey.begins, self._send(journey)

    def _send(self, journey: Journey) -> list[Sending]:
        chance = random.Random(f"{self.seed}:network:{journey.id}")
        sent = []
        for telling in tellings(journey):
            at = telling.occurred_at + self._delay(chance, telling)
            value = encode(telling)
            sending = Sending(at, telling.occurred_at, telling.topic, telling.case.encode(), value)
            sent.append(sending)
            if chance.random() < DUPLICATES:
                again = at + chance.randrange(100 * MILLISECOND, 4 * SECOND)
                sent.append(Sending(again, sending.occurred_at, sending.topic, sending.key, value))
        return sent

    def _delay(self, chance: random.Random, telling: Telling) -> int:
        delay = chance.randrange(20 * MILLISECOND, 120 * MILLISECOND)
        if chance.random() < LATE_TRUTHS:
            delay += chance.randrange(5 * SECOND, 9 * SECOND)
        lag = incident_at(self.seed, telling.occurred_at - self.opening, Trouble.LAG)
        if lag is not None and telling.topic == DELIVERIES and telling.region == lag.region:
            delay += chance.randrange(3 * SECOND, 7 * SECOND)
        return delay


class Running:
    """How many clocks run in the company, by its own knowledge. Ask it about ever later instants."""

    def __init__(self, day: Day) -> None:
        self._coming = day.owed()
        self._next = next(self._coming)
        self._begun: list[Obligation] = []

    def at(self, instant: int) -> int:
        while self._next[0] <= instant:
            self._begun += self._next[1]
            self._next = next(self._coming)
        self._begun = [owed for owed in self._begun if owed.settled is None or owed.settled > instant]
        return sum(owed.runs(instant) for owed in self._begun)
