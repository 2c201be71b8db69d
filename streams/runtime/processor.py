"""The seam between the runtime and every stage with state: records in, decision out.

The runtime owns ownership, positions, transactions and restore; a processor owns what the records mean. A processor is
pure: no I/O, no clock of its own, no threads; everything it may know arrives in `restore` and `decide`.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from streams.state.decision import Batch, Decision, Output

__all__ = ["Batch", "Decision", "Output", "Processor"]


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
