"""Promises made by word: each with an id is a case of its own beside its case, and the ledger has it until it is over.

The ledger, and the steps of chains, are what is published of the clocks that people follow (`story.followed`).
"""

import json
from datetime import datetime
from typing import Any

import pytest

from schemas.followed import Followed
from streams.clock import as_datetime
from streams.engine.followed import follow
from streams.state.processor import CLOCK_KEY
from tests.support.story import Story
from tests.support.story_catalogues import catalogue, moment

CASE = "t-7"
CALL, REFUND = f"{CASE}#call", f"{CASE}#refund"
KEPT = moment(
    """
    starts: promise.made
    ends: promise.fulfilled
    cancels: promise.released
    revises: {on: promise.revised, due: due_at, needs: {agreed: true}}
    repeats: true
    deadline: {at: due_at}
    warnings: [30m]
    """,
    name="promise.kept",
)
REPLY = moment(
    """
    starts: {on: ticket.opened, where: {category: complaint}}
    ends: ticket.replied
    chain: {name: complaint, step: 1}
    deadline: {after: 1h}
    """,
    name="complaint.reply",
)
FACTS = moment(
    """
    starts: ticket.replied
    ends: ticket.facts_collected
    chain: {name: complaint, step: 2}
    deadline: {after: 4h}
    warnings: [1h]
    """,
    name="complaint.facts",
)
CATALOGUE = catalogue(KEPT, REPLY, FACTS)


def made(story: Story, name: str | None, due: str, **data: Any) -> Story:
    """A promise in the case, by a desk."""
    own = {} if name is None else {"promise_id": name}
    return story.send("promise.made", CASE, due_at=due, person="li.na", **own, **data)


def two() -> Story:
    """A call back by 12:00 and a refund by 15:00, promised at 10:00."""
    story = Story(CATALOGUE).at("10:00")
    made(story, "call", "12:00", text="Call back", store_id="s-1")
    return made(story, "refund", "15:00", text="Money back")


def story_time(story: Story, text: str) -> datetime:
    """A time of the story."""
    return as_datetime(story.instant(text))


def standing(story: Story, case: str, moment: str = "promise.kept") -> Followed:
    """The clock of a case as it is published now."""
    (found,) = [one for one in story.followed.values() if (one.case, one.moment) == (case, moment)]
    return found


def states(story: Story) -> dict[str, str]:
    """The ledger: how each promise stands, and that it stands so after a restart and from the records alone."""
    told: dict[str, str] = {one.case: one.state for one in story.followed.values() if one.promise is not None}
    whole: dict[bytes, bytes] = {}
    processor = story.restart().processor
    for key in story.state:
        tenant, between, case = key.decode(errors="replace").partition("\x1f")
        if between and not tenant.startswith("~") and (known := processor.case(tenant, case)) is not None:
            whole |= follow(known[0], tenant, case, known[1])
    assert {name.decode(): Followed.model_validate_json(value) for name, value in whole.items()} == story.followed
    return told


# two side by side


def test_two_promises_of_one_case_run_side_by_side_each_to_its_own_due() -> None:
    story = two()
    story.at("11:31").expect("at_risk", CALL, due="12:00")
    story.send("promise.fulfilled", CASE, promise_id="call").expect("met", CALL)
    story.at("15:01").expect("at_risk", REFUND, due="15:00")
    story.expect("breached", REFUND, due="15:00")
    story.send("promise.fulfilled", CASE, promise_id="refund").expect("recovered", REFUND)
    story.expect_nothing()


def test_what_ends_one_promise_ends_no_other() -> None:
    story = two().at("10:05").send("promise.released", CASE, promise_id="refund")
    assert states(story) == {CALL: "running", REFUND: "cancelled"}
    story.at("12:00", seconds=1).expect("at_risk", CALL)
    story.expect("breached", CALL)
    story.expect_nothing()


def test_without_ids_promises_of_a_case_belong_to_it_as_ever() -> None:
    story = made(Story(CATALOGUE).at("10:00"), None, "12:00", text="Call back")
    story.at("12:00", seconds=1).expect("at_risk", CASE)
    story.expect("breached", CASE, occurrence=1)
    story.send("promise.fulfilled", CASE).expect("recovered", CASE)
    made(story.at("13:00"), None, "14:00")
    story.at("14:01").expect("at_risk", CASE, occurrence=2)
    assert [(one.within, one.promise.id) for one in story.followed.values() if one.promise] == [(CASE, None)] * 2


def test_a_transition_says_who_promised_what() -> None:
    said = two().at("11:31").expect("at_risk", CALL)
    assert said.promise is not None
    assert said.promise.model_dump() == {"id": "call", "person": "li.na", "text": "Call back"}
    assert said.chain is None


# another time


def test_another_time_without_the_customers_consent_leaves_the_old_due_and_the_proof_says_so() -> None:
    story = two().at("11:00")
    story.send("promise.revised", CASE, promise_id="call", due_at="17:00", agreed=False, text="Some day", person="ana")
    assert standing(story, CALL).due_at == story_time(story, "12:00")
    assert standing(story, CALL).promise == standing(two(), CALL).promise  # what did not count says nothing
    said = story.at("12:00", seconds=1).expect("at_risk", CALL, due="12:00")
    said = story.expect("breached", CALL, due="12:00")
    assert said.proof is not None
    assert [move.kind for move in said.proof.moves] == ["refused"]
    assert said.sentence is not None
    assert "agreed" in said.sentence.en


