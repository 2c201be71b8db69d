"""What is special in the pack support; the life of each of its moments is in lives_support.py."""

import pytest

from tests.support.story import Story


def support() -> Story:
    """A story of the pack, on Monday at ten."""
    return Story(["pack:support"], zone="Asia/Shanghai").at("10:00")


def test_an_incident_that_falls_silent_breaks_and_each_update_begins_the_next_half_hour() -> None:
    story = support().send("incident.opened", "i1")
    story.at("10:25").expect("at_risk", "i1", at="10:20", due="10:30")
    story.send("incident.updated", "i1").expect("met", "i1", occurrence=1)
    story.at("10:55:01").expect("at_risk", "i1", at="10:45", due="10:55", occurrence=2)
    story.expect("breached", "i1", due="10:55", occurrence=2)
    story.send("incident.updated", "i1").expect("recovered", "i1", occurrence=2)
    story.at("11:00").send("incident.resolved", "i1")
    story.at("12:00").expect_nothing()


def test_an_incident_that_is_only_watched_may_be_silent() -> None:
    story = support().send("incident.opened", "i1")
    story.at("10:10").send("incident.monitoring", "i1")
    story.at("12:00").expect_nothing()
    story.send("incident.worsened", "i1")
    story.at("12:20:01").expect("at_risk", "i1", due="12:20")
    story.expect("breached", "i1", due="12:20")


def test_the_report_after_an_incident_begins_no_further_half_hours_and_the_next_outage_does() -> None:
    story = support().send("incident.opened", "i1")
    story.at("10:20").send("incident.updated", "i1")
    story.at("10:45").expect("at_risk", "i1", at="10:40", due="10:50", occurrence=2)
    story.send("incident.resolved", "i1").expect("cancelled", "i1", occurrence=2)
    story.at("15:00").send("incident.updated", "i1")
    story.at("18:00").expect_nothing()
    story.send("incident.opened", "i1")
    story.at("18:30:01").expect("at_risk", "i1", at="18:20", due="18:30", occurrence=3)
    story.expect("breached", "i1", due="18:30", occurrence=3)


def test_news_of_an_incident_that_are_heard_of_late_were_in_time() -> None:
    story = support().send("incident.opened", "i1")
    story.at("10:30:01").expect("at_risk", "i1")
    story.expect("breached", "i1", due="10:30")
    story.at("10:35").send("incident.updated", "i1", time="10:28").expect("retracted", "i1", at="10:28")
    story.expect("met", "i1", at="10:28")
    story.expect_nothing()


def test_news_of_a_ticket_may_be_a_working_day_old_and_no_older() -> None:
    story = support().send("ticket.opened", "t1", priority="p3").send("ticket.replied", "t1", by="human")
    story.at("+1d 09:00").expect("at_risk", "t1", moment="progress.fresh", at="16:45", due="+1d 10:00", occurrence=2)
    story.at("+1d 10:00:01").expect("breached", "t1", moment="progress.fresh", due="+1d 10:00", occurrence=2)
    story.send("ticket.closed", "t1").expect("cancelled", "t1", moment="progress.fresh", occurrence=2)


def test_a_bot_that_answers_does_not_count_as_an_answer() -> None:
    story = support().send("ticket.opened", "t1", priority="p1")
    story.at("10:05").send("ticket.replied", "t1", by="bot")
    story.at("10:15:01").expect("at_risk", "t1", moment="ticket.first_reply_urgent")
    story.expect("breached", "t1", moment="ticket.first_reply_urgent", due="10:15", severity="critical")


@pytest.mark.parametrize(
    ("data", "due"),
    [
        ({"priority": "p2"}, "12:00"),
        ({"priority": "p3", "tier": "vip"}, "14:00"),
        ({"priority": "p3"}, "18:00"),
        ({}, "18:00"),
    ],
)
def test_the_first_reply_is_due_by_priority_and_tier(data: dict[str, str], due: str) -> None:
    story = support().send("ticket.opened", "t1", **data)
    story.at(due, 1).skip("progress.fresh").expect("at_risk", "t1", moment="ticket.first_reply", due=due)
    story.expect("breached", "t1", moment="ticket.first_reply", at=due, due=due)


