"""The sender: makes the attempts that the outboxes of this worker name, and writes what came of each as a receipt.

Every receiver has a pool of its own and every attempt a timeout, so one that is slow, dead or lying holds up nobody but
itself. The sender keeps nothing: an attempt that it could not finish before the worker stopped is made again by
whoever has the shard next.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import structlog

from schemas.notice import Notice, Outcome, Receipt
from streams.clock import MILLISECOND, SECOND, as_datetime
from streams.notify.backoff import delay
from streams.notify.base import Message, NotifyError, Receiver
from streams.notify.outbox import Attempt, OutboxProcessor

log = structlog.stdlib.get_logger(__name__)

_LONGEST_DETAIL = 512
_TELLING = 4  # an address of fewer characters tells nobody anything, and may be part of any word
_FIRST_REWRITE, _LONGEST_REWRITE = 0.1, 5.0  # seconds between the tries to write a receipt


@dataclass(frozen=True, slots=True)
class SenderLimits:
    """`at_once` attempts of each receiver under way. Spans in microseconds: `timeout` ends an attempt, `tick` is the
    longest wait before the outboxes are asked again, `patience` the wait for attempts under way when stopping."""

    at_once: int = 8
    timeout: int = 10 * SECOND
    tick: int = 50 * MILLISECOND
    patience: int = 3 * SECOND


class _Answer(NamedTuple):
    """What came of an attempt."""

    outcome: Outcome
    detail: str
    retry_after: float | None = None


class Sender:
    """`processors` are the outboxes of the shards that this worker owns now; `receivers` by the name that contacts use.

    `write_receipt` appends a receipt to the given partition of the receipts, which is that of its shard: the keys of the
    inputs were placed by other producers, so a partitioner of ours would not find it. It is called again until it does
    not raise. `failed` is called with whatever ends the sender or breaks an attempt: left alone, notices would pile up.
    """

    def __init__(
        self,
        processors: Callable[[], Iterable[OutboxProcessor]],
        receivers: Mapping[str, Receiver],
        write_receipt: Callable[[int, Receipt], Awaitable[None]],
        render: Callable[[Notice], Message],
        clock: Callable[[], int],
        limits: SenderLimits | None = None,
        *,
        failed: Callable[[BaseException], None],
    ) -> None:
        self._processors, self._receivers = processors, receivers
        self._write_receipt, self._render, self._clock = write_receipt, render, clock
        self._limits = limits or SenderLimits()
        self._failed = failed
        self._woken = asyncio.Event()
        self._busy: Counter[str] = Counter()
        self._turn = 0
        self._attempts: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None

    @property
    def under_way(self) -> Mapping[str, int]:
        """Attempts being made, by receiver."""
        return {name: count for name, count in self._busy.items() if count}

    def start(self) -> None:
        """Begin to send. Needs a running event loop."""
        self._task = asyncio.create_task(self._run(), name="sender")
        self._task.add_done_callback(self._see)

    def wake(self) -> None:
        """A decision was committed: ask the outboxes now."""
        self._woken.set()

    async def stop(self) -> None:
        """Begin no more attempts and give those under way `patience` to end; what has not ended then is cancelled."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        if not self._attempts:
            return
        _, left = await asyncio.wait(self._attempts, timeout=self._limits.patience / SECOND)
        if left:
            log.warning("attempts were left unfinished, and will be made again", count=len(left))
            for task in left:
                task.cancel()
            # one that swallows its cancellation is not waited for
            await asyncio.wait(left, timeout=self._limits.tick / SECOND)

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            self._begin()
            try:
                async with asyncio.timeout(self._limits.tick / SECOND):
                    await self._woken.wait()
            except TimeoutError:
                pass

    def _begin(self) -> None:
        """Begin what is due, as far as the pools have room; the shards take turns."""
        shards = list(self._processors())
        now = self._clock()
        for name in dict.fromkeys(name for shard in shards for name in shard.receivers()):
            idle = 0
            while self._busy[name] < self._limits.at_once and idle < len(shards):
                self._turn += 1
                shard = shards[self._turn % len(shards)]
                found = shard.due(now, 1, name)
                idle = 0 if found else idle + 1
                for attempt in found:
                    shard.begun(attempt)
                    self._launch(shard.partition, name, attempt)

    def _launch(self, partition: int, name: str, attempt: Attempt) -> None:
        self._busy[name] += 1
        task = asyncio.create_task(self._make(partition, name, attempt), name=f"attempt-{name}")
        self._attempts.add(task)
        task.add_done_callback(self._see)

    def _see(self, task: "asyncio.Task[None]") -> None:
        """Whatever ends the sender, or one of its attempts, other than being stopped must not go unseen."""
        self._attempts.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failed(error)

    async def _make(self, partition: int, name: str, attempt: Attempt) -> None:
        """Make the attempt and write its receipt."""
        try:
            answer = await self._attempt(name, attempt)
        finally:
            self._busy[name] -= 1
            self._woken.set()
        await self._write(partition, self._receipt(name, attempt, answer))

    async def _attempt(self, name: str, attempt: Attempt) -> _Answer:
        receiver = self._receivers.get(name)
        if receiver is None:
            return _Answer("refused", "no receiver of this name is configured")
        patience = asyncio.timeout(self._limits.timeout / SECOND)
        try:
            message = self._render(attempt.notice)
            async with patience:
                detail = await receiver.send(message, attempt.notice.contacts[attempt.contact].address)
        except NotifyError as error:
            return _Answer("refused" if error.permanent else "deferred", str(error), error.retry_after)
        except TimeoutError as error:
            if patience.expired():
                return _Answer("deferred", f"no answer within {self._limits.timeout / SECOND:g} s")
            return self._defect(name, attempt, error)
        except asyncio.CancelledError as error:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            return self._defect(name, attempt, error)
        except Exception as error:  # noqa: BLE001 a defect of one receiver must lose no notice and stop no other
            return self._defect(name, attempt, error)
        return _Answer("delivered", detail)

    @staticmethod
    def _defect(name: str, attempt: Attempt, error: BaseException) -> _Answer:
        """Anything but a NotifyError is a defect of ours: seen in the log, and tried again."""
        log.error("an attempt failed by a defect", receiver=name, notice=attempt.notice.id, exc_info=error)
        return _Answer("deferred", f"internal error: {type(error).__name__}")

    def _receipt(self, name: str, attempt: Attempt, answer: _Answer) -> Receipt:
        notice, number = attempt.notice, attempt.number
        now = self._clock()
        next_at = None
        if answer.outcome == "deferred":
            next_at = as_datetime(now + delay(notice.id, attempt.failures + 1, answer.retry_after))
        address = notice.contacts[attempt.contact].address
        detail = answer.detail.replace(address, "…") if len(address) >= _TELLING else answer.detail
        return Receipt(
            notice=notice.id,
            tenant=notice.alert.tenant,
            case=notice.alert.case,
            alert=notice.subject,
            person=notice.person,
            receiver=name,
            attempt=number,
            outcome=answer.outcome,
            at=as_datetime(now),
            next_at=next_at,
            detail=detail[:_LONGEST_DETAIL],
        )

    async def _write(self, partition: int, receipt: Receipt) -> None:
        """Write the receipt, however long it takes: without it the notice would wait, or be told again."""
        pause = _FIRST_REWRITE
        while True:
            try:
                await self._write_receipt(partition, receipt)
            except Exception as error:  # noqa: BLE001 whatever it is, what was told stays told
                log.warning("a receipt was not written", notice=receipt.notice, error=repr(error))
            else:
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_REWRITE)
