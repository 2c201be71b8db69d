"""What is special in the pack common; the life of each of its moments is in lives_common.py."""

import pytest

from tests.support.story import Story


def common() -> Story:
    """A story of the pack, on Monday at ten."""
    return Story(["pack:common"], zone="Asia/Shanghai").at("10:00")


def solved_at_noon() -> Story:
    """A complaint that went its first four steps in time, by twelve."""
    story = common().send("ticket.opened", "t1", category="complaint")
    story.at("10:05").send("ticket.replied", "t1", by="human")
    story.at("10:10").send("ticket.apologised", "t1")
    story.at("11:00").send("ticket.facts_collected", "t1")
    return story.at("12:00").send("ticket.solution_told", "t1").expect_nothing()


def test_a_complaint_goes_its_five_steps_and_opens_again_when_the_customer_is_not_content() -> None:
    story = solved_at_noon().at("13:00").send("customer.unhappy", "t1").expect_nothing()
    # five open hours on Monday, nine on Tuesday, four on Wednesday are three quarters of twenty-four
    story.at("+2d 13:00:01").skip("progress.fresh")
    story.expect("at_risk", "t1", moment="complaint.solution_told", occurrence=2, at="+2d 13:00", due="+3d 10:00")
    story.expect_nothing()
    story.send("ticket.solution_told", "t1").expect("met", "t1", moment="complaint.solution_told", occurrence=2)
    story.send("ticket.customer_confirmed", "t1").skip("progress.fresh")
    story.at("+9d 10:00").expect_nothing()


def test_a_customer_who_comes_back_is_listened_to_again_and_gets_another_apology() -> None:
    story = solved_at_noon().at("13:00").send("ticket.reopened", "t1").expect_nothing()
    story.at("13:30:01").expect("at_risk", "t1", moment="complaint.first_listen", at="13:24", occurrence=2)
    story.expect("breached", "t1", moment="complaint.first_listen", due="13:30", occurrence=2)
    story.send("agent.contacted", "t1").expect("recovered", "t1", moment="complaint.first_listen", occurrence=2)
    story.at("13:45:02").expect("at_risk", "t1", moment="complaint.apology", occurrence=2)
    story.expect("breached", "t1", moment="complaint.apology", due="13:45:01", occurrence=2)
    story.expect_nothing()


@pytest.mark.parametrize("attempt", ["ticket.followed_up", "customer.unreachable"])
def test_one_attempt_and_two_close_no_complaint_but_the_third_does(attempt: str) -> None:
    story = solved_at_noon()
    for day in (1, 2):
        story.at(f"+{day}d 10:00").send(attempt, "t1")
    story.at("+2d 12:00:01").skip("progress.fresh")
    story.expect("at_risk", "t1", moment="complaint.followed_up", at="+2d 12:00", due="+3d 12:00")
    story.at("+3d 11:00").send(attempt, "t1").skip("progress.fresh")
    story.expect("met", "t1", moment="complaint.followed_up")
    story.at("+9d 10:00").skip("progress.fresh").expect_nothing()


def test_attempts_before_a_customer_was_unhappy_do_not_count_for_the_next_solution() -> None:
    story = solved_at_noon()
    story.at("12:10").send("ticket.followed_up", "t1").send("ticket.followed_up", "t1")
    story.send("customer.unhappy", "t1").send("ticket.solution_told", "t1")
    story.at("12:20").send("ticket.followed_up", "t1")
    story.at("+3d 12:10:01").skip("progress.fresh")
    story.expect("at_risk", "t1", moment="complaint.followed_up", occurrence=2)
    story.expect("breached", "t1", moment="complaint.followed_up", due="+3d 12:10", occurrence=2)
    story.send("ticket.customer_confirmed", "t1").expect("recovered", "t1", moment="complaint.followed_up")


