"""What goes into a stage with state, and what comes out of it. The runtime and every processor speak these values."""

from collections.abc import Sequence
from typing import NamedTuple

from streams.ingest.event import Record


class Batch(NamedTuple):
    """Consecutive records of one input topic of one shard, or none and only the proof of having caught up.

    `start` is the first offset the batch speaks for, `end` the position after it; offsets between them that are not
    among `records` do not exist (transaction markers, retention). `caught_up_at` is the wall time (an instant) of the
    fetch response that brought the batch if the batch ends where the partition ended then, else None.
    """

    topic: str
    records: Sequence[Record]
    start: int
    end: int
    caught_up_at: int | None


class Output(NamedTuple):
    """One record to publish in the transaction of the decision, to the shard's own partition of `topic` or to another."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    partition: int | None = None


class Decision(NamedTuple):
    """What a batch of records changes: state by key (None deletes), at most once a key, and what is said to the world."""

    changes: dict[bytes, bytes | None]
    outputs: list[Output]
