"""The engine, fed what the simulated chain sends, tells exactly what the simulation knows to be true."""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby, takewhile

import pytest

from streams.catalogue.load import compile_source, load
from streams.clock import MILLISECOND, SECOND, parse_rfc3339
from streams.demo.board import Board, read
from streams.demo.events import INPUT_TOPICS
from streams.demo.hired import CATALOGUE
from streams.demo.reckoning import Reckoning, reckon
from streams.demo.simulate import LONGEST_DELAY, Sending, Simulation
from streams.ingest.dead_letter import read_refusal
from streams.state.decision import Batch
from streams.state.processor import DetectProcessor
from tests.support.record import Made

OPENING = parse_rfc3339("2026-11-01T10:00:00+08:00")
TRANSITIONS = "moments.transitions.v1"
TICK = 250 * MILLISECOND


def watch(simulation: Simulation, until: int, board: Board) -> Counter[str]:
    """Play the chain to `until` through one shard in ticks; the malformed events sent, by reason."""
    shard = DetectProcessor(INPUT_TOPICS, load([str(CATALOGUE)]), compile_source, transitions=TRANSITIONS)
    shard.ready()
    offsets: Counter[str] = Counter()
    malformed: Counter[str] = Counter()
    for now, sent in ticks(simulation, until):
        malformed.update(sending.refused.value for sending in sent if sending.refused is not None)
        batches = []
        for topic in INPUT_TOPICS:
            start = offsets[topic]
            records = [
                Made(topic, 0, start + number, sending.at // MILLISECOND, sending.key, sending.value)
                for number, sending in enumerate(sending for sending in sent if sending.topic == topic)
            ]
            offsets[topic] += len(records)
            batches.append(Batch(topic, records, start, offsets[topic], now))
        for output in shard.decide(batches, now).outputs:
            assert output.value is not None
            if output.topic == TRANSITIONS:
                board.take(read(output.value))
            else:
                board.refuse(read_refusal(output.headers).reason)
    return malformed


def ticks(simulation: Simulation, until: int) -> Iterator[tuple[int, list[Sending]]]:
    """(wall time, what has arrived since the last), until everything that happened by `until` is here and judged."""
    end = until + LONGEST_DELAY + TICK
    coming = takewhile(lambda sending: sending.at <= end, simulation.sendings())
    arrived = (sending for sending in coming if sending.occurred_at <= until)
    by_tick = {tick: list(sent) for tick, sent in groupby(arrived, key=lambda sending: -(-sending.at // TICK) * TICK)}
    for at in range(-(-OPENING // TICK) * TICK, end + TICK, TICK):
        yield at, by_tick.get(at, [])


def reckoned(seed: int, until: int) -> tuple[Reckoning, Board]:
    simulation, board = Simulation(seed, OPENING), Board()
    malformed = watch(simulation, until, board)
    return reckon(simulation, board, malformed, until), board


@pytest.mark.parametrize("seed", [1, 7, 42])
def test_the_engine_tells_exactly_what_the_simulation_knows(seed: int) -> None:
    result, board = reckoned(seed, OPENING + 90 * SECOND)
    assert result.differences() == []
    assert result.agrees
    assert len(result.true) > 30
    assert board.told["retracted"] >= 3
    assert board.told["recovered"] > 10
    assert set(board.refused) == set(result.malformed)
