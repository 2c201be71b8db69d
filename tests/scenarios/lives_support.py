"""Every moment of the pack support, from its beginning to each of its ends."""

from tests.support.story_of_pack import Life, Sent

COMPLAINT: Sent = ("ticket.opened", {"category": "complaint"})
REPLIED: Sent = ("ticket.replied", {"by": "human"})
WITHDRAWN: Sent = ("ticket.withdrawn", {})
MERGED: Sent = ("ticket.merged", {})
WAITING: Sent = ("ticket.waiting", {})
PACK = ("support",)

LIVES = [
    Life(
        "ticket.first_reply", (("ticket.opened", {"priority": "p3"}),), REPLIED, MERGED, ("16:00",), "18:00", packs=PACK
    ),
    Life(
        "ticket.first_reply_urgent",
        (("ticket.opened", {"priority": "p1"}),),
        REPLIED,
        WITHDRAWN,
        ("10:10",),
        "10:15",
        packs=PACK,
    ),
    Life(
        "ticket.next_reply",
        (("ticket.customer_replied", {}),),
        REPLIED,
        ("ticket.resolved", {}),
        ("16:00",),
        "18:00",
        WAITING,
        ("ticket.resumed", "+1d 10:00:30", "+1d 18:00"),
        PACK,
    ),
    Life(
        "handover.bot_human",
        (("ticket.escalated", {}),),
        ("touchpoint.human.joined", {}),
        ("touchpoint.customer.left", {}),
        ("10:01",),
        "10:02",
        packs=PACK,
    ),
    Life("complaint.first_listen", (COMPLAINT,), REPLIED, WITHDRAWN, ("10:24",), "10:30", packs=PACK),
    Life(
        "complaint.apology",
        (COMPLAINT, REPLIED),
        ("ticket.apologised", {}),
        WITHDRAWN,
        ("10:10",),
        "10:15",
        packs=PACK,
    ),
    Life(
        "complaint.facts",
        (COMPLAINT, REPLIED, ("ticket.apologised", {})),
        ("ticket.facts_collected", {}),
        MERGED,
        ("13:00",),
        "14:00",
        WAITING,
        ("ticket.resumed", "+1d 10:00:30", "+1d 14:00"),
        PACK,
    ),
    Life(
        "complaint.solution_told",
        (COMPLAINT,),
        ("ticket.solution_told", {}),
        WITHDRAWN,
        ("+2d 10:00",),
        "+2d 16:00",
        WAITING,
        ("ticket.customer_replied", "+3d 10:00:30", "+7d 16:00"),
        PACK,
    ),
    Life(
        "complaint.followed_up",
        (COMPLAINT, ("ticket.solution_told", {})),
        ("ticket.followed_up", {}),
        ("ticket.reopened", {}),
        ("+2d 10:00",),
        "+3d 10:00",
        ("touchpoint.customer.unreachable", {}),
        ("touchpoint.customer.reached", "+5d 10:00:30", "+8d 10:00"),
        PACK,
    ),
    Life(
        "promise.kept",
        (("promise.made", {"due_at": "12:00"}),),
        ("promise.fulfilled", {}),
        ("promise.released", {}),
        ("11:00",),
        "12:00",
        packs=PACK,
    ),
    Life(
        "feedback.low_score",
        (("feedback.received", {"score": 1.0}),),
        ("touchpoint.contact.made", {}),
        ("touchpoint.customer.opted_out", {}),
        ("+2d 10:00",),
        "+2d 16:00",
        packs=PACK,
    ),
]
ROUNDS = {"progress.fresh", "incident.updated"}
