"""The slow reference model: docs/rules.md once more, plainly, with nothing kept but the facts and what has been told.

`Reference` is one case. Whatever comes, a fact or a move of the clock, the whole history is folded again from the first
fact (reference_fold.py); what the new fold has beyond the old one is said, and where a late fact changed the past, what
was told is corrected by section 6. Facts are kept for ever, and nothing is done ahead of the clock.
"""

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from streams.catalogue.model import Catalogue
from streams.engine.case import Fact
from tests.support.reference_fold import OPEN, Clock, Fold, Notes, Step, severity_of


class Said(NamedTuple):
    """One transition, as far as it is compared."""

    moment: str
    occurrence: int
    kind: str
    revision: int
    at: int
    due_at: int | None
    severity: str
    published: bool
    notes: Notes | None


@dataclass
class Told:
    """What the listener believes of an occurrence."""

    phase: str
    due: int | None
    broken: int | None
    warned: int
    risen: int
    notes: Notes
    severity: str
    void: bool = False

    @property
    def is_open(self) -> bool:
        return self.phase in OPEN


class Reference:
    """One case under one catalogue. `until` is C."""

    def __init__(self, catalogue: Catalogue, tenant: str, until: int) -> None:
        self.catalogue = catalogue
        self.tenant = tenant
        self.until = until
        self.facts: list[Fact] = []  # in the order of their arrival
        self.fold = Fold(catalogue, tenant, [], until)
        self.told: dict[tuple[int, int], Told] = {}
        self.counts: Counter[tuple[int, int, str]] = Counter()
        self.spoke: set[int] = set()  # instants of timers, those that late truth undid since among them
        self._said: list[Said] = []

    def arrive(self, fact: Fact) -> list[Said]:
        """A fact arrives; what is said because of it, in order."""
        if any((known.id, known.source) == (fact.id, fact.source) for known in self.facts):
            return []
        late = fact.at <= self.until and (
            any(fact.at < known.at <= self.until for known in self.facts) or any(fact.at <= timer for timer in self.spoke)
        )
        self.facts.append(fact)
        if late:
            return self._correct(fact)
        return self._go_on()

    def move(self, until: int) -> list[Said]:
        """The clock moves; what is said because of it, in order."""
        assert until >= self.until
        self.until = until
        return self._go_on()

    def is_over(self) -> bool:
        """Whether the case can be forgotten."""
        clocks = [clock for track in self.fold.tracks for clock in track.clocks]
        if any(clock.is_open for clock in clocks) or any(fact.at > self.until for fact in self.facts):
            return False
        last = max([fact.at for fact in self.facts] + list(self.spoke), default=self.until)
        return self.until >= last + self.catalogue.corrections

    def _fold_anew(self) -> Fold:
        counting = sorted((fact for fact in self.facts if fact.at <= self.until), key=lambda fact: fact.at)
        return Fold(self.catalogue, self.tenant, counting, self.until)

    def _go_on(self) -> list[Said]:
        before, self.fold = self.fold, self._fold_anew()
        assert self.fold.steps[: len(before.steps)] == before.steps, "the past changed without a late fact"
        for step in self.fold.steps[len(before.steps) :]:
            self._say(step)
        return self._finish()

    def _finish(self) -> list[Said]:
        """What is true is told from now on; what was told and is no more stays told as void."""
        self.spoke.update(self.fold.spoke)
        for index, track in enumerate(self.fold.tracks):
            for clock in track.clocks:
                self.told[index, clock.number] = Told(
                    clock.phase, clock.due, clock.broken, clock.warned, clock.risen, clock.notes, clock.severity
                )
        said, self._said = self._said, []
        return said

    def _correct(self, late: Fact) -> list[Said]:
        self.fold = self._fold_anew()
        truth = {(index, c.number): c for index, track in enumerate(self.fold.tracks) for c in track.clocks}
        for index, number in sorted({*self.told, *truth}):
            told, true = self.told.get((index, number)), truth.get((index, number))
            steps = [step for step in self.fold.steps if (step.moment, step.number) == (index, number)]
            if told is None:
                for step in steps:
                    self._say(step)
            elif true is not None:
                self._correct_one(told, true, steps, late)
            elif not told.void:
                self._make_void(index, number, told, late)
        return self._finish()

    def _make_void(self, index: int, number: int, told: Told, late: Fact) -> None:
        severity = severity_of(self.catalogue.moments[index], told.severity, told.risen)
        if told.broken is not None:
            self._say(Step(index, number, "retracted", late.at, told.due, severity, told.notes, late))
        if told.is_open:
            self._say(Step(index, number, "cancelled", late.at, told.due, severity, told.notes, late))
        gone = Told("cancelled", told.due, None, told.warned, told.risen, told.notes, told.severity, void=True)
        self.told[index, number] = gone

    def _correct_one(self, told: Told, true: Clock, steps: list[Step], late: Fact) -> None:
        index, number = steps[0].moment, true.number
        severity = severity_of(self.catalogue.moments[index], true.severity, true.risen)
        said: set[int] = set()

        def dated_by_the_late_fact(rule: int, kind: str, due: int | None) -> None:
            said.add(rule)
            self._say(Step(index, number, kind, late.at, due, severity, true.notes, late))

        def with_its_own_date(rule: int, *kinds: str) -> None:
            said.add(rule)
            self._say(next(step for step in reversed(steps) if step.kind in kinds))

        if told.broken is not None and true.broken is None:
            dated_by_the_late_fact(1, "retracted", true.due)
        if not told.is_open and true.is_open:
            dated_by_the_late_fact(2, "opened", true.due)
        if true.is_open and (true.phase == "paused") != (told.phase == "paused"):
            dated_by_the_late_fact(3, "paused" if true.phase == "paused" else "resumed", true.due)
        if true.is_open and true.phase != "paused" and 3 not in said and true.due not in {None, told.due}:
            dated_by_the_late_fact(4, "revised", true.due)
        if true.broken is not None and told.broken is None:
            with_its_own_date(5, "breached")
        if true.phase == "breached" and true.risen > (0 if 5 in said else told.risen):
            with_its_own_date(6, "worsened")
        if true.phase == "at_risk" and (true.warned > told.warned or said & {1, 2}):
            with_its_own_date(7, "at_risk")
        if not true.is_open and (told.is_open or told.phase != true.phase or said & {1, 2, 5}):
            with_its_own_date(8, true.phase)

    def _say(self, step: Step) -> None:
        occurrence = (step.moment, step.number)
        revision = self.counts[(*occurrence, step.kind)]
        self.counts[(*occurrence, step.kind)] += 1
        moment = self.catalogue.moments[step.moment]
        loud = self.counts[(*occurrence, "at_risk")] + self.counts[(*occurrence, "breached")] > 0
        published = loud or moment.journal
        notes = step.notes if published else None
        self._said.append(
            Said(moment.id, step.number, step.kind, revision, step.at, step.due, step.severity, published, notes)
        )