def test_the_complaint_of_a_vip_is_listened_to_within_ten_minutes_and_the_proof_names_the_target() -> None:
    story = common().send("ticket.opened", "t1", category="complaint", tier="vip")
    story.at("10:10:01").expect("at_risk", "t1", at="10:08")
    said = story.expect("breached", "t1", moment="complaint.first_listen", due="10:10")
    assert said.proof is not None
    assert said.proof.deadline is not None
    assert "tier" in said.proof.deadline["target"]


def test_where_safety_is_at_stake_the_clock_runs_on_saturday_night_as_well() -> None:
    story = common().at("+5d 20:00")
    story.send("ticket.opened", "t1", category="complaint", attributes={"safety": True})
    story.at("+5d 20:10:01").expect("at_risk", "t1", at="+5d 20:08")
    story.expect("breached", "t1", moment="complaint.first_listen", due="+5d 20:10")
    story.at("+6d 00:00:01").expect("at_risk", "t1", at="+5d 23:00")
    story.expect("breached", "t1", moment="complaint.solution_told", due="+6d 00:00")


def test_a_complaint_on_new_years_eve_is_listened_to_on_the_next_workday() -> None:
    # Thursday 31 December at 17:50; Friday is a holiday
    story = common().at("+59d 17:50").send("ticket.opened", "t1", category="complaint")
    story.at("+63d 09:20:01").expect("at_risk", "t1", at="+63d 09:14")
    story.expect("breached", "t1", moment="complaint.first_listen", due="+63d 09:20")


def test_a_duplicate_complaint_is_called_off_with_all_its_steps() -> None:
    story = common().send("ticket.opened", "t1", category="complaint").send("ticket.merged", "t1")
    story.at("+9d 10:00").expect_nothing()


def test_a_promise_moves_only_with_the_consent_of_the_customer() -> None:
    story = common().send("promise.made", "p1", due_at="12:00")
    story.at("10:30").send("promise.revised", "p1", due_at="15:00", agreed=False)
    story.at("11:30").expect("at_risk", "p1", at="11:00", due="12:00")
    story.send("promise.revised", "p1", due_at="14:00", agreed=True).expect("revised", "p1", due="14:00")
    story.at("13:59").expect("at_risk", "p1", at="13:00", due="14:00")
    story.send("promise.fulfilled", "p1").expect("met", "p1")


def test_a_broken_promise_shows_that_another_time_was_named_without_the_customer() -> None:
    story = common().send("promise.made", "p1", due_at="12:00")
    story.at("10:30").send("promise.revised", "p1", due_at="15:00", name="e2")
    story.at("12:00:01").expect("at_risk", "p1", due="12:00")
    said = story.expect("breached", "p1", due="12:00")
    assert said.proof is not None
    assert [(move.kind, move.event) for move in said.proof.moves] == [("refused", "e2")]


def test_nobody_but_the_customer_lets_us_off_a_promise() -> None:
    story = common().send("promise.made", "p1", due_at="12:00").send("promise.released", "p1", agreed=False)
    story.at("12:00:01").expect("at_risk", "p1", at="11:00")
    story.expect("breached", "p1", due="12:00")


def test_a_good_score_and_an_anonymous_one_are_no_matter() -> None:
    story = common().send("feedback.received", "f1", score=3.0)
    story.send("feedback.received", "f2", score=1.0, attributes={"anonymous": True})
    story.at("+6d 10:00").expect_nothing()


def test_who_asks_for_a_human_at_night_gets_one_two_minutes_after_the_opening() -> None:
    story = common().at("23:00").send("ticket.escalated", "t1")
    story.at("+1d 08:02:01").expect("at_risk", "t1", at="+1d 08:01")
    story.expect("breached", "t1", due="+1d 08:02")


def test_news_may_be_a_working_day_old_and_no_older() -> None:
    story = common().send("case.opened", "k1").send("update.sent", "k1")
    story.at("+1d 09:00").expect("at_risk", "k1", at="16:45", due="+1d 10:00", occurrence=2)
    story.at("+1d 10:00:01").expect("breached", "k1", due="+1d 10:00", occurrence=2)
    story.send("case.closed", "k1").expect("cancelled", "k1", occurrence=2)
    story.at("+9d 10:00").expect_nothing()


