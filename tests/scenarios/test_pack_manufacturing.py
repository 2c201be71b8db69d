"""What is special in the pack manufacturing; the life of each of its moments is in lives_manufacturing.py."""

import pytest

from tests.support.story import Story


def factory() -> Story:
    """A story of the pack, on Monday at ten."""
    return Story(["pack:manufacturing"], zone="Asia/Shanghai").at("10:00")


def test_a_record_that_lacks_something_is_none_yet_and_yet_starts_the_containment() -> None:
    story = factory().send("contact.flagged", "c1", category="complaint")
    story.at("10:20").send("complaint.logged", "c1", attributes={"complete": False})
    story.at("11:00:01").expect("at_risk", "c1", moment="complaint.recorded", at="10:45")
    story.expect("breached", "c1", moment="complaint.recorded", due="11:00")
    story.at("11:10").send("complaint.logged", "c1", attributes={"complete": True, "lot": "L-204"})
    story.expect("recovered", "c1", moment="complaint.recorded")
    # a day from the first record, of which six hours were left
    story.at("+1d 10:20:01").expect("at_risk", "c1", moment="containment.done", at="+1d 04:20", due="+1d 10:20")
    story.expect("breached", "c1", moment="containment.done", due="+1d 10:20", severity="critical")


def test_a_ticket_of_the_service_desk_is_a_record_too() -> None:
    story = factory().send("contact.flagged", "c1", category="complaint")
    story.at("10:50").expect("at_risk", "c1", moment="complaint.recorded")
    story.send("ticket.opened", "c1", category="complaint").expect("met", "c1", moment="complaint.recorded")
    story.at("+1d 10:50:01").expect("at_risk", "c1", moment="containment.done")
    story.expect("breached", "c1", moment="containment.done", due="+1d 10:50")
    story.send("containment.done", "c1").skip("containment.done")
    story.at("+14d 17:30:01").expect("at_risk", "c1", moment="cause.told", at="+11d 17:30")
    story.expect("at_risk", "c1", moment="cause.told", at="+13d 17:30")
    story.expect("breached", "c1", moment="cause.told", due="+14d 17:30")


def test_a_contact_that_is_no_complaint_owes_nothing() -> None:
    story = factory().send("contact.flagged", "c1", category="question")
    story.at("+20d 10:00").expect_nothing()


@pytest.mark.parametrize(("first", "second"), [("cause.told", "action.told"), ("action.told", "cause.told")])
def test_cause_and_action_must_both_be_told_in_either_order(first: str, second: str) -> None:
    story = factory().send("complaint.logged", "c1").send("containment.done", "c1")
    story.at("+5d 10:00").send(first, "c1")
    story.at("+11d 17:30:01").expect("at_risk", "c1", moment="cause.told", at="+11d 17:30", due="+14d 17:30")
    story.send(first, "c1").expect_nothing()
    story.send(second, "c1").expect("met", "c1", moment="cause.told")
    story.at("+20d 10:00").expect_nothing()


def test_where_somebody_could_be_hurt_containment_has_four_hours_and_the_cause_five_days() -> None:
    story = factory().send("complaint.logged", "c1", attributes={"safety": True})
    story.at("14:00:01").expect("at_risk", "c1", moment="containment.done", at="13:00", due="14:00")
    story.expect("breached", "c1", moment="containment.done", due="14:00")
    story.send("containment.done", "c1").skip("containment.done")
    story.at("+7d 17:30:01").expect("at_risk", "c1", moment="cause.told", at="+4d 17:30", due="+7d 17:30")
    story.expect("at_risk", "c1", moment="cause.told", at="+6d 17:30", due="+7d 17:30")
    story.expect("breached", "c1", moment="cause.told", due="+7d 17:30")


