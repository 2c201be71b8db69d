"""What is special in the pack clinic; the life of each of its moments is in lives_clinic.py."""

import pytest

from tests.support.story import Story


def clinic() -> Story:
    """A story of the pack, on Monday at ten."""
    return Story(["pack:clinic"], zone="Asia/Shanghai").at("10:00")


def start(day: int, clock: str) -> dict[str, str]:
    """An appointment on this day of November."""
    return {"start_at": f"2026-11-{day:02}T{clock}:00+08:00"}


def test_who_books_less_than_a_day_ahead_is_not_reminded() -> None:
    story = clinic().send("appointment.booked", "v1", attributes=start(3, "09:59"))
    story.send("appointment.booked", "v2")
    story.at("+3d 10:00").expect_nothing()


def test_an_appointment_that_is_moved_to_the_next_hours_needs_no_reminder_any_more() -> None:
    story = clinic().send("appointment.booked", "v1", attributes=start(6, "10:00"))
    story.at("+1d 10:00").send("appointment.moved", "v1", attributes=start(3, "18:00")).expect_nothing()
    story.at("+6d 10:00").expect_nothing()


def test_an_appointment_that_is_moved_further_away_is_reminded_of_at_its_new_time_and_again_if_it_was_before() -> None:
    story = clinic().send("appointment.booked", "v1", attributes=start(5, "10:00"))
    story.send("appointment.moved", "v1", attributes=start(6, "10:00"))
    story.at("+3d 09:00").expect("at_risk", "v1", at="+3d 06:00", due="+3d 10:00", occurrence=1)
    story.send("reminder.sent", "v1").expect("met", "v1", occurrence=1)
    story.send("appointment.moved", "v1", attributes=start(10, "15:00")).expect_nothing()
    story.at("+7d 15:00:01").expect("at_risk", "v1", at="+7d 11:00", occurrence=2)
    story.expect("breached", "v1", due="+7d 15:00", occurrence=2)


def test_who_comes_early_waits_from_the_appointment_on_and_who_comes_late_from_the_check_in() -> None:
    story = clinic().send("appointment.booked", "v1", attributes=start(2, "10:45"))
    story.send("appointment.booked", "v2", attributes=start(2, "09:00"))
    story.send("patient.checked_in", "v1").send("patient.checked_in", "v2")
    story.at("10:30:01").expect("at_risk", "v2", at="10:20")
    story.expect("breached", "v2", due="10:30")
    story.at("11:15:01").expect("at_risk", "v1", at="11:05")
    story.expect("breached", "v1", due="11:15", severity="high")


def test_who_is_back_from_a_test_waits_half_an_hour_once_more() -> None:
    story = clinic().send("patient.checked_in", "v1")
    story.at("10:10").send("patient.called", "v1").send("patient.sent_for_test", "v1")
    story.at("12:00").send("patient.back_from_test", "v1").expect_nothing()
    story.at("12:30:01").expect("at_risk", "v1", at="12:20", occurrence=2)
    story.expect("breached", "v1", due="12:30", occurrence=2)


def test_a_result_counts_when_it_is_reported_and_told_in_whatever_order() -> None:
    story = clinic().send("exam.done", "x1", category="blood").send("exam.done", "x2", category="blood")
    story.at("11:00").send("patient.told", "x1").send("exam.reported", "x2")
    story.at("11:10").send("exam.reported", "x1").expect_nothing()
    story.at("12:00:01").expect("at_risk", "x2", at="11:30")
    story.expect("breached", "x2", due="12:00", severity="high")
    story.send("exam.reported", "x2").expect_nothing()
    story.send("patient.told", "x2").expect("recovered", "x2")
    story.expect_nothing()


@pytest.mark.parametrize(
    ("category", "warned", "due"),
    [
        ("ultrasound", "11:30", "12:00"),
        ("immunology", "14:30", "16:00"),
        ("ct", "+1d 04:00", "+1d 10:00"),
        # open are six hours of Monday and eight of each day after it until the fifth ends: 34.5 of 46 are over on Friday
        ("pathology", "+4d 14:00", "+7d 17:30"),
    ],
)
def test_a_result_is_due_by_the_kind_of_examination(category: str, warned: str, due: str) -> None:
    story = clinic().send("exam.done", "x1", category=category)
    story.at(due, 1).expect("at_risk", "x1", at=warned, due=due)
    story.expect("breached", "x1", due=due)
    story.expect_nothing()


def test_a_critical_value_is_told_to_doctor_and_patient_within_half_an_hour() -> None:
    story = clinic().send("exam.done", "x1", category="blood")
    story.at("10:40").send("exam.critical_found", "x1")
    story.at("10:50").send("doctor.told", "x1").expect_nothing()
    story.at("11:10:01").expect("at_risk", "x1", moment="exam.critical_told", at="10:55")
    story.expect("breached", "x1", moment="exam.critical_told", due="11:10", severity="critical")
    story.send("patient.told", "x1").expect("recovered", "x1", moment="exam.critical_told")
    story.send("exam.reported", "x1").expect_nothing()


def test_a_value_that_is_known_to_be_critical_shortens_the_result_as_well() -> None:
    story = clinic().send("exam.done", "x1", category="blood", attributes={"critical": True})
    story.at("10:30:01").expect("at_risk", "x1", moment="exam.result", at="10:22:30")
    said = story.expect("breached", "x1", moment="exam.result", due="10:30")
    assert said.proof is not None
    assert said.proof.deadline is not None
    assert "critical" in said.proof.deadline["target"]
    story.expect("at_risk", "x1", moment="exam.critical_told", at="10:15")
    story.expect("breached", "x1", moment="exam.critical_told", due="10:30", severity="critical")


def test_three_attempts_to_ask_how_it_heals_are_enough() -> None:
    story = clinic().send("visit.ended", "v1", category="surgery").send("visit.ended", "v2", category="checkup")
    story.at("+1d 10:00").send("followup.attempted", "v1").send("followup.attempted", "v1")
    story.at("+1d 22:00:01").expect("at_risk", "v1", due="+2d 10:00")
    story.send("followup.attempted", "v1").expect("met", "v1")
    story.at("+3d 10:00").expect_nothing()


def test_who_was_called_in_time_and_booked_late_takes_the_accusation_back() -> None:
    story = clinic().send("patient.checked_in", "v1")
    story.at("10:30:01").expect("at_risk", "v1")
    story.expect("breached", "v1", due="10:30")
    story.at("11:00").send("patient.called", "v1", time="10:28").expect("retracted", "v1")
    story.expect("met", "v1")
    story.expect_nothing()
