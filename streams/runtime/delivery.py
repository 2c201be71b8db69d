"""What the reading side tells a shard: facts about the log, each true whoever is told and however late."""

from bisect import bisect_left
from collections.abc import Mapping
from typing import NamedTuple, Protocol

from streams.errors import MonitorError
from streams.runtime.processor import Batch


class Delivery(NamedTuple):
    """A batch on its way to a shard. `epoch` is the seek it was read under; a shard takes only its latest."""

    partition: int
    epoch: int
    batch: Batch


class Standing(NamedTuple):
    """Where the reading of one topic of one shard stands, nothing being on its way after `start`.

    Between `start`, up to where records have been handed over, and `end`, the next offset to fetch, there is no record to
    see: transaction markers and aborted records only. `log_end` is the end offset (high watermark) that the brokers told
    last. `caught_up_at` is the instant at which the log ended at `end`, None while it is known to go on behind it.
    """

    epoch: int
    start: int
    end: int
    log_end: int | None
    caught_up_at: int | None


class Cursor(NamedTuple):
    """The answer to a seek: the reading goes on at `offset`, and its deliveries carry `epoch`."""

    epoch: int
    offset: int


class NotAssignedError(MonitorError):
    """The shard is not, or no longer, assigned to this worker; a rebalance is under way."""


class Source(Protocol):
    """The reading side, as a shard sees it."""

    async def seek(self, partition: int, positions: Mapping[str, int | None]) -> dict[str, Cursor]:
        """Read each topic from its position on, from the beginning where it is None.

        NotAssignedError if another has it.
        """

    async def committed(self, partition: int, topics: list[str]) -> dict[str, int]:
        """The group's offsets, where there are any. They are written for lag tools and never read but to be doubted."""

    def standing(self, topic: str, partition: int) -> Standing | None:
        """The latest standing, None before the first fetch after a seek."""


def fit(batch: Batch, position: int) -> Batch | None:
    """What `batch` says from `position` on: the batch itself, the rest of it, or None if it says nothing new.

    The caller has seen to it that there is no hole: `batch.start <= position`.
    """
    if batch.end < position:
        return None
    if not batch.records or batch.records[0].offset >= position:
        return batch if batch.start == position else batch._replace(start=position)
    first = bisect_left(batch.records, position, key=lambda record: record.offset)
    return batch._replace(records=batch.records[first:], start=position)
