"""Every moment of the pack support, from its beginning to each of its ends."""

import pytest

from tests.support.story import Story
from tests.support.story_of_pack import Life, Sent

COMPLAINT: Sent = ("ticket.opened", {"category": "complaint"})
REPLIED: Sent = ("ticket.replied", {"by": "human"})
WITHDRAWN: Sent = ("ticket.withdrawn", {})
MERGED: Sent = ("ticket.merged", {})
WAITING: Sent = ("ticket.waiting", {})
PACK = ("support",)

LIVES = [
    Life(
        "ticket.first_reply", (("ticket.opened", {"priority": "p3"}),), REPLIED, MERGED, ("16:00",), "18:00", packs=PACK
    ),
    Life(
        "ticket.first_reply_urgent",
        (("ticket.opened", {"priority": "p1"}),),
        REPLIED,
        WITHDRAWN,
        ("10:10",),
        "10:15",
        packs=PACK,
    ),
    Life(
        "ticket.next_reply",
        (("ticket.customer_replied", {}),),
        REPLIED,
        ("ticket.resolved", {}),
        ("16:00",),
        "18:00",
        WAITING,
        ("ticket.resumed", "+1d 10:00:30", "+1d 18:00"),
        PACK,
    ),
    Life(
        "handover.bot_human",
        (("ticket.escalated", {}),),
        ("touchpoint.human.joined", {}),
        ("touchpoint.customer.left", {}),
        ("10:01",),
        "10:02",
        packs=PACK,
    ),
    Life("complaint.first_listen", (COMPLAINT,), REPLIED, WITHDRAWN, ("10:24",), "10:30", packs=PACK),
    Life(
        "complaint.apology",
        (COMPLAINT, REPLIED),
        ("ticket.apologised", {}),
        WITHDRAWN,
        ("10:10",),
        "10:15",
        packs=PACK,
    ),
    Life(
        "complaint.facts",
        (COMPLAINT, REPLIED, ("ticket.apologised", {})),
        ("ticket.facts_collected", {}),
        MERGED,
        ("13:00",),
        "14:00",
        WAITING,
        ("ticket.resumed", "+1d 10:00:30", "+1d 14:00"),
        PACK,
    ),
    Life(
        "complaint.solution_told",
        (COMPLAINT,),
        ("ticket.solution_told", {}),
        WITHDRAWN,
        ("+2d 10:00",),
        "+2d 16:00",
        WAITING,
        ("ticket.customer_replied", "+3d 10:00:30", "+7d 16:00"),
        PACK,
    ),
    Life(
        "complaint.followed_up",
        (COMPLAINT, ("ticket.solution_told", {})),
        ("ticket.followed_up", {}),
        ("ticket.reopened", {}),
        ("+2d 10:00",),
        "+3d 10:00",
        ("touchpoint.customer.unreachable", {}),
        ("touchpoint.customer.reached", "+5d 10:00:30", "+8d 10:00"),
        PACK,
    ),
    Life(
        "promise.kept",
        (("promise.made", {"due_at": "12:00"}),),
        ("promise.fulfilled", {}),
        ("promise.released", {}),
        ("11:00",),
        "12:00",
        packs=PACK,
    ),
    Life(
        "feedback.low_score",
        (("feedback.received", {"score": 1.0}),),
        ("touchpoint.contact.made", {}),
        ("touchpoint.customer.opted_out", {}),
        ("+2d 10:00",),
        "+2d 16:00",
        packs=PACK,
    ),
]
ROUNDS = {"progress.fresh", "incident.updated"}
each = pytest.mark.parametrize("life", LIVES, ids=lambda life: life.moment)
each_pausing = pytest.mark.parametrize(
    "life", [life for life in LIVES if life.pauses is not None], ids=lambda life: life.moment
)


def support() -> Story:
    """A story of the pack, on Monday at ten."""
    return Story(["pack:support"], zone="Asia/Shanghai").at("10:00")


@each
def test_a_moment_that_is_met_early_stays_silent(life: Life) -> None:
    life.is_met_in_silence()


@each
def test_a_moment_that_is_met_after_its_warning_is_said_to_be_saved(life: Life) -> None:
    life.is_saved_after_its_warning()


@each
def test_a_moment_that_is_not_met_breaks_at_its_due_and_recovers(life: Life) -> None:
    life.breaks_and_recovers()


@each
def test_a_moment_that_is_called_off_does_not_break(life: Life) -> None:
    life.can_be_called_off()


@each_pausing
def test_a_moment_that_is_paused_stands_still(life: Life) -> None:
    life.stands_still_while_paused()


def test_every_moment_of_the_pack_has_its_story() -> None:
    assert {life.moment for life in LIVES} | ROUNDS == {one.id for one in support().catalogue.moments}


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
