"""Every moment of the pack support, from its beginning to each of its ends; those of pack:common as they are here."""

from dataclasses import replace

from tests.scenarios import lives_common
from tests.support.story_of_pack import Life, Sent

REPLIED: Sent = ("ticket.replied", {"by": "human"})
WITHDRAWN: Sent = ("ticket.withdrawn", {})
MERGED: Sent = ("ticket.merged", {})
WAITING: Sent = ("ticket.waiting", {})
PACK = ("support",)

OWN = [
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
    # a working day, where pack:common has twenty-four hours of work
    Life(
        "feedback.low_score",
        (("feedback.received", {"score": 1.0}),),
        ("touchpoint.contact.made", {}),
        ("touchpoint.customer.opted_out", {}),
        ("+1d 12:00",),
        "+1d 18:00",
        packs=PACK,
    ),
]
LIVES = [*OWN, *(replace(life, packs=PACK) for life in lives_common.LIVES if life.moment != "feedback.low_score")]
ROUNDS = {"incident.updated", *lives_common.ROUNDS}
