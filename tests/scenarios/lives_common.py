"""Every moment of the pack common, from its beginning to each of its ends."""

from tests.support.story_of_pack import Life, Sent

COMPLAINT: Sent = ("ticket.opened", {"category": "complaint"})
REPLIED: Sent = ("ticket.replied", {"by": "human"})
WITHDRAWN: Sent = ("ticket.withdrawn", {})
MERGED: Sent = ("ticket.merged", {})
WAITING: Sent = ("ticket.waiting", {})
PACK = ("common",)

LIVES = [
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
        ("ticket.customer_confirmed", {}),
        ("customer.unhappy", {}),
        ("+2d 10:00",),
        "+3d 10:00",
        ("callback.postponed", {}),
        ("callback.due", "+5d 10:00:30", "+8d 10:00"),
        PACK,
    ),
    Life(
        "feedback.low_score",
        (("feedback.received", {"score": 2.0}),),
        ("contact.made", {}),
        ("customer.opted_out", {}),
        ("+2d 10:00",),
        "+2d 16:00",
        packs=PACK,
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
        "handover.bot_human",
        (("ticket.escalated", {}),),
        ("human.joined", {}),
        ("customer.left", {}),
        ("10:01",),
        "10:02",
        packs=PACK,
    ),
]
ROUNDS = {"progress.fresh"}
