"""Every clock of a case with its arithmetic, in words: for people who ask why, from the stored record alone."""

from dataclasses import dataclass
from typing import Any

from streams.catalogue.model import NO_LEVELS, Moment
from streams.clock import format_duration, rfc3339
from streams.engine.case import Case, Kind, Occurrence, Phase
from streams.engine.proof import prove
from streams.engine.rules import Rules
from streams.engine.sentence import sentences
from streams.engine.severity import origin_of, severity_of
from streams.engine.tell import start_of

_STANDING = {
    Phase.RUNNING: Kind.OPENED,
    Phase.AT_RISK: Kind.AT_RISK,
    Phase.PAUSED: Kind.PAUSED,
    Phase.BREACHED: Kind.BREACHED,
    Phase.MET: Kind.MET,
    Phase.RECOVERED: Kind.RECOVERED,
    Phase.CANCELLED: Kind.CANCELLED,
    Phase.EXPIRED: Kind.EXPIRED,
}


@dataclass(frozen=True, slots=True)
class Clock:
    """One occurrence: how it stands, the sentence in both languages, and the proof of its due (None where its start is
    forgotten).
    """

    moment: str
    occurrence: int
    phase: str
    severity: str
    title: dict[str, str]
    sentence: dict[str, str]
    proof: dict[str, Any] | None


def clocks(rules: Rules, case: Case) -> list[Clock]:
    """The occurrences of a case, by moment and number."""
    found = []
    for track in case.tracks:
        index = rules.catalogue.position(track.moment)
        if index is not None:
            found += [_clock(rules.moments[index], case, occurrence) for occurrence in track.occurrences]
    return found


def _clock(moment: Moment, case: Case, occurrence: Occurrence) -> Clock:
    phase = Phase(occurrence.phase)
    start, look = start_of(case.facts, case.base, occurrence)
    due = occurrence.broken if occurrence.broken is not None else occurrence.due
    sentence, proof = {"zh": "", "en": ""}, None
    ruling = moment.ruling(look) if moment.ruling is not None else None
    levels = ruling.levels if ruling is not None else NO_LEVELS
    if start is not None:
        zone = occurrence.zone or moment.zone(look)
        since = occurrence.stopped if occurrence.stopped is not None else occurrence.anchor
        at = occurrence.broken if phase is Phase.BREACHED and occurrence.broken is not None else since
        trace = moment.deadline.trace(occurrence.started, look, zone)
        origin = origin_of(moment, occurrence, look, zone, ruling)
        kind, facts = _STANDING[phase], case.facts
        sentence = sentences(moment, occurrence, kind, at, due, start, trace, zone, levels, origin, facts)
        proof = prove(moment, occurrence, start, trace, zone, due, levels, origin, facts)
    severity = severity_of(moment, occurrence, occurrence.risen, ruling)
    return Clock(moment.id, occurrence.number, phase.name.lower(), severity, dict(moment.title), sentence, proof)


def timeline(case: Case, language: str = "en") -> list[str]:
    """The facts of a case, one line each, in order; how many are waiting for the clock is said."""
    zh = language == "zh"
    lines = []
    for position, fact in enumerate(case.facts):
        told = "  ".join(f"{name}={_shown(name, value)}" for name, value in sorted(fact.fields.items()))
        waits = ("  （等待时钟）" if zh else "  (waits for the clock)") if position >= case.applied else ""
        lines.append(f"{rfc3339(fact.at)}  {fact.type}  {fact.id}  {told}{waits}".rstrip())
    if case.base is not None:
        until = rfc3339(case.base.at)
        lines.insert(0, f"（{until} 及以前的事件已归并）" if zh else f"(facts up to {until} are folded away)")
    return lines


def _shown(name: str, value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and name.endswith("_at"):
        return rfc3339(value)
    return str(value)


def lasting(case: Case, until: int, language: str = "en") -> str:
    """How long the record is kept, in words."""
    zh = language == "zh"
    if case.forget_at is None:
        return "有时钟未结束，记录一直保留" if zh else "kept while a clock is open"
    left = format_duration(max(0, case.forget_at - until) // 1_000_000 * 1_000_000)
    return f"记录在分片时间 {left} 后删除" if zh else f"forgotten in {left} of the shard's time"
