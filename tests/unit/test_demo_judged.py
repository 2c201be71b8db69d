"""The engine, fed what the simulated chain sends, tells exactly what the simulation knows to be true."""

import pytest

from streams.clock import SECOND, parse_rfc3339
from streams.demo.hired import CATALOGUE
from streams.demo.in_memory import reckoned
from streams.demo.simulate import Simulation

OPENING = parse_rfc3339("2026-11-01T10:00:00+08:00")


@pytest.mark.parametrize("seed", [1, 7, 42])
def test_the_engine_tells_exactly_what_the_simulation_knows(seed: int) -> None:
    result, board = reckoned(Simulation(seed, OPENING), [CATALOGUE], OPENING, OPENING + 90 * SECOND)
    assert result.differences() == []
    assert result.agrees
    assert len(result.true) > 30
    assert board.told["retracted"] >= 3
    assert board.told["recovered"] > 10
    assert set(board.refused) == set(result.malformed)