def test_a_product_line_may_have_days_of_its_own() -> None:
    story = factory().send("complaint.logged", "c1", attributes={"product": "automotive"}).send("containment.done", "c1")
    story.send("complaint.logged", "c2", attributes={"product": "furniture"}).send("containment.done", "c2")
    story.at("+7d 17:30:01").skip("containment.done").expect("at_risk", "c1", due="+7d 17:30")
    story.expect("at_risk", "c1")
    story.expect("breached", "c1", due="+7d 17:30")
    story.expect_nothing()
    story.at("+14d 17:30:01").expect("at_risk", "c2", due="+14d 17:30")
    story.expect("at_risk", "c2")
    story.expect("breached", "c2", due="+14d 17:30")


def test_a_sample_on_the_road_stops_the_containment_and_the_laboratory_stops_the_cause() -> None:
    story = factory().send("complaint.logged", "c1")
    story.at("11:00").send("sample.shipped", "c1")
    story.at("+1d 11:00").send("sample.received", "c1")  # 23 hours were left
    story.at("+1d 12:00").send("lab.awaited", "c1")
    story.at("+2d 10:00:01").expect("at_risk", "c1", moment="containment.done", at="+2d 04:00", due="+2d 10:00")
    story.expect("breached", "c1", moment="containment.done", due="+2d 10:00")
    story.send("containment.done", "c1").skip("containment.done")
    story.at("+4d 12:00").send("lab.reported", "c1")  # three working days later
    story.at("+18d 17:29").expect("at_risk", "c1", moment="cause.told", at="+14d 17:30", due="+17d 17:30")
    story.expect("at_risk", "c1", moment="cause.told", at="+16d 17:30", due="+17d 17:30")
    story.expect("breached", "c1", moment="cause.told", due="+17d 17:30")


def test_a_containment_that_was_done_in_time_and_is_heard_of_late_was_never_late() -> None:
    story = factory().send("complaint.logged", "c1")
    story.at("+1d 10:00:01").expect("at_risk", "c1")
    story.expect("breached", "c1", due="+1d 10:00")
    story.at("+1d 12:00").send("containment.done", "c1", time="+1d 03:00")
    story.expect("retracted", "c1", at="+1d 03:00")
    story.expect("met", "c1", at="+1d 03:00")
    story.expect_nothing()


@pytest.mark.parametrize("ended", ["complaint.withdrawn", "ticket.withdrawn", "ticket.merged"])
def test_a_complaint_that_is_withdrawn_or_merged_owes_nothing_more(ended: str) -> None:
    story = factory().send("complaint.logged", "c1")
    story.at("11:00").send(ended, "c1")
    story.at("+20d 10:00").expect_nothing()


def test_while_the_laboratory_is_awaited_parts_that_come_do_not_start_the_clock_of_the_cause() -> None:
    story = factory().send("complaint.logged", "c1").send("containment.done", "c1")
    story.at("+1d 17:30").send("parts.awaited", "c1").send("lab.awaited", "c1")
    story.at("+2d 17:30").send("parts.received", "c1")
    story.at("+3d 17:30").send("lab.reported", "c1")  # two working days
    story.at("+16d 17:30:01").expect("at_risk", "c1", at="+13d 17:30", due="+16d 17:30")
    story.expect("at_risk", "c1", at="+15d 17:30")
    story.expect("breached", "c1", due="+16d 17:30")


def test_parts_that_are_awaited_stop_the_cause() -> None:
    story = factory().send("complaint.logged", "c1").send("containment.done", "c1")
    story.at("+1d 17:30").send("parts.awaited", "c1")
    story.at("+3d 17:30").send("parts.received", "c1")  # two working days
    story.at("+16d 17:30:01").expect("at_risk", "c1", at="+13d 17:30", due="+16d 17:30")
    story.expect("at_risk", "c1", at="+15d 17:30")
    story.expect("breached", "c1", due="+16d 17:30")


def test_the_weight_of_each_moment_is_as_usual_in_the_field() -> None:
    assert {one.id: one.severity for one in factory().catalogue.moments} == {
        "complaint.recorded": "high",
        "containment.done": "critical",
        "cause.told": "medium",
    }
