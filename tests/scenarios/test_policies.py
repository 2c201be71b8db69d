"""Policies in the life of a case: another deadline or severity, other hours, nothing at all; and what is said of it."""

import json

import pytest

from schemas.transition import Proof, Transition
from streams.catalogue.load import compile_source, compile_texts
from streams.engine.arithmetic import arithmetic
from streams.engine.publish import encode_transition
from streams.state.replay import Line, Replay
from tests.support.story import Story

CATALOGUE = """
name: shop
time_zone: UTC
calendars:
  desk: {weekly: {mon-sun: ["09:00-18:00"]}}
  mall: {weekly: {mon-sun: ["10:00-22:00"]}}
stores:
  s1: {brand: fresh, region: east}
  s2: {brand: fresh, region: east, hours: {mon-sun: ["12:00-20:00"]}}
policies:
  - {tenant: acme, moments: {order.confirm: {deadline: 6m}}}
  - {brand: fresh, region: east, moments: {order.confirm: {severity: critical}}}
  - {store: s1, moments: {order.confirm: {deadline: {after: 4m}}, order.made: {off: true}}, calendars: {desk: mall}}
  - {store: s3, moments: {order.promise: {deadline: {before: promised_at, lead: 10m}}}}
moments:
  - id: order.confirm
    title: {zh: 接单, en: Accepted}
    stage: execution
    owner: manager
    severity: high
    starts: order.placed
    ends: order.accepted
    deadline: 3m
    rises: [{after: 5m, to: high}]
  - id: order.made
    title: {zh: 出杯, en: Made}
    stage: execution
    owner: manager
    severity: high
    starts: order.accepted
    ends: order.ready
    deadline: 15m
  - id: ticket.reply
    title: {zh: 回复, en: Replied}
    stage: after_sales
    owner: desk
    severity: low
    starts: ticket.opened
    ends: ticket.replied
    deadline: 2h
    calendar: desk
  - id: ticket.visit
    title: {zh: 到店, en: Visited}
    stage: after_sales
    owner: desk
    severity: low
    starts: ticket.assigned
    ends: ticket.resolved
    deadline: 1h
    calendar: opening_hours
  - id: order.promise
    title: {zh: 送达, en: Delivered}
    stage: execution
    owner: manager
    severity: high
    starts: delivery.promised
    ends: delivery.delivered
    revises: {on: delivery.eta_revised, due: promised_at}
    deadline: {at: promised_at}
"""


def proof_of(said: Transition) -> Proof:
    assert said.proof is not None
    return said.proof


def test_the_deadline_of_the_store_counts_and_proof_and_sentence_say_so() -> None:
    story = Story(CATALOGUE)
    story.at("12:00").send("order.placed", "o1", store_id="s1")
    story.send("order.placed", "o2", store_id="s2").send("order.placed", "o3", tenant="other", store_id="s9")
    story.at("12:03", 1)
    assert proof_of(story.expect("breached", "o3", due="12:03", severity="high")).policy is None
    story.at("12:04", 1)
    said = story.expect("breached", "o1", due="12:04", severity="critical")
    assert said.sentence is not None
    assert (
        said.sentence.en
        == "Accepted: was due at 12:04 and has not come (order.placed at 2026-11-02 12:00 plus 4m, set for store s1)."
    )
    assert said.sentence.zh == (
        "接单：应于 12:04 前完成，未见完成（2026-11-02 12:00 order.placed 起 4 分，按门店 s1 的规定）。"
    )
    proof = proof_of(said)
    assert (proof.policy, proof.calendar_policy) == ("store s1", None)
    story.at("12:06", 1)
    assert proof_of(story.expect("breached", "o2", due="12:06", severity="critical")).policy == "tenant acme"
    story.skip("order.confirm").expect_nothing()


def test_a_rise_does_not_lower_the_severity_that_a_policy_set() -> None:
    story = Story(CATALOGUE)
    story.at("12:00").send("order.placed", "o1", store_id="s1").at("12:10")
    story.expect("breached", "o1", severity="critical")
    story.expect("worsened", "o1", severity="critical")
    story.send("order.accepted", "o1").expect("recovered", "o1", severity="critical")


def test_a_moment_that_is_off_at_the_store_does_not_begin_there() -> None:
    story = Story(CATALOGUE)
    story.at("12:00").send("order.placed", "o1", store_id="s1").send("order.placed", "o2", store_id="s2")
    story.at("12:01").send("order.accepted", "o1").send("order.accepted", "o2").at("13:00")
    story.expect("breached", "o2", moment="order.made", due="12:16")
    story.expect_nothing()


