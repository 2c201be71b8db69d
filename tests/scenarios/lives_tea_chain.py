"""Every moment of the pack tea_chain, from its beginning to each of its ends."""

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
        "order.remade",
        (("remake.requested", {}),),
        ("remake.ready", {}),
        ("remake.declined", {}),
        ("10:07",),
        "10:10",
        packs=PACK,
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
