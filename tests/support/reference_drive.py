"""Plays one history to the engine and to the reference model, the way a shard plays it: timers first, then facts."""

import re
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from streams.catalogue.model import Catalogue
from streams.engine.case import KIND_NAMES, Case, Fact, Phase
from streams.engine.detect import Taken, advance, is_over, open_case, take
from streams.engine.rules import Rules
from streams.engine.tell import Teller
from streams.engine.transition import Transition
from tests.support.reference import Said
from tests.support.reference_fold import Notes

TENANT, CASE = "t", "c"
_MOVED = re.compile(r"then moved (?:once|(\d+) times)")


class Arrives(NamedTuple):
    """A fact reaches the shard."""

    fact: Fact


class Moves(NamedTuple):
    """The clock C moves to an instant."""

    until: int


Step = Arrives | Moves


def as_said(transition: Transition) -> Said:
    """The compared part of a transition."""
    kind, proof, notes = KIND_NAMES[transition.kind], transition.proof, None
    if proof is not None:
        came = sum(len(part["came"]) for closing in proof.get("several", ()) for part in closing["parts"])
        refused = sum(move["kind"] == "refused" for move in proof["moves"])
        held = sorted((hold["since"], hold["event"]) for hold in proof.get("holds", ()))
        assert transition.sentence is not None
        moved = _MOVED.search(transition.sentence["en"])
        times = 0 if moved is None else int(moved[1] or 1)
        notes = Notes(came, refused, times, tuple(held))
    return Said(
        transition.moment,
        transition.occurrence,
        kind,
        transition.revision,
        transition.at,
        transition.due_at,
        transition.severity,
        proof is not None,
        notes,
    )


class Engine:
    """One case in the engine. `everything`: quiet steps too, and nothing applied ahead of the clock.

    `lazy`: a move of the clock reaches the case only where `advance` asked for it, as with the shard's queue.
    `stored`: the record goes through bytes between any two steps.
    """

    def __init__(
        self, catalogue: Catalogue, until: int, *, everything: bool = False, lazy: bool = True, stored: bool = False
    ) -> None:
        self.rules = Rules(catalogue)
        self.case = open_case(self.rules)
        self.until = until
        self.wake: int | None = None
        self.everything, self.lazy, self.stored = everything, lazy, stored
        self.ids: list[str] = []
        self.taken: list[Taken] = []

    def arrive(self, fact: Fact) -> list[Said]:
        """A fact arrives; what is said because of it, in order."""
        teller = self._teller()
        copy = Fact(fact.at, fact.id, fact.source, fact.type, dict(fact.fields))
        self.taken.append(take(self.rules, self.case, copy, self.until, teller))
        self._advance(teller)
        return self._finish(teller)

    def move(self, until: int) -> list[Said]:
        """The clock moves; what is said because of it, in order."""
        self.until = until
        teller = self._teller()
        if not self.lazy or (self.wake is not None and self.wake < until):
            self._advance(teller)
        return self._finish(teller)

    def is_over(self) -> bool:
        """Whether the case can be forgotten."""
        return is_over(self.case, self.until)

    def state(self) -> dict[tuple[str, int], tuple[str, int | None, int | None]]:
        """Phase, due and the due that was missed, of every occurrence that is told as existing."""
        return {
            (track.moment, o.number): (Phase(o.phase).name.lower(), o.due, o.broken)
            for track in self.case.tracks
            for o in track.occurrences
        }

    def _advance(self, teller: Teller) -> None:
        self.wake = advance(self.rules, self.case, self.until, teller)
        over = not self.case.facts or self.is_over()
        assert over or self.wake is None or self.wake >= self.until, "advance left work undone"

    def _teller(self) -> Teller:
        teller = Teller(self.until, everything=self.everything)
        teller.begin(self.rules, self.case, TENANT, CASE)
        return teller

    def _finish(self, teller: Teller) -> list[Said]:
        if self.stored:
            self.case = msgspec.msgpack.decode(msgspec.msgpack.encode(self.case), type=Case)
        self.ids.extend(transition.id for transition in teller.said)
        return [as_said(transition) for transition in teller.said]


def play(engine: Engine, steps: Iterable[Step]) -> list[list[Said]]:
    """What the engine says at each step."""
    return [engine.arrive(step.fact) if isinstance(step, Arrives) else engine.move(step.until) for step in steps]
