"""Every moment of the pack tea_chain, from its beginning to each of its ends."""

import pytest

from tests.support.story import Story
from tests.support.story_of_pack import Life, Sent

CANCELLED: Sent = ("order.cancelled", {})
WITHDRAWN: Sent = ("ticket.withdrawn", {})
REPLIED: Sent = ("ticket.replied", {"by": "human"})
PACK = ("tea_chain",)

LIVES = [
    Life(
        "order.confirm",
        (("order.placed", {}),),
        ("order.accepted", {}),
        CANCELLED,
        ("10:02",),
        "10:03",
        ("touchpoint.order.on_hold", {}),
        ("touchpoint.order.off_hold", "10:10:30", "10:13"),
        PACK,
    ),
    Life(
        "order.make",
        (("order.accepted", {}),),
        ("order.ready", {}),
        ("order.refunded", {}),
        ("10:12",),
        "10:15",
        ("touchpoint.order.scheduled", {}),
        ("touchpoint.order.released", "11:00:30", "11:15"),
        PACK,
    ),
    Life(
        "courier.assigned",
        (("order.ready", {}),),
        ("delivery.courier_assigned", {}),
        ("touchpoint.order.pick_up_chosen", {}),
        ("10:03",),
        "10:05",
        packs=PACK,
    ),
    Life(
        "delivery.on_time",
        (("order.placed", {"promised_at": "10:30"}),),
        ("delivery.delivered", {}),
        ("delivery.refused", {}),
        ("10:20",),
        "10:30",
        ("touchpoint.customer.asked_to_wait", {}),
        ("touchpoint.customer.ready_again", "11:00:30", "11:30"),
        PACK,
    ),
    Life(
        "store.hq_ticket",
        (("ticket.opened", {"channel": "store", "category": "supply"}),),
        REPLIED,
        WITHDRAWN,
        ("11:30",),
        "12:00",
        ("ticket.waiting", {}),
        ("ticket.resumed", "14:00:30", "16:00"),
        PACK,
    ),
    Life(
        "store.food_safety",
        (("ticket.opened", {"channel": "store", "category": "food_safety"}),),
        REPLIED,
        WITHDRAWN,
        ("10:10",),
        "10:15",
        packs=PACK,
    ),
    Life(
        "store.replenish",
        (("replenishment.ordered", {"promised_at": "18:00"}),),
        ("replenishment.received", {}),
        ("replenishment.cancelled", {}),
        ("16:00",),
        "18:00",
        packs=PACK,
    ),
]
each = pytest.mark.parametrize("life", LIVES, ids=lambda life: life.moment)
each_pausing = pytest.mark.parametrize(
    "life", [life for life in LIVES if life.pauses is not None], ids=lambda life: life.moment
)


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
    assert {life.moment for life in LIVES} == {one.id for one in Story(["pack:tea_chain"]).catalogue.moments}


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