def test_news_after_the_warning_save_the_round_and_news_after_the_breach_recover_it() -> None:
    story = common().send("case.opened", "k1")
    story.at("17:00").expect("at_risk", "k1", at="16:45", due="+1d 10:00", occurrence=1)
    story.send("update.sent", "k1").expect("met", "k1", occurrence=1, due="+1d 10:00")
    story.at("+1d 17:00:01").expect("at_risk", "k1", at="+1d 14:45", due="+1d 17:00", occurrence=2)
    story.expect("breached", "k1", at="+1d 17:00", due="+1d 17:00", occurrence=2)
    story.send("ticket.replied", "k1", by="human").expect("recovered", "k1", occurrence=2)
    story.at("+2d 14:45").expect_nothing()


def test_news_that_were_sent_in_time_and_are_heard_of_late_were_never_late() -> None:
    story = common().send("case.opened", "k1")
    story.at("+1d 10:00:01").expect("at_risk", "k1")
    story.expect("breached", "k1", due="+1d 10:00", occurrence=1)
    story.at("+1d 10:30").send("update.sent", "k1", time="+1d 09:30").expect("retracted", "k1", at="+1d 09:30")
    story.expect("met", "k1", at="+1d 09:30", occurrence=1)
    story.expect_nothing()


def test_who_waits_for_a_third_party_with_us_is_owed_facts_and_news_all_the_same() -> None:
    story = common().send("ticket.opened", "t1", category="complaint")
    story.send("ticket.replied", "t1", by="human").send("ticket.apologised", "t1")
    story.at("10:30").send("ticket.waiting", "t1", reason="third_party")
    story.at("14:00:01").expect("at_risk", "t1", moment="complaint.facts", at="13:00", due="14:00")
    story.expect("breached", "t1", moment="complaint.facts", due="14:00")
    story.at("+1d 10:00:01").expect("at_risk", "t1", moment="progress.fresh", at="16:45", due="+1d 10:00")
    story.expect("breached", "t1", moment="progress.fresh", due="+1d 10:00")
    story.expect_nothing()


def test_the_end_of_a_wait_for_a_third_party_is_not_the_end_of_the_wait_for_the_customer() -> None:
    story = common().send("ticket.opened", "t1", category="complaint")
    story.send("ticket.replied", "t1", by="human").send("ticket.apologised", "t1")
    story.at("11:00").send("ticket.waiting", "t1", reason="customer").send("ticket.waiting", "t1", reason="third_party")
    story.at("12:00").send("ticket.resumed", "t1", reason="third_party")
    story.at("+4d 10:00").expect_nothing()
    story.send("ticket.customer_replied", "t1")  # three of four hours were left
    story.at("+4d 13:00:01").expect("at_risk", "t1", moment="complaint.facts", at="+4d 12:00", due="+4d 13:00")
    story.expect("breached", "t1", moment="complaint.facts", due="+4d 13:00")


def test_news_of_a_case_that_is_closed_begin_no_further_rounds() -> None:
    story = common().send("case.opened", "k1")
    story.at("11:00").send("case.closed", "k1")
    story.at("12:00").send("update.sent", "k1")
    story.at("+9d 10:00").expect_nothing()


