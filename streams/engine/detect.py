"""One case and what happens to it: a fact arrives, or the clock moves on. Pure: a record and a clock in, a record out.

This is the incremental form of docs/rules.md. Facts that come in order are applied to what is told; only a late one
makes the fold anew. A fact from beyond the clock waits, unless applying it now could not be seen from outside (nothing
would be published and no timer lies before it); then it is applied ahead, which saves touching most cases twice.
"""

from bisect import bisect_right
from collections import Counter
from enum import Enum

from streams.catalogue.model import Hit, Moment, Role
from streams.engine.case import BREACHED, NEVER, Base, Case, Fact, Kind, Occurrence, Track
from streams.engine.fold import advance_tracks, apply_fact, copy_tracks, fold
from streams.engine.late import correct
from streams.engine.rules import Rules
from streams.engine.tell import Teller

MAX_FACTS = 64
"""A case keeps at most this many facts; past it, the older half is folded away for good."""


class Taken(Enum):
    """What became of a fact."""

    NEW = "new"
    DUPLICATE = "duplicate"
    BEYOND = "beyond"  # older than what was folded away for good: changes nothing


def open_case(rules: Rules, region: str = "") -> Case:
    """A record of a case nothing is known of yet; `region` is that of the event with which it comes up."""
    return Case(rules.version, [], [], region=region)


def take(rules: Rules, case: Case, fact: Fact, until: int, teller: Teller) -> Taken:
    """Let a fact count. `until` is the engine's clock C; every timer before it must have spoken (see `advance`).

    The record is not finished before `advance` has run again.
    """
    facts = case.facts
    for known in facts:
        if known.id == fact.id and known.source == fact.source:
            return Taken.DUPLICATE
    if case.base is not None and fact.at <= case.base.at:
        return Taken.BEYOND
    position = len(facts)
    if facts and fact.at < facts[-1].at:
        if case.applied and fact.at < facts[case.applied - 1].at > until:
            _take_back(rules, case, until, teller)
        position = bisect_right(facts, fact.at, key=_instant)
    late = fact.at <= until and (position < case.applied or fact.at <= case.fired)
    facts.insert(position, fact)
    if late:
        case.applied += 1
        correct(rules, case, fact, until, teller)
    return Taken.NEW


def advance(rules: Rules, case: Case, until: int, teller: Teller) -> int | None:
    """Move the case to the clock: waiting facts that count by now, and every timer before `until`, in order.

    Returns the instant that the clock must pass (strictly) before the case needs another look; None for never.
    """
    facts = case.facts
    while case.applied < len(facts):
        fact = facts[case.applied]
        hits = rules.hits_of(fact)
        if fact.at > until:
            if teller.everything or not _unseen(rules, case, fact, hits):
                break
        elif case.tracks:
            _speak(rules, case, fact.at, teller)
        case.applied += 1
        apply_fact(rules, case.tracks, facts, case.applied - 1, case.base, hits, teller)
    wake = _wake(rules, case)
    if wake is not None and wake < until:
        _speak(rules, case, until, teller)
        wake = _wake(rules, case)
    if len(facts) > MAX_FACTS:
        _fold_away(rules, case, until)
        wake = _wake(rules, case)
    return wake


def _speak(rules: Rules, case: Case, until: int, teller: Teller) -> None:
    """Let the timers before `until` speak."""
    for track in case.tracks:
        if track.occurrences:
            timer = track.occurrences[-1].timer
            if timer is not None and timer < until:
                case.fired = max(case.fired, advance_tracks(rules, case.tracks, until, teller))
                return


def _wake(rules: Rules, case: Case) -> int | None:
    """When the case needs another look: its next timer or waiting fact, or the time to forget it. Sets `forget_at`."""
    soonest: int | None = None
    finished = True
    for track in case.tracks:
        if track.occurrences:
            current = track.occurrences[-1]
            if current.phase <= BREACHED:
                finished = False
                timer = current.timer
                if timer is not None and (soonest is None or timer < soonest):
                    soonest = timer
    facts = case.facts
    if soonest is not None and case.applied and soonest < facts[case.applied - 1].at:
        soonest = facts[case.applied - 1].at - 1  # what a fact ahead of the clock set off waits for it
    case.forget_at = None
    if case.applied < len(facts):
        waiting = facts[case.applied].at - 1  # it counts as soon as the clock reaches it
        return waiting if soonest is None or waiting < soonest else soonest
    if finished:
        last = facts[-1].at if facts else case.base.at if case.base is not None else NEVER
        case.forget_at = (last if last > case.fired else case.fired) + rules.catalogue.corrections
        return case.forget_at - 1
    return soonest


