"""What is special in the pack hotel; the life of each of its moments is in lives_hotel.py."""

from typing import Any

import pytest

from tests.support.story import Story

TUESDAY = {"arrival_at": "2026-11-03T15:00:00+08:00", "preferences": "cot"}
WEDNESDAY = {"arrival_at": "2026-11-04T12:00:00+08:00"}


def hotel() -> Story:
    """A story of the pack, on Monday at ten."""
    return Story(["pack:hotel"], zone="Asia/Shanghai").at("10:00")


def test_a_room_is_due_two_hours_before_the_arrival_wherever_that_is_moved() -> None:
    story = hotel().send("booking.made", "b1", attributes=TUESDAY)
    story.at("12:00").send("booking.arrival_moved", "b1", attributes=WEDNESDAY).expect_nothing()
    story.at("+2d 10:00:01").expect("at_risk", "b1", at="+2d 08:00")
    story.expect("breached", "b1", due="+2d 10:00")


def test_an_arrival_without_a_day_stops_the_clock_until_there_is_one() -> None:
    story = hotel().send("booking.made", "b1", attributes=TUESDAY)
    story.at("12:00").send("booking.arrival_moved", "b1")
    story.at("+1d 20:00").send("booking.arrival_moved", "b1", attributes=WEDNESDAY).expect_nothing()
    story.at("+2d 10:00:01").expect("at_risk", "b1", at="+2d 08:00", due="+2d 10:00")
    story.expect("breached", "b1", due="+2d 10:00")


def test_who_books_on_the_way_here_has_a_room_as_wished_half_an_hour_later() -> None:
    soon = {"arrival_at": "2026-11-02T11:00:00+08:00", "preferences": "cot"}
    story = hotel().send("booking.made", "b1", attributes=soon)
    story.at("10:30:01").expect("at_risk", "b1")
    story.expect("breached", "b1", due="10:30")


def test_who_wishes_for_nothing_has_no_room_prepared() -> None:
    story = hotel().send("booking.made", "b1", attributes=WEDNESDAY)
    story.at("+3d 10:00").expect_nothing()


def test_who_comes_before_the_check_in_time_waits_for_it_or_for_what_was_promised() -> None:
    from_two = {"checkin_from": "2026-11-02T14:00:00+08:00"}
    story = hotel().send("guest.arrived", "g1", attributes=from_two)
    story.send("guest.arrived", "g2", attributes=from_two, promised_ready_at="12:00")
    story.at("12:00:01").expect("at_risk", "g2", at="11:56")
    story.expect("breached", "g2", due="12:00")
    story.at("14:10:01").expect("at_risk", "g1", at="14:06")
    story.expect("breached", "g1", due="14:10")


def test_a_promise_of_the_morning_never_leaves_less_than_ten_minutes() -> None:
    story = hotel().send("room.promised", "g1", promised_ready_at="11:00")
    story.at("12:00").send("guest.arrived", "g1")
    story.at("12:10:01").expect("at_risk", "g1", at="12:06")
    story.expect("breached", "g1", due="12:10", severity="high")


def test_a_room_that_is_promised_at_the_desk_moves_the_due_if_the_guest_agreed() -> None:
    story = hotel().send("guest.arrived", "g1").send("room.promised", "g1", promised_ready_at="10:40", agreed=True)
    story.at("10:40:01").expect("at_risk", "g1", at="10:36")
    story.expect("breached", "g1", due="10:40")


@pytest.mark.parametrize("spoken", [{}, {"agreed": False}])
def test_a_guest_who_came_after_the_check_in_time_is_not_put_off_by_a_promise(spoken: dict[str, Any]) -> None:
    story = hotel().at("15:00").send("guest.arrived", "g1", attributes={"checkin_from": "2026-11-02T14:00:00+08:00"})
    story.at("15:05").send("room.promised", "g1", promised_ready_at="18:00", **spoken)
    story.at("15:10:01").expect("at_risk", "g1", at="15:06")
    said = story.expect("breached", "g1", due="15:10")
    assert said.proof is not None
    assert [move.kind for move in said.proof.moves] == ["refused"]


@pytest.mark.parametrize(
    ("attributes", "due"),
    [
        ({"checkin_from": "2026-11-02T14:00:00+08:00"}, "14:10"),  # promised past the check-in time
        ({"checkin_from": "2026-11-02T08:00:00+08:00"}, "10:10"),  # he came after it
        ({}, "10:10"),  # and where nobody says when it is
    ],
)
def test_a_promise_for_after_the_check_in_time_does_not_count(attributes: dict[str, str], due: str) -> None:
    story = hotel().send("guest.arrived", "g1", promised_ready_at="18:00", attributes=attributes)
    story.at(due, 1).expect("at_risk", "g1", due=due)
    story.expect("breached", "g1", due=due)


@pytest.mark.parametrize(
    ("category", "due"), [("lockout", "10:05"), ("towels", "10:20"), ("room_service", "10:40"), ("maintenance", "11:00")]
)
def test_a_request_is_due_by_its_kind(category: str, due: str) -> None:
    story = hotel().send("guest.request", "q1", category=category)
    story.at(due, 1).expect("at_risk", "q1", due=due)
    story.expect("breached", "q1", due=due, severity="medium")


def test_a_request_that_is_forgotten_becomes_serious() -> None:
    story = hotel().send("guest.request", "q1").at("10:20:01")
    story.expect("at_risk", "q1")
    story.expect("breached", "q1")
    story.at("10:40:01").expect("worsened", "q1", at="10:40", severity="high")


def test_a_wake_up_call_that_is_moved_is_due_at_its_new_time() -> None:
    story = hotel().send("wakeup.booked", "w1", due_at="+1d 06:00")
    story.at("22:00").send("wakeup.moved", "w1", due_at="+1d 07:00").expect_nothing()
    story.at("+1d 07:05:01").expect("at_risk", "w1", at="+1d 07:00")
    story.expect("breached", "w1", due="+1d 07:05")


def test_who_has_said_how_it_was_need_not_be_asked() -> None:
    story = hotel().send("guest.checked_out", "g1")
    story.at("11:00").send("feedback.received", "g1", score=5.0)
    story.at("+3d 10:00").expect_nothing()


def test_a_key_that_was_issued_in_time_and_reported_late_takes_the_accusation_back() -> None:
    story = hotel().send("guest.arrived", "g1")
    story.at("10:10:01").expect("at_risk", "g1")
    story.expect("breached", "g1", due="10:10")
    story.at("10:30").send("key.issued", "g1", time="10:09").expect("retracted", "g1")
    story.expect("met", "g1")
    story.expect_nothing()
