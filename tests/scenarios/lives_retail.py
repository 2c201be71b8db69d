"""Every moment of the pack retail, from its beginning to each of its ends."""

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
        ("touchpoint.refund.rejected", {"reason": "worn"}),
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
