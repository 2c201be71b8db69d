"""The seam between the runtime and every stage with state: records in, decision out.

The runtime owns ownership, positions, transactions and restore; a processor owns what the records mean. A processor is
pure: no I/O, no clock of its own, no threads; everything it may know arrives in `restore` and `decide`.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

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
    """One record to publish, to the shard's own partition of `topic`, in the transaction of the decision."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


class Decision(NamedTuple):
    """What a batch of records changes: state by key (None deletes), at most once a key, and what is said to the world."""

    changes: dict[bytes, bytes | None]
    outputs: list[Output]


class Processor(Protocol):
    """State and judgement of one shard of one stage."""

    def restore(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Take committed state records in log order, in as many calls as it takes; None deletes a key."""

    def ready(self) -> None:
        """The changelog has been read to its end: rebuild what is derived (the deadline queue)."""

    def decide(self, batches: Sequence[Batch], now: int) -> Decision:
        """Apply the batches in order and fire what is due. `now` is the wall time as an instant.

        The decision is final: the caller stores and publishes it in one transaction or ends the process. A call with
        record-less batches only moves the clock; it may decide nothing.
        """
