"""Late truth: what was told is laid beside the fold made anew, and the difference is said (docs/rules.md, section 6)."""

from collections.abc import Callable
from copy import copy
from typing import NamedTuple, Protocol

from streams.catalogue.model import Moment
from streams.engine.case import AT_RISK, BREACHED, PAUSED, Case, Fact, Kind, Occurrence, Phase, Track
from streams.engine.doubt import HEARD, as_told, doubted, told_broken
from streams.engine.fold import fold
from streams.engine.play import Say
from streams.engine.rules import Rules

_CLOSING = {
    Phase.MET: Kind.MET,
    Phase.RECOVERED: Kind.RECOVERED,
    Phase.CANCELLED: Kind.CANCELLED,
    Phase.EXPIRED: Kind.EXPIRED,
}


class Tell(Say, Protocol):
    """A Say that can be told of the occurrence as it was `then`, at the step, where later steps have changed it."""

    def __call__(
        self,
        moment: Moment,
        occurrence: Occurrence,
        kind: Kind,
        at: int,
        fact: Fact | None,
        then: Occurrence | None = None,
    ) -> None: ...


class Step(NamedTuple):
    """One step of the new fold, and the occurrence as it was after it."""

    kind: Kind
    at: int
    fact: Fact | None
    then: Occurrence


class History:
    """Collects the steps of a fold by moment and occurrence; it is a Say that tells nobody."""

    def __init__(self) -> None:
        self.steps: dict[tuple[str, int], list[Step]] = {}

    def __call__(self, moment: Moment, occurrence: Occurrence, kind: Kind, at: int, fact: Fact | None) -> None:
        then = copy(occurrence)
        then.moves = list(occurrence.moves)
        steps = self.steps.setdefault((moment.id, occurrence.number), [])
        steps.append(Step(kind, at, fact, then))

    def of(self, moment: Moment, occurrence: Occurrence) -> list[Step]:
        return self.steps.get((moment.id, occurrence.number), [])

    def last(self, moment: Moment, occurrence: Occurrence, kind: Kind, late: Fact) -> Step:
        """The last step of that kind; dated by the late fact where the step itself was folded away for good."""
        for step in reversed(self.of(moment, occurrence)):
            if step.kind == kind:
                return step
        return Step(kind, late.at, late, occurrence)


def correct(rules: Rules, case: Case, late: Fact, until: int, tell: Tell) -> None:
    """Make the fold of the counting facts anew and say how it differs from what was told.

    `case.facts[: case.applied]` are the counting facts, the late one among them. Afterwards the record holds the new
    fold.
    """
    history = History()
    told = {track.moment: track for track in case.tracks}
    case.tracks, fired = fold(rules, case.base, case.facts[: case.applied], until, history)
    case.fired = max(case.fired, fired)
    for moment in rules.moments:
        before = told.pop(moment.id, None)
        after = next((track for track in case.tracks if track.moment == moment.id), None)
        if after is None:
            if before is None:
                continue
            after = Track(moment.id, [])
            case.tracks.append(after)
        _correct_track(moment, before, after, late, history, tell)


def _correct_track(moment: Moment, before: Track | None, after: Track, late: Fact, history: History, tell: Tell) -> None:
    alive = {occurrence.number: occurrence for occurrence in before.occurrences} if before else {}
    void = {occurrence.number: occurrence for occurrence in before.void} if before else {}
    for occurrence in after.occurrences:
        number = occurrence.number
        known = alive.pop(number, None) or void.pop(number, None)
        if known is not None:
            _correct(moment, known, occurrence, late, history, tell)
        else:
            for kind, at, fact, then in history.of(moment, occurrence):
                tell(moment, occurrence, kind, at, fact, then)
    after.void = list(void.values())
    for told in alive.values():
        if after.occurrences and told.number < after.occurrences[0].number:
            continue  # folded away for good
        _undo(moment, told, late, tell)
        after.void.append(told)


