"""What has been read for a shard and waits to be applied, taken out in the order of time across its topics.

While a worker catches up, its topics do not keep step by themselves: fetches bring as much of a sparse topic as of a
busy one, and the ends of cases would be applied long before their starts. Nothing wrong would be said, for the shard's
clock waits for the slowest topic, but every such case would be folded twice. So the batch with the oldest record goes
first, in pieces, and a topic that is known to have more to read is waited for.
"""

from collections import deque
from collections.abc import Callable, Iterable

from streams.runtime.delivery import Delivery

PIECE_RECORDS = 500
"""Records taken at a time where more than one topic has something."""


class Pending:
    """Deliveries by topic, each topic's in the order of its log."""

    __slots__ = ("_queues", "_records")

    def __init__(self, topics: Iterable[str]) -> None:
        self._queues: dict[str, deque[Delivery]] = {topic: deque() for topic in topics}
        self._records = dict.fromkeys(self._queues, 0)

    def __bool__(self) -> bool:
        return any(self._queues.values())

    def records(self, topic: str) -> int:
        """How many records of a topic wait."""
        return self._records[topic]

    def add(self, delivery: Delivery) -> None:
        """Take in what was read."""
        topic = delivery.batch.topic
        self._queues[topic].append(delivery)
        self._records[topic] += len(delivery.batch.records)

    def clear(self) -> None:
        """Forget everything."""
        for topic, queue in self._queues.items():
            queue.clear()
            self._records[topic] = 0

    def take(self, lags: Callable[[str], bool]) -> Delivery | None:
        """The next piece to apply: of the topic whose first waiting record was appended first.

        None where nothing waits, or where a topic of which nothing waits `lags`: it has more to read, which may be older.
        """
        waiting = [topic for topic, queue in self._queues.items() if queue]
        if not waiting or (
            len(waiting) < len(self._queues) and any(lags(topic) for topic in self._queues.keys() - waiting)
        ):
            return None
        topic = min(waiting, key=self._appended)
        delivery = self._queues[topic].popleft()
        if len(waiting) > 1 and len(delivery.batch.records) > PIECE_RECORDS:
            delivery, rest = _split(delivery)
            self._queues[topic].appendleft(rest)
        self._records[topic] -= len(delivery.batch.records)
        return delivery

    def _appended(self, topic: str) -> int:
        records = self._queues[topic][0].batch.records
        return records[0].timestamp if records else -1


def _split(delivery: Delivery) -> tuple[Delivery, Delivery]:
    """The first piece and the rest; only the rest still proves that the log ended."""
    batch = delivery.batch
    records, rest = batch.records[:PIECE_RECORDS], batch.records[PIECE_RECORDS:]
    middle = rest[0].offset
    return (
        delivery._replace(batch=batch._replace(records=records, end=middle, caught_up_at=None)),
        delivery._replace(batch=batch._replace(records=rest, start=middle)),
    )
