"""What is special in the pack trade; the life of each of its moments is in lives_trade.py."""

import pytest

from tests.support.story import Story


def trade() -> Story:
    """A story of the pack, in the seller's time; it is Monday, the second of November 2026."""
    return Story(["pack:trade"], zone="Asia/Shanghai")


# Open at these times of Shanghai: the seller 09-18, New York 22-06, Los Angeles 01-09, Berlin 16-24, London 17-01,
# Tokyo 08-17, Dubai 12-21 (Friday 12-16). Winter time began in all of them before this Monday.
@pytest.mark.parametrize(
    ("locale", "zone", "due"),
    [
        ("zh-CN", None, "+1d 12:00"),  # one hour on Monday, three from nine on
        ("en-US", "America/New_York", "+1d 01:00"),  # one hour, three from 22:00 on
        ("en-US", "America/Los_Angeles", "+1d 04:00"),  # one hour, three from 01:00 on
        ("de-DE", None, "21:00"),
        ("en-GB", None, "21:00"),
        ("en-AE", None, "21:00"),
        ("ko-KR", "Asia/Seoul", "+1d 09:00"),  # two hours: one on Monday, one from 08:00 on
        ("pt-BR", "America/Sao_Paulo", "23:00"),  # one hour, three from 20:00 on
    ],
)
def test_the_time_for_an_inquiry_runs_in_the_hours_of_either_side(locale: str, zone: str | None, due: str) -> None:
    story = trade().at("17:00")
    story.send("inquiry.received", "i1", locale=locale, **({} if zone is None else {"time_zone": zone}))
    story.at(due).expect("at_risk", "i1", due=due)
    story.expect_nothing()
    story.at(due, 1).expect("breached", "i1", at=due, due=due)


def test_a_buyer_in_japan_is_answered_within_two_hours_and_his_holiday_leaves_the_sellers_hours() -> None:
    # Tuesday is Culture Day in Japan: nobody is there before the seller at nine
    story = trade().at("18:30").send("inquiry.received", "i1", locale="ja-JP")
    story.at("+1d 11:00:01").expect("at_risk", "i1", at="+1d 10:30", due="+1d 11:00")
    story.expect("breached", "i1", due="+1d 11:00")
    # on Wednesday Tokyo opens at eight of Shanghai
    story.at("+1d 18:30").send("inquiry.received", "i2", locale="ja-JP")
    story.at("+2d 10:00:01").expect("at_risk", "i2", at="+2d 09:30", due="+2d 10:00")
    story.expect("breached", "i2", due="+2d 10:00")


def test_the_holiday_of_the_buyer_alone_leaves_the_hours_of_the_seller() -> None:
    # Thanksgiving, Thursday the 26th: New York does not open that night
    story = trade().at("+24d 18:30").send("inquiry.received", "i1", locale="en-US", time_zone="America/New_York")
    story.at("+25d 13:00:01").expect("at_risk", "i1", at="+25d 12:00", due="+25d 13:00")
    story.expect("breached", "i1", due="+25d 13:00")


def test_the_holiday_of_the_seller_alone_leaves_the_hours_of_the_buyer() -> None:
    # Monday the 8th of February 2027 lies in the Spring Festival; Berlin opens at 16:00 of Shanghai
    story = trade().at("+98d 10:00").send("inquiry.received", "i1", locale="de-DE")
    story.at("+98d 20:00:01").expect("at_risk", "i1", at="+98d 19:00", due="+98d 20:00")
    story.expect("breached", "i1", due="+98d 20:00")


def test_where_both_sides_are_on_holiday_the_clock_stands_still() -> None:
    # Friday is New Year's Day on both sides, and a weekend follows
    story = trade().at("+60d 10:00").send("inquiry.received", "i1", locale="en-US", time_zone="America/New_York")
    story.at("+63d 11:59").expect_nothing()
    story.at("+63d 13:00:01").expect("at_risk", "i1", at="+63d 12:00", due="+63d 13:00")
    story.expect("breached", "i1", due="+63d 13:00")


