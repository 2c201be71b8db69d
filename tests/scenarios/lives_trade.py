"""Every moment of the pack trade, from its beginning to each of its ends."""

from tests.support.story_of_pack import Life, Sent

DISPUTE: Sent = ("ticket.opened", {"category": "dispute"})
REPLIED: Sent = ("ticket.replied", {"by": "human"})
FACTS: Sent = ("ticket.facts_collected", {})
APOLOGISED: Sent = ("ticket.apologised", {})
SETTLED: Sent = ("dispute.settled", {})
WAITING: Sent = ("ticket.waiting", {})
PACK = ("trade",)

LIVES = [
    Life(
        "inquiry.answered",
        (("inquiry.received", {}),),
        ("inquiry.answered", {}),
        ("inquiry.spam", {}),
        ("13:00",),
        "14:00",
        packs=PACK,
    ),
    Life(
        "quote.sent",
        (("requirement.confirmed", {}),),
        ("quote.sent", {}),
        ("inquiry.withdrawn", {}),
        ("+1d 15:00",),
        "+1d 18:00",
        ("sample.awaited", {}),
        ("sample.received", "+2d 10:00:30", "+3d 18:00"),
        PACK,
    ),
    Life(
        "shipment.by",
        (("contract.signed", {"ship_by": "+9d 10:00"}),),
        ("order.shipped", {}),
        ("contract.cancelled", {}),
        ("+4d 10:00",),
        "+9d 10:00",
        ("lc.awaited", {}),
        ("lc.opened", "+10d 10:00:30", "+19d 10:00"),
        PACK,
    ),
    Life("dispute.taken", (DISPUTE,), ("ticket.assigned", {}), SETTLED, ("10:40",), "11:00", packs=PACK),
    Life(
        "dispute.clear",
        (DISPUTE,),
        REPLIED,
        SETTLED,
        ("13:00",),
        "14:00",
        WAITING,
        ("ticket.customer_replied", "14:30:30", "+1d 09:30"),
        PACK,
    ),
    Life(
        "dispute.common_ground",
        (DISPUTE, REPLIED),
        FACTS,
        SETTLED,
        ("+1d 15:00",),
        "+1d 18:00",
        WAITING,
        ("ticket.resumed", "+2d 10:00:30", "+3d 18:00"),
        PACK,
    ),
    Life(
        "dispute.apology",
        (DISPUTE, REPLIED, FACTS),
        APOLOGISED,
        SETTLED,
        ("13:00",),
        "14:00",
        packs=PACK,
    ),
    Life(
        "dispute.resolved",
        (DISPUTE, REPLIED, FACTS, APOLOGISED),
        ("ticket.customer_confirmed", {}),
        ("ticket.withdrawn", {}),
        ("+6d 18:00",),
        "+7d 18:00",
        WAITING,
        ("ticket.resumed", "+8d 10:00:30", "+15d 18:00"),
        PACK,
    ),
]