def test_the_urgent_reply_is_owed_at_night_and_the_others_are_not() -> None:
    story = support().at("22:00").send("ticket.opened", "t1", priority="p1").send("ticket.opened", "t2", priority="p3")
    story.at("22:15:01").expect("at_risk", "t1", moment="ticket.first_reply_urgent")
    story.expect("breached", "t1", moment="ticket.first_reply_urgent", due="22:15")
    story.expect_nothing()


def test_a_ticket_that_waits_for_the_customer_owes_no_reply() -> None:
    story = support().send("ticket.opened", "t1", priority="p3").send("ticket.replied", "t1", by="human")
    story.at("11:00").send("ticket.customer_replied", "t1").send("ticket.waiting", "t1")
    story.at("+4d 18:00").expect_nothing()


def test_a_customer_who_writes_again_while_we_wait_for_him_starts_the_clock() -> None:
    story = support().send("ticket.opened", "t1", priority="p3").send("ticket.replied", "t1", by="human")
    story.at("11:00").send("ticket.customer_replied", "t1")
    story.at("12:00").send("ticket.waiting", "t1")  # seven hours were left
    story.at("+1d 10:00").send("ticket.customer_replied", "t1").skip("progress.fresh").expect_nothing()
    story.at("+1d 17:00:01").skip("progress.fresh")
    story.expect("at_risk", "t1", moment="ticket.next_reply", at="+1d 15:00", due="+1d 17:00")
    story.expect("breached", "t1", moment="ticket.next_reply", due="+1d 17:00")


def test_a_customer_who_waits_for_a_third_party_with_us_is_owed_the_next_reply() -> None:
    story = support().send("ticket.opened", "t1", priority="p3").send("ticket.replied", "t1", by="human")
    story.at("10:30").send("ticket.customer_replied", "t1").send("ticket.waiting", "t1", reason="third_party")
    story.at("+1d 09:30:01").skip("progress.fresh")
    story.expect("at_risk", "t1", moment="ticket.next_reply", at="16:30", due="+1d 09:30")
    story.expect("breached", "t1", moment="ticket.next_reply", due="+1d 09:30")


def test_a_low_survey_is_followed_up_by_the_next_working_day_and_is_of_medium_weight() -> None:
    # Friday: by the close of Monday
    story = support().at("+4d 17:00").send("feedback.received", "f1", score=2.0)
    story.at("+7d 18:00:01").expect("at_risk", "f1", at="+7d 12:00", due="+7d 18:00")
    story.expect("breached", "f1", due="+7d 18:00", severity="medium")


def test_the_complaint_in_five_steps_comes_along() -> None:
    story = support().send("ticket.opened", "t1", category="complaint", priority="p3")
    story.at("10:30:01").expect("at_risk", "t1", moment="complaint.first_listen", at="10:24", due="10:30")
    story.expect("breached", "t1", moment="complaint.first_listen", due="10:30")
    story.send("ticket.replied", "t1", by="human").expect("recovered", "t1", moment="complaint.first_listen")
    story.at("10:45:02").expect("at_risk", "t1", moment="complaint.apology", due="10:45:01")
    story.expect("breached", "t1", moment="complaint.apology", due="10:45:01")


def test_a_reply_that_was_sent_in_time_and_is_heard_of_late_was_never_late() -> None:
    story = support().send("ticket.opened", "t1", priority="p1")
    story.at("10:15:01").expect("at_risk", "t1", moment="ticket.first_reply_urgent")
    story.expect("breached", "t1", moment="ticket.first_reply_urgent", due="10:15")
    story.at("10:20").send("ticket.replied", "t1", time="10:09", by="human")
    story.expect("retracted", "t1", moment="ticket.first_reply_urgent", at="10:09")
    story.expect("met", "t1", moment="ticket.first_reply_urgent", at="10:09")
    story.expect_nothing()


def test_a_good_score_is_no_matter() -> None:
    support().send("feedback.received", "f1", score=5.0).at("+6d 10:00").expect_nothing()
