"""What is published is what the contract says, to the last field."""

import json
from pathlib import Path

from schemas.transition import Transition
from streams.catalogue.load import compile_source, load
from streams.clock import parse_rfc3339
from streams.engine.publish import as_document, encode_transition
from streams.state.replay import Line, Replay

CATALOGUE = """
name: forms
time_zone: Asia/Shanghai
calendars:
  hours: {weekly: {mon-sun: ["09:00-21:00"]}}
moments:
  - id: ticket.solved
    title: {zh: 解决工单, en: Ticket solved}
    stage: after_sales
    class: basic
    owner: desk
    severity: high
    starts: [ticket.opened]
    ends: [ticket.resolved]
    pauses: [ticket.waiting]
    resumes: [ticket.resumed]
    deadline: {after: 4h, targets: [{when: {priority: P1}, after: 2h}]}
    warnings: ["50%"]
    calendar: hours
    rises: [{after: 1h, to: critical}]
"""


def a_line(number: int, kind: str, time: str, **data: object) -> Line:
    event = {
        "specversion": "1.0", "id": f"e-{number}", "source": "//desk", "type": kind, "time": time, "subject": "T-1",
        "tenant": "acme", "region": "east", "data": {"ticket_id": "T-1", **data},
    }  # fmt: skip
    return Line(json.dumps(event).encode(), "desk.jsonl", number)


def the_story(tmp_path: Path, *, proofs: bool) -> Replay:
    path = tmp_path / "forms.yaml"
    path.write_text(CATALOGUE, encoding="utf-8")
    return Replay(load([str(path)]), compile_source, proofs=proofs)


LINES = [
    a_line(1, "ticket.opened", "2026-11-02T19:30:00+08:00", priority="P1", store_id="s-7", channel="phone"),
    a_line(2, "ticket.waiting", "2026-11-02T20:00:00+08:00"),
    a_line(3, "ticket.resumed", "2026-11-03T09:30:00+08:00"),
    a_line(4, "ticket.resolved", "2026-11-03T13:00:00+08:00"),
]


def test_every_transition_is_of_the_published_model_and_has_exactly_its_fields(tmp_path: Path) -> None:
    said = list(the_story(tmp_path, proofs=True).run(LINES))
    assert [json.loads(encode_transition(each))["kind"] for each in said] == [
        "opened", "paused", "resumed", "at_risk", "breached", "worsened", "recovered",
    ]  # fmt: skip
    for each in said:
        document = json.loads(encode_transition(each))
        assert set(document) == set(Transition.model_fields)
        read = Transition.model_validate_json(encode_transition(each))
        assert read.proof is not None
        optional = {"open", "open_left_out", "several", "policy", "calendar_policy", "holds", "severity_from", "alone"}
        assert set(document["proof"]) | optional == set(type(read.proof).model_fields)


def test_a_breach_carries_its_arithmetic_and_a_sentence_in_both_languages(tmp_path: Path) -> None:
    said = list(the_story(tmp_path, proofs=False).run(LINES))
    breach = Transition.model_validate(next(as_document(each) for each in said if each.severity and each.kind == 2))
    assert breach.proof is not None
    assert breach.due_at is not None
    assert breach.due_at.timestamp() * 1e6 == parse_rfc3339("2026-11-03T11:00:00+08:00")
    assert breach.proof.deadline == {
        "clause": "after", "due_at": "2026-11-03T01:30:00Z", "span": "2h", "target": "priority = P1",
    }  # fmt: skip
    assert [move.kind for move in breach.proof.moves] == ["paused", "resumed"]
    assert breach.proof.calendar == "hours"
    assert breach.proof.time_zone == "Asia/Shanghai"
    assert sum((end - begin).total_seconds() for begin, end in breach.proof.open) == 2 * 3600
    assert breach.labels.model_dump() == {
        "region": "east", "store": "s-7", "channel": "phone", "fleet": None, "provider": None,
    }  # fmt: skip
    assert breach.sentence is not None
    assert "11:00" in breach.sentence.en
    assert "2h" in breach.sentence.en
    assert "11:00" in breach.sentence.zh
    assert "2 小时" in breach.sentence.zh


def test_quiet_steps_of_a_replay_leave_the_proof_out_unless_it_is_asked_for(tmp_path: Path) -> None:
    opened = next(iter(the_story(tmp_path, proofs=False).run(LINES)))
    assert opened.proof is None
    assert opened.sentence is None
