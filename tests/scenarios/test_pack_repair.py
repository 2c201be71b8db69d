"""What is special in the pack repair; the life of each of its moments is in lives_repair.py."""

import pytest

from tests.support.story import Story


def shop() -> Story:
    """A story of the pack, on Monday at ten."""
    return Story(["pack:repair"], zone="Asia/Shanghai").at("10:00")


def on(day: int, time: str) -> str:
    """A time so many days after that Monday, as a publisher writes it into its own fields."""
    return f"2026-11-{2 + day:02d}T{time}:00+08:00"


@pytest.mark.parametrize(
    ("appointment", "due"),
    [("10:20", "10:30"), ("10:00", "10:10"), ("09:40", "10:10"), (None, "10:10")],
    ids=["early", "to the minute", "late", "without an appointment"],
)
def test_nobody_waits_longer_than_ten_minutes_from_the_appointment_or_from_coming(
    appointment: str | None, due: str
) -> None:
    attributes = {} if appointment is None else {"start_at": on(0, appointment)}
    story = shop().send("appointment.checked_in", "a1", attributes=attributes)
    story.at(due).expect("at_risk", "a1", due=due)
    story.at(due, 1).expect("breached", "a1", at=due, due=due)


def test_the_price_is_waited_for_in_the_hours_of_the_workshop() -> None:
    story = shop().send("device.received", "r1", attributes={"quoted_at": on(1, "12:00")})
    story.at("16:00").send("price.submitted", "r1")  # two hours of Monday and three of Tuesday are left
    story.at("+1d 11:00").send("price.approved", "r1")
    story.at("+1d 16:00:01").expect("at_risk", "r1", at="+1d 12:00", due="+1d 16:00")
    story.expect("breached", "r1", due="+1d 16:00")


def test_a_price_that_is_refused_sends_the_device_back_unrepaired_and_nothing_is_late() -> None:
    story = shop().send("device.received", "r1", attributes={"quoted_at": on(0, "16:00")})
    story.at("11:00").send("price.submitted", "r1")
    story.at("15:00").send("device.returned_unrepaired", "r1")
    story.at("+3d 10:00").expect_nothing()


def test_a_later_time_for_the_repair_counts_only_if_the_customer_agreed() -> None:
    story = shop().send("device.received", "r1", attributes={"quoted_at": on(0, "16:00")})
    story.at("11:00").send("quote.revised", "r1", agreed=False, attributes={"quoted_at": on(1, "16:00")})
    story.at("13:00").expect("at_risk", "r1", at="12:00", due="16:00")
    story.send("quote.revised", "r1", agreed=True, attributes={"quoted_at": on(2, "16:00")})
    story.expect("revised", "r1", due="+2d 16:00")
    story.at("+2d 16:00:01").expect("at_risk", "r1", at="+2d 12:00", due="+2d 16:00")
    story.expect("breached", "r1", due="+2d 16:00")


def test_a_visit_that_the_customer_moves_is_due_in_its_new_window() -> None:
    story = shop().send("visit.scheduled", "v1", attributes={"window_end_at": on(0, "12:00")})
    story.at("11:00").send("visit.move_requested", "v1")
    story.at("15:00").send("visit.rescheduled", "v1", agreed=True, attributes={"window_end_at": on(2, "18:00")})
    story.at("+2d 18:00:01").expect("at_risk", "v1", at="+2d 17:30", due="+2d 18:00")
    story.expect("breached", "v1", due="+2d 18:00", severity="high")


def test_a_window_that_we_move_without_the_customer_is_due_as_before() -> None:
    story = shop().send("visit.scheduled", "v1", attributes={"window_end_at": on(0, "12:00")})
    story.at("11:00").send("visit.rescheduled", "v1", attributes={"window_end_at": on(2, "18:00")})
    story.at("12:00:01").expect("at_risk", "v1", at="11:30")
    said = story.expect("breached", "v1", due="12:00")
    assert said.proof is not None
    assert [move.kind for move in said.proof.moves] == ["refused"]


