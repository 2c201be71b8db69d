"""Pauses of the shipped packs: two at once, each with an end of its own, and such as last longer than anybody plans."""

from typing import Any, NamedTuple

import pytest

from tests.support.story import Story

Sent = tuple[str, dict[str, Any]]


class Pair(NamedTuple):
    """A moment that begins at ten, and two things that stop its clock, with what ends each of them."""

    pack: str
    moment: str
    begins: tuple[Sent, ...]
    one: tuple[str, str]
    other: tuple[str, str]


DOCUMENTS = ("documents.requested", "documents.received")
LC = ("lc.awaited", "lc.opened")
CUSTOMS = ("customs.held", "customs.released")
INSPECTION = ("inspection.awaited", "inspection.passed")
CONTRACT: tuple[Sent, ...] = (("contract.signed", {"ship_by": "+9d 10:00"}),)

PAIRS = [
    Pair(
        "bank",
        "account.opened",
        (("application.submitted", {"category": "account"}),),
        DOCUMENTS,
        ("compliance.held", "compliance.cleared"),
    ),
    Pair(
        "bank",
        "loan.decided",
        (("application.submitted", {"category": "loan"}),),
        DOCUMENTS,
        ("valuation.ordered", "valuation.received"),
    ),
    Pair(
        "clinic",
        "visit.wait",
        (("patient.checked_in", {}),),
        ("patient.sent_for_test", "patient.back_from_test"),
        ("emergency.first", "emergency.over"),
    ),
    Pair(
        "clinic",
        "medicine.handed",
        (("prescription.paid", {}),),
        ("medicine.out_of_stock", "medicine.back_in_stock"),
        ("pharmacist.queried", "pharmacist.answered"),
    ),
    Pair(
        "retail",
        "ship.by",
        (("order.paid", {"ship_by": "+1d 10:00"}),),
        ("address.queried", "address.confirmed"),
        ("touchpoint.order.preordered", "touchpoint.order.released"),
    ),
    Pair(
        "retail",
        "parcel.on_time",
        (("order.shipped", {"promised_at": "+2d 10:00"}),),
        ("parcel.held_by_customs", "parcel.cleared_by_customs"),
        ("parcel.rescheduled", "parcel.under_way"),
    ),
    Pair(
        "tea_chain",
        "delivery.on_time",
        (("order.placed", {"promised_at": "10:30"}),),
        ("customer.asked_to_wait", "customer.ready_again"),
        ("rider.safety_stop", "rider.moving_again"),
    ),
    Pair(
        "trade",
        "quote.sent",
        (("requirement.confirmed", {}),),
        ("sample.awaited", "sample.received"),
        ("spec.awaited", "spec.received"),
    ),
    Pair("trade", "shipment.by", CONTRACT, LC, CUSTOMS),
    Pair("trade", "shipment.by", CONTRACT, CUSTOMS, INSPECTION),
    Pair("trade", "shipment.by", CONTRACT, INSPECTION, LC),
]


def begun(pack: str, *begins: Sent) -> Story:
    """A story of the pack, on Monday at ten, in which this has happened."""
    story = Story([f"pack:{pack}"], zone="Asia/Shanghai").at("10:00")
    for event_type, data in begins:
        story.send(event_type, "c1", **data)
    return story


def only(story: Story, moment: str) -> Story:
    """Nothing but what is said of this moment."""
    return story.skip(*(one.id for one in story.catalogue.moments if one.id != moment))


@pytest.mark.parametrize("first", [True, False], ids=["in turn", "nested"])
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.moment}: {pair.one[0]}, {pair.other[0]}")
def test_the_end_of_one_pause_does_not_start_the_clock_while_another_holds(pair: Pair, first: bool) -> None:
    released, last = (pair.one, pair.other) if first else (pair.other, pair.one)
    story = begun(pair.pack, *pair.begins)
    story.at("10:01").send(pair.one[0], "c1")
    story.at("10:02").send(pair.other[0], "c1")
    story.at("10:03").send(released[1], "c1")
    only(story.at("+25d 10:00"), pair.moment).expect_nothing()
    story.send(last[1], "c1")
    said = only(story.at("+55d 10:00"), pair.moment).expect("at_risk", "c1", moment=pair.moment)
    assert said.due_at is not None
    assert said.due_at.timestamp() > story.instant("+25d 10:00") / 1_000_000


class Wait(NamedTuple):
    """A pause that goes on for many days, and the due that follows its end at ten on the last of them."""

    pack: str
    moment: str
    begins: tuple[Sent, ...]
    pause: Sent
    resume: Sent
    days: int
    due: str


HQ: Sent = ("ticket.opened", {"channel": "store", "category": "supply"})
WAITING: Sent = ("ticket.waiting", {})
RESUMED: Sent = ("ticket.resumed", {})
ARRIVAL = {"arrival_at": "2026-11-03T15:00:00+08:00", "preferences": "cot"}
QUOTED = {"quoted_at": "2026-11-02T16:00:00+08:00"}
LATER = {"arrival_at": "2027-03-30T15:00:00+08:00"}

