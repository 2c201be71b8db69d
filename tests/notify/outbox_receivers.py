"""Receivers in this process, good and bad, and a sender in front of an outbox that hears its own receipts."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from schemas.notice import Notice, Receipt
from streams.clock import MILLISECOND
from streams.notify.base import Message, Receiver
from streams.notify.sender import Sender, SenderLimits
from tests.notify.outbox_story import BEGIN, Shard

PATIENCE = 10.0


class Good:
    """Takes everything. `taken` are the ids and addresses, in order."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.taken: list[tuple[str, str]] = []

    @property
    def name(self) -> str:
        return self._name

    async def send(self, message: Message, address: str) -> str:
        await asyncio.sleep(0)
        self.taken.append((message.id, address))
        return "200"


class Slow(Good):
    """Takes a message when the test lets it. `begun` grows as attempts arrive."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.begun: asyncio.Queue[str] = asyncio.Queue()
        self.gate = asyncio.Semaphore(0)

    async def send(self, message: Message, address: str) -> str:
        self.begun.put_nowait(message.id)
        await self.gate.acquire()
        return await super().send(message, address)


class Stubborn(Slow):
    """Does not let itself be interrupted before the gate opens."""

    async def send(self, message: Message, address: str) -> str:
        self.begun.put_nowait(message.id)
        opened = asyncio.ensure_future(self.gate.acquire())
        while not opened.done():
            try:
                await asyncio.shield(opened)
            except asyncio.CancelledError:
                continue
        return "200"


class Raising(Good):
    """Fails the first attempts with these errors, one each, and then takes everything."""

    def __init__(self, name: str, *errors: BaseException) -> None:
        super().__init__(name)
        self.errors = list(errors)
        self.attempts: list[str] = []

    async def send(self, message: Message, address: str) -> str:
        self.attempts.append(message.id)
        if self.errors:
            raise self.errors.pop(0)
        return await super().send(message, address)


def render(notice: Notice) -> Message:
    """A message that says nothing but whose it is."""
    return Message(
        id=notice.id,
        key=notice.subject,
        title="",
        text="",
        markdown="",
        html="",
        link=None,
        alert=notice.alert,
        reason=notice.reason,
        language=notice.language,
        severity=notice.alert.severity,
    )


class Post:
    """The sender of some shards; its receipts go back into them as they would through Kafka. `receipts` has them all."""

    def __init__(
        self,
        receivers: Iterable[Receiver],
        *shards: Shard,
        limits: SenderLimits | None = None,
        render: Callable[[Notice], Message] = render,
    ) -> None:
        self.shards = shards or (Shard(),)
        self.receipts: asyncio.Queue[Receipt] = asyncio.Queue()
        self.partitions: list[int] = []
        self.broken: list[Exception] = []  # what the next writes of a receipt raise
        self.failures: list[BaseException] = []
        self.failed = asyncio.Event()
        self.sender = Sender(
            lambda: [shard.processor for shard in self.shards],
            {receiver.name: receiver for receiver in receivers},
            self._write,
            render,
            lambda: BEGIN + self.shards[0].now,
            limits or SenderLimits(tick=MILLISECOND, patience=MILLISECOND),
            failed=self._fail,
        )

    @property
    def shard(self) -> Shard:
        return self.shards[0]

    def _fail(self, error: BaseException) -> None:
        self.failures.append(error)
        self.failed.set()

    async def _write(self, partition: int, receipt: Receipt) -> None:
        if self.broken:
            raise self.broken.pop(0)
        self.partitions.append(partition)
        next(shard for shard in self.shards if shard.processor.partition == partition).take(receipt)
        self.receipts.put_nowait(receipt)
        self.sender.wake()

    async def receipt(self) -> Receipt:
        """The next receipt."""
        async with asyncio.timeout(PATIENCE):
            return await self.receipts.get()

    async def begun(self, slow: Slow) -> str:
        """The next attempt that has arrived there."""
        async with asyncio.timeout(PATIENCE):
            return await slow.begun.get()

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Post"]:
        """The sender runs meanwhile, and nothing breaks it."""
        self.sender.start()
        try:
            yield self
        finally:
            await self.sender.stop()
        assert self.failures == []
