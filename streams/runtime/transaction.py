"""One Kafka transaction a decision, under the transactional id of the shard.

Starting a writer fences the earlier owner of the shard: whatever that one had not committed is aborted, and nothing
it does from then on can reach a reader. `commit` is all or nothing; if it does not return, the process must end,
because only the changelog can tell how the transaction came out.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any, Final, NamedTuple, Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidProducerEpoch,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    ProducerFenced,
)

from streams.clock import SECOND
from streams.errors import MonitorError, OperatorError

Headers = tuple[tuple[str, bytes], ...]


class Item(NamedTuple):
    """A record to write. A value of None is a tombstone."""

    key: bytes | None
    value: bytes | None
    headers: Headers = ()


Fields = tuple[bytes | None, bytes | None, Headers]
"""Those of an Item, which is one."""


class Items(Sized, Iterable[Fields], Protocol):
    """What to write to a topic. It may be gone through more than once."""


Elsewhere = Mapping[tuple[str, int], Items]
"""What to write to other partitions than the shard's, by topic and partition."""
NOWHERE: Final[Elsewhere] = {}


@dataclass(frozen=True, slots=True)
class Changes:
    """`Items` of the changelog: the state that changed, by key, and the positions that go with it.

    They are made one by one while they are written: after a decision most of it has left the processor's cache, and to go
    through it twice costs 0.7 µs an event.
    """

    state: Mapping[bytes, bytes | None]
    positions: Item

    def __len__(self) -> int:
        return len(self.state) + 1

    def __iter__(self) -> Iterator[Fields]:
        return chain(zip(self.state, self.state.values(), repeat(()), strict=False), (self.positions,))


class FencedError(MonitorError):
    """Another worker has taken the shard; nothing of the interrupted transaction is visible to anyone."""

    exit_status = 4


class Writer(Protocol):
    """What a shard needs of a transactional producer."""

    async def start(self) -> None:
        """Fence the earlier owner and abort what it left open."""

    async def commit(self, partition: int, items: Mapping[str, Items], elsewhere: Elsewhere = NOWHERE) -> None:
        """Write the items of each topic, in order, to `partition` of it, and those `elsewhere` to theirs; all of them or
        none.

        Raises FencedError, OperatorError (the brokers stayed away too long, or a record is too large for them),
        KafkaError.
        """

    async def stop(self) -> None:
        """Let go of the connections. Does not wait for a transaction that was cut off."""


class AiokafkaWriter:
    """`Writer` by aiokafka. `options` are connection options; `patience` in microseconds bounds one commit."""

    def __init__(self, transactional_id: str, options: Mapping[str, Any], *, batch_bytes: int, patience: int) -> None:
        self._id = transactional_id
        self._patience = patience / SECOND
        self._producer = AIOKafkaProducer(
            **options,
            transactional_id=transactional_id,
            # longer than the patience: the broker must not give up a transaction that the worker still hopes to finish
            transaction_timeout_ms=int(self._patience * 1000) + 15_000,
            max_batch_size=batch_bytes,
            # a record too large for the brokers is theirs to refuse, by name; aiokafka's own limit only hides which
            max_request_size=64 << 20,
            request_timeout_ms=15_000,
        )

    async def start(self) -> None:
        await self._producer.start()

    async def commit(self, partition: int, items: Mapping[str, Items], elsewhere: Elsewhere = NOWHERE) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await self._producer.begin_transaction()
                sent: list[Any] = []
                for topic, records in items.items():
                    sent += await self._append(topic, partition, records)
                for (topic, other), records in elsewhere.items():
                    sent += await self._append(topic, other, records)
                for future in sent:
                    await future
                await self._producer.commit_transaction()
        except TimeoutError:
            raise OperatorError(
                f"the brokers did not finish a transaction of {self._id} within {self._patience:.0f} s; "
                "see that they are up and that the partitions have leaders and enough in-sync replicas"
            ) from None
        except (ProducerFenced, InvalidProducerEpoch) as error:
            raise FencedError(f"another worker has taken {self._id}") from error
        except MessageSizeTooLargeError as error:
            written = [*items.items(), *((topic, some) for (topic, _), some in elsewhere.items())]
            raise OperatorError(_too_large(written)) from error

    async def _append(self, topic: str, partition: int, records: Items) -> list[Any]:
        """Queue the records as whole batches: far cheaper than aiokafka's future for every record."""
        sent: list[Any] = []
        batch = self._producer.create_batch()
        append = batch.append
        for key, value, headers in records:
            if append(timestamp=None, key=key, value=value, headers=list(headers)) is None:
                sent.append(await self._send(batch, topic, partition))
                batch = self._producer.create_batch()
                append = batch.append
                append(timestamp=None, key=key, value=value, headers=list(headers))
        if batch.record_count():
            sent.append(await self._send(batch, topic, partition))
        return sent

    async def _send(self, batch: Any, topic: str, partition: int) -> Any:
        while True:
            try:
                return await self._producer.send_batch(batch, topic, partition=partition)
            except KafkaTimeoutError:
                # no room for the batch yet, since the one before it waits for a broker; `commit` bounds the waiting
                continue

    async def stop(self) -> None:
        await self._producer.stop()


def _too_large(items: Iterable[tuple[str, Items]]) -> str:
    size, topic, key = max(
        (len(value or b"") + len(key or b""), topic, key or b"") for topic, records in items for key, value, _ in records
    )
    return (
        f"the brokers refuse a record as too large; the largest in the transaction has {size} bytes "
        f"(topic {topic}, key {key[:100]!r}). Raise max.message.bytes of {topic}, or lower MOMENTS_INGEST__MAX_BYTES"
    )