def test_a_quote_is_due_by_the_working_days_of_the_seller_whatever_the_time_zone_of_the_buyer() -> None:
    story = trade().at("10:00").send("inquiry.received", "i1", locale="en-US", time_zone="America/New_York")
    story.send("inquiry.answered", "i1").send("requirement.confirmed", "i1")
    story.at("+1d 18:00:01").expect("at_risk", "i1", at="+1d 15:00", due="+1d 18:00")
    story.expect("breached", "i1", due="+1d 18:00", moment="quote.sent")


def test_a_quote_for_what_is_made_to_order_has_three_days_and_a_promised_time_comes_first() -> None:
    story = trade().at("10:00").send("requirement.confirmed", "q1", category="custom_made")
    story.send("requirement.confirmed", "q2", category="custom_made", promised_at="16:00")
    story.at("16:00:01").expect("at_risk", "q2", at="13:00", due="16:00")
    story.expect("breached", "q2", due="16:00")
    story.expect_nothing()
    story.at("+3d 18:00:01").expect("at_risk", "q1", at="+3d 15:00", due="+3d 18:00")
    story.expect("breached", "q1", due="+3d 18:00")


def test_the_date_of_shipment_waits_for_the_letter_of_credit_and_then_for_customs() -> None:
    story = trade().at("10:00").send("contract.signed", "c1", ship_by="+20d 10:00")
    story.at("+1d 10:00").send("lc.awaited", "c1")
    story.at("+4d 10:00").send("lc.opened", "c1")  # three days: due on the 23rd day
    story.at("+10d 10:00").send("customs.held", "c1")
    story.at("+12d 10:00").send("customs.released", "c1")  # two more
    story.at("+20d 10:00:01").expect("at_risk", "c1", at="+20d 10:00", due="+25d 10:00")
    story.at("+25d 10:00:01").expect("breached", "c1", due="+25d 10:00", severity="critical")
    story.send("order.shipped", "c1").expect("recovered", "c1")


def test_another_date_of_shipment_needs_the_buyer() -> None:
    story = trade().at("10:00").send("contract.signed", "c1", ship_by="+9d 10:00")
    story.at("+1d 10:00").send("contract.amended", "c1", ship_by="+14d 10:00", agreed=False)
    story.at("+4d 10:00:01").expect("at_risk", "c1", at="+4d 10:00", due="+9d 10:00")
    story.send("contract.amended", "c1", ship_by="+14d 10:00", agreed=True).expect("revised", "c1", due="+14d 10:00")
    story.at("+9d 10:00:01").expect("at_risk", "c1", at="+9d 10:00", due="+14d 10:00")
    story.at("+14d 10:00:01").expect("breached", "c1", due="+14d 10:00")


def test_a_dispute_goes_the_five_steps_of_clear_each_from_the_end_of_the_one_before() -> None:
    story = trade().at("10:00").send("ticket.opened", "d1", category="dispute", locale="de-DE", time_zone="Europe/Berlin")
    story.at("10:30").send("ticket.assigned", "d1")
    story.at("13:30").expect("at_risk", "d1", moment="dispute.clear", at="13:00", due="14:00")
    story.send("ticket.replied", "d1", by="human").expect("met", "d1", moment="dispute.clear")
    story.at("+1d 15:00:01").expect("at_risk", "d1", moment="dispute.common_ground", at="+1d 15:00", due="+1d 18:00")
    story.send("ticket.facts_collected", "d1").expect("met", "d1", moment="dispute.common_ground")
    # two hours and 59:59 on Tuesday, the rest on Wednesday
    story.at("+2d 10:00:02").expect("at_risk", "d1", moment="dispute.apology", at="+2d 09:00:01", due="+2d 10:00:01")
    story.expect("breached", "d1", moment="dispute.apology", due="+2d 10:00:01")
    story.send("ticket.apologised", "d1").expect("recovered", "d1", moment="dispute.apology")
    # five working days from Wednesday
    story.at("+9d 18:00:01").expect("at_risk", "d1", moment="dispute.resolved", at="+8d 18:00", due="+9d 18:00")
    story.expect("breached", "d1", moment="dispute.resolved", due="+9d 18:00")
    story.send("dispute.settled", "d1").expect("recovered", "d1", moment="dispute.resolved")
    story.expect_nothing()