def test_the_store_is_known_from_an_earlier_event_and_after_a_restart() -> None:
    story = Story(CATALOGUE)
    story.at("12:00").send("delivery.promised", "o1", store_id="s1", promised_at="15:00")
    story.at("12:01").restart().send("order.placed", "o1").restart()
    story.at("12:06").expect("breached", "o1", due="12:05", severity="critical")
    story.expect_nothing()


def test_what_is_open_goes_on_when_its_case_moves_to_where_the_moment_is_off() -> None:
    story = Story(CATALOGUE)
    story.at("12:00").send("order.accepted", "o1", store_id="s2")
    story.at("12:01").send("delivery.promised", "o1", store_id="s1", promised_at="15:00").at("12:16")
    story.expect("breached", "o1", moment="order.made", due="12:15")
    story.expect_nothing()


def test_the_hours_of_the_place_count_and_the_proof_names_the_level() -> None:
    story = Story(CATALOGUE)
    story.at("17:00").send("ticket.opened", "t1", store_id="s1").send("ticket.opened", "t2", store_id="s2")
    story.at("19:01")
    said = story.expect("breached", "t1", due="19:00")
    proof = proof_of(said)
    assert (proof.calendar, proof.calendar_policy, proof.policy) == ("mall", "store s1", None)
    assert said.sentence is not None
    assert said.sentence.en.endswith("plus 2h, in the hours set for store s1).")
    assert said.sentence.zh.endswith("起 2 小时，时间按门店 s1 的规定）。")
    lines = arithmetic(json.loads(proof.model_dump_json(exclude_none=True)))
    assert "policy     the calendar is set for store s1" in lines
    story.at("+1d 10:01")
    assert proof_of(story.expect("breached", "t2", due="+1d 10:00")).calendar_policy is None


def test_opening_hours_are_those_of_the_store() -> None:
    story = Story(CATALOGUE)
    story.at("11:30").send("ticket.assigned", "t1", store_id="s2").send("ticket.assigned", "t2", store_id="s9")
    story.at("12:31").expect("breached", "t2", due="12:30")
    story.at("13:01")
    assert proof_of(story.expect("breached", "t1", due="13:00")).calendar == "opening_hours mon-sun 12:00-20:00"


def test_a_revision_moves_the_due_by_the_lead_of_the_place() -> None:
    story = Story(CATALOGUE)
    for case, store in (("d1", "s3"), ("d2", "s4")):
        story.at("12:00").send("delivery.promised", case, store_id=store, promised_at="13:00")
        story.send("delivery.eta_revised", case, promised_at="14:00")
    story.at("14:01")
    story.expect("breached", "d1", due="13:50")
    story.expect("breached", "d2", due="14:00")


def test_late_truth_of_the_place_corrects_what_was_told() -> None:
    story = Story(CATALOGUE)
    story.at("12:00").send("order.placed", "o1", tenant="other")
    story.at("12:04").expect("breached", "o1", due="12:03")
    story.send("order.accepted", "o1", tenant="other", time="11:59", store_id="s1")
    story.expect("retracted", "o1")
    story.expect("revised", "o1", due="12:04")
    story.at("12:04", 1).expect("breached", "o1", due="12:04", severity="critical")
    story.expect_nothing()


@pytest.mark.parametrize("proofs", [False, True])
def test_replay_says_each_step_with_the_severity_of_its_place(proofs: bool) -> None:
    lines = []
    for number, (store, kind, time) in enumerate(
        [("s1", "placed", "12:00"), ("s9", "placed", "12:00"), (None, "accepted", "12:01"), (None, "accepted", "12:01")]
    ):
        data = {} if store is None else {"store_id": store}
        event = {
            "specversion": "1.0", "id": f"e{number}", "source": "/s", "type": f"order.{kind}", "tenant": "other",
            "time": f"2026-11-02T{time}:00Z", "subject": f"o{number % 2}", "data": data,
        }  # fmt: skip
        lines.append(Line(json.dumps(event).encode(), "f", number + 1))
    replay = Replay(compile_texts([("f", CATALOGUE)]), compile_source, proofs=proofs)
    told = [json.loads(encode_transition(said)) for said in replay.run(lines)]
    of_confirm = [(said["case"], said["kind"], said["severity"]) for said in told if said["moment"] == "order.confirm"]
    assert of_confirm == [
        ("o0", "opened", "critical"),
        ("o1", "opened", "high"),
        ("o0", "met", "critical"),
        ("o1", "met", "high"),
    ]
    written = Replay(compile_texts([("f", CATALOGUE)]), compile_source, proofs=proofs)
    published = [json.loads(line) for part in written.tell(lines) for one in part for line in one.lines.splitlines()]
    assert published == told
