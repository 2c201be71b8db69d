"""Turns the steps of a case into transitions: counted always, built and published where somebody should know."""

from collections import Counter
from collections.abc import Callable, Sequence
from copy import copy
from typing import NamedTuple

from streams.catalogue.model import NO_LEVELS, Moment
from streams.catalogue.vocabulary import LABELS
from streams.engine.case import Base, Case, Fact, Kind, Occurrence
from streams.engine.doubt import HEARD, believed
from streams.engine.fold import LookBack
from streams.engine.promise import promise_of
from streams.engine.proof import prove
from streams.engine.publish import encode_transition
from streams.engine.quiet import Quiet
from streams.engine.rules import Rules
from streams.engine.sentence import sentences
from streams.engine.severity import origin_of, severity_of
from streams.engine.transition import Transition, transition_id

_LOUD = (Kind.AT_RISK, Kind.BREACHED, Kind.UNKNOWN)
_STORE = LABELS["store"]
_ENDS = (Kind.MET, Kind.RECOVERED)


class _Told(NamedTuple):
    """A step that somebody should know of, with what its transition is built from, as it was at the step."""

    rules: Rules
    facts: list[Fact]
    latest: int
    base: Base | None
    tenant: str
    case: str
    moment: Moment
    occurrence: Occurrence
    kind: Kind
    at: int
    found_at: int
    cause: Fact | None
    revision: int
    proven: bool


Doubt = Callable[[Rules, str, str | None, Moment], int]
"""What is known of the feeds that could bring the end of a moment, for a tenant and a region: a level of doubt.py."""

Place = tuple[int, int, int, bytes]
"""Where in the log something is said, in the order in which it is: the number of the record; 0 for the timers before it
and 1 for the record itself; for timers the instant and the key under which the queue had the case."""


class Teller:
    """Collects what is said of one case after another.

    `begin` names the case; then the engine calls the teller as its Say. `said` has the transitions that are to be
    published, in order; `counts` has every step by (tenant, region, moment, kind), published or not, and `started` every
    begin by (tenant, region, store); what was applied ahead of the clock and taken back is taken off again, so a count
    can be negative for a while. `spans` has from start to end, by (tenant, moment), of what was met or recovered; `saved`
    counts what was met after a warning and never said to be broken, by (tenant, region, moment). With
    `everything` quiet steps are built too (for replay), with `proofs` also their proof and sentence; and `places` has the
    place of each transition, as set by whoever knows it. While feeds are not heard, `doubt` says which.

    Transitions are built when they are asked for, one after the other: strewn among the judging of other cases the same
    work takes twice the time.
    """

    def __init__(self, now: int, *, everything: bool = False, proofs: bool = False) -> None:
        self.now = now
        self.everything = everything
        self.proofs = proofs
        self.counts: Counter[tuple[str, str, str, Kind]] = Counter()
        self.started: Counter[tuple[str, str, str | None]] = Counter()
        self.spans: dict[tuple[str, str], list[int]] = {}
        self.saved: Counter[tuple[str, str, str]] = Counter()
        self.doubt: Doubt | None = None
        self.place: Place = (0, 0, 0, b"")
        self.places: list[Place] = []
        self._said: list[Transition | Quiet] = []
        self._told: list[_Told | Quiet] = []
        self._unbuilt: set[int] = set()
        self._tenant = self._case_id = ""
        self._case: Case | None = None
        self._rules: Rules | None = None

    @property
    def said(self) -> list[Transition]:
        """The transitions so far."""
        return [each.transition() if isinstance(each, Quiet) else each for each in self._built()]

    def write(self) -> tuple[list[int], list[bytes]]:
        """The transitions so far: their kinds, and their published form."""
        built = self._built()
        return [each.kind for each in built], [
            each.write() if isinstance(each, Quiet) else encode_transition(each) for each in built
        ]

    def add(self, steps: Sequence[Quiet]) -> None:
        """Steps that the short way came upon; they are counted there."""
        self.places += [self.place] * len(steps)
        self._told += steps

    def _built(self) -> list[Transition | Quiet]:
        if self._told:
            self._said += [each if isinstance(each, Quiet) else _build(each) for each in self._told]
            self._told.clear()
            self._unbuilt.clear()
        return self._said

    def begin(self, rules: Rules, case: Case, tenant: str, case_id: str) -> None:
        """What is said from now on is said of this case."""
        if id(case.facts) in self._unbuilt:
            self._built()  # before anything is put among its facts
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
        if self.doubt is None and not occurrence.doubt:
            self._say(moment, occurrence, kind, at, fact, then)
            return
        for each in believed(occurrence, kind, self.level(moment)):
            if each is kind:
                self._say(moment, occurrence, kind, at, fact, then)
            else:
                self._say(moment, occurrence, each, occurrence.broken or at, None, None)

    def level(self, moment: Moment) -> int:
        """What is known of the feeds that could bring the end of a moment of this case."""
        rules, case = self._rules, self._case
        if self.doubt is None or rules is None or case is None:
            return HEARD
        region = LookBack(case.facts, min(case.applied, len(case.facts)) - 1, case.base)("region")
        return self.doubt(rules, self._tenant, None if region is None else str(region), moment)

    def unsay(self, moment: str, kind: Kind, fact: Fact | None) -> None:
        """A step that was counted ahead of the clock is taken back."""
        assert self._case is not None
        region = self._case.region
        self.counts[self._tenant, region, moment, kind] -= 1
        if kind is Kind.OPENED:
            self.started[self._tenant, region, _store_of(fact)] -= 1

    def _say(
        self, moment: Moment, occurrence: Occurrence, kind: Kind, at: int, fact: Fact | None, then: Occurrence | None
    ) -> None:
        said = occurrence.said
        revision = said.get(kind, 0)
        said[kind] = revision + 1
        assert self._case is not None
        tenant, region = self._tenant, self._case.region
        self.counts[tenant, region, moment.id, kind] += 1
        if kind is Kind.OPENED:
            self.started[tenant, region, _store_of(fact)] += 1
        elif kind in _ENDS:
            self.spans.setdefault((tenant, moment.id), []).append(at - occurrence.started)
            if kind is Kind.MET and said.get(Kind.AT_RISK) and not said.get(Kind.BREACHED):
                self.saved[tenant, region, moment.id] += 1
        if kind in _LOUD:
            occurrence.loud = True
        spoken = occurrence.loud or moment.journal
        if not spoken and not self.everything:
            return
        rules, case = self._rules, self._case
        if rules is None or case is None:
            raise RuntimeError("begin() names the case before anything is said of it")
        facts = case.facts
        then = copy(then or occurrence)
        then.moves = then.moves.copy()
        latest = min(case.applied, len(facts)) - 1
        self._unbuilt.add(id(facts))
        if self.everything:
            self.places.append(self.place)
        self._told.append(
            _Told(
                rules, facts, latest, case.base, self._tenant, self._case_id, moment, then, kind, at, self.now, fact,
                revision, spoken or self.proofs,
            )
        )  # fmt: skip


