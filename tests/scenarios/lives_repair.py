"""Every moment of the pack repair, from its beginning to each of its ends."""

from tests.support.story_of_pack import Life

PACK = ("repair",)

LIVES = [
    Life(
        "bench.wait",
        (("appointment.checked_in", {"attributes": {"start_at": "2026-11-02T10:05:00+08:00"}}),),
        ("customer.greeted", {}),
        ("appointment.no_show", {}),
        ("10:12",),
        "10:15",
        packs=PACK,
    ),
    Life(
        "repair.ready",
        (("device.received", {"attributes": {"quoted_at": "2026-11-02T16:00:00+08:00"}}),),
        ("device.ready", {}),
        ("device.returned_unrepaired", {}),
        ("12:00",),
        "16:00",
        ("price.submitted", {}),
        ("price.approved", "+1d 10:00:30", "+1d 16:00"),
        PACK,
    ),
    Life(
        "visit.on_time",
        (("visit.scheduled", {"attributes": {"window_end_at": "2026-11-02T12:00:00+08:00"}}),),
        ("technician.arrived", {}),
        ("visit.cancelled", {}),
        ("11:30",),
        "12:00",
        ("visit.move_requested", {}),
        ("visit.rescheduled", "13:00:30", "15:00"),
        PACK,
    ),
    Life(
        "maintenance.due",
        (("maintenance.planned", {"due_at": "+20d 10:00"}),),
        ("maintenance.done", {}),
        ("contract.ended", {}),
        ("+6d 10:00", "+17d 10:00"),
        "+20d 10:00",
        ("maintenance.postponed", {}),
        ("maintenance.rescheduled", "+21d 10:00:30", "+41d 10:00"),
        PACK,
    ),
]
