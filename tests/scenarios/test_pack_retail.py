"""Every moment of the pack retail, from its beginning to each of its ends."""

import pytest

from tests.support.story import Story
from tests.support.story_of_pack import Life, Sent

CANCELLED: Sent = ("order.cancelled", {})
REFUNDED: Sent = ("order.refunded", {})
PACK = ("retail",)

LIVES = [
    Life(
        "ship.by",
        (("order.paid", {"ship_by": "+1d 10:00"}),),
        ("order.shipped", {}),
        CANCELLED,
        ("22:00", "+1d 08:00"),
        "+1d 10:00",
        ("touchpoint.address.queried", {}),
        ("touchpoint.address.confirmed", "+2d 10:00:30", "+3d 10:00"),
        PACK,
    ),
    Life(
        "parcel.on_time",
        (("order.shipped", {"promised_at": "+2d 10:00"}),),
        ("delivery.delivered", {}),
        ("touchpoint.parcel.returned", {}),
        ("+1d 10:00",),
        "+2d 10:00",
        ("touchpoint.parcel.held_by_customs", {}),
        ("touchpoint.parcel.cleared_by_customs", "+4d 10:00:30", "+6d 10:00"),
        PACK,
    ),
    Life(
        "parcel.lost_settled",
        (("touchpoint.parcel.lost", {}),),
        REFUNDED,
        ("touchpoint.parcel.found", {}),
        ("+1d 22:00",),
        "+2d 10:00",
        packs=PACK,
    ),
    Life(
        "refund.paid",
        (("touchpoint.return.received", {}),),
        REFUNDED,
        ("touchpoint.refund.rejected", {}),
        ("+1d 22:00",),
        "+2d 10:00",
        ("touchpoint.bank_details.missing", {}),
        ("touchpoint.bank_details.received", "+3d 10:00:30", "+5d 10:00"),
        PACK,
    ),
    Life(
        "refund.reviewed",
        (("touchpoint.refund.requested", {}),),
        ("touchpoint.refund.approved", {}),
        ("touchpoint.refund.withdrawn", {}),
        ("16:00",),
        "18:00",
        packs=PACK,
    ),
    Life(
        "pickup.ready",
        (("order.placed", {"category": "pick_up", "promised_ready_at": "12:00"}),),
        ("order.ready", {}),
        CANCELLED,
        ("11:30",),
        "12:00",
        ("touchpoint.store.closed", {}),
        ("touchpoint.store.opened", "14:00:30", "16:00"),
        PACK,
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
    assert {life.moment for life in LIVES} == {one.id for one in Story(["pack:retail"]).catalogue.moments}


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