def test_maintenance_that_we_move_without_the_customer_is_due_as_before() -> None:
    story = shop().send("maintenance.planned", "m1", due_at="+20d 10:00")
    story.at("+1d 10:00").send("maintenance.rescheduled", "m1", due_at="+50d 10:00", agreed=False)
    story.at("+20d 10:00:01").expect("at_risk", "m1", at="+6d 10:00")
    story.expect("at_risk", "m1", at="+17d 10:00")
    story.expect("breached", "m1", due="+20d 10:00")


def test_a_technician_who_was_there_in_time_and_is_heard_of_late_was_never_late() -> None:
    story = shop().send("visit.scheduled", "v1", attributes={"window_end_at": on(0, "12:00")})
    story.at("12:00:01").expect("at_risk", "v1")
    story.expect("breached", "v1", due="12:00")
    story.at("12:40").send("technician.arrived", "v1", time="11:58")
    story.expect("retracted", "v1", at="11:58")
    story.expect("met", "v1", at="11:58")
    story.expect_nothing()


def test_maintenance_that_the_customer_postpones_waits_for_its_new_date_and_the_next_one_is_another() -> None:
    story = shop().send("maintenance.planned", "m1", due_at="+20d 10:00").expect_nothing()
    story.at("+1d 10:00").send("maintenance.postponed", "m1")
    story.at("+21d 10:00").expect_nothing()
    story.send("maintenance.rescheduled", "m1", due_at="+50d 10:00", agreed=True)
    story.at("+36d 10:00:01").expect("at_risk", "m1", at="+36d 10:00", due="+50d 10:00")
    story.send("maintenance.done", "m1").expect("met", "m1", occurrence=1)
    story.send("maintenance.planned", "m1", due_at="+80d 10:00")
    story.at("+80d 10:00:01").expect("at_risk", "m1", at="+66d 10:00", due="+80d 10:00", occurrence=2)
    story.expect("at_risk", "m1", at="+77d 10:00", occurrence=2)
    story.expect("breached", "m1", due="+80d 10:00", occurrence=2, severity="low")


def test_a_part_that_is_awaited_stops_the_clock() -> None:
    story = shop().send("device.received", "r1", attributes={"quoted_at": on(0, "16:00")})
    story.at("11:00").send("parts.awaited", "r1")  # five hours were left
    story.at("+2d 09:00").send("parts.arrived", "r1")
    story.at("+2d 14:00:01").expect("at_risk", "r1", at="+2d 10:00", due="+2d 14:00")
    story.expect("breached", "r1", due="+2d 14:00")


def test_a_part_that_comes_does_not_start_the_clock_while_the_price_is_not_approved() -> None:
    story = shop().send("device.received", "r1", attributes={"quoted_at": on(0, "16:00")})
    story.at("11:00").send("parts.awaited", "r1")  # five hours were left
    story.at("13:00").send("price.submitted", "r1")
    story.at("+1d 09:00").send("parts.arrived", "r1")
    story.at("+2d 09:00").send("price.approved", "r1").expect_nothing()
    story.at("+2d 14:00:01").expect("at_risk", "r1", at="+2d 10:00", due="+2d 14:00")
    story.expect("breached", "r1", due="+2d 14:00")


def test_nobody_is_owed_a_greeting_who_has_left() -> None:
    story = shop().send("appointment.checked_in", "a1")
    story.at("10:05").send("customer.left", "a1")
    story.at("12:00").expect_nothing()


def test_the_weight_of_each_moment_is_as_usual_in_the_field() -> None:
    assert {one.id: one.severity for one in shop().catalogue.moments} == {
        "bench.wait": "medium",
        "repair.ready": "high",
        "visit.on_time": "high",
        "maintenance.due": "low",
    }
