"""What is special in the pack postnatal; the life of most of its moments is in lives_postnatal.py."""

import pytest

from tests.support.story import Story


def centre() -> Story:
    """A story of the pack, on Monday at ten."""
    return Story(["pack:postnatal"], zone="Asia/Shanghai").at("10:00")


def test_a_round_that_is_not_made_breaks_and_each_round_begins_the_next_two_hours() -> None:
    story = centre().send("stay.begun", "s1")
    story.at("11:40").send("round.done", "s1").expect_nothing()  # before any warning: in silence
    story.at("13:25:01").expect("at_risk", "s1", at="13:25", due="13:40", occurrence=2)
    story.send("round.done", "s1").expect("met", "s1", occurrence=2)
    story.at("15:25:02").expect("at_risk", "s1", at="15:10:01", due="15:25:01", occurrence=3)
    story.expect("breached", "s1", due="15:25:01", occurrence=3, severity="high")
    story.send("round.done", "s1").expect("recovered", "s1", occurrence=3)
    story.at("17:25:02").expect("at_risk", "s1", occurrence=4, due="17:25:02")
    story.expect_nothing()


def test_rounds_go_on_through_the_night() -> None:
    story = centre().at("22:30").send("stay.begun", "s1")
    story.at("+1d 00:30:01").expect("at_risk", "s1", at="+1d 00:15", due="+1d 00:30")
    story.expect("breached", "s1", due="+1d 00:30")


@pytest.mark.parametrize("who", ["mother", "baby"])
def test_while_mother_or_baby_is_away_no_round_is_owed(who: str) -> None:
    story = centre().send("stay.begun", "s1")
    story.at("11:00").send(f"{who}.away", "s1")
    story.at("15:00").expect_nothing()
    story.send(f"{who}.back", "s1")  # an hour was left
    story.at("16:00:01").expect("at_risk", "s1", at="15:45", due="16:00")
    story.expect("breached", "s1", due="16:00")


def test_while_both_are_away_a_baby_that_is_back_without_its_mother_is_owed_no_round() -> None:
    story = centre().send("stay.begun", "s1")
    story.at("11:00").send("mother.away", "s1")
    story.at("11:30").send("baby.away", "s1")
    story.at("13:00").send("baby.back", "s1")
    story.at("15:00").expect_nothing()
    story.send("mother.back", "s1")  # an hour was left
    story.at("16:00:01").expect("at_risk", "s1", at="15:45", due="16:00")
    story.expect("breached", "s1", due="16:00")


def test_a_round_that_is_charted_after_the_discharge_begins_no_further_ones() -> None:
    story = centre().send("stay.begun", "s1")
    story.at("11:00").send("stay.discharged", "s1")
    story.at("11:10").send("round.done", "s1")
    story.at("+1d 10:00").expect_nothing()
    story.send("stay.begun", "s1")  # she comes again
    story.at("+1d 12:00:01").expect("at_risk", "s1", occurrence=2, due="+1d 12:00")
    story.expect("breached", "s1", occurrence=2, due="+1d 12:00")


def test_after_the_discharge_no_round_is_owed() -> None:
    story = centre().send("stay.begun", "s1")
    story.at("11:30").send("stay.discharged", "s1")
    story.at("+2d 10:00").expect_nothing()


def test_a_round_that_is_late_already_is_called_off_by_the_discharge() -> None:
    story = centre().send("stay.begun", "s1")
    story.at("12:00:01").expect("at_risk", "s1")
    story.expect("breached", "s1")
    story.at("12:10").send("stay.discharged", "s1").expect("cancelled", "s1")
    story.at("+2d 10:00").expect_nothing()


def test_a_round_that_is_charted_late_and_was_made_in_time_was_in_time() -> None:
    story = centre().send("stay.begun", "s1")
    story.at("12:00:01").expect("at_risk", "s1")
    story.expect("breached", "s1", due="12:00")
    story.at("12:20").send("round.done", "s1", time="11:50")
    story.expect("retracted", "s1", at="11:50", occurrence=1)
    story.expect("met", "s1", at="11:50", occurrence=1)
    story.expect_nothing()
    story.at("13:50:01").expect("at_risk", "s1", at="13:35", due="13:50", occurrence=2)
    story.expect("breached", "s1", due="13:50", occurrence=2)


def test_the_next_bell_is_another_one_and_is_critical() -> None:
    story = centre().send("call.bell", "s1")
    story.at("10:01").send("staff.present", "s1").expect_nothing()
    story.at("10:30").send("call.bell", "s1")
    story.at("10:32:01").expect("at_risk", "s1", at="10:31", occurrence=2)
    story.expect("breached", "s1", due="10:32", occurrence=2, severity="critical")


def test_an_observation_that_is_only_charted_need_not_be_told() -> None:
    story = centre().send("observation.recorded", "o1", attributes={"routine": True})
    story.send("observation.recorded", "o2", category="jaundice")
    story.at("10:30:01").expect("at_risk", "o2", at="10:20", due="10:30")
    story.expect("breached", "o2", due="10:30")
    story.expect_nothing()


def test_two_incidents_of_one_stay_are_told_each_in_its_time() -> None:
    story = centre().send("incident.recorded", "s1-i1")
    story.at("10:20").send("incident.recorded", "s1-i2")
    story.at("10:25").expect("at_risk", "s1-i1", at="10:20")
    story.send("family.informed", "s1-i1").expect("met", "s1-i1")
    story.at("10:50:01").expect("at_risk", "s1-i2", at="10:40")
    story.expect("breached", "s1-i2", due="10:50")


def test_what_is_seen_again_after_the_family_was_told_is_told_again() -> None:
    story = centre().send("observation.recorded", "o1", category="jaundice").send("family.informed", "o1")
    story.at("12:00").send("observation.recorded", "o1", category="jaundice")
    story.at("12:30:01").expect("at_risk", "o1", at="12:20", occurrence=2)
    story.expect("breached", "o1", due="12:30", occurrence=2)


def test_the_weight_of_each_moment_is_as_usual_in_the_field() -> None:
    assert {one.id: one.severity for one in centre().catalogue.moments} == {
        "call.answered": "critical",
        "round.done": "high",
        "family.told": "high",
    }
