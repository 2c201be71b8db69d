"""Severity and warnings that are a target's own, that the start says, that count open days: in the life of a case."""

import json

import pytest

from schemas.transition import Proof, Transition
from streams.catalogue.load import compile_source, compile_texts
from streams.engine.arithmetic import arithmetic
from streams.engine.publish import encode_transition
from streams.state.replay import Line, Replay
from tests.support.story import Story

CATALOGUE = """
name: desk
calendars:
  office: {weekly: {mon-fri: ["09:00-17:00"]}}
policies:
  - {store: s1, moments: {ticket.reply: {severity: low}, report.told: {severity: low}}}
moments:
  - id: ticket.reply
    title: {zh: 回复, en: Replied}
    stage: after_sales
    owner: desk
    severity: medium
    starts: ticket.opened
    ends: ticket.replied
    pauses: ticket.waiting
    resumes: ticket.resumed
    reopens: ticket.reopened
    reopening: new
    deadline:
      after: 2h
      targets:
        - {when: {priority: p1}, after: 15m, calendar: always, severity: critical, warnings: [10m, 5m]}
        - {when: {tier: vip}, after: 1h}
        - {when: {tier: trial}, after: 30m, severity: low, warnings: []}
    calendar: office
    warnings: [50%]
    rises: [{after: 10m, to: high}]
  - id: report.told
    title: {zh: 告知, en: Told}
    stage: execution
    owner: ward
    severity: {field: attributes.urgency, default: medium}
    starts: exam.done
    ends: patient.told
    pauses: sample.lost
    resumes: sample.found
    revises: {on: visit.moved, due: due_at}
    deadline: {workdays: 3}
    calendar: office
    warnings: [{workdays: 2}, {workdays: 1}]
    rises: [{after: 1h, to: high}]
  - id: order.sent
    title: {zh: 送达, en: Sent}
    stage: execution
    owner: courier
    severity: medium
    starts: order.placed
    ends: order.shipped
    deadline:
      at: promised_at
      else: {after: 30m, targets: [{when: {tier: vip}, after: 10m, severity: critical, warnings: [4m]}]}
    warnings: [8m]
  - id: order.ready
    title: {zh: 备好, en: Ready}
    stage: execution
    owner: courier
    severity: medium
    starts: order.accepted
    ends: order.ready
    deadline:
      earliest:
        - {after: 30m, targets: [{when: {tier: vip}, after: 20m, severity: high, warnings: [2m]}]}
        - {after: 25m, targets: [{when: {channel: app}, after: 15m, severity: critical, warnings: [1m]}]}
"""


def sentence(said: Transition, language: str) -> str:
    assert said.sentence is not None
    return str(getattr(said.sentence, language))


def test_a_target_that_gives_the_due_gives_severity_and_warnings() -> None:
    story = Story(CATALOGUE).at("08:00").send("ticket.opened", "c1", priority="p1")
    story.at("08:05").expect_nothing()
    story.at("08:05", 1).expect("at_risk", "c1", at="08:05", due="08:15", severity="critical")
    story.at("08:10", 1).expect("at_risk", "c1", at="08:10", severity="critical")
    said = story.at("08:15", 1).expect("breached", "c1", at="08:15", severity="critical")
    assert said.proof is not None
    assert said.proof.severity_from == "target priority = p1"
    assert sentence(said, "en").endswith("; critical for priority = p1).")
    assert sentence(said, "zh").endswith("；priority = p1 时级别为紧急）。")
    assert "severity   as it began, by target priority = p1" in arithmetic(said.proof.model_dump(mode="json"))
    # it is graver already than what it rises to
    worse = story.at("08:25", 1).expect("worsened", "c1", at="08:25", severity="critical")
    assert "critical for" not in sentence(worse, "en")
    story.send("ticket.replied", "c1", by="human").expect("recovered", "c1", severity="critical")
    story.expect_nothing()


def test_a_target_without_its_own_has_those_of_the_moment() -> None:
    story = Story(CATALOGUE).at("10:00").send("ticket.opened", "c1", tier="vip")
    story.at("10:30", 1).expect("at_risk", "c1", at="10:30", due="11:00", severity="medium")
    said = story.at("11:00", 1).expect("breached", "c1", at="11:00", severity="medium")
    assert said.proof is not None
    assert said.proof.severity_from is None
    story.at("11:10", 1).expect("worsened", "c1", severity="high")


def test_a_target_may_do_without_warnings_and_rises_go_up_from_its_severity() -> None:
    story = Story(CATALOGUE).at("10:00").send("ticket.opened", "c1", tier="trial")
    story.at("10:30").expect_nothing()
    story.at("10:30", 1).expect("breached", "c1", at="10:30", severity="low")
    story.at("10:40", 1).expect("worsened", "c1", at="10:40", severity="high")
    story.expect_nothing()


