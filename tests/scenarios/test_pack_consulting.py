"""What is special in the pack consulting; the life of each of its moments is in lives_consulting.py."""

import pytest

from tests.support.story import Story


def team() -> Story:
    """A story of the pack; it is Monday, the second of November 2026."""
    return Story(["pack:consulting"], zone="Asia/Shanghai")


@pytest.mark.parametrize(
    ("asked", "zone", "due"),
    [
        ("09:00", None, "+1d 18:00"),
        ("17:59", None, "+1d 18:00"),
        ("18:00", None, "+2d 18:00"),  # closed: as of Tuesday
        ("+4d 19:00", None, "+8d 18:00"),  # Friday evening: as of Monday
        ("10:00", "Asia/Singapore", "+1d 18:00"),
        ("10:00", "Europe/Berlin", "+2d 01:00"),  # three in the morning there: as of Monday, Tuesday at 18:00 there
        ("10:00", "America/New_York", "+2d 07:00"),  # Sunday evening there: as of Monday, Tuesday at 18:00 there
    ],
)
def test_a_question_is_answered_by_the_close_of_the_next_working_day_where_the_team_is(
    asked: str, zone: str | None, due: str
) -> None:
    story = team().at(asked).send("client.asked", "q1", **({} if zone is None else {"time_zone": zone}))
    story.at(due).expect("at_risk", "q1", due=due)
    story.expect_nothing()
    story.at(due, 1).expect("breached", "q1", at=due, due=due)


def test_a_question_that_is_put_again_before_its_answer_does_not_gain_time() -> None:
    story = team().at("10:00").send("client.asked", "q1")
    story.at("+1d 10:00").send("client.asked", "q1")
    story.at("+1d 18:00:01").expect("at_risk", "q1", due="+1d 18:00")
    story.expect("breached", "q1", due="+1d 18:00", occurrence=1)
    story.send("question.answered", "q1").expect("recovered", "q1")
    story.send("client.asked", "q1")
    story.at("+3d 18:00:01").expect("at_risk", "q1", occurrence=2, due="+3d 18:00")


def test_a_deliverable_moves_only_with_the_consent_of_the_client() -> None:
    story = team().at("10:00").send("deliverable.agreed", "d1", due_at="+4d 18:00")
    story.at("+1d 09:00").send("deliverable.moved", "d1", due_at="+11d 18:00", agreed=False)
    story.at("+1d 18:00:01").expect("at_risk", "d1", at="+1d 18:00", due="+4d 18:00")
    story.send("deliverable.moved", "d1", due_at="+11d 18:00", agreed=True).expect("revised", "d1", due="+11d 18:00")
    story.at("+11d 18:00:01").expect("at_risk", "d1", at="+8d 18:00", due="+11d 18:00")
    story.expect("at_risk", "d1", at="+10d 18:00", due="+11d 18:00")
    story.expect("breached", "d1", due="+11d 18:00")


def test_a_deliverable_waits_for_the_data_of_the_client() -> None:
    story = team().at("10:00").send("deliverable.agreed", "d1", due_at="+4d 18:00")
    story.at("12:00").send("client.data_missing", "d1")
    story.at("+2d 12:00").send("client.data_received", "d1")  # two working days: from Friday to Tuesday
    story.at("+8d 18:00:01").expect("at_risk", "d1", at="+5d 18:00", due="+8d 18:00")
    story.expect("at_risk", "d1", at="+7d 18:00", due="+8d 18:00")
    story.expect("breached", "d1", due="+8d 18:00")


def test_a_deliverable_that_was_sent_in_time_and_is_heard_of_late_was_never_late() -> None:
    story = team().at("10:00").send("deliverable.agreed", "d1", due_at="+4d 18:00")
    story.at("+4d 18:00:01").expect("at_risk", "d1")
    story.expect("at_risk", "d1")
    story.expect("breached", "d1", due="+4d 18:00")
    story.at("+5d 10:00").send("deliverable.sent", "d1", time="+4d 17:50")
    story.expect("retracted", "d1", at="+4d 17:50")
    story.expect("met", "d1", at="+4d 17:50")
    story.expect_nothing()


def test_the_weight_of_each_moment_is_as_usual_in_the_field() -> None:
    assert {one.id: one.severity for one in team().catalogue.moments} == {
        "deliverable.sent": "high",
        "question.answered": "medium",
    }
