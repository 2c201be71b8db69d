"""Every moment of the pack postnatal, from its beginning to each of its ends."""

from tests.support.story_of_pack import Life

PACK = ("postnatal",)

LIVES = [
    Life(
        "call.answered",
        (("call.bell", {}),),
        ("staff.present", {}),
        ("call.cancelled", {}),
        ("10:01",),
        "10:02",
        packs=PACK,
    ),
    Life(
        "family.told",
        (("incident.recorded", {}),),
        ("family.informed", {}),
        None,
        ("10:20",),
        "10:30",
        packs=PACK,
    ),
]
ROUNDS = {"round.done"}
