"""The world of the soak: several of the demo's tea chains, each a tenant, whose sources are restarted now and then."""

import heapq
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from aiokafka import AIOKafkaProducer

from streams.clock import now
from streams.demo.publisher import Publisher
from streams.demo.simulate import Sending, Simulation
from streams.demo.world import REGIONS, TENANT
from tests.soak.truth import Ledger

EVENTS_A_SECOND: Final = 24.5
"""What one chain publishes, over a cycle of its troubles."""
_SENT_AT_ONCE: Final = 20
"""A source that is back sends what it kept back so many times as fast as it came about."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A source that publishes nothing for a while and then everything it kept back. None stands for any."""

    tenant: str
    source: str | None
    region: str | None
    begins: int
    ends: int

    def keeps(self, tenant: str, event: Mapping[str, object], at: int) -> bool:
        return (
            self.begins <= at < self.ends
            and self.tenant == tenant
            and self.source in (None, str(event["source"]).split("/")[1])
            and self.region in (None, event["region"])
        )


@dataclass(frozen=True, slots=True)
class Chain(Simulation):
    """A simulated chain under a name of its own. Holds change when its records arrive, and nothing of what is true."""

    tenant: str = TENANT
    holds: tuple[Hold, ...] = ()

    def sendings(self) -> Iterator[Sending]:
        waiting: list[Sending] = []
        # without super(): a dataclass with slots is another class than the one whose body this is
        for sending in Simulation.sendings(self):
            own = self._own(sending)
            # what is still to come arrives no sooner than this one would have
            while waiting and waiting[0].at <= sending.at:
                yield heapq.heappop(waiting)
            heapq.heappush(waiting, own)

    def _own(self, sending: Sending) -> Sending:
        value = sending.value
        for colon in (b":", b": "):
            value = value.replace(_named(TENANT, colon), _named(self.tenant, colon))
        if sending.refused is not None or not self.holds:
            return replace(sending, value=value)
        event = json.loads(value)
        at = sending.at
        for hold in self.holds:
            if hold.keeps(self.tenant, event, at):
                at = hold.ends + (at - hold.begins) // _SENT_AT_ONCE
        return replace(sending, value=value, at=at)


def _named(tenant: str, colon: bytes) -> bytes:
    return b'"tenant"%s"%s"' % (colon, tenant.encode())


class Upstream(Publisher):
    """Publishes a chain, and notes in the ledger what has been sent and when."""

    def __init__(self, producer: AIOKafkaProducer, chain: Chain) -> None:
        super().__init__(producer, chain)
        self.chain, self.ledger = chain, Ledger(chain)

    async def _send_next(self) -> None:
        sending, at = self._next, now()
        await super()._send_next()
        if sending.refused is None:
            self.ledger.note(json.loads(sending.value), at)


def found(count: int, seed: int, opening: int, lasts: int) -> list[Chain]:
    """So many chains that open at that instant. Which sources fall silent, and when, goes by how long all of it lasts."""
    names = [TENANT, *(f"{TENANT}-{number}" for number in range(2, count + 1))]
    holds = _holds(names, random.Random(f"{seed}:holds"), opening, lasts)
    return [
        Chain(seed + number, opening, tenant, tuple(hold for hold in holds if hold.tenant == tenant))
        for number, tenant in enumerate(names)
    ]


def _holds(names: Sequence[str], chance: random.Random, opening: int, lasts: int) -> list[Hold]:
    """The couriers of a city, the tills of another, everything of a tenant. All of it lies in the second quarter: what
    was kept back comes in a burst, for which a process once needs more memory than it gives back."""
    whole = lasts // 25

    def hold(name: str, source: str | None, region: str | None, share: float, length: int) -> Hold:
        begins = opening + round(lasts * share)
        return Hold(name, source, region, begins, begins + length)

    return [
        hold(names[0], "couriers", chance.choice(REGIONS), 0.36, whole),
        hold(names[1 % len(names)], "pos", chance.choice(REGIONS), 0.41, whole // 2),
        hold(names[2 % len(names)], None, None, 0.44, whole),
    ]
