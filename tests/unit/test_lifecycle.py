"""The lifecycle is one table, and the table is the law."""

import itertools

import pytest

from streams.engine.case import Kind, Phase
from streams.engine.lifecycle import MOVES, diagram, step
from streams.errors import InvariantError

_LEGAL = {(before, kind, after) for before, kinds in MOVES.items() for kind, phases in kinds.items() for after in phases}


@pytest.mark.parametrize(("before", "kind", "after"), sorted(_LEGAL, key=str))
def test_a_move_in_the_table_is_allowed(before: Phase | None, kind: Kind, after: Phase) -> None:
    assert step(before, kind, after) == after


def test_every_move_that_is_not_in_the_table_is_a_typed_error() -> None:
    refused = 0
    for before, kind, after in itertools.product([None, *Phase], Kind, Phase):
        if (before, kind, after) not in _LEGAL:
            with pytest.raises(InvariantError, match="has no move from"):
                step(before, kind, after)
            refused += 1
    assert refused > len(_LEGAL)


def test_every_phase_can_be_reached_and_every_open_one_can_be_left() -> None:
    reached = {after for _, _, after in _LEGAL}
    left = {before for before, _, after in _LEGAL if before is not None and before != after}
    assert reached == set(Phase)
    assert {phase for phase in Phase if phase.is_open} <= left


def test_the_diagram_has_an_arrow_for_each_move() -> None:
    arrows = [line for line in diagram().splitlines() if ": " in line]
    assert len(arrows) == len(_LEGAL)
    assert "    at_risk --> breached: breached" in arrows