def is_over(case: Case, until: int) -> bool:
    """Whether the case can be forgotten."""
    return case.forget_at is not None and case.forget_at <= until


def _instant(fact: Fact) -> int:
    return fact.at


def _unseen(rules: Rules, case: Case, fact: Fact, hits: tuple[Hit, ...]) -> bool:
    """Whether a fact from beyond the clock can be applied now without anyone being able to tell."""
    for track in case.tracks:
        if track.occurrences:
            timer = track.occurrences[-1].timer
            if timer is not None and timer < fact.at:
                return False
    for index, roles, _ in hits:
        moment = rules.moments[index]
        if moment.journal or rules.followers[index]:
            return False
        for track in case.tracks:
            if track.moment == moment.id and track.void:
                return False
            if track.moment == moment.id and track.occurrences:
                current = track.occurrences[-1]
                if current.loud and (current.phase <= BREACHED or roles & Role.REOPEN):
                    return False
    return True


def _take_back(rules: Rules, case: Case, until: int, teller: Teller) -> None:
    """Undo what was applied ahead of the clock; nobody was told of it."""
    counting = bisect_right(case.facts, until, key=_instant)
    told = {track.moment: track for track in case.tracks}
    tracks, _ = fold(rules, case.base, case.facts[:counting], until, _silently)
    ahead: Counter[tuple[str, int, Kind]] = Counter()

    def note(moment: Moment, occurrence: Occurrence, kind: Kind, at: int, fact: Fact | None) -> None:  # noqa: ARG001
        ahead[moment.id, occurrence.number, kind] += 1
        teller.unsay(moment.id, kind, fact)

    again = copy_tracks(tracks)
    for position in range(counting, case.applied):
        fact = case.facts[position]
        apply_fact(rules, again, case.facts, position, case.base, rules.hits_of(fact), note)
    case.tracks, case.applied = tracks, counting
    for track in case.tracks:
        before = told.get(track.moment)
        if before is not None:
            _carry(before, track, ahead)


def _carry(before: Track, after: Track, ahead: Counter[tuple[str, int, Kind]]) -> None:
    """What was said stays said, but for what was said ahead."""
    after.void = before.void
    for occurrence in after.occurrences:
        for old in before.occurrences:
            if old.number == occurrence.number:
                occurrence.loud, occurrence.doubt, occurrence.told = old.loud, old.doubt, old.told
                occurrence.said = {
                    kind: count - ahead[before.moment, old.number, Kind(kind)] for kind, count in old.said.items()
                }


def _silently(moment: Moment, occurrence: Occurrence, kind: Kind, at: int, fact: Fact | None) -> None:
    """A Say for folds that were told long ago."""


def _fold_away(rules: Rules, case: Case, until: int) -> None:
    """Fold the older half of the counting facts for good, never parting facts of one instant."""
    counting = min(case.applied, bisect_right(case.facts, until, key=_instant))
    cut = min(counting, len(case.facts) // 2)
    while 0 < cut < len(case.facts) and case.facts[cut].at == case.facts[cut - 1].at:
        cut -= 1
    if cut == 0:
        return
    gone = case.facts[:cut]
    tracks, _ = fold(rules, case.base, gone, None, _silently)
    for track in tracks:
        del track.occurrences[:-1]
    fields = dict(case.base.fields) if case.base is not None else {}
    for fact in gone:
        fields.update(fact.fields)
    for track in case.tracks:
        kept = next((base for base in tracks if base.moment == track.moment), None)
        first = kept.occurrences[0].number if kept is not None and kept.occurrences else 0
        track.occurrences = [occurrence for occurrence in track.occurrences if occurrence.number >= first]
    started = {(occurrence.started, occurrence.start) for track in case.tracks for occurrence in track.occurrences}
    candidates = [*(case.base.starts if case.base is not None else []), *gone]
    starts = [fact for fact in candidates if (fact.at, fact.id) in started]
    case.base = Base(gone[-1].at, tracks, fields, starts)
    case.facts = case.facts[cut:]
    case.applied -= cut
