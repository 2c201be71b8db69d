"""The arithmetic behind a due, worked out from stored facts when it is spoken, in machine form
(schemas.transition.Proof).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from streams.catalogue.model import NO_LEVELS, Level, Moment, Role, Trace, calendar_name, level_words, zone_name
from streams.clock import format_duration, rfc3339
from streams.engine.case import HELD, KIND_NAMES, LET_GO, REFUSED, Fact, Kind, Move, Occurrence
from streams.engine.holds import changes, holding
from streams.engine.several import missing, those
from streams.engine.severity import Origin

_MOST_SPANS = 31
_MOVE_NAMES: dict[int, str] = {
    Kind.OPENED: "reopened",
    REFUSED: "refused",
    HELD: "held",
    LET_GO: "let_go",
}


def prove(
    moment: Moment,
    occurrence: Occurrence,
    start: Fact,
    trace: Trace,
    zone: str,
    due: int | None,
    levels: Mapping[str, Level] = NO_LEVELS,
    origin: Origin | None = None,
    facts: Sequence[Fact] = (),
) -> dict[str, Any]:
    """The proof of the due as it stands: `trace` is that of the deadline at the start, `zone` the moment's
    there, `levels` those of the policies that decided, `origin` who set the severity; `facts` those of
    the case that are kept, to tell which pause it was.

    Guarantee: the first due follows from start and deadline, each move gives the due after it, and the last is `due`.
    """
    proof: dict[str, Any] = {
        "start": cause(start),
        "started_at": rfc3339(occurrence.started),
        "deadline": _tree(trace),
        "first_due_at": _stamp(occurrence.first_due),
        "calendar": calendar_name(moment.calendar, zone),
        "time_zone": zone_name(zone),
    }
    if not moment.calendar.always and occurrence.span is not None and occurrence.first_due is not None:
        spans = moment.calendar.spans(occurrence.started, occurrence.first_due, zone)
        proof["open"] = [[rfc3339(start), rfc3339(end)] for start, end in spans[:_MOST_SPANS]]
        proof["open_left_out"] = max(0, len(spans) - _MOST_SPANS)
    proof["moves"] = [
        {
            "kind": _move_name(move),
            "at": rfc3339(move.at),
            "event": move.event,
            "due_at": _stamp(move.due),
        }
        | ({"pauses": pauses} if pauses else {})
        for move, pauses in zip(occurrence.moves, changes(moment, occurrence.moves, facts), strict=True)
    ]
    if held := holding(moment, occurrence, facts):
        proof["holds"] = [
            {"pause": one.pause, "since": rfc3339(one.since), "event": one.event, "reason": one.reason} for one in held
        ]
    proof["due_at"] = _stamp(due)
    for field, name in (("deadline", "policy"), ("calendar", "calendar_policy")):
        if field in levels:
            proof[name] = level_words(levels[field])
    if origin is not None:
        proof["severity_from"] = " ".join(origin)
    if moment.several:
        proof["several"] = _several(moment, occurrence)
    if moment.alone:
        proof["alone"] = list(moment.alone)
    return proof


def cause(fact: Fact) -> dict[str, str]:
    """The event behind a step, as published."""
    return {"id": fact.id, "source": fact.source, "type": fact.type, "occurred_at": rfc3339(fact.at)}


def _move_name(move: Move) -> str:
    return _MOVE_NAMES.get(move.kind) or KIND_NAMES[move.kind]


def _several(moment: Moment, occurrence: Occurrence) -> list[dict[str, Any]]:
    """What has come of the closings that take several events, and of how many parts something is missing."""
    return [
        {
            "closes": "ends" if several.role == Role.END else "cancels",
            "missing": len(missing(several, occurrence.came)),
            "parts": [
                {
                    "event": part.words,
                    "times": part.times,
                    "came": [{"event": one.event, "at": rfc3339(one.at)} for one in those(occurrence.came, number)],
                }
                for number, part in enumerate(several.parts, several.first)
            ],
        }
        for several in moment.several
    ]


def _stamp(at: int | None) -> str | None:
    return None if at is None else rfc3339(at)


def _tree(trace: Trace) -> dict[str, Any]:
    tree: dict[str, Any] = {"clause": trace.clause, "due_at": _stamp(trace.due)}
    if trace.field is not None:
        tree["field"] = trace.field
        if trace.clause != "after":
            tree["value"] = _stamp(trace.value)
    if trace.span is not None:
        tree["span"] = format_duration(trace.span)
    if trace.days is not None:
        tree["days"] = trace.days
    if trace.target is not None:
        tree["target"] = trace.target
    if trace.instead_of is not None:
        tree["instead_of"] = trace.instead_of
    if trace.parts:
        tree["parts"] = [_tree(part) for part in trace.parts]
        tree["chosen"] = trace.chosen
    return tree
