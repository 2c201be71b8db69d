"""Every moment of the pack consulting, from its beginning to each of its ends."""

from tests.support.story_of_pack import Life

PACK = ("consulting",)

LIVES = [
    Life(
        "deliverable.sent",
        (("deliverable.agreed", {"due_at": "+9d 10:00"}),),
        ("deliverable.sent", {}),
        ("deliverable.descoped", {}),
        ("+6d 10:00", "+8d 10:00"),
        "+9d 10:00",
        ("client.data_missing", {}),
        ("client.data_received", "+10d 10:00:30", "+21d 10:00"),
        PACK,
    ),
    Life(
        "question.answered",
        (("client.asked", {}),),
        ("question.answered", {}),
        ("question.withdrawn", {}),
        ("+1d 15:00",),
        "+1d 18:00",
        packs=PACK,
    ),
]