def test_news_come_as_often_as_was_agreed_with_the_customer() -> None:
    story = common().send("case.opened", "k1", attributes={"update_every": "2h"})
    story.at("11:30:01").expect("at_risk", "k1", at="11:30", due="12:00")
    story.at("11:40").send("update.sent", "k1", attributes={"update_every": 60}).expect("met", "k1")
    # what was agreed last goes on counting, and a number is minutes
    story.at("12:10").send("update.sent", "k1").at("13:10:01").expect("at_risk", "k1", at="12:55", due="13:10")
    said = story.expect("breached", "k1", due="13:10")
    assert said.sentence is not None
    assert "plus 1h as attributes.update_every says" in said.sentence.en
    assert "起 1 小时（按 attributes.update_every）" in said.sentence.zh
    assert said.proof is not None
    assert said.proof.deadline == {
        "clause": "after",
        "due_at": "2026-11-02T05:10:00Z",
        "field": "attributes.update_every",
        "span": "1h",
    }
    story.at("15:00").send("update.sent", "k1", attributes={"update_every": "soon"}).expect("recovered", "k1")
    story.at("+5d 10:00").expect("at_risk", "k1", due="+1d 15:00")
    assert "as attributes.update_every is missing" in str(story.expect("breached", "k1", due="+1d 15:00").sentence)


def test_a_policy_says_how_often_news_are_due_at_a_store() -> None:
    own = "name: own\nincludes: [pack:common]\npolicies:\n  - {store: s1, moments: {progress.fresh: {deadline: 4h}}}\n"
    story = Story(own, zone="Asia/Shanghai").at("10:00").send("case.opened", "k1", store_id="s1")
    story.send("case.opened", "k2", store_id="s2")
    story.at("14:00:01").expect("at_risk", "k1", at="13:00", due="14:00")
    said = story.expect("breached", "k1", due="14:00")
    assert said.proof is not None
    assert said.proof.policy == "store s1"
    story.expect_nothing()


def test_a_reply_of_the_customer_does_not_end_the_wait_for_a_third_party() -> None:
    story = common().send("ticket.opened", "t1", category="complaint", attributes={"safety": True})  # due at two
    story.at("10:05").send("ticket.replied", "t1", by="human").send("ticket.apologised", "t1")
    story.send("ticket.facts_collected", "t1")
    story.at("11:00").send("ticket.waiting", "t1", reason="third_party")  # three hours were left
    story.at("11:30").send("ticket.waiting", "t1", reason="customer")
    story.at("12:00").send("ticket.customer_replied", "t1")
    story.at("15:00").skip("progress.fresh").expect_nothing()
    story.send("ticket.resumed", "t1", reason="third_party")
    story.at("18:00:01").skip("progress.fresh")
    story.expect("at_risk", "t1", moment="complaint.solution_told", at="17:00", due="18:00")
    story.expect("breached", "t1", moment="complaint.solution_told", due="18:00")


def test_work_that_goes_on_ends_every_wait() -> None:
    story = common().send("ticket.opened", "t1", category="complaint", attributes={"safety": True})
    story.at("10:05").send("ticket.replied", "t1", by="human").send("ticket.apologised", "t1")
    story.send("ticket.facts_collected", "t1")
    story.at("11:00").send("ticket.waiting", "t1", reason="third_party").send("ticket.waiting", "t1")
    story.at("15:00").send("ticket.resumed", "t1").skip("progress.fresh")
    story.at("18:00:01").skip("progress.fresh")
    story.expect("at_risk", "t1", moment="complaint.solution_told", at="17:00", due="18:00")
    story.expect("breached", "t1", moment="complaint.solution_told", due="18:00")


def test_a_call_that_was_made_in_time_and_recorded_late_takes_the_accusation_back() -> None:
    story = common().send("ticket.opened", "t1", category="complaint")
    story.at("10:31").expect("at_risk", "t1")
    story.expect("breached", "t1", due="10:30")
    story.send("ticket.replied", "t1", by="human", time="10:29").expect("retracted", "t1")
    story.expect("met", "t1", moment="complaint.first_listen")
    story.expect_nothing()


def test_the_five_moments_of_a_complaint_are_the_steps_of_one_chain() -> None:
    steps = {one.chain: one.id for one in common().catalogue.moments if one.chain is not None}
    assert steps == {
        ("complaint", 1): "complaint.first_listen",
        ("complaint", 2): "complaint.apology",
        ("complaint", 3): "complaint.facts",
        ("complaint", 4): "complaint.solution_told",
        ("complaint", 5): "complaint.followed_up",
    }
