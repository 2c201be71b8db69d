"""What is special in the pack tea_chain; the life of each of its moments is in lives_tea_chain.py."""

from tests.support.story import Story


def test_a_late_drink_becomes_serious_ten_minutes_past_its_due() -> None:
    story = Story(["pack:tea_chain"], zone="Asia/Shanghai").at("10:00").send("order.accepted", "c1")
    story.at("10:15:01").expect("at_risk", "c1")
    story.expect("breached", "c1", severity="medium")
    story.at("10:25:01").expect("worsened", "c1", at="10:25", severity="high")


def test_an_order_to_collect_has_no_courier_and_no_time_of_arrival() -> None:
    story = Story(["pack:tea_chain"], zone="Asia/Shanghai").at("10:00")
    story.send("order.placed", "c1", category="pick_up", promised_at="10:30").send("order.accepted", "c1")
    story.at("10:05").send("order.ready", "c1", category="pick_up")
    story.at("12:00").expect_nothing()


def test_a_new_time_of_arrival_moves_the_due_and_a_promise_already_broken_stays_broken() -> None:
    story = Story(["pack:tea_chain"], zone="Asia/Shanghai").at("10:00")
    story.send("order.placed", "c1", promised_at="10:30").send("order.accepted", "c1").send("order.ready", "c1")
    story.send("delivery.courier_assigned", "c1")
    story.at("10:15").send("delivery.eta_revised", "c1", promised_at="10:50")
    story.at("10:40").expect_nothing()
    story.at("10:50:01").expect("at_risk", "c1", at="10:40", due="10:50")
    story.expect("breached", "c1", due="10:50")
    story.send("delivery.eta_revised", "c1", promised_at="11:30")
    story.at("11:10:01").expect("worsened", "c1", at="11:10", severity="critical")
    story.expect_nothing()


def test_head_office_owes_no_answer_at_night() -> None:
    story = Story(["pack:tea_chain"], zone="Asia/Shanghai").at("21:30")
    story.send("ticket.opened", "t1", channel="store", category="supply")
    story.at("+1d 10:00").expect_nothing()
    story.at("+1d 10:30:01").expect("at_risk", "t1", at="+1d 10:00", due="+1d 10:30")
    story.expect("breached", "t1", due="+1d 10:30")