def _undo(moment: Moment, told: Occurrence, late: Fact, tell: Tell) -> None:
    """Late truth leaves no place for an occurrence that was told."""
    was_open = told.phase <= BREACHED
    if told.broken is not None:
        known = told_broken(told)
        told.broken, told.doubt = None, 0
        if known:
            tell(moment, told, Kind.RETRACTED, late.at, late)
    if was_open:
        tell(moment, told, Kind.CANCELLED, late.at, late)
    told.phase, told.timer = Phase.CANCELLED, None


def _correct(moment: Moment, told: Occurrence, true: Occurrence, late: Fact, history: History, tell: Tell) -> None:
    """Bring what was told of one occurrence to what is true, in the order of docs/rules.md, section 6."""
    true.said, true.loud, true.doubt, true.told = told.said, told.loud, told.doubt, told.told
    told = as_told(told)
    is_open = true.phase <= BREACHED
    was_open = told.phase <= BREACHED
    retracted = told.broken is not None and true.broken is None
    if retracted:
        tell(moment, true, Kind.RETRACTED, late.at, late)
    reopened = is_open and not was_open
    if reopened:
        tell(moment, true, Kind.OPENED, late.at, late)
    if is_open:
        paused, was_paused = true.phase == PAUSED, told.phase == PAUSED
        if paused != was_paused:
            tell(moment, true, Kind.PAUSED if paused else Kind.RESUMED, late.at, late)
        elif not paused and true.due is not None and true.due != told.due:
            tell(moment, true, Kind.REVISED, late.at, late)
    same_end = not is_open and not was_open and told.phase == true.phase
    broke = true.broken is not None and told.broken is None and not (true.doubt and same_end)
    if broke:
        step = history.last(moment, true, Kind.BREACHED, late)
        tell(moment, true, Kind.BREACHED, step.at, step.fact, step.then)
    if true.phase == BREACHED and true.risen > (told.risen if told.broken is not None else 0):
        step = history.last(moment, true, Kind.WORSENED, late)
        tell(moment, true, Kind.WORSENED, step.at, step.fact, step.then)
    if true.phase == AT_RISK and (true.warned > told.warned or retracted or reopened):
        step = history.last(moment, true, Kind.AT_RISK, late)
        tell(moment, true, Kind.AT_RISK, step.at, step.fact, step.then)
    if not is_open and (was_open or told.phase != true.phase or retracted or broke):
        step = history.last(moment, true, _CLOSING[Phase(true.phase)], late)
        tell(moment, true, step.kind, step.at, step.fact, step.then)
    if true.phase < AT_RISK or true.phase == PAUSED:
        true.doubt = 0


def review(rules: Rules, case: Case, until: int, level: Callable[[Moment], int], tell: Tell) -> None:
    """What is known of a feed has changed: say what is owed and can now be believed, or that it is unknown."""
    doubted_ones = [
        (moment, occurrence)
        for moment in rules.moments
        for track in case.tracks
        if track.moment == moment.id
        for occurrence in track.occurrences
        if occurrence.doubt
    ]
    history: History | None = None
    for moment, occurrence in doubted_ones:
        known = level(moment)
        if known != HEARD:
            for kind in doubted(occurrence, known):
                tell(moment, occurrence, kind, occurrence.broken or until, None)
            continue
        if history is None:
            history = History()
            fold(rules, case.base, case.facts[: case.applied], until, history)
        if occurrence.phase > BREACHED:
            _tell_of_the_closed(moment, occurrence, history, case.facts[case.applied - 1], tell)
        else:
            _correct(moment, copy(occurrence), occurrence, case.facts[case.applied - 1], history, tell)
        occurrence.doubt = 0


def _tell_of_the_closed(moment: Moment, closed: Occurrence, history: History, late: Fact, tell: Tell) -> None:
    """It was called off or given up in doubt; that it had broken is true, and is said now, and again how it ended."""
    if closed.broken is None or told_broken(closed):
        return
    for kind in (Kind.BREACHED, _CLOSING[Phase(closed.phase)]):
        step = history.last(moment, closed, kind, late)
        tell(moment, closed, kind, step.at, step.fact, step.then)
