"""Every moment of the pack clinic, from its beginning to each of its ends."""

from tests.support.story_of_pack import Life

THURSDAY_AT_TEN = {"start_at": "2026-11-05T10:00:00+08:00"}
PACK = ("clinic",)

LIVES = [
    Life(
        "visit.reminded",
        (("appointment.booked", {"attributes": THURSDAY_AT_TEN}),),
        ("reminder.sent", {}),
        ("appointment.cancelled", {}),
        ("+2d 06:00",),
        "+2d 10:00",
        packs=PACK,
    ),
    Life(
        "visit.wait",
        (("patient.checked_in", {}),),
        ("patient.called", {}),
        ("patient.no_show", {}),
        ("10:20",),
        "10:30",
        ("patient.sent_for_test", {}),
        ("patient.back_from_test", "12:00:30", "12:30"),
        PACK,
    ),
    Life(
        "exam.result",
        (("exam.done", {"category": "mri"}), ("exam.reported", {})),
        ("patient.told", {}),
        ("exam.cancelled", {}),
        ("+1d 04:00",),
        "+1d 10:00",
        ("sample.repeat_needed", {}),
        ("sample.retaken", "+1d 10:00:30", "+2d 10:00"),
        PACK,
    ),
    Life(
        "exam.critical_told",
        (("exam.critical_found", {}), ("doctor.told", {})),
        ("patient.told", {}),
        ("exam.critical_refuted", {}),
        ("10:15",),
        "10:30",
        packs=PACK,
    ),
    Life(
        "medicine.handed",
        (("prescription.paid", {}),),
        ("medicine.dispensed", {}),
        ("prescription.voided", {}),
        ("10:12",),
        "10:20",
        ("medicine.out_of_stock", {}),
        ("medicine.back_in_stock", "12:00:30", "12:20"),
        PACK,
    ),
    Life(
        "visit.followed_up",
        (("visit.ended", {"category": "surgery"}),),
        ("followup.done", {}),
        ("patient.readmitted", {}),
        ("+1d 22:00",),
        "+2d 10:00",
        packs=PACK,
    ),
]
