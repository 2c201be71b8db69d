"""What is special in the pack support; the life of each of its moments is in lives_support.py."""

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


def test_news_of_a_ticket_may_be_a_working_day_old_and_no_older() -> None:
    story = support().send("ticket.opened", "t1", priority="p3").send("ticket.replied", "t1", by="human")
    story.at("+1d 09:00").expect("at_risk", "t1", moment="progress.fresh", at="+1d 08:00", due="+1d 10:00", occurrence=2)
    story.at("+1d 10:00:01").expect("breached", "t1", moment="progress.fresh", due="+1d 10:00", occurrence=2)
    story.send("ticket.closed", "t1").expect("cancelled", "t1", moment="progress.fresh", occurrence=2)


def test_a_complaint_goes_its_five_steps_and_opens_again_when_the_customer_is_not_content() -> None:
    story = support().send("ticket.opened", "t1", category="complaint", priority="p3")
    story.at("10:05").send("ticket.replied", "t1", by="human")
    story.at("10:10").send("ticket.apologised", "t1")
    story.at("11:00").send("ticket.facts_collected", "t1")
    story.at("12:00").send("ticket.solution_told", "t1")
    story.at("13:00").send("ticket.reopened", "t1").expect_nothing()
    story.at("+2d 13:00:01").skip("progress.fresh").expect(
        "at_risk", "t1", moment="complaint.solution_told", occurrence=2, due="+3d 10:00"
    )
    story.send("ticket.solution_told", "t1").expect("met", "t1", moment="complaint.solution_told", occurrence=2)
    story.skip("progress.fresh").expect_nothing()
    story.send("ticket.customer_confirmed", "t1").skip("progress.fresh")
    story.at("+9d 10:00").skip("progress.fresh").expect_nothing()


def test_a_bot_that_answers_does_not_count_as_an_answer() -> None:
    story = support().send("ticket.opened", "t1", priority="p1")
    story.at("10:05").send("ticket.replied", "t1", by="bot")
    story.at("10:15:01").expect("at_risk", "t1", moment="ticket.first_reply_urgent")
    story.expect("breached", "t1", moment="ticket.first_reply_urgent", due="10:15", severity="critical")


def test_a_promise_moves_only_with_the_consent_of_the_customer() -> None:
    story = support().send("promise.made", "p1", due_at="12:00")
    story.at("10:30").send("promise.revised", "p1", due_at="15:00", agreed=False)
    story.at("11:30").expect("at_risk", "p1", due="12:00")
    story.send("promise.revised", "p1", due_at="14:00", agreed=True).expect("revised", "p1", due="14:00")
    story.at("13:59").expect("at_risk", "p1", at="13:00", due="14:00")
    story.send("promise.fulfilled", "p1").expect("met", "p1")


def test_a_good_score_is_no_matter() -> None:
    support().send("feedback.received", "f1", score=5.0).at("+6d 10:00").expect_nothing()
