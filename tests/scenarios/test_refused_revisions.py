"""A new time for a promise counts only with what it needs; without, the old due stands and the proof says that it was
asked for."""

from typing import Any

from schemas.transition import Transition
from streams.engine.arithmetic import arithmetic
from streams.engine.explain import clocks
from tests.support.story import Story
from tests.support.story_catalogues import catalogue, moment

CALL = """
    starts: call.promised
    ends: call.made
    pauses: customer.away
    resumes: customer.back
    revises: {on: call.moved, due: attributes.to, needs: {attributes.agreed: true}}
    deadline: {at: attributes.to, else: {after: 2h}}
"""


def call(more: str = "", **attributes: Any) -> Story:
    """At noon a call back is promised within two hours."""
    return Story(catalogue(moment(CALL + more))).at("12:00").send("call.promised", "c1", attributes=attributes)


def to(clock: str, *, agreed: bool | None = None) -> dict[str, Any]:
    """The attributes of a new time."""
    return {"to": f"2026-11-02T{clock}:00Z", **({} if agreed is None else {"agreed": agreed})}


def moves(said: Transition) -> list[tuple[str, str | None]]:
    """What happened to the due, with what it was then."""
    assert said.proof is not None
    return [(move.kind, None if move.due_at is None else f"{move.due_at:%H:%M}") for move in said.proof.moves]


def test_a_new_time_that_the_customer_agreed_to_moves_the_due() -> None:
    story = call().at("12:30").send("call.moved", "c1", attributes=to("16:00", agreed=True)).at("15:59").expect_nothing()
    assert moves(story.at("16:01").expect("breached", "c1", due="16:00")) == [("revised", "16:00")]


def test_without_the_customers_consent_the_old_due_stands_and_proof_and_sentence_say_so() -> None:
    for agreed in (None, False):
        story = call().at("12:30").send("call.moved", "c1", attributes=to("16:00", agreed=agreed))
        said = story.at("14:01").expect("breached", "c1", due="14:00")
        assert moves(said) == [("refused", "14:00")]
        assert said.sentence is not None
        asked = "a new time was asked for at 12:30 without attributes.agreed = true, so the old due stands"
        assert asked in said.sentence.en
        assert "12:30 要求改期，不满足 attributes.agreed = true，原期限不变" in said.sentence.zh
        assert "then moved" not in said.sentence.en
        story.expect_nothing()


def test_what_is_refused_is_not_said_by_itself() -> None:
    story = call("journal: true\n").at("12:30")
    story.expect("opened", "c1")
    story.send("call.moved", "c1", attributes=to("16:00")).expect_nothing()
    said = story.at("13:00").send("call.made", "c1").expect("met", "c1", due="14:00")
    assert moves(said) == [("refused", "14:00")]


def test_consent_that_comes_later_moves_the_due_and_ends_the_talk_of_refusals() -> None:
    story = call().at("12:30").send("call.moved", "c1", attributes=to("16:00"))
    story.at("12:40").send("call.moved", "c1", attributes=to("16:00", agreed=True))
    said = story.at("16:01").expect("breached", "c1", due="16:00")
    assert moves(said) == [("refused", "14:00"), ("revised", "16:00")]
    assert said.sentence is not None
    assert "then moved once)" in said.sentence.en
    assert "asked for" not in said.sentence.en


def test_several_refusals_are_counted_and_the_last_is_dated() -> None:
    story = call().at("12:30").send("call.moved", "c1", attributes=to("16:00"))
    story.at("12:40").send("call.moved", "c1", attributes=to("17:00"))
    said = story.at("14:01").expect("breached", "c1")
    assert said.sentence is not None
    assert "a new time was asked for 2 times, last at 12:40, without attributes.agreed = true" in said.sentence.en
    assert "2 次要求改期（最近 12:40），不满足" in said.sentence.zh


def test_asking_for_the_time_that_stands_or_for_none_is_no_refusal() -> None:
    story = call().at("12:30").send("call.moved", "c1", attributes=to("14:00"))
    story.at("12:40").send("call.moved", "c1", attributes={"agreed": False, "to": "soon"})
    assert moves(story.at("14:01").expect("breached", "c1")) == []


def test_what_is_broken_or_over_refuses_nothing() -> None:
    story = call().at("14:01")
    story.expect("breached", "c1")
    story.at("14:10").send("call.moved", "c1", attributes=to("16:00")).at("14:20").send("call.made", "c1")
    assert moves(story.expect("recovered", "c1")) == []
    story.at("14:30").send("call.moved", "c1", attributes=to("17:00")).at("20:00").expect_nothing()


def test_in_a_pause_a_new_time_is_refused_and_what_was_left_goes_on() -> None:
    story = call().at("12:30").send("customer.away", "c1").at("12:40").send("call.moved", "c1", attributes=to("16:00"))
    story.at("13:00").send("customer.back", "c1").at("14:30").expect_nothing()
    said = story.at("14:31").expect("breached", "c1", due="14:30")
    assert moves(said) == [("paused", None), ("refused", None), ("resumed", "14:30")]


def test_another_revision_that_holds_goes_before_the_refusal() -> None:
    rules = CALL.replace("revises: {", "revises: [{").replace(": true}}", ": true}}, {on: call.*, due: attributes.at}]")
    story = Story(catalogue(moment(rules))).at("12:00").send("call.promised", "c1")
    story.at("12:30").send("call.moved", "c1", attributes={**to("16:00"), "at": "2026-11-02T15:00:00Z"})
    assert moves(story.at("15:01").expect("breached", "c1", due="15:00")) == [("revised", "15:00")]


# late truth


def test_consent_that_is_heard_of_late_retracts_the_breach() -> None:
    story = call().at("12:30").send("call.moved", "c1", attributes=to("16:00")).at("14:01")
    story.expect("breached", "c1", due="14:00")
    story.at("14:10").send("call.moved", "c1", time="12:45", attributes=to("16:00", agreed=True))
    assert moves(story.expect("retracted", "c1", at="12:45", due="16:00")) == [("refused", "14:00"), ("revised", "16:00")]
    story.expect("revised", "c1", at="12:45", due="16:00")
    story.expect_nothing()


def test_a_refusal_that_is_heard_of_late_says_nothing_and_stands_in_the_next_proof() -> None:
    story = call().at("14:01")
    assert moves(story.expect("breached", "c1", due="14:00")) == []
    story.at("14:10").send("call.moved", "c1", time="12:30", attributes=to("16:00")).expect_nothing()
    assert moves(story.at("14:20").send("call.made", "c1").expect("recovered", "c1")) == [("refused", "14:00")]


def test_explain_shows_a_refusal_at_once_and_after_a_restart() -> None:
    story = call().at("12:30").send("call.moved", "c1", name="m1", attributes=to("16:00")).restart()
    found = story.processor.case("acme", "c1")
    assert found is not None
    (clock,) = clocks(*found)
    assert clock.proof is not None
    assert "refused    2026-11-02T12:30:00Z  by m1, due 2026-11-02T14:00:00Z, as before" in arithmetic(clock.proof)
    assert "so the old due stands" in clock.sentence["en"]
