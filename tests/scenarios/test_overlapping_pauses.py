"""A clock that several things stop at once goes on when the last of them is over."""

import pytest

from tests.support.story import Story
from tests.support.story_catalogues import catalogue, moment

REPAIR = """
    starts: device.received
    ends: device.ready
    pauses:
      - {on: parts.ordered, until: parts.arrived}
      - {on: price.asked, until: [price.approved, price.declined]}
      - device.shipped
    resumes: device.back
    deadline: 60m
    journal: true
"""
ROUNDS = """
    expects: {on: round.made, every: 60m, from: stay.begun, until: stay.ended, begins: from}
    journal: true
"""


def repair(more: str = "") -> Story:
    """A device is brought at noon, and is due at one."""
    story = Story(catalogue(moment(REPAIR + more))).at("12:00").send("device.received", "d1")
    story.expect("opened", "d1")
    return story


def test_the_clock_goes_on_with_the_end_of_the_last_pause() -> None:
    story = repair().at("12:10").send("parts.ordered", "d1")
    story.expect("paused", "d1")
    story.at("12:20").send("price.asked", "d1").expect_nothing()
    story.at("12:30").send("parts.arrived", "d1").expect_nothing()
    story.at("14:00").send("price.declined", "d1")
    said = story.expect("resumed", "d1", at="14:00", due="14:50")
    assert said.proof is not None
    assert [(move.kind, move.event, move.pauses) for move in said.proof.moves] == [
        ("paused", "e2", ["touchpoint.parts.ordered"]),
        ("held", "e3", ["touchpoint.price.asked"]),
        ("let_go", "e4", ["touchpoint.parts.ordered"]),
        ("resumed", "e5", ["touchpoint.price.asked"]),
    ]
    assert said.proof.holds == []
    assert said.sentence is not None
    assert "held" not in said.sentence.en


@pytest.mark.parametrize("other", ["parts.arrived", "device.back"])
def test_the_end_of_a_pause_that_does_not_hold_does_nothing(other: str) -> None:
    story = repair().at("12:10").send("price.asked", "d1")
    story.expect("paused", "d1")
    story.at("12:20").send(other, "d1").expect_nothing()
    story.at("12:30").send("price.approved", "d1").expect("resumed", "d1", due="13:20")
    story.at("12:40").send("price.approved", "d1").expect_nothing()


def test_a_pause_that_comes_twice_is_over_with_its_first_end() -> None:
    story = repair().at("12:10").send("parts.ordered", "d1")
    story.expect("paused", "d1")
    story.at("12:20").send("parts.ordered", "d1").expect_nothing()
    story.at("12:30").send("parts.arrived", "d1").expect("resumed", "d1", due="13:20")


def test_what_resumes_ends_only_the_pauses_without_an_end_of_their_own() -> None:
    story = repair().at("12:10").send("device.shipped", "d1")
    story.expect("paused", "d1")
    story.at("12:20").send("parts.ordered", "d1").send("device.back", "d1").expect_nothing()
    story.at("12:30").send("parts.arrived", "d1").expect("resumed", "d1", due="13:20")


def test_what_ends_and_opens_again_is_held_by_nothing() -> None:
    story = repair("    reopens: device.returned\n    reopening: continue\n")
    story.at("12:10").send("parts.ordered", "d1").expect("paused", "d1")
    story.send("price.asked", "d1").send("device.ready", "d1").expect("met", "d1")
    story.at("12:30").send("device.returned", "d1").expect("opened", "d1", due="13:20")
    story.at("12:40").send("price.asked", "d1").expect("paused", "d1")
    story.at("12:50").send("price.approved", "d1").expect("resumed", "d1", due="13:30")


def test_an_end_of_one_pause_that_is_heard_of_late_changes_nothing_while_another_holds() -> None:
    story = repair().at("12:10").send("parts.ordered", "d1")
    story.expect("paused", "d1")
    story.at("12:20").send("price.asked", "d1")
    story.at("12:40").send("parts.arrived", "d1", time="12:15")
    story.expect_nothing()  # it went on at 12:15 and stood again from 12:20 on
    story.at("12:50").send("price.approved", "d1").expect("resumed", "d1", due="13:35")


def test_rounds_that_only_from_begins_run_from_it_to_their_end() -> None:
    story = Story(catalogue(moment(ROUNDS))).at("12:00").send("round.made", "s1").expect_nothing()
    story.at("12:10").send("stay.begun", "s1").expect("opened", "s1", due="13:10")
    story.at("12:20").send("round.made", "s1").expect("met", "s1")
    story.expect("opened", "s1", due="13:20", occurrence=2)
    story.at("12:30").send("stay.ended", "s1").expect("cancelled", "s1", occurrence=2)
    story.at("12:40").send("round.made", "s1").expect_nothing()
    story.at("12:50").send("stay.begun", "s1").expect("opened", "s1", due="13:50", occurrence=3)


def test_a_round_of_the_very_instant_of_the_beginning_leaves_the_rounds_running() -> None:
    story = Story(catalogue(moment(ROUNDS))).at("12:00").send("round.made", "s1").send("stay.begun", "s1")
    story.expect("opened", "s1", due="13:00")
    story.expect_nothing()