def _build(told: _Told) -> Transition:
    rules, moment, occurrence, kind, at = told.rules, told.moment, told.occurrence, told.kind, told.at
    due = occurrence.due
    risen = occurrence.risen if kind is not Kind.BREACHED and kind is not Kind.AT_RISK else 0
    latest = LookBack(told.facts, told.latest, told.base)
    proof, sentence, ruling = None, None, None
    if told.proven or moment.ruling is not None:
        start, look = start_of(told.facts, told.base, occurrence)
        ruling = moment.ruling(look) if moment.ruling is not None else None
        if start is not None and told.proven:
            zone = occurrence.zone or moment.zone(look)
            trace = moment.deadline.trace(occurrence.started, look, zone)
            levels = ruling.levels if ruling is not None else NO_LEVELS
            origin = origin_of(moment, occurrence, look, zone, ruling)
            proof = prove(moment, occurrence, start, trace, zone, due, levels, origin, told.facts)
            sentence = sentences(moment, occurrence, kind, at, due, start, trace, zone, levels, origin, told.facts)
    return Transition(
        id=transition_id(told.tenant, told.case, moment.id, occurrence.number, kind, told.revision),
        kind=kind,
        tenant=told.tenant,
        case=told.case,
        moment=moment.id,
        occurrence=occurrence.number,
        revision=told.revision,
        at=at,
        found_at=told.found_at,
        due_at=due,
        stage=moment.stage,
        severity=severity_of(moment, occurrence, risen, ruling),
        owner=moment.owner,
        title=moment.title,
        labels={label: _text(latest(path)) for label, path in LABELS.items()},
        cause=told.cause,
        catalogue=rules.version,
        proof=proof,
        sentence=sentence,
        chain=rules.step_of(moment),
        promise=_promise(told) if moment.id in rules.followed else None,
    )


def _promise(told: _Told) -> dict[str, str | None] | None:
    start, _ = start_of(told.facts, told.base, told.occurrence)
    return promise_of(told.facts[: told.latest + 1], told.base, start, told.occurrence)


def _store_of(fact: Fact | None) -> str | None:
    store = fact.fields.get(_STORE) if fact is not None else None
    return store if isinstance(store, str) else None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def start_of(facts: Sequence[Fact], base: Base | None, occurrence: Occurrence) -> tuple[Fact | None, LookBack]:
    """The fact that began an occurrence, and the look at it; None where it was folded away with an occurrence long
    over.
    """
    for position, fact in enumerate(facts):
        if fact.at == occurrence.started and fact.id == occurrence.start:
            return fact, LookBack(facts, position, base)
    if base is not None:
        for fact in base.starts:
            if fact.at == occurrence.started and fact.id == occurrence.start:
                return fact, LookBack([fact], 0, base)
    return None, LookBack(facts, -1, base)
