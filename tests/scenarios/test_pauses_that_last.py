"""A pause that has begun earlier and has not ended holds what begins then, from its start."""

import pytest

from tests.support.story import Story
from tests.support.story_catalogues import catalogue, moment

ROUNDS = """
    expects: {on: round.made, every: 60m, from: stay.begun, until: stay.ended, begins: from}
    pauses: [{on: mother.away, until: mother.back}, {on: baby.away, until: baby.back}]
    journal: true
"""
SHOP = """
    starts: job.taken
    ends: job.done
    cancels: job.dropped
    pauses: [parts.ordered, {on: price.asked, until: price.approved}]
    resumes: parts.arrived
    deadline: 60m
    time_to_live: 2d
    repeats: true
    journal: true
"""


def test_a_round_that_is_made_in_a_pause_begins_a_round_that_stands() -> None:
    story = Story(catalogue(moment(ROUNDS))).at("12:00").send("stay.begun", "s1")
    story.expect("opened", "s1")
    story.at("12:10").send("mother.away", "s1", reason="bath").expect("paused", "s1")
    story.at("12:20").send("baby.away", "s1").restart()
    story.at("12:30").send("round.made", "s1").expect("met", "s1")
    story.expect("opened", "s1", due="13:30", occurrence=2)
    said = story.expect("paused", "s1", at="12:30", occurrence=2)
    assert said.proof is not None
    assert [(hold.pause, f"{hold.since:%H:%M}", hold.reason) for hold in said.proof.holds] == [
        ("touchpoint.mother.away", "12:10", "bath"),
        ("touchpoint.baby.away", "12:20", None),
    ]
    assert [(move.kind, f"{move.at:%H:%M}", move.pauses) for move in said.proof.moves] == [
        ("paused", "12:30", ["touchpoint.mother.away"]),
        ("held", "12:30", ["touchpoint.baby.away"]),
    ]
    assert said.sentence is not None
    assert "held by touchpoint.mother.away (bath) since" in said.sentence.en
    story.at("15:00").send("mother.back", "s1").restart().at("16:00").send("baby.back", "s1")
    story.expect("resumed", "s1", due="17:00", occurrence=2)
    story.at("17:00", 1).expect("breached", "s1", occurrence=2)


def test_a_pause_after_the_breach_holds_the_next_round() -> None:
    story = Story(catalogue(moment(ROUNDS))).at("12:00").send("stay.begun", "s1")
    story.expect("opened", "s1")
    story.at("13:10").expect("breached", "s1")
    story.send("mother.away", "s1").expect_nothing()
    story.at("13:20").send("round.made", "s1").expect("recovered", "s1")
    story.expect("opened", "s1", occurrence=2)
    story.expect("paused", "s1", occurrence=2)


def test_the_end_of_rounds_is_the_end_of_what_held_them() -> None:
    story = Story(catalogue(moment(ROUNDS))).at("12:00").send("stay.begun", "s1").send("mother.away", "s1")
    story.at("12:30").send("stay.ended", "s1").at("12:40").send("stay.begun", "s1")
    kinds = [said.kind for said in story.unheard]
    assert kinds == ["opened", "paused", "cancelled", "opened"]


@pytest.mark.parametrize("before", ["parts.ordered", "price.asked"])
def test_a_pause_that_began_before_the_start_holds_from_the_start(before: str) -> None:
    story = Story(catalogue(moment(SHOP))).at("11:50").send(before, "j1").expect_nothing().restart()
    story.at("12:00").send("job.taken", "j1").expect("opened", "j1", due="13:00")
    story.expect("paused", "j1", at="12:00")
    story.at("14:00").send({"parts.ordered": "parts.arrived", "price.asked": "price.approved"}[before], "j1")
    story.expect("resumed", "j1", due="15:00")


def test_a_pause_that_ended_before_the_start_holds_nothing() -> None:
    story = Story(catalogue(moment(SHOP))).at("11:40").send("parts.ordered", "j1").at("11:50").send("parts.arrived", "j1")
    story.at("12:00").send("job.taken", "j1").expect("opened", "j1", due="13:00")
    story.expect_nothing()


@pytest.mark.parametrize("over", ["job.done", "job.dropped"])
def test_what_ends_or_cancels_lets_go_of_what_held_it(over: str) -> None:
    story = Story(catalogue(moment(SHOP))).at("12:00").send("job.taken", "j1").send("price.asked", "j1")
    story.at("12:10").send(over, "j1").at("12:20").send("job.taken", "j1")
    assert story.unheard[-1].kind == "opened"


def test_a_pause_between_two_occurrences_holds_the_second() -> None:
    story = Story(catalogue(moment(SHOP))).at("12:00").send("job.taken", "j1").at("12:10").send("job.done", "j1")
    story.at("12:15").send("price.asked", "j1").at("12:20").send("job.taken", "j1")
    assert [said.kind for said in story.unheard] == ["opened", "met", "opened", "paused"]


def test_an_occurrence_that_is_given_up_lets_go_of_what_held_it() -> None:
    story = Story(catalogue(moment(SHOP))).at("12:00").send("job.taken", "j1").send("price.asked", "j1")
    story.at("+2d 12:01").send("job.taken", "j1")
    assert [said.kind for said in story.unheard] == ["opened", "paused", "expired", "opened"]


def test_an_occurrence_that_an_end_of_its_instant_closes_lets_go_of_a_pause_of_this_instant() -> None:
    story = Story(catalogue(moment(SHOP))).at("12:00").send("job.done", "j1").send("price.asked", "j1")
    story.send("job.taken", "j1").at("12:20").send("job.taken", "j1")
    assert [said.kind for said in story.unheard] == ["opened", "met", "opened"]


def test_a_pause_that_nothing_ends_holds_only_what_it_meets() -> None:
    rounds = ROUNDS.replace("[{on: mother.away, until: mother.back}, {on: baby.away, until: baby.back}]", "mother.away")
    story = Story(catalogue(moment(rounds))).at("12:00").send("stay.begun", "s1").send("mother.away", "s1")
    story.at("12:30").send("round.made", "s1")
    assert [said.kind for said in story.unheard] == ["opened", "paused", "met", "opened"]


def test_a_pause_before_the_start_that_is_heard_of_late_stops_the_clock_after_all() -> None:
    story = Story(catalogue(moment(SHOP))).at("12:00").send("job.taken", "j1")
    story.expect("opened", "j1", due="13:00")
    story.at("13:10").expect("breached", "j1")
    story.send("price.asked", "j1", time="11:55").expect("retracted", "j1")
    story.expect("paused", "j1", at="11:55")
    story.at("14:00").send("price.approved", "j1").expect("resumed", "j1", due="15:00")


def test_a_step_whose_turn_comes_during_a_wait_is_held_until_it_is_over() -> None:
    story = Story(["pack:common"], zone="Asia/Shanghai").at("10:00").send("ticket.opened", "t1", category="complaint")
    story.at("10:05").send("ticket.replied", "t1", by="human").send("ticket.waiting", "t1")
    story.at("10:10").send("ticket.apologised", "t1")
    assert not [said for said in story.at("+1d 17:00").unheard if said.moment == "complaint.facts"]
    story.send("ticket.customer_replied", "t1").at("+3d 12:00")
    assert [said.kind for said in story.unheard if said.moment == "complaint.facts"] == ["at_risk", "breached"]
