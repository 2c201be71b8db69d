"""What is special in the pack retail; the life of each of its moments is in lives_retail.py."""

from tests.support.story import Story


def test_the_money_of_a_gold_customer_is_due_in_a_day_and_the_proof_names_the_target() -> None:
    story = Story(["pack:retail"], zone="Asia/Shanghai").at("10:00")
    story.send("touchpoint.return.received", "r1", tier="gold")
    story.at("+1d 10:00:01").expect("at_risk", "r1", at="+1d 04:00")
    said = story.expect("breached", "r1", due="+1d 10:00")
    assert said.proof is not None
    assert said.proof.deadline is not None
    standard, _ = said.proof.deadline["parts"]
    assert "tier" in standard["target"]


def test_a_request_made_on_friday_afternoon_is_due_on_monday() -> None:
    story = Story(["pack:retail"], zone="Asia/Shanghai").at("+4d 16:00").send("touchpoint.refund.requested", "r1")
    story.at("+7d 14:59").expect("at_risk", "r1", at="+7d 13:00", due="+7d 15:00")
    story.at("+7d 15:00:01").expect("breached", "r1", due="+7d 15:00")


def test_a_parcel_that_is_lost_is_no_longer_late_but_has_to_be_made_good() -> None:
    story = Story(["pack:retail"], zone="Asia/Shanghai").at("10:00").send("order.shipped", "o1", promised_at="+2d 10:00")
    story.at("+1d 10:00:01").expect("at_risk", "o1", moment="parcel.on_time")
    story.send("touchpoint.parcel.lost", "o1").expect("cancelled", "o1", moment="parcel.on_time")
    story.at("+3d 10:00:02").expect("at_risk", "o1", moment="parcel.lost_settled")
    story.expect("breached", "o1", moment="parcel.lost_settled", due="+3d 10:00:01")


def test_a_refund_that_is_refused_without_a_reason_is_still_owed() -> None:
    story = Story(["pack:retail"], zone="Asia/Shanghai").at("10:00")
    story.send("return.received", "r1").send("refund.rejected", "r1")
    story.send("return.received", "r2").send("refund.rejected", "r2", reason="worn")
    story.at("+2d 10:00:01").expect("at_risk", "r1", at="+1d 22:00")
    story.expect("breached", "r1", due="+2d 10:00")
    story.expect_nothing()


def test_the_day_that_the_law_names_counts_where_it_comes_first() -> None:
    story = Story(["pack:retail"], zone="Asia/Shanghai").at("10:00")
    story.send("return.received", "r1", due_at="+1d 10:00").send("return.received", "r2", due_at="+6d 10:00")
    story.at("+1d 10:00:01").expect("at_risk", "r1", at="+1d 04:00")
    story.expect("breached", "r1", due="+1d 10:00")
    story.at("+2d 10:00:01").expect("at_risk", "r2", at="+1d 22:00")
    story.expect("breached", "r2", due="+2d 10:00")


def test_the_carriers_own_estimate_moves_the_due() -> None:
    story = Story(["pack:retail"], zone="Asia/Shanghai").at("10:00").send("order.shipped", "o1", promised_at="+2d 10:00")
    story.send("delivery.eta_revised", "o1", promised_at="+4d 10:00")
    story.at("+4d 10:00:01").expect("at_risk", "o1", at="+3d 10:00")
    story.expect("breached", "o1", due="+4d 10:00", severity="high")
    story.at("+6d 10:00:01").expect("worsened", "o1", severity="critical")


def test_a_parcel_that_is_found_again_has_the_time_that_was_left() -> None:
    story = Story(["pack:retail"], zone="Asia/Shanghai").at("10:00").send("order.shipped", "o1", promised_at="+2d 10:00")
    story.at("+1d 08:00").send("parcel.lost", "o1")
    story.at("+1d 10:00").send("parcel.found", "o1").expect_nothing()
    story.at("+2d 12:00:01").expect("at_risk", "o1", moment="parcel.on_time", at="+1d 12:00", due="+2d 12:00")
    story.expect("breached", "o1", moment="parcel.on_time", due="+2d 12:00")
    story.expect_nothing()


def test_what_is_ordered_at_night_without_a_slot_is_due_two_hours_after_the_opening() -> None:
    story = Story(["pack:retail"], zone="Asia/Shanghai").at("23:00").send("order.placed", "o1", category="pick_up")
    story.at("+1d 12:00:01").expect("at_risk", "o1", at="+1d 11:30")
    story.expect("breached", "o1", due="+1d 12:00")


def test_a_delivery_that_is_scanned_late_takes_the_accusation_back() -> None:
    story = Story(["pack:retail"], zone="Asia/Shanghai").at("10:00").send("order.shipped", "o1", promised_at="+2d 10:00")
    story.at("+2d 10:00:01").expect("at_risk", "o1")
    story.expect("breached", "o1", due="+2d 10:00")
    story.at("+2d 20:00").send("delivery.delivered", "o1", time="+2d 09:30").expect("retracted", "o1")
    story.expect("met", "o1")
    story.expect_nothing()
