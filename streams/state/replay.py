"""The detection stage over files instead of Kafka: one log, event time only, every step written. Same code, no broker.

The clock is the greatest event time read so far, so what is found does not depend on when or how fast the replay runs:
the same catalogue and the same events give the same bytes.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from streams.catalogue.model import Catalogue
from streams.engine.transition import Transition
from streams.ingest.decode import decode_lines
from streams.ingest.event import Event, Record, Rejection
from streams.state.decision import Batch
from streams.state.processor import DetectProcessor

TOPIC = "replay"
_AT_ONCE = 2_000


class Line(NamedTuple):
    """One line of a file of CloudEvents in JSON, as a record at no known time. `topic` is the file's name, `offset` the
    line.
    """

    value: bytes
    topic: str
    offset: int
    partition: int = 0
    timestamp: int = -1
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()


class Refused(NamedTuple):
    """A line that was left out, and why."""

    line: Line
    rejection: Rejection


class Replay:
    """Feeds lines to a processor and yields what it says."""

    def __init__(self, catalogue: Catalogue, compile_source: Callable[[str], Catalogue], *, proofs: bool = False) -> None:
        """`proofs`: also the quiet steps carry their proof and sentence, which takes most of the time."""
        self.events = 0
        self.refused: list[Refused] = []
        self.processor = DetectProcessor(
            [TOPIC],
            catalogue,
            compile_source,
            transitions=TOPIC,
            decode=self._decode,
            offline="proofs" if proofs else "steps",
        )

    def run(self, lines: Iterable[Line], until: int | None = None) -> Iterator[Transition]:
        """Everything said about the lines, in the order it is found. With `until` (an instant) the clock goes on to it
        in the end.
        """
        remaining = iter(lines)
        while chunk := list(islice(remaining, _AT_ONCE)):
            yield from self._decide(Batch(TOPIC, chunk, 0, 0, None))
        if until is not None:
            yield from self._decide(Batch(TOPIC, (), 0, 0, until))

    def _decide(self, batch: Batch) -> Sequence[Transition]:
        self.processor.decide([batch], 0)
        return self.processor.said

    def _decode(self, records: Sequence[Record]) -> list[Event | Rejection]:
        answers = decode_lines([record.value or b"" for record in records])
        self.events += len(answers)
        for record, answer in zip(records, answers, strict=True):
            if isinstance(answer, Rejection) and isinstance(record, Line):
                self.refused.append(Refused(record, answer))
        return answers
