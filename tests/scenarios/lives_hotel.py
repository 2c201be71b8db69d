"""Every moment of the pack hotel, from its beginning to each of its ends."""

from tests.support.story_of_pack import Life

TUESDAY_AT_THREE = {"arrival_at": "2026-11-03T15:00:00+08:00", "preferences": "high floor"}
PACK = ("hotel",)

LIVES = [
    # what stops its clock is a move without a date, and has a story in the test of the pack
    Life(
        "room.prepared",
        (("booking.made", {"attributes": TUESDAY_AT_THREE}),),
        ("room.prepared", {}),
        ("guest.no_show", {}),
        ("+1d 11:00",),
        "+1d 13:00",
        packs=PACK,
    ),
    Life(
        "checkin.wait",
        (("guest.arrived", {}),),
        ("key.issued", {}),
        ("guest.left", {}),
        ("10:06",),
        "10:10",
        ("guest.early_arrival_agreed", {}),
        ("guest.returned", "12:00:30", "12:10"),
        PACK,
    ),
    Life(
        "request.done",
        (("guest.request", {"category": "towels"}),),
        ("request.done", {}),
        ("request.withdrawn", {}),
        ("10:15",),
        "10:20",
        ("do_not_disturb.on", {}),
        ("do_not_disturb.off", "12:00:30", "12:20"),
        PACK,
    ),
    Life(
        "wakeup.made",
        (("wakeup.booked", {"due_at": "12:00"}),),
        ("wakeup.made", {}),
        ("wakeup.cancelled", {}),
        ("12:00",),
        "12:05",
        packs=PACK,
    ),
    Life(
        "checkout.wait",
        (("checkout.started", {}),),
        ("guest.checked_out", {}),
        ("checkout.called_off", {}),
        ("10:03",),
        "10:05",
        packs=PACK,
    ),
    Life(
        "checkout.asked",
        (("guest.checked_out", {}),),
        ("feedback.requested", {}),
        ("customer.opted_out", {}),
        ("+1d 06:00",),
        "+1d 10:00",
        packs=PACK,
    ),
]
