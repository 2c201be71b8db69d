"""The other ways in which moments of the shipped packs begin, end, are called off and go on, each told once.

The usual way of each is in the lives of its pack.
"""

from dataclasses import replace

import pytest

from tests.scenarios.test_pack_lives import PACKS
from tests.support.story_of_pack import Life, Sent


def life(pack: str, moment: str) -> Life:
    """The usual life of a moment."""
    return next(one for one in PACKS[pack] if one.moment == moment)


BEGINS: list[tuple[str, str, tuple[Sent, ...]]] = [
    ("common", "handover.bot_human", (("bot.escalated", {}),)),
    ("tea_chain", "delivery.on_time", (("delivery.promised", {"promised_at": "10:30"}),)),
    ("tea_chain", "delivery.on_time", (("delivery.picked_up", {"promised_at": "10:30"}),)),
    ("retail", "refund.paid", (("refund.approved", {}),)),
    ("postnatal", "family.told", (("observation.recorded", {"category": "jaundice"}),)),
]
ENDS: list[tuple[str, str, Sent]] = [
    ("clinic", "visit.followed_up", ("followup.done", {})),
    ("coffee", "machine.restored", ("machine.restored", {})),
    ("common", "complaint.first_listen", ("agent.contacted", {})),
    ("common", "feedback.low_score", ("ticket.followed_up", {})),
    ("common", "feedback.low_score", ("ticket.replied", {"by": "human"})),
    ("common", "handover.bot_human", ("ticket.replied", {"by": "human"})),
    ("hotel", "checkout.asked", ("satisfaction.asked", {})),
    ("platform", "paid.fulfilled", ("order.placed", {})),
    ("platform", "paid.fulfilled", ("touchpoint.order.created", {})),
    ("platform", "payment.settled", ("payment.failed", {})),
    ("retail", "parcel.lost_settled", ("order.shipped", {})),
    ("retail", "refund.paid", ("refund.paid", {})),
    ("retail", "refund.reviewed", ("refund.rejected", {"reason": "worn"})),
    ("retail", "refund.reviewed", ("order.refunded", {})),
    ("tea_chain", "courier.assigned", ("delivery.picked_up", {})),
]
CANCELS: list[tuple[str, str, Sent]] = [
    ("clinic", "visit.followed_up", ("customer.opted_out", {})),
    ("clinic", "visit.wait", ("patient.left", {})),
    ("clinic", "visit.wait", ("appointment.cancelled", {})),
    ("common", "feedback.low_score", ("touchpoint.feedback.withdrawn", {})),
    ("common", "handover.bot_human", ("ticket.closed", {})),
    ("common", "handover.bot_human", ("ticket.merged", {})),
    ("hotel", "checkin.wait", ("booking.cancelled", {})),
    ("hotel", "room.prepared", ("booking.cancelled", {})),
    ("platform", "payment.rescued", ("order.cancelled", {})),
    ("retail", "parcel.on_time", ("delivery.refused", {})),
    ("retail", "parcel.on_time", ("order.refunded", {})),
    ("tea_chain", "delivery.on_time", ("order.refunded", {})),
    ("tea_chain", "store.food_safety", ("ticket.merged", {})),
    ("tea_chain", "store.hq_ticket", ("ticket.merged", {})),
]
PAUSES: list[tuple[str, str, str, str]] = [
    ("bank", "account.opened", "documents.requested", "documents.received"),
    ("bank", "loan.decided", "documents.requested", "documents.received"),
    ("clinic", "visit.wait", "emergency.first", "emergency.over"),
    ("clinic", "medicine.handed", "pharmacist.queried", "pharmacist.answered"),
    ("retail", "ship.by", "touchpoint.order.preordered", "touchpoint.order.released"),
    ("retail", "parcel.on_time", "parcel.rescheduled", "parcel.under_way"),
    ("support", "ticket.next_reply", "ticket.waiting", "ticket.customer_replied"),
    ("tea_chain", "delivery.on_time", "rider.safety_stop", "rider.moving_again"),
    ("tea_chain", "store.hq_ticket", "ticket.waiting", "ticket.customer_replied"),
]


@pytest.mark.parametrize(("pack", "moment", "begins"), BEGINS, ids=str)
def test_another_beginning_breaks_at_the_same_due_and_recovers(pack: str, moment: str, begins: tuple[Sent, ...]) -> None:
    replace(life(pack, moment), begins=begins).breaks_and_recovers()


@pytest.mark.parametrize(("pack", "moment", "ends"), ENDS, ids=str)
def test_another_end_saves_the_moment_and_is_its_recovery(pack: str, moment: str, ends: Sent) -> None:
    other = replace(life(pack, moment), ends=ends)
    other.is_saved_after_its_warning()
    other.breaks_and_recovers()


@pytest.mark.parametrize(("pack", "moment", "cancels"), CANCELS, ids=str)
def test_another_way_to_call_it_off_keeps_it_from_breaking(pack: str, moment: str, cancels: Sent) -> None:
    replace(life(pack, moment), cancels=cancels).can_be_called_off()


@pytest.mark.parametrize(("pack", "moment", "pause", "resume"), PAUSES, ids=str)
def test_another_pause_stops_the_clock_for_as_long(pack: str, moment: str, pause: str, resume: str) -> None:
    usual = life(pack, moment)
    assert usual.resumes is not None
    _, at, due = usual.resumes
    replace(usual, pauses=(pause, {}), resumes=(resume, at, due)).stands_still_while_paused()