def test_what_began_keeps_its_warnings_through_pauses_and_restarts() -> None:
    story = Story(CATALOGUE).at("10:00").send("ticket.opened", "c1", priority="p1")
    story.at("10:02").send("ticket.waiting", "c1", priority="p3").restart()
    story.at("12:00").send("ticket.resumed", "c1", priority="p3", tier="trial")
    story.at("12:03", 1).expect("at_risk", "c1", at="12:03", due="12:13", severity="critical")
    story.restart().at("12:08", 1).expect("at_risk", "c1", at="12:08", severity="critical")
    story.at("12:13", 1).expect("breached", "c1", severity="critical")


def test_what_begins_anew_looks_for_itself() -> None:
    story = Story(CATALOGUE).at("10:00").send("ticket.opened", "c1", priority="p1").at("10:01")
    story.send("ticket.replied", "c1", by="human").expect_nothing()
    story.at("10:02").send("ticket.reopened", "c1", priority="p3", tier="trial")
    story.at("10:32", 1).expect("breached", "c1", due="10:32", occurrence=2, severity="low")


def test_a_target_comes_before_a_policy_and_a_policy_before_the_moment() -> None:
    story = Story(CATALOGUE).at("10:00").send("ticket.opened", "c1", priority="p1", store_id="s1")
    story.send("ticket.opened", "c2", store_id="s1").send(
        "exam.done", "c3", store_id="s1", attributes={"urgency": "high"}
    )
    story.at("10:15", 1).skip("report.told").expect("at_risk", "c1", severity="critical")
    said = story.at("12:00", 1).expect("at_risk", "c2", at="11:00", severity="low")
    assert said.proof is not None
    assert said.proof.severity_from == "policy store s1"
    said = story.at("+2d 17:00", 1).expect("at_risk", "c3", severity="low")
    assert said.proof is not None
    assert said.proof.severity_from == "policy store s1"


@pytest.mark.parametrize(
    ("urgency", "severity", "rises"),
    [("critical", "critical", "critical"), ("low", "low", "high"), ("CRITICAL", "medium", "high"), (4, "medium", "high")],
)
def test_the_start_says_the_severity_where_it_names_one(urgency: object, severity: str, rises: str) -> None:
    story = Story(CATALOGUE).at("10:00").send("exam.done", "c1", attributes={"urgency": urgency})
    story.at("10:01").send("sample.lost", "c1", attributes={"urgency": "high"})
    story.at("10:02").send("sample.found", "c1", attributes={"urgency": "high"}).restart()
    # the minute that it stood still was of open time
    story.at("+4d 10:01").expect("at_risk", "c1", at="+2d 09:01", severity=severity)
    story.expect("at_risk", "c1", at="+3d 09:01", severity=severity)
    said = story.expect("breached", "c1", due="+4d 09:01", severity=severity)
    assert said.proof is not None
    named = urgency == severity
    assert said.proof.severity_from == ("field attributes.urgency" if named else None)
    assert (f"; {severity} as attributes.urgency says" in sentence(said, "en")) is named
    assert (f"级别按 attributes.urgency 为{'紧急' if severity == 'critical' else '低'}" in sentence(said, "zh")) is named
    story.at("+4d 10:01", 1).expect("worsened", "c1", severity=rises)


def test_the_severity_may_have_been_said_before() -> None:
    story = Story(CATALOGUE).at("09:00").send("sample.lost", "c1", attributes={"urgency": "high"})
    story.send("sample.found", "c1").at("10:00").send("exam.done", "c1")
    story.at("+2d 17:00", 1).expect("at_risk", "c1", at="+1d 17:00", severity="high")


def test_warnings_in_workdays_skip_the_weekend() -> None:
    story = Story(CATALOGUE).at("+2d 10:00").send("exam.done", "c1")  # on Wednesday, so due on Monday
    story.at("+3d 17:00").expect_nothing()
    story.at("+3d 17:00", 1).expect("at_risk", "c1", at="+3d 17:00", due="+7d 17:00")
    story.at("+4d 17:00").expect_nothing()
    story.at("+4d 17:00", 1).expect("at_risk", "c1", at="+4d 17:00")
    story.at("+7d 17:00", 1).expect("breached", "c1", due="+7d 17:00")
    story.expect_nothing()


def test_warnings_in_workdays_move_with_the_due() -> None:
    story = Story(CATALOGUE).at("10:00").send("exam.done", "c1")
    story.at("+1d 17:00", 1).expect("at_risk", "c1", at="+1d 17:00", due="+3d 17:00")
    story.at("+2d 09:00").send("visit.moved", "c1", due_at="+8d 12:00").expect("revised", "c1", due="+8d 12:00")
    story.at("+4d 12:00", 1).expect("at_risk", "c1", at="+4d 12:00", due="+8d 12:00")
    story.at("+7d 12:00").expect_nothing()
    story.at("+7d 12:00", 1).expect("at_risk", "c1", at="+7d 12:00")


