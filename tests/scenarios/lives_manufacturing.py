"""Every moment of the pack manufacturing, from its beginning to each of its ends."""

from tests.support.story_of_pack import Life

PACK = ("manufacturing",)

LIVES = [
    Life(
        "complaint.recorded",
        (("contact.flagged", {"category": "complaint"}),),
        ("complaint.logged", {}),
        ("contact.unflagged", {}),
        ("10:45",),
        "11:00",
        packs=PACK,
    ),
    Life(
        "containment.done",
        (("complaint.logged", {}),),
        ("containment.done", {}),
        ("complaint.withdrawn", {}),
        ("+1d 04:00",),
        "+1d 10:00",
        ("sample.shipped", {}),
        ("sample.received", "+2d 10:00:30", "+3d 10:00"),
        PACK,
    ),
    Life(
        "cause.told",
        (("complaint.logged", {}),),
        ("report.sent", {}),
        ("ticket.withdrawn", {}),
        ("+11d 17:30", "+13d 17:30"),
        "+14d 17:30",
        ("lab.awaited", {}),
        ("lab.reported", "+15d 10:00:30", "+29d 17:30"),
        PACK,
    ),
]
