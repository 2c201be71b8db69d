"""Every moment of the pack project, from its beginning to each of its ends."""

from tests.support.story_of_pack import Life

PACK = ("project",)

LIVES = [
    Life(
        "milestone.accepted",
        (("milestone.planned", {"due_at": "+9d 10:00"}),),
        ("milestone.accepted", {}),
        ("milestone.descoped", {}),
        ("+4d 10:00",),
        "+9d 10:00",
        ("client.input_requested", {}),
        ("client.input_received", "+10d 10:00:30", "+21d 10:00"),
        PACK,
    ),
    Life(
        "change.answered",
        (("change.requested", {}),),
        ("change.answered", {}),
        ("change.withdrawn", {}),
        ("+2d 14:00",),
        "+2d 18:00",
        packs=PACK,
    ),
    Life(
        "training.held",
        (("touchpoint.go_live", {}),),
        ("training.done", {}),
        ("training.waived", {}),
        ("+6d 18:00",),
        "+7d 18:00",
        ("training.postponed", {}),
        ("training.scheduled", "+8d 10:00:30", "+15d 18:00"),
        PACK,
    ),
]