def test_the_target_of_an_else_counts_only_where_it_stands_in() -> None:
    story = Story(CATALOGUE).at("10:00")
    story.send("order.placed", "c1", tier="vip", promised_at="10:30").send("order.placed", "c2", tier="vip")
    story.at("10:06", 1).expect("at_risk", "c2", at="10:06", due="10:10", severity="critical")
    story.at("10:10", 1).expect("breached", "c2", severity="critical")
    story.at("10:22").expect_nothing()
    story.at("10:22", 1).expect("at_risk", "c1", at="10:22", due="10:30", severity="medium")
    story.at("10:30", 1).expect("breached", "c1", severity="medium")


def test_of_several_deadlines_the_one_that_decides_has_its_target_count() -> None:
    story = Story(CATALOGUE).at("10:00")
    story.send("order.accepted", "c1", tier="vip").send("order.accepted", "c2", tier="vip", channel="app")
    story.send("order.accepted", "c3")
    story.at("10:14", 1).expect("at_risk", "c2", at="10:14", due="10:15", severity="critical")
    story.at("10:15", 1).expect("breached", "c2", severity="critical")
    story.at("10:18", 1).expect("at_risk", "c1", at="10:18", due="10:20", severity="high")
    story.at("10:25", 1).expect("breached", "c1", severity="high")
    story.expect("breached", "c3", due="10:25", severity="medium")
    story.expect_nothing()


def test_late_truth_of_the_start_counts_from_then_on() -> None:
    story = Story(CATALOGUE).at("10:00").send("ticket.opened", "c1", time="10:00", tier="trial")
    story.at("10:20").send("ticket.opened", "c1", time="09:50", priority="p1")
    # the true start is earlier, and is due at 10:05
    story.expect("breached", "c1", at="10:05", due="10:05", severity="critical")
    story.expect("worsened", "c1", at="10:15", severity="critical")
    story.send("ticket.replied", "c1", by="human").expect("recovered", "c1", severity="critical")
    story.expect_nothing()


@pytest.mark.parametrize("proofs", [False, True])
def test_replay_says_quiet_steps_with_the_severity_of_their_start(proofs: bool) -> None:
    lines = []
    for number, (case, kind, data) in enumerate(
        [
            ("o0", "order.placed", {"tier": "vip"}),
            ("o1", "order.placed", {}),
            ("e1", "touchpoint.exam.done", {"attributes": {"urgency": "critical"}}),
            ("e2", "touchpoint.exam.done", {}),
            ("o0", "order.shipped", {}),
            ("o1", "order.shipped", {}),
            ("e1", "touchpoint.patient.told", {}),
            ("e2", "touchpoint.patient.told", {}),
        ]
    ):
        event = {
            "specversion": "1.0", "id": f"e{number}", "source": "/s", "type": kind, "tenant": "acme",
            "time": f"2026-11-02T12:0{number}:00Z", "subject": case, "data": data,
        }  # fmt: skip
        lines.append(Line(json.dumps(event).encode(), "f", number + 1))
    replay = Replay(compile_texts([("f", CATALOGUE)]), compile_source, proofs=proofs)
    told = [json.loads(encode_transition(said)) for said in replay.run(lines)]
    assert [(said["case"], said["kind"], said["severity"]) for said in told] == [
        ("o0", "opened", "critical"),
        ("o1", "opened", "medium"),
        ("e1", "opened", "critical"),
        ("e2", "opened", "medium"),
        ("o0", "met", "critical"),
        ("o1", "met", "medium"),
        ("e1", "met", "critical"),
        ("e2", "met", "medium"),
    ]
    written = Replay(compile_texts([("f", CATALOGUE)]), compile_source, proofs=proofs)
    published = [json.loads(line) for part in written.tell(lines) for one in part for line in one.lines.splitlines()]
    assert published == told
    if proofs:
        assert Proof.model_validate(told[0]["proof"]).severity_from == "target tier = vip"


def test_a_promise_is_as_grave_as_whoever_gave_it_said() -> None:
    story = Story(["pack:common"]).at("10:00")
    story.send("promise.made", "p1", due_at="12:00", severity="critical").send("promise.made", "p2", due_at="12:00")
    story.send("promise.made", "p3", due_at="12:00", severity="the gravest")
    story.at("12:00", 1)
    for case, severity in (("p1", "critical"), ("p2", "high"), ("p3", "high")):
        story.expect("at_risk", case, at="11:00", severity=severity)
        story.expect("breached", case, at="12:00", severity=severity)
    assert {one.case: one.severity for one in story.followed.values()} == {"p1": "critical", "p2": "high", "p3": "high"}
