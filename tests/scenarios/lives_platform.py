"""Every moment of the pack platform, from its beginning to each of its ends."""

from tests.support.story_of_pack import Life

PACK = ("platform",)

LIVES = [
    Life(
        "signup.activated",
        (("signup.started", {}),),
        ("signup.activated", {}),
        ("signup.abandoned", {}),
        ("10:06",),
        "10:10",
        ("signup.code_sent", {}),
        ("signup.code_entered", "11:00:30", "11:10"),
        PACK,
    ),
    Life(
        "payment.settled",
        (("payment.initiated", {}),),
        ("payment.succeeded", {}),
        ("payment.cancelled", {}),
        ("10:01",),
        "10:02",
        ("payment.challenge_started", {}),
        ("payment.challenge_completed", "10:10:30", "10:12"),
        PACK,
    ),
    Life(
        "payment.rescued",
        (("payment.failed", {}),),
        ("payment.help_offered", {}),
        ("payment.abandoned", {}),
        ("10:03",),
        "10:05",
        packs=PACK,
    ),
    Life(
        "paid.fulfilled",
        (("payment.succeeded", {}),),
        ("order.confirmed", {}),
        ("payment.refunded", {}),
        ("10:00:30",),
        "10:01",
        packs=PACK,
    ),
    Life(
        "account.unlocked",
        (("account.locked", {}),),
        ("account.unlocked", {}),
        ("account.closed", {}),
        ("10:20",),
        "10:30",
        ("identity.asked", {}),
        ("identity.shown", "11:00:30", "11:30"),
        PACK,
    ),
]