def test_with_the_customers_consent_the_new_time_and_words_count() -> None:
    story = two().at("11:00")
    story.send("promise.revised", CASE, promise_id="call", due_at="17:00", agreed=True, text="Call in the evening")
    clock = standing(story, CALL)
    assert clock.due_at == story_time(story, "17:00")
    assert clock.promise is not None
    assert (clock.promise.text, clock.promise.person) == ("Call in the evening", "li.na")
    story.at("16:31").expect("at_risk", CALL, due="17:00")


# the ledger


def test_the_ledger_has_promises_that_run_well_from_the_beginning() -> None:
    story = two()
    story.expect_nothing()
    assert states(story) == {CALL: "running", REFUND: "running"}
    clock = standing(story, CALL)
    assert (clock.within, clock.labels.store, clock.due_at) == (CASE, "s-1", story_time(story, "12:00"))


def test_the_ledger_follows_each_promise_to_its_end_and_forgets_it_with_its_case() -> None:
    story = two().at("11:40")
    assert states(story) == {CALL: "at_risk", REFUND: "running"}
    story.at("12:10")
    assert states(story)[CALL] == "broken"
    assert standing(story, CALL).due_at == story_time(story, "12:00")
    story.at("12:30").send("promise.fulfilled", CASE, promise_id="call")
    assert states(story)[CALL] == "recovered"
    assert standing(story, CALL).ended_at == story_time(story, "12:30")
    story.at("14:00")  # corrections are one hour
    assert states(story) == {REFUND: "running"}


def test_late_truth_puts_the_ledger_right() -> None:
    story = two().at("12:10")
    assert states(story)[CALL] == "broken"
    story.send("promise.fulfilled", CASE, promise_id="call", time="11:50")
    assert states(story)[CALL] == "met"
    assert standing(story, CALL).ended_at == story_time(story, "11:50")


def test_while_a_feed_is_blind_the_ledger_does_not_say_that_a_promise_is_broken() -> None:
    story = Story(CATALOGUE, feeds=True).at("10:00")
    story.send("promise.fulfilled", "t-6")  # who brings what keeps promises is known
    made(story, "call", "12:00").feed("blind", "/story", None)
    assert states(story.at("12:10"))[CALL] == "unknown"
    story.feed("heard", "/story", None)
    assert states(story)[CALL] == "broken"


@pytest.mark.parametrize("repeat", [1, 2])
def test_the_same_event_again_changes_nothing(repeat: int) -> None:
    story = two()
    before = dict(story.followed)
    for _ in range(repeat):
        story.send("promise.made", CASE, name="e1", promise_id="call", due_at="18:00", time="10:00")
    assert story.followed == before


# chains


def test_the_steps_of_a_chain_are_published_as_they_stand() -> None:
    story = Story(CATALOGUE).at("09:00").send("ticket.opened", CASE, category="complaint")
    assert [(one.moment, one.state) for one in story.followed.values()] == [("complaint.reply", "running")]
    story.at("09:30").send("ticket.replied", CASE, by="human")
    assert standing(story, CASE, "complaint.reply").state == "met"
    second = standing(story, CASE, "complaint.facts")
    assert second.chain is not None
    assert second.chain.model_dump() == {"name": "complaint", "step": 2, "of": 2}
    said = story.at("12:31").expect("at_risk", CASE, moment="complaint.facts")
    assert said.chain == second.chain
    assert said.promise is None


def test_what_is_neither_a_promise_nor_a_step_is_not_followed() -> None:
    story = Story(catalogue(KEPT, moment("starts: order.placed\nends: order.ready\ndeadline: 10m", name="ready")))
    story.at("09:00").send("order.placed", "o-1").at("09:11").expect("breached", "o-1")
    assert story.followed == {}


# a shard from before there was a ledger


def upgraded(story: Story) -> Story:
    """The worker ends, and a later release takes over a state that was written without the ledger."""
    clock = json.loads(story.state[CLOCK_KEY])
    assert clock.pop("followed")
    story.state[CLOCK_KEY] = json.dumps(clock).encode()
    story.followed.clear()
    return story.restart()


def test_a_shard_that_never_published_its_ledger_publishes_all_of_it_once() -> None:
    story = two().at("12:10")
    story.send("ticket.opened", "t-8", category="complaint")
    before = dict(story.followed)
    assert len(before) == 3
    assert upgraded(story).at("12:11").followed == before
    # and never again
    story.followed.clear()
    assert story.at("12:12").restart().at("12:13").followed == {}


def test_what_changes_before_its_turn_has_come_is_published_as_it_stands_then() -> None:
    story = Story(CATALOGUE).at("10:00")
    for number in range(2500):
        story.send("promise.made", f"c{number}", due_at="15:00")
    story.at("10:05")
    upgraded(story).send("promise.fulfilled", "c7")
    assert 0 < len(story.followed) <= 1001
    told = story.at("10:06").at("10:07").followed
    assert len(told) == 2500
    assert {one.case: one.state for one in told.values() if one.state != "running"} == {"c7": "met"}


def test_a_worker_that_ends_half_way_begins_again_until_all_is_published() -> None:
    story = Story(CATALOGUE).at("10:00")
    for number in range(1500):
        story.send("promise.made", f"c{number}", due_at="15:00")
    upgraded(story).at("10:05")
    assert len(story.followed) == 1000
    assert len(story.restart().at("10:06").at("10:07").followed) == 1500
