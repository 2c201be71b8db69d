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


def test_head_office_owes_its_answer_while_it_waits_for_another_department() -> None:
    story = Story(["pack:tea_chain"], zone="Asia/Shanghai").at("10:00")
    story.send("ticket.opened", "t1", channel="store", category="supply")
    story.send("ticket.waiting", "t1", reason="third_party")
    story.at("12:00:01").expect("at_risk", "t1", at="11:30")
    story.expect("breached", "t1", due="12:00")


def test_a_drink_for_the_table_has_no_courier() -> None:
    story = Story(["pack:tea_chain"], zone="Asia/Shanghai").at("10:00")
    story.send("order.placed", "c1", category="dine_in", promised_at="10:30").send("order.accepted", "c1")
    story.at("10:05").send("order.ready", "c1", category="dine_in")
    story.at("12:00").expect_nothing()


def test_an_order_waits_while_its_store_takes_none() -> None:
    story = Story(["pack:tea_chain"], zone="Asia/Shanghai").at("10:00").send("order.placed", "c1")
    story.at("10:01").send("touchpoint.order.on_hold", "c1")
    story.at("11:00").send("touchpoint.order.off_hold", "c1").expect_nothing()
    story.at("11:02:01").expect("at_risk", "c1", at="11:01", due="11:02")
    story.expect("breached", "c1", due="11:02")


def test_a_drink_that_is_wrong_twice_is_made_again_twice_and_its_lateness_rises() -> None:
    story = Story(["pack:tea_chain"], zone="Asia/Shanghai").at("10:00").send("remake.requested", "c1")
    story.at("10:05").send("remake.ready", "c1")
    story.at("10:06").send("remake.requested", "c1").expect_nothing()
    story.at("10:16:01").expect("at_risk", "c1", at="10:13", occurrence=2)
    story.expect("breached", "c1", due="10:16", severity="medium", occurrence=2)
    story.at("10:26:01").expect("worsened", "c1", at="10:26", severity="high", occurrence=2)


def test_food_safety_is_answered_at_night_and_does_not_wait_for_the_store() -> None:
    story = Story(["pack:tea_chain"], zone="Asia/Shanghai").at("23:00")
    story.send("ticket.opened", "t1", channel="store", category="food_safety").send("ticket.waiting", "t1")
    story.at("23:15:01").expect("at_risk", "t1", at="23:10", severity="critical")
    story.expect("breached", "t1", due="23:15", severity="critical")


def test_a_new_date_of_the_supplier_moves_the_replenishment() -> None:
    story = Story(["pack:tea_chain"], zone="Asia/Shanghai").at("10:00")
    story.send("replenishment.ordered", "r1", promised_at="18:00")
    story.at("12:00").send("replenishment.rescheduled", "r1", promised_at="+1d 09:00").expect_nothing()
    story.at("+1d 09:00:01").expect("at_risk", "r1", at="+1d 07:00")
    story.expect("breached", "r1", due="+1d 09:00")


def test_a_drink_that_was_ready_in_time_and_reported_late_takes_the_accusation_back() -> None:
    story = Story(["pack:tea_chain"], zone="Asia/Shanghai").at("10:00").send("order.accepted", "c1")
    story.at("10:15:01").expect("at_risk", "c1")
    story.expect("breached", "c1", due="10:15")
    story.at("10:20").send("order.ready", "c1", category="pick_up", time="10:14").expect("retracted", "c1")
    story.expect("met", "c1", moment="order.make")
    story.expect_nothing()
