"""A stage's processor with its counts told to the instruments."""

from collections.abc import Callable, Iterable, Sequence

from streams.runtime.processor import Batch, Decision, Processor


class Counting:
    """`Processor` around another: the same decisions; `count` is called when the state is there, and after each decision
    that did something."""

    def __init__(self, processor: Processor, count: Callable[[], None]) -> None:
        self._processor, self._count = processor, count

    def restore(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        self._processor.restore(records)

    def ready(self) -> None:
        self._processor.ready()
        self._count()

    def decide(self, batches: Sequence[Batch], now: int) -> Decision:
        decision = self._processor.decide(batches, now)
        if decision.changes or decision.outputs or any(batch.records for batch in batches):
            self._count()
        return decision
