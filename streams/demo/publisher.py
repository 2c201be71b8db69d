"""Sends the simulated records to the broker, each at its time."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator

from aiokafka import AIOKafkaProducer

from streams.clock import SECOND, now
from streams.demo.events import closing_promise
from streams.demo.simulate import LONGEST_DELAY, Day, Sending

CLOSING = "closing-"
_RATE_OVER = 5 * SECOND
_AT_ONCE = 200


class Publisher:
    """`run` sends until it is cancelled; `finish` then sends what is still under way, so that the truth is complete."""

    def __init__(self, producer: AIOKafkaProducer, day: Day) -> None:
        self.producer = producer
        self._sendings: Iterator[Sending] = day.sendings()
        self._next = next(self._sendings)
        self._recent: deque[int] = deque()
        self.sent = 0
        self.malformed: Counter[str] = Counter()
        """Bad events sent, by the reason for which they must be refused."""

    async def run(self) -> None:
        while True:
            wait = self._next.at - now()
            if wait > 0:
                await asyncio.sleep(wait / SECOND)
            await self._send_next()

    async def finish(self, until: int) -> None:
        """Send at once what happened by the instant `until`, however long it would have been on its way, and no more."""
        while self._next.at <= until + LONGEST_DELAY:
            if self._next.occurred_at <= until:
                await self._send_next()
            else:
                self._next = next(self._sendings)
        await self.producer.flush()

    async def close(
        self, topic: str, partitions: int, due: int, promise: Callable[[str, int, int], bytes] = closing_promise
    ) -> set[str]:
        """Promise something on every partition that nobody will keep; the cases of these promises.

        `promise` says it, given the case and the instants at which it is made and due. Once their breaches are told,
        everything due before `due` has been judged.
        """
        cases = {f"{CLOSING}{partition}": partition for partition in range(partitions)}
        for case, partition in cases.items():
            value = promise(case, now(), due)
            await self.producer.send_and_wait(topic, value, key=case.encode(), partition=partition)
        return set(cases)

    def rate(self) -> float:
        """Records sent a second, over the last five."""
        horizon = now() - _RATE_OVER
        while self._recent and self._recent[0] < horizon:
            self._recent.popleft()
        return len(self._recent) * SECOND / _RATE_OVER

    async def _send_next(self) -> None:
        sending, self._next = self._next, next(self._sendings)
        await self.producer.send(sending.topic, sending.value, key=sending.key)
        self.sent += 1
        self._recent.append(now())
        if sending.refused is not None:
            self.malformed[sending.refused.value] += 1
        if self.sent % _AT_ONCE == 0:
            await asyncio.sleep(0)  # the warm start is one long burst; let the others breathe
