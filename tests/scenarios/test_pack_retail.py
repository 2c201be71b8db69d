"""What is special in the pack retail; the life of each of its moments is in lives_retail.py."""

from tests.support.story import Story


def test_the_money_of_a_gold_customer_is_due_in_a_day_and_the_proof_names_the_target() -> None:
    story = Story(["pack:retail"], zone="Asia/Shanghai").at("10:00")
    story.send("touchpoint.return.received", "r1", tier="gold")
    story.at("+1d 10:00:01").expect("at_risk", "r1", at="+1d 04:00")
    said = story.expect("breached", "r1", due="+1d 10:00")
    assert said.proof is not None
    assert said.proof.deadline is not None
    assert "tier" in said.proof.deadline["target"]


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
