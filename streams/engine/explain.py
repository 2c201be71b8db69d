"""Every clock of a case with its arithmetic, in words: for people who ask why, from the stored record alone."""

from dataclasses import dataclass
from typing import Any

from streams.catalogue.model import NO_LEVELS, Moment
from streams.clock import format_duration, rfc3339
from streams.engine.case import Case, Kind, Occurrence, Phase
from streams.engine.proof import prove
from streams.engine.rules import Rules
from streams.engine.sentence import business_days, sentences
from streams.engine.tell import severity_of, start_of

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
        sentence = sentences(moment, occurrence, _STANDING[phase], at, due, start, trace, zone, levels)
        proof = prove(moment, occurrence, start, trace, zone, due, levels)
    severity = severity_of(moment, occurrence.risen, ruling)
    return Clock(moment.id, occurrence.number, phase.name.lower(), severity, dict(moment.title), sentence, proof)


def arithmetic(proof: dict[str, Any]) -> list[str]:
    """The steps of a proof, one line each, in English; instants as in the proof (UTC)."""
    start = proof["start"]
    lines = [f"start      {proof['started_at']}  {start['type']}  {start['id']} from {start['source']}"]
    lines += [f"deadline   {line}" for line in _clauses(proof["deadline"], 0)]
    if "policy" in proof:
        lines.append(f"policy     the deadline is set for {proof['policy']}")
    if "calendar_policy" in proof:
        lines.append(f"policy     the calendar is set for {proof['calendar_policy']}")
    if proof["calendar"] != "always":
        lines.append(f"calendar   {proof['calendar']} in {proof['time_zone']}")
        lines += [f"  open     {begin} to {end}" for begin, end in proof.get("open", ())]
        if proof.get("open_left_out"):
            lines.append(f"  open     and {proof['open_left_out']} spans more")
    lines.append(f"first due  {proof['first_due_at'] or 'not known at the start'}")
    for move in proof["moves"]:
        lines.append(
            f"{move['kind']:<9}  {move['at']}  by {move['event']}, due {move['due_at'] or 'open while it stands'}"
            + (", as before" if move["kind"] == "refused" else "")
        )
    lines.append(f"due        {proof['due_at'] or 'not known'}")
    for several in proof.get("several", ()):
        lines.append(f"{several['closes']:<9}  when all have come; {several['missing'] or 'none'} missing")
        for part in several["parts"]:
            came = ", ".join(f"{one['at']} by {one['event']}" for one in part["came"]) or "missing"
            often = f" {len(part['came'])} of {part['times']} times" if part["times"] > 1 else ""
            lines.append(f"           {part['event']}{often}: {came}")
    return lines


def _clauses(tree: dict[str, Any], depth: int) -> list[str]:
    words = [tree["clause"]]
    if "field" in tree:
        words.append(f"{tree['field']} = {tree['value'] or 'missing'}")
    if "span" in tree:
        words.append(tree["span"])
    if "days" in tree:
        words.append(business_days(tree["days"]))
    if "target" in tree:
        words.append(f"as {tree['target']}")
    if "instead_of" in tree:
        words.append(f"instead of {tree['instead_of']}, which is missing")
    words.append(f"-> {tree['due_at'] or 'not known'}")
    lines = ["  " * depth + " ".join(words)]
    for index, part in enumerate(tree.get("parts", ())):
        inner = _clauses(part, depth + 1)
        lines += [f"{inner[0]}{'  (decides)' if index == tree.get('chosen') else ''}", *inner[1:]]
    return lines


def timeline(case: Case) -> list[str]:
    """The facts of a case, one line each, in order; how many are waiting for the clock is said."""
    lines = []
    for position, fact in enumerate(case.facts):
        told = "  ".join(f"{name}={_shown(name, value)}" for name, value in sorted(fact.fields.items()))
        waits = "  (waits for the clock)" if position >= case.applied else ""
        lines.append(f"{rfc3339(fact.at)}  {fact.type}  {fact.id}  {told}{waits}".rstrip())
    if case.base is not None:
        lines.insert(0, f"(facts up to {rfc3339(case.base.at)} are folded away)")
    return lines


def _shown(name: str, value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and name.endswith("_at"):
        return rfc3339(value)
    return str(value)


def lasting(case: Case, until: int) -> str:
    """How long the record is kept, in words."""
    if case.forget_at is None:
        return "kept while a clock is open"
    return f"forgotten in {format_duration(max(0, case.forget_at - until) // 1_000_000 * 1_000_000)} of the shard's time"