WAITS = [
    Wait("tea_chain", "store.hq_ticket", (HQ,), WAITING, RESUMED, 30, "+30d 12:00"),
    Wait(
        "tea_chain",
        "order.make",
        (("order.accepted", {}),),
        ("touchpoint.order.scheduled", {}),
        ("touchpoint.order.released", {}),
        12,
        "+12d 10:15",
    ),
    Wait(
        "platform",
        "account.unlocked",
        (("account.locked", {}),),
        ("identity.asked", {}),
        ("identity.shown", {}),
        40,
        "+40d 10:30",
    ),
    Wait(
        "platform",
        "signup.activated",
        (("signup.started", {}),),
        ("signup.code_sent", {}),
        ("signup.code_entered", {}),
        9,
        "+9d 10:10",
    ),
    Wait("postnatal", "round.done", (("stay.begun", {}),), ("mother.away", {}), ("mother.back", {}), 3, "+3d 12:00"),
    Wait("postnatal", "round.done", (("stay.begun", {}),), ("baby.away", {}), ("baby.back", {}), 28, "+28d 12:00"),
    Wait(
        "retail",
        "parcel.on_time",
        (("order.shipped", {"promised_at": "+5d 10:00"}),),
        ("parcel.held_by_customs", {}),
        ("parcel.cleared_by_customs", {}),
        37,
        "+42d 10:00",
    ),
    Wait(
        "retail",
        "ship.by",
        (("order.paid", {}),),
        ("touchpoint.order.preordered", {}),
        ("touchpoint.order.released", {}),
        120,
        "+122d 10:00",
    ),
    Wait(
        "retail",
        "refund.paid",
        (("return.received", {}),),
        ("bank_details.missing", {}),
        ("bank_details.received", {}),
        90,
        "+92d 10:00",
    ),
    Wait(
        "trade",
        "shipment.by",
        (("contract.signed", {"ship_by": "+150d 10:00"}),),
        ("lc.awaited", {}),
        ("lc.opened", {}),
        98,
        "+248d 10:00",
    ),
    Wait(
        "hotel",
        "room.prepared",
        (("booking.made", {"attributes": ARRIVAL}),),
        ("booking.arrival_moved", {}),
        ("booking.arrival_moved", {"attributes": LATER}),
        100,
        "+148d 13:00",
    ),
    Wait(
        "repair",
        "repair.ready",
        (("device.received", {"attributes": QUOTED}),),
        ("parts.awaited", {}),
        ("parts.arrived", {}),
        58,
        "+58d 16:00",
    ),
    Wait(
        "common",
        "complaint.solution_told",
        (("ticket.opened", {"category": "complaint", "attributes": {"safety": True}}),),
        ("ticket.waiting", {"reason": "third_party"}),
        ("ticket.resumed", {"reason": "third_party"}),
        100,
        "+100d 14:00",
    ),
    Wait("common", "progress.fresh", (("case.opened", {}),), WAITING, RESUMED, 57, "+58d 10:00"),
    Wait("support", "ticket.next_reply", (("ticket.customer_replied", {}),), WAITING, RESUMED, 57, "+57d 18:00"),
    Wait(
        "clinic",
        "medicine.handed",
        (("prescription.paid", {}),),
        ("medicine.out_of_stock", {}),
        ("medicine.back_in_stock", {}),
        70,
        "+70d 10:20",
    ),
    Wait(
        "clinic",
        "exam.result",
        (("exam.done", {"category": "blood"}),),
        ("sample.repeat_needed", {}),
        ("sample.retaken", {}),
        45,
        "+45d 12:00",
    ),
    Wait(
        "coffee",
        "machine.restored",
        (("machine.failed", {}),),
        ("machine.parts_awaited", {}),
        ("machine.parts_arrived", {}),
        21,
        "+21d 12:00",
    ),
]


@pytest.mark.parametrize("wait", WAITS, ids=lambda wait: f"{wait.moment} after {wait.days} days")
def test_a_clock_that_has_stood_still_for_long_goes_on_all_the_same(wait: Wait) -> None:
    story = begun(wait.pack, *wait.begins, wait.pause)
    for day in range(7, wait.days, 7):  # what is given up, is given up as time goes by
        only(story.at(f"+{day}d 10:00"), wait.moment).expect_nothing()
    event_type, data = wait.resume
    only(story.at(f"+{wait.days}d 10:00").send(event_type, "c1", **data), wait.moment)
    only(story.at(wait.due, 1), wait.moment)
    while story.unheard[0].kind == "at_risk":
        story.expect("at_risk", "c1", due=wait.due)
    story.expect("breached", "c1", moment=wait.moment, due=wait.due)
    story.expect_nothing()