def test_a_dispute_that_is_settled_at_once_owes_no_more_steps() -> None:
    story = trade().at("10:00").send("ticket.opened", "d1", category="dispute")
    story.at("10:45").expect("at_risk", "d1", moment="dispute.taken")
    story.send("dispute.settled", "d1").expect("cancelled", "d1", moment="dispute.taken")
    story.at("+9d 18:00").expect_nothing()


def test_a_buyer_who_is_not_content_opens_the_dispute_again() -> None:
    story = trade().at("10:00").send("ticket.opened", "d1", category="dispute").send("ticket.replied", "d1", by="human")
    story.send("ticket.facts_collected", "d1").send("ticket.apologised", "d1").send("ticket.customer_confirmed", "d1")
    story.at("+1d 10:00").send("ticket.reopened", "d1")
    story.at("+8d 18:00:01").expect("at_risk", "d1", moment="dispute.resolved", occurrence=2, due="+8d 18:00")
    story.expect("breached", "d1", moment="dispute.resolved", occurrence=2, due="+8d 18:00")


def test_the_first_answer_to_a_dispute_waits_for_the_buyer_and_for_nobody_else() -> None:
    story = trade().at("10:00").send("ticket.opened", "d1", category="dispute").send("ticket.assigned", "d1")
    story.at("11:00").send("ticket.waiting", "d1", reason="third_party")
    story.at("14:00:01").expect("at_risk", "d1", moment="dispute.clear", at="13:00", due="14:00")
    story.expect("breached", "d1", moment="dispute.clear", due="14:00")


def test_a_reply_of_the_buyer_does_not_end_the_wait_for_the_laboratory() -> None:
    story = trade().at("10:00").send("ticket.opened", "d1", category="dispute").send("ticket.replied", "d1", by="human")
    story.at("11:00").send("ticket.waiting", "d1", reason="third_party")
    story.send("ticket.waiting", "d1", reason="customer")
    story.at("12:00").send("ticket.customer_replied", "d1")
    story.at("+7d 10:00").expect_nothing()
    story.send("ticket.resumed", "d1", reason="third_party")
    # seven hours of Monday and nine of Tuesday were left
    story.at("+8d 17:00:01").expect("at_risk", "d1", moment="dispute.common_ground", due="+8d 17:00", at="+8d 14:00")
    story.expect("breached", "d1", moment="dispute.common_ground", due="+8d 17:00")


def test_the_steps_of_a_dispute_are_one_chain() -> None:
    assert {one.id: one.chain for one in trade().catalogue.moments if one.chain is not None} == {
        "dispute.taken": ("clear", 1),
        "dispute.clear": ("clear", 2),
        "dispute.common_ground": ("clear", 3),
        "dispute.apology": ("clear", 4),
        "dispute.resolved": ("clear", 5),
    }


def test_a_quote_that_was_sent_in_time_and_is_heard_of_late_was_never_late() -> None:
    story = trade().at("10:00").send("requirement.confirmed", "q1")
    story.at("+1d 18:00:01").expect("at_risk", "q1")
    story.expect("breached", "q1", due="+1d 18:00")
    story.at("+1d 18:30").send("quote.sent", "q1", time="+1d 17:00")
    story.expect("retracted", "q1", at="+1d 17:00")
    story.expect("met", "q1", at="+1d 17:00")
    story.expect_nothing()


@pytest.mark.parametrize("ended", ["dispute.settled", "ticket.withdrawn", "ticket.merged"])
@pytest.mark.parametrize("steps", [[], ["ticket.replied"], ["ticket.replied", "ticket.facts_collected"]])
def test_no_step_of_a_dispute_is_owed_once_it_is_over(steps: list[str], ended: str) -> None:
    story = trade().at("10:00").send("ticket.opened", "d1", category="complaint")
    for step in steps:
        story.send(step, "d1", by="human")
    story.at("10:30").send(ended, "d1")
    story.at("+9d 18:00").expect_nothing()


