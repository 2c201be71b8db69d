"""A simulated day, judged by one shard in memory: what the monitor tells of it, and what is true."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby, takewhile
from pathlib import Path
from tempfile import TemporaryDirectory

from streams.catalogue.load import compile_source, load
from streams.catalogue.model import Catalogue
from streams.clock import MILLISECOND
from streams.demo.board import Board, read
from streams.demo.events import INPUT_TOPICS
from streams.demo.reckoning import Reckoning, reckon
from streams.demo.simulate import LONGEST_DELAY, Day, Sending
from streams.ingest.dead_letter import read_refusal
from streams.state.decision import Batch
from streams.state.processor import DetectProcessor
from streams.state.replay import Line

TRANSITIONS = "moments.transitions.v1"
TICK = 250 * MILLISECOND


def reckoned(day: Day, files: Sequence[Path], opening: int, until: int, stretch: int = 1) -> tuple[Reckoning, Board]:
    """The day from its opening to the instant `until`, by the catalogue of these files, and all that was told of it; of
    one whose seconds are `stretch` times as long."""
    board = Board()
    malformed = watch(day, files, opening, until, board, stretch)
    return reckon(day, board, malformed, until), board


def watch(day: Day, files: Sequence[Path], opening: int, until: int, board: Board, stretch: int = 1) -> Counter[str]:
    """Play the day through one shard in ticks; the malformed events sent, by reason."""
    catalogue = _compiled(tuple(file.read_text("utf-8") for file in files))
    shard = DetectProcessor(INPUT_TOPICS, catalogue, compile_source, transitions=TRANSITIONS)
    shard.ready()
    offsets: Counter[str] = Counter()
    malformed: Counter[str] = Counter()
    for now, sent in _ticks(day, opening, until, stretch):
        malformed.update(sending.refused.value for sending in sent if sending.refused is not None)
        batches = []
        for topic in INPUT_TOPICS:
            start = offsets[topic]
            records = [
                Line(sending.value, topic, start + number, timestamp=sending.at // MILLISECOND, key=sending.key)
                for number, sending in enumerate(sending for sending in sent if sending.topic == topic)
            ]
            offsets[topic] += len(records)
            batches.append(Batch(topic, records, start, offsets[topic], now))
        for output in shard.decide(batches, now).outputs:
            if output.topic == TRANSITIONS:
                assert output.value is not None
                board.take(read(output.value))
            elif output.topic.endswith(".dlq"):
                board.refuse(read_refusal(output.headers).reason)
    return malformed


@lru_cache(8)
def _compiled(texts: tuple[str, ...]) -> Catalogue:
    with TemporaryDirectory() as folder:
        files = [Path(folder, f"{number}.yaml") for number in range(len(texts))]
        for file, text in zip(files, texts, strict=True):
            file.write_text(text, "utf-8")
        return load([str(file) for file in files])


def _ticks(day: Day, opening: int, until: int, stretch: int) -> Iterator[tuple[int, list[Sending]]]:
    """(wall time, what has arrived since the last), until everything that happened by `until` is here and judged."""
    tick = TICK * stretch
    end = until + LONGEST_DELAY * stretch + tick
    coming = takewhile(lambda sending: sending.at <= end, day.sendings())
    arrived = (sending for sending in coming if sending.occurred_at <= until)
    by_tick = {tick: list(sent) for tick, sent in groupby(arrived, key=lambda sending: -(-sending.at // tick) * tick)}
    for at in range(-(-opening // tick) * tick, end + tick, tick):
        yield at, by_tick.get(at, [])
