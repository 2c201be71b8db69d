"""A log and a writer in memory, so that a shard can be led through deliveries no broker would make on demand."""

import itertools
from collections.abc import Iterable, Mapping, Sequence

from streams.runtime.delivery import Cursor, Delivery, NotAssignedError, Standing
from streams.runtime.processor import Batch, Decision, Output
from streams.runtime.transaction import NOWHERE, Elsewhere, Item, Items
from tests.support.record import Made


class MemoryLog:
    """One partition of several topics, and the reading of it: the `Source` of a shard.

    `offsets` are those that hold records; what is between them are markers. The log ends one after the last, plus `tail`.
    """

    def __init__(self, offsets: Mapping[str, Sequence[int]], tail: int = 0) -> None:
        self.offsets = {topic: sorted(held) for topic, held in offsets.items()}
        self.ends = {topic: max(held, default=-1) + 1 + tail for topic, held in self.offsets.items()}
        self.group: dict[str, int] = {}
        self.assigned = True
        self.seeks = 0
        self._epochs = itertools.count(1)
        self._cursors: dict[str, Cursor] = {}

    async def seek(self, partition: int, positions: Mapping[str, int | None]) -> dict[str, Cursor]:
        if not self.assigned:
            raise NotAssignedError("not assigned")
        self.seeks += 1
        for topic, offset in positions.items():
            self._cursors[topic] = Cursor(next(self._epochs), offset or 0)
        return {topic: self._cursors[topic] for topic in positions}

    async def committed(self, partition: int, topics: list[str]) -> dict[str, int]:
        return {topic: offset for topic, offset in self.group.items() if topic in topics}

    def standing(self, topic: str, partition: int) -> Standing | None:
        cursor = self._cursors.get(topic)
        if cursor is None:
            return None
        held, end = self.offsets[topic], self.ends[topic]
        rest = [offset for offset in held if offset >= cursor.offset]
        reached = cursor.offset if rest else end
        return Standing(cursor.epoch, cursor.offset, reached, end, 1 if reached == end else None)

    def read(self, topic: str, count: int) -> Delivery | None:
        """The next `count` records of the topic, and the markers behind them. None at the end."""
        cursor = self._cursors[topic]
        rest = [offset for offset in self.offsets[topic] if offset >= cursor.offset]
        if not rest:
            return None
        taken = rest[:count]
        end = rest[count] if len(rest) > count else self.ends[topic]
        records = [Made(topic, 0, offset, 0, b"k", b"%d" % offset) for offset in taken]
        self._cursors[topic] = Cursor(cursor.epoch, end)
        return Delivery(0, cursor.epoch, Batch(topic, records, cursor.offset, end, None))


class MemoryWriter:
    """A `Writer` whose transactions are a list; a commit can be made to fail."""

    def __init__(self) -> None:
        self.commits: list[dict[str, list[Item]]] = []
        self.failing: Exception | None = None

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def commit(self, partition: int, items: Mapping[str, Items], elsewhere: Elsewhere = NOWHERE) -> None:
        if self.failing is not None:
            raise self.failing
        self.commits.append({topic: [Item(*record) for record in records] for topic, records in items.items()})

    def written(self, topic: str) -> list[Item]:
        return [item for commit in self.commits for item in commit.get(topic, [])]


class Echo:
    """A processor that says every record once. Records whose offset is a multiple of `quiet` change nothing."""

    def __init__(self, out: str, quiet: int = 0) -> None:
        self.out, self.quiet = out, quiet
        self.batches: list[Batch] = []

    def restore(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        for _ in records:
            pass

    def ready(self) -> None: ...

    def decide(self, batches: Sequence[Batch], now: int) -> Decision:
        self.batches += batches
        outputs = [
            Output(self.out, record.topic.encode(), b"%d" % record.offset)
            for batch in batches
            for record in batch.records
            if not self.quiet or record.offset % self.quiet
        ]
        return Decision({}, outputs)