@pytest.mark.parametrize("ended", ["ticket.withdrawn", "ticket.merged"])
def test_no_solution_is_owed_once_the_dispute_is_withdrawn(ended: str) -> None:
    story = trade().at("10:00").send("ticket.opened", "d1", category="dispute")
    for step in ("ticket.replied", "ticket.facts_collected", "ticket.apologised"):
        story.send(step, "d1", by="human")
    story.at("10:30").send(ended, "d1")
    story.at("+9d 18:00").expect_nothing()


@pytest.mark.parametrize("ended", ["contract.cancelled", "order.cancelled"])
def test_nothing_is_shipped_under_a_contract_that_is_cancelled(ended: str) -> None:
    story = trade().at("10:00").send("contract.signed", "c1", ship_by="+9d 10:00")
    story.at("11:00").send(ended, "c1")
    story.at("+10d 10:00").expect_nothing()


def test_the_inspection_of_the_buyer_and_the_missing_specification_stop_their_clocks() -> None:
    story = trade().at("10:00").send("contract.signed", "c1", ship_by="+9d 10:00").send("requirement.confirmed", "q1")
    story.at("11:00").send("inspection.awaited", "c1").send("spec.awaited", "q1")
    story.at("+1d 11:00").send("inspection.passed", "c1").send("spec.received", "q1")
    story.at("+2d 18:00:01").expect("at_risk", "q1", at="+2d 15:00", due="+2d 18:00")
    story.expect("breached", "q1", due="+2d 18:00")
    story.at("+10d 10:00:01").expect("at_risk", "c1", at="+5d 10:00", due="+10d 10:00")
    story.expect("breached", "c1", due="+10d 10:00")


def test_a_buyer_who_asks_again_is_answered_again_and_quoted_again() -> None:
    story = trade().at("10:00").send("inquiry.received", "i1").send("inquiry.answered", "i1")
    story.send("requirement.confirmed", "i1").send("quote.sent", "i1")
    story.at("+1d 10:00").send("inquiry.received", "i1").send("requirement.confirmed", "i1")
    story.at("+1d 14:00:01").expect("at_risk", "i1", occurrence=2, at="+1d 13:00", due="+1d 14:00")
    story.expect("breached", "i1", occurrence=2, due="+1d 14:00", severity="high")
    story.at("+2d 18:00:01").expect("at_risk", "i1", occurrence=2, at="+2d 15:00", due="+2d 18:00")
    story.expect("breached", "i1", occurrence=2, due="+2d 18:00", severity="medium")


@pytest.mark.parametrize("locale", ["ja-JP", "en-US", "en-GB", "de-DE", "en-AE"])
def test_the_first_answer_to_a_dispute_runs_in_the_hours_of_the_same_side(locale: str) -> None:
    # 17:00 of Shanghai; Tokyo has closed by 17:00, New York opens at 22:00, the others are open until after 21:00
    due = {"ja-JP": "+1d 12:00", "en-US": "+1d 01:00"}.get(locale, "21:00")
    zone = {"time_zone": "America/New_York"} if locale == "en-US" else {}
    story = trade().at("17:00").send("ticket.opened", "d1", category="dispute", locale=locale, **zone)
    story.send("ticket.assigned", "d1")
    story.at(due, 1).expect("at_risk", "d1", moment="dispute.clear", due=due)
    story.expect("breached", "d1", moment="dispute.clear", due=due)


def test_the_weight_of_each_moment_is_as_usual_in_the_field() -> None:
    assert {one.id: one.severity for one in trade().catalogue.moments} == {
        "inquiry.answered": "high",
        "quote.sent": "medium",
        "shipment.by": "critical",
        "dispute.taken": "high",
        "dispute.clear": "high",
        "dispute.common_ground": "high",
        "dispute.apology": "medium",
        "dispute.resolved": "high",
    }
