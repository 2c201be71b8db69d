"""The arithmetic of a deadline, a step a line, in the reader's words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from schemas.transition import Proof
from streams.clock import instant, parse_rfc3339
from streams.console.pages.look import Look


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what is done, the sum itself, the instant it gives (None where there is none yet), how deep it lies."""

    name: str
    text: str
    gives: int | None = None
    depth: int = 0
    decides: bool = False


def steps(said: Mapping[str, Any] | Proof | None, look: Look) -> tuple[Step, ...]:
    """The steps from the start event to the due, empty where there is no proof, or none that this release can read."""
    if not said:
        return ()
    try:
        proof = Proof.model_validate(said)
        return tuple(_steps(proof, look))
    except (ValidationError, KeyError, TypeError, ValueError):  # of another release; the page stands without it
        return ()


def _steps(proof: Proof, look: Look) -> Iterator[Step]:
    t = look.t
    start = proof.start
    yield Step(
        t("proof.start"), t("proof.by_event", type=start.type, id=start.id, source=start.source), _at(proof.started_at)
    )
    if proof.deadline is not None:
        yield from _clauses(proof.deadline, look, 0, decides=False)
    if proof.severity_from is not None:
        who, _, what = proof.severity_from.partition(" ")
        yield Step(t("proof.severity"), t(f"proof.severity_by.{who}", what=what))
    if proof.calendar != "always":
        yield Step(t("proof.calendar"), t("proof.in_zone", calendar=proof.calendar, zone=proof.time_zone))
        for begin, end in proof.open:
            yield Step(
                t("proof.open"),
                t("proof.span", begin=look.clock(begin), end=look.clock(end), span=look.span(_at(end) - _at(begin))),
                None,
                1,
            )
        if proof.open_left_out:
            yield Step(t("proof.open"), t("proof.left_out", n=proof.open_left_out), None, 1)
    if proof.moves and proof.first_due_at is not None:
        yield Step(t("proof.first"), "", _at(proof.first_due_at))
    for move in proof.moves:
        by = t("proof.move_by", at=look.clock(move.at), event=move.event)
        begins = move.kind in ("paused", "held")
        yield Step(
            t.named("proof.move", move.kind),
            t("proof.join").join([by, *(pause if begins else t("proof.ending", pause=pause) for pause in move.pauses)]),
            None if move.due_at is None else _at(move.due_at),
        )
    for hold in proof.holds:
        since = t("proof.since", at=look.clock(hold.since), event=hold.event)
        reason = [t("proof.reason", reason=hold.reason)] if hold.reason else []
        yield Step(t("proof.holds"), t("proof.join").join([hold.pause, *reason, since]))
    yield from _closings(proof, look)
    due = None if proof.due_at is None else _at(proof.due_at)
    unknown = t("proof.stands") if proof.holds else t("proof.unknown")
    yield Step(t("proof.due"), unknown if due is None else "", due, 0, True)


def _closings(proof: Proof, look: Look) -> Iterator[Step]:
    """What has come of closings that take several events; of several ways to end, or to cancel, any one is enough."""
    t = look.t
    for closes, alone in (("ends", proof.alone), ("cancels", [])):
        ways = [several for several in proof.several if several.closes == closes]
        one_of = len(ways) + len(alone) > 1
        if one_of:
            yield Step(t.named("proof.several", closes), t("proof.one_of"))
            yield from (Step(event, "", None, 1) for event in alone)
        for several in ways:
            counted = several.parts[0].times > 1
            depth = int(one_of)
            if not counted or not one_of:
                name = t("proof.all_of") if one_of else t.named("proof.several", closes)
                lacks = t("proof.lacks" if one_of else "proof.wanting", n=several.missing)
                yield Step(name, "" if counted else lacks, None, depth)
                depth += 1
            for part in several.parts:
                came = [t("proof.move_by", at=look.clock(one.at), event=one.event) for one in part.came]
                often = [t("proof.often", n=len(came), times=part.times)] if part.times > 1 else []
                yield Step(part.event, t("proof.join").join([*often, *came]) or t("proof.missing"), None, depth)


def _clauses(tree: dict[str, Any], look: Look, depth: int, *, decides: bool) -> Iterator[Step]:
    t = look.t
    said = []
    stated = tree["clause"] == "after" and "field" in tree  # a length that the field says
    if "field" in tree:
        value = tree.get("value")
        shown = look.clock(parse_rfc3339(value)) if value else tree.get("span") if stated else None
        said.append(t("proof.field", field=tree["field"], value=shown or t("proof.missing")))
    if "span" in tree and not stated:
        said.append(t("proof.minus" if tree["clause"] == "before" else "proof.plus", span=tree["span"]))
    if "days" in tree:
        said.append(t("proof.days", n=tree["days"]))
    if "target" in tree:
        said.append(t("proof.target", target=tree["target"]))
    if "instead_of" in tree:
        said.append(t("proof.instead", field=tree["instead_of"]))
    due = tree.get("due_at")
    yield Step(
        t.named("proof.clause", str(tree["clause"])),
        t("proof.join").join(said),
        parse_rfc3339(due) if due else None,
        depth,
        decides,
    )
    for index, part in enumerate(tree.get("parts", ())):
        yield from _clauses(part, look, depth + 1, decides=index == tree.get("chosen"))


_at = instant
