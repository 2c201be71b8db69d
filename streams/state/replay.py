"""The detection stage over files instead of Kafka: one log, event time only, every step written. Same code, no broker.

The clock is the greatest event time read so far, so what is found does not depend on when or how fast the replay runs:
the same catalogue and the same events give the same bytes.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple
from zlib import crc32

import msgspec

from streams.catalogue.model import Catalogue
from streams.engine.tell import Place
from streams.engine.transition import Transition
from streams.ingest.decode import decode
from streams.ingest.event import Event, Record, Rejection
from streams.state.decision import Batch
from streams.state.processor import DetectProcessor

TOPIC = "replay"
_AT_ONCE = 100
"""Lines of a decision: what was judged is told while it is still in the processor's cache."""

_DECISIONS = 20
"""Decisions whose transitions are handed on together."""


_NOWHERE: Place = (0, 0, 0, b"")


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


class Told(msgspec.Struct, array_like=True, order=True, gc=False):
    """What is said at one place of the log: the kinds, and the lines as published."""

    place: Place
    kinds: bytes
    lines: bytes


class Share(NamedTuple):
    """One of so many parts of the cases, told apart by their keys. All parts together are told as one."""

    number: int
    of: int

    def has(self, key: bytes) -> bool:
        """Whether a case is in it."""
        return crc32(key) % self.of == self.number


class Replay:
    """Feeds lines to a processor and yields what it says."""

    def __init__(
        self,
        catalogue: Catalogue,
        compile_source: Callable[[str], Catalogue],
        *,
        proofs: bool = False,
        share: Share | None = None,
    ) -> None:
        """`proofs`: also the quiet steps carry their proof and sentence, which takes most of the time. `share`: only
        these cases are judged; the clock and what is refused are those of all lines.
        """
        self.events = 0
        self.refused: list[Refused] = []
        self._shared = share is not None
        self.processor = DetectProcessor(
            [TOPIC],
            catalogue,
            compile_source,
            transitions=TOPIC,
            decode=self._decode,
            offline="proofs" if proofs else "steps",
            mine=None if share is None else share.has,
        )

    def run(self, lines: Iterable[Line], until: int | None = None) -> Iterator[Transition]:
        """Everything said about the lines, in the order it is found. With `until` (an instant) the clock goes on to it
        in the end.
        """
        for _ in self._decide(lines, until):
            yield from self.processor.said

    def tell(self, lines: Iterable[Line], until: int | None = None) -> Iterator[list[Told]]:
        """The same as it is published, which is quicker: place by place for a share, else by and by; a list for every so
        many lines, the same ones for all shares.
        """
        told: list[Told] = []
        for number, _ in enumerate(self._decide(lines, until), 1):
            kinds, texts = self.processor.write()
            if self._shared:
                told += _by_place(self.processor.places, kinds, texts)
            elif texts:
                told.append(_told(_NOWHERE, kinds, texts))
            if number % _DECISIONS == 0:
                yield told
                told = []
        yield told

    def take_read(self) -> tuple[int, list[Refused]]:
        """How many events were read since the last time, and which lines were left out."""
        events, refused = self.events, self.refused
        self.events, self.refused = 0, []
        return events, refused

    def _decide(self, lines: Iterable[Line], until: int | None) -> Iterator[None]:
        remaining = iter(lines)
        while chunk := list(islice(remaining, _AT_ONCE)):
            self.processor.decide([Batch(TOPIC, chunk, 0, 0, None)], 0)
            yield
        if until is not None:
            self.processor.decide([Batch(TOPIC, (), 0, 0, until)], 0)
            yield

    def _decode(self, records: Sequence[Record]) -> list[Event | Rejection]:
        answers = decode(records, keyed=False)
        self.events += len(answers)
        for record, answer in zip(records, answers, strict=True):
            if isinstance(answer, Rejection) and isinstance(record, Line):
                self.refused.append(Refused(record, answer))
        return answers


def _by_place(places: Sequence[Place], kinds: Sequence[int], texts: Sequence[bytes]) -> Iterator[Told]:
    """What was said at one place together; places come in order."""
    start = 0
    for end, place in enumerate(places, 1):
        if end == len(places) or places[end] != place:
            yield _told(place, kinds[start:end], texts[start:end])
            start = end


def _told(place: Place, kinds: Sequence[int], texts: Sequence[bytes]) -> Told:
    return Told(place, bytes(kinds), b"\n".join([*texts, b""]))
