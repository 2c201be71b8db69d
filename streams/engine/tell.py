"""Turns the steps of a case into transitions: counted always, built and published where somebody should know."""

from collections import Counter

from streams.catalogue.model import Moment
from streams.engine.case import Case, Fact, Kind, Occurrence
from streams.engine.fold import LookBack
from streams.engine.proof import prove
from streams.engine.rules import Rules
from streams.engine.sentence import sentences
from streams.engine.transition import Transition, transition_id

_LOUD = (Kind.AT_RISK, Kind.BREACHED)


class Teller:
    """Collects what is said of one case after another.

    `begin` names the case; then the engine calls the teller as its Say. `said` grows with the transitions that
    are to be published, in order; `counts` has every step by (moment, kind), published or not; what was applied ahead
    of the clock and taken back is taken off again, so a count can be negative for a while. With `everything` quiet
    steps are built too (for replay), with `proofs` also their proof and sentence.
    """

    def __init__(self, now: int, *, everything: bool = False, proofs: bool = False) -> None:
        self.now = now
        self.everything = everything
        self.proofs = proofs
        self.said: list[Transition] = []
        self.counts: Counter[tuple[str, Kind]] = Counter()
        self._tenant = self._case_id = ""
        self._case: Case | None = None
        self._rules: Rules | None = None

    def begin(self, rules: Rules, case: Case, tenant: str, case_id: str) -> None:
        """What is said from now on is said of this case."""
        self._rules, self._case, self._tenant, self._case_id = rules, case, tenant, case_id

    def __call__(
        self,
        moment: Moment,
        occurrence: Occurrence,
        kind: Kind,
        at: int,
        fact: Fact | None,
        then: Occurrence | None = None,
    ) -> None:
        """A step of an occurrence; `then` is the occurrence as it was at the step, where later steps have changed it."""
        said = occurrence.said
        revision = said.get(kind, 0)
        said[kind] = revision + 1
        self.counts[moment.id, kind] += 1
        if kind in _LOUD:
            occurrence.loud = True
        spoken = occurrence.loud or moment.journal
        if spoken or self.everything:
            self.said.append(self._build(moment, then or occurrence, kind, at, fact, revision, spoken or self.proofs))

    def _build(
        self,
        moment: Moment,
        occurrence: Occurrence,
        kind: Kind,
        at: int,
        fact: Fact | None,
        revision: int,
        proven: bool,
    ) -> Transition:
        rules, case = self._rules, self._case
        if rules is None or case is None:
            raise RuntimeError("begin() names the case before anything is said of it")
        due = occurrence.due
        risen = occurrence.risen if kind is not Kind.BREACHED and kind is not Kind.AT_RISK else 0
        latest = LookBack(case.facts, min(case.applied, len(case.facts)) - 1, case.base)
        proof, sentence = None, None
        if proven:
            start, look = start_of(case, occurrence)
            if start is not None:
                zone = occurrence.zone or moment.zone(look)
                trace = moment.deadline.trace(occurrence.started, look, zone)
                proof = prove(moment, occurrence, start, trace, zone, due)
                sentence = sentences(moment, occurrence, kind, at, due, start, trace, zone)
        return Transition(
            id=transition_id(self._tenant, self._case_id, moment.id, occurrence.number, kind, revision),
            kind=kind,
            tenant=self._tenant,
            case=self._case_id,
            moment=moment.id,
            occurrence=occurrence.number,
            revision=revision,
            at=at,
            found_at=self.now,
            due_at=due,
            stage=moment.stage,
            severity=moment.rises[risen - 1].to if risen else moment.severity,
            owner=moment.owner,
            title=dict(moment.title),
            labels={
                "region": _text(latest("region")),
                "store": _text(latest("store_id")),
                "channel": _text(latest("channel")),
            },
            cause=fact,
            catalogue=rules.version,
            proof=proof,
            sentence=sentence,
        )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def start_of(case: Case, occurrence: Occurrence) -> tuple[Fact | None, LookBack]:
    """The fact that began an occurrence, and the look at it; None where it was folded away with an occurrence long
    over.
    """
    for position, fact in enumerate(case.facts):
        if fact.at == occurrence.started and fact.id == occurrence.start:
            return fact, LookBack(case.facts, position, case.base)
    if case.base is not None:
        for fact in case.base.starts:
            if fact.at == occurrence.started and fact.id == occurrence.start:
                return fact, LookBack([fact], 0, case.base)
    return None, LookBack(case.facts, -1, case.base)
