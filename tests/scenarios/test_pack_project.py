"""What is special in the pack project; the life of each of its moments is in lives_project.py."""

import pytest

from tests.support.story import Story


def project() -> Story:
    """A story of the pack; it is Monday, the second of November 2026."""
    return Story(["pack:project"], zone="Asia/Shanghai")


def test_a_milestone_moves_only_with_the_consent_of_the_client() -> None:
    story = project().at("10:00").send("milestone.planned", "m1", due_at="+9d 18:00")
    story.at("+2d 10:00").send("milestone.replanned", "m1", due_at="+16d 18:00", agreed=False)
    story.at("+4d 18:00:01").expect("at_risk", "m1", at="+4d 18:00", due="+9d 18:00")
    story.send("milestone.replanned", "m1", due_at="+16d 18:00", agreed=True)
    story.expect("revised", "m1", due="+16d 18:00")
    story.at("+16d 18:00:01").expect("at_risk", "m1", at="+11d 18:00", due="+16d 18:00")
    story.expect("breached", "m1", due="+16d 18:00", severity="high")
    story.send("milestone.replanned", "m1", due_at="+23d 18:00", agreed=True).expect_nothing()
    story.send("milestone.accepted", "m1").expect("recovered", "m1", due="+16d 18:00")


def test_a_milestone_waits_for_the_input_of_the_client_in_working_days() -> None:
    story = project().at("10:00").send("milestone.planned", "m1", due_at="+9d 18:00")
    story.at("+4d 16:00").send("client.input_requested", "m1")  # two hours of Friday and three days are left
    story.at("+7d 16:00").send("client.input_received", "m1")  # Monday: a whole working day later
    story.at("+10d 18:00:01").expect("at_risk", "m1", at="+7d 16:00", due="+10d 18:00")
    story.expect("breached", "m1", due="+10d 18:00")


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("10:00", "+2d 18:00"),
        ("20:00", "+3d 18:00"),  # after hours: as of Tuesday
        ("+4d 17:00", "+8d 18:00"),  # Friday: Monday, Tuesday
        ("+5d 12:00", "+9d 18:00"),  # Saturday: as of Monday
        ("+58d 10:00", "+63d 18:00"),  # the 30th of December: the 31st, and Monday after New Year's Day
    ],
)
def test_a_change_is_answered_by_the_close_of_the_second_working_day(asked: str, due: str) -> None:
    story = project().at(asked).send("change.requested", "x1")
    story.at(due).expect("at_risk", "x1", due=due)
    story.expect_nothing()
    story.at(due, 1).expect("breached", "x1", at=due, due=due)


def test_a_second_change_of_the_same_kind_is_another_one() -> None:
    story = project().at("10:00").send("change.requested", "x1").send("change.answered", "x1")
    story.at("+1d 10:00").send("change.requested", "x1")
    story.at("+3d 18:00:01").expect("at_risk", "x1", occurrence=2, due="+3d 18:00")
    story.expect("breached", "x1", occurrence=2, due="+3d 18:00")


def test_training_that_the_client_moves_is_due_on_its_new_date() -> None:
    story = project().at("10:00").send("touchpoint.go_live", "p1")
    story.at("+2d 10:00").send("training.postponed", "p1")
    story.at("+8d 10:00").expect_nothing()
    story.send("training.scheduled", "p1", due_at="+20d 12:00", agreed=True)
    story.at("+20d 12:00:01").expect("at_risk", "p1", at="+19d 12:00", due="+20d 12:00")
    story.expect("breached", "p1", due="+20d 12:00")


def test_training_that_we_move_without_the_client_is_due_as_before() -> None:
    story = project().at("10:00").send("touchpoint.go_live", "p1")
    story.at("+2d 10:00").send("training.scheduled", "p1", due_at="+20d 12:00")
    story.at("+7d 18:00:01").expect("at_risk", "p1", at="+6d 18:00", due="+7d 18:00")
    said = story.expect("breached", "p1", due="+7d 18:00")
    assert said.proof is not None
    assert [move.kind for move in said.proof.moves] == ["refused"]


def test_an_acceptance_that_was_signed_in_time_and_is_heard_of_late_was_in_time() -> None:
    story = project().at("10:00").send("milestone.planned", "m1", due_at="+9d 18:00")
    story.at("+9d 18:00:01").expect("at_risk", "m1")
    story.expect("breached", "m1", due="+9d 18:00")
    story.at("+10d 09:00").send("milestone.accepted", "m1", time="+9d 17:30")
    story.expect("retracted", "m1", at="+9d 17:30")
    story.expect("met", "m1", at="+9d 17:30")
    story.expect_nothing()


def test_the_weight_of_each_moment_is_as_usual_in_the_field() -> None:
    assert {one.id: one.severity for one in project().catalogue.moments} == {
        "milestone.accepted": "high",
        "change.answered": "medium",
        "training.held": "medium",
    }
