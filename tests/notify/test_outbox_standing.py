"""What receivers have taken and are told again while it is not over, one story for each rule."""

import pytest

from schemas.alert import State
from schemas.notice import Reason
from streams.clock import DAY, HOUR, MINUTE, SECOND
from streams.notify.backoff import LONGEST_ASKED
from streams.notify.base import FollowUp
from tests.notify.outbox_story import BEGIN, TOPICS, Shard, make_alert, make_group, make_notice, make_receipt

FOLLOW_UPS = {"fleet": FollowUp(repeat_every=5 * MINUTE), "pager": FollowUp(acknowledgements=True)}


def told(receiver: str = "fleet", reason: Reason = "broke", **more: object) -> Shard:
    """A shard in which that receiver has just taken a notice of an open alert."""
    shard = Shard(follow_ups=FOLLOW_UPS)
    shard.take(make_alert(), make_notice(reason=reason, contacts=(receiver,)))
    shard.answer("delivered")
    return shard


def test_an_alert_is_sent_again_under_its_id_for_as_long_as_it_is_open() -> None:
    shard = told()
    for repeat in range(1, 300):
        assert shard.at(repeat * 5 * MINUTE - 1).due() == []
        (attempt,) = shard.at(repeat * 5 * MINUTE).due()
        assert (attempt.notice.id, attempt.contact, attempt.number) == ("n1", 0, repeat + 1)
        assert shard.restart().due() == [attempt]
        assert shard.answer("delivered") == []
    assert len(shard.processor) == 0
    shard.take(make_alert(2, "resolved"))
    assert b"standing/n1" not in shard.stored
    assert shard.at(3 * DAY).restart().due() == []


def test_what_was_under_way_when_the_worker_stopped_is_sent_by_the_next_one() -> None:
    shard = told().at(5 * MINUTE)
    attempt = shard.begin()
    assert shard.due() == []
    assert shard.restart().due() == [attempt]


@pytest.mark.parametrize("state", ["resolved", "retracted", "found_late"])
def test_nothing_is_sent_again_once_it_is_over(state: State) -> None:
    shard = told()
    shard.at(5 * MINUTE).take(make_alert(2, state))
    assert shard.due() == []
    assert shard.restart().at(DAY).due() == []


@pytest.mark.parametrize("state", ["acknowledged", "snoozed", "unknown"])
def test_it_is_sent_again_while_somebody_has_it_with_the_state_that_it_is_in(state: State) -> None:
    shard = told()
    shard.take(make_alert(2, state))
    (attempt,) = shard.at(5 * MINUTE).restart().due()
    assert attempt.notice.alert.state == state


def test_the_end_waits_for_what_is_under_way_so_that_nothing_comes_after_it() -> None:
    shard = told().at(5 * MINUTE)
    repeat = shard.begin()
    over = make_alert(2, "resolved")
    shard.take(over, make_notice("end", "ended", contacts=("fleet",), alert=over))
    assert shard.due() == []
    shard.take(make_receipt(repeat, "delivered", BEGIN + shard.now))
    assert shard.names() == ["end"]
    shard.answer("delivered")
    assert shard.restart().at(DAY).due() == []


def test_a_repeat_waits_for_what_its_person_is_being_told_of_the_same_alert() -> None:
    for outcome in ("delivered", "deferred", "refused"):
        shard = told().at(5 * MINUTE)
        shard.take(make_notice("worse", "worsened", contacts=("mail",)))
        worse = next(attempt for attempt in shard.due() if attempt.notice.id == "worse")
        shard.processor.begun(worse)
        assert shard.due() == []
        shard.take(make_receipt(worse, outcome, BEGIN + shard.now, BEGIN + shard.now + HOUR))
        assert shard.names() == ["n1"]


def test_the_last_notice_that_was_taken_is_the_one_that_is_sent_again() -> None:
    shard = told()
    shard.at(MINUTE).take(make_notice("n2", "worsened", contacts=("fleet",), alert=make_alert(2)))
    shard.answer("delivered")
    assert b"standing/n1" not in shard.stored
    assert shard.restart().at(5 * MINUTE).due() == []
    assert shard.at(6 * MINUTE).names() == ["n2"]


def test_each_person_has_its_own() -> None:
    shard = told()
    shard.at(MINUTE).take(make_notice("n2", person="wu", contacts=("fleet",)))
    shard.answer("delivered")
    assert shard.restart().at(6 * MINUTE).names() == ["n1", "n2"]


def test_a_repeat_that_failed_is_tried_again_sooner_and_waits_longer_only_while_it_goes_on_failing() -> None:
    shard = told()
    for repeat in range(1, 20):
        shard.at(repeat * 5 * MINUTE).answer("delivered")
    shard.at(100 * MINUTE).answer("deferred")
    assert shard.restart().due() == []
    (again,) = shard.at(100 * MINUTE + 2 * SECOND).due()
    assert (again.number, again.failures) == (22, 1)
    shard.answer("deferred", after=DAY)
    shard.restart().at(100 * MINUTE + 2 * SECOND + LONGEST_ASKED)
    assert [(attempt.number, attempt.failures) for attempt in shard.due()] == [(23, 2)]
    shard.answer("delivered")
    assert [attempt.failures for attempt in shard.at(shard.now + 5 * MINUTE).due()] == [0]


def test_a_receiver_that_refuses_it_for_good_is_not_told_again() -> None:
    shard = told().at(5 * MINUTE)
    shard.answer("refused")
    assert shard.restart().at(DAY).due() == []
    assert set(shard.stored) == {b"alert/a1", b"notice/n1"}


def test_a_repeated_receipt_moves_nothing() -> None:
    shard = told()
    first = make_receipt(shard.at(5 * MINUTE).begin(), "delivered", BEGIN)
    shard.take(first, first, first.model_copy(update={"outcome": "refused"}), first.model_copy(update={"attempt": 1}))
    assert [attempt.number for attempt in shard.at(10 * MINUTE).due()] == [3]


def test_receivers_that_want_nothing_more_are_told_once() -> None:
    assert told("mail").restart().at(DAY).due() == []
    assert set(told("mail").stored) == {b"alert/a1", b"notice/n1"}


def test_a_test_is_told_once() -> None:
    assert told(reason="test").restart().at(HOUR).due() == []


def test_a_digest_is_sent_again_while_any_of_it_is_open_and_not_if_it_was_over_when_it_was_told() -> None:
    for state, again in (("firing", ["n1"]), ("resolved", [])):
        shard = Shard(follow_ups=FOLLOW_UPS)
        digest = make_group(1, state, kind="digest")  # type: ignore[arg-type]
        shard.take(digest, make_notice(reason="digest", contacts=("fleet",), group=digest))
        shard.answer("delivered")
        assert shard.restart().at(5 * MINUTE).names() == again


def test_a_receiver_that_is_no_longer_told_again_leaves_nothing_behind() -> None:
    shard = told()
    shard.follow_ups = {}
    assert shard.restart().at(DAY).due() == []
    assert b"standing/n1" not in shard.stored


def test_a_repeated_record_of_what_stands_sends_nothing_even_after_a_day() -> None:
    shard = told()
    shard.at(DAY).take()
    assert b"notice/n1" not in shard.stored
    shard.answer("delivered")
    shard.take(make_notice(contacts=("fleet",)))
    assert shard.due() == []
    assert shard.tally.repeated == 1


def test_an_alert_that_was_forgotten_is_not_sent_again() -> None:
    shard = told()
    shard.take_raw(TOPICS.alerts, None, b"a1")
    shard.take()
    assert set(shard.stored) == {b"notice/n1"}
    assert shard.restart().at(DAY).due() == []


def test_what_was_delivered_before_its_notice_was_stored_is_sent_again_too() -> None:
    before = Shard()  # a life that sent it and ended before anything was stored
    before.take(make_notice(contacts=("fleet",)))
    shard = Shard(follow_ups=FOLLOW_UPS)
    shard.take(make_receipt(before.begin(), "delivered", BEGIN))
    shard.restart().take(make_notice(contacts=("fleet",)), make_notice(contacts=("fleet",)))
    assert shard.due() == []
    assert [attempt.number for attempt in shard.restart().at(5 * MINUTE).due()] == [2]


def test_a_group_is_sent_again_until_its_person_hears_that_it_is_over() -> None:
    shard = Shard(follow_ups=FOLLOW_UPS)
    for person in ("lin", "wu"):
        shard.take(
            make_group(), make_notice(f"of-{person}", "grouped", person=person, contacts=("fleet",), group=make_group())
        )
        shard.answer("delivered")
    assert shard.restart().at(5 * MINUTE).names() == ["of-lin", "of-wu"]
    shard.take(make_notice("over", "group_over", person="lin", contacts=("mail",), group=make_group(2)))
    shard.take(make_receipt(shard.due("mail")[0], "delivered", BEGIN))
    assert shard.restart().names() == ["of-wu"]
    shard.take(make_group(3, "resolved"))
    assert shard.restart().due() == []


# --- acknowledgements -------------------------------------------------------------------------------------------------


def test_a_receiver_that_wants_to_hear_of_acknowledgements_is_told_once_of_each() -> None:
    shard = told("pager")
    assert shard.restart().at(DAY).due() == []
    shard.take(make_alert(2, "acknowledged"))
    (attempt,) = shard.restart().due()
    assert (attempt.notice.id, attempt.number, attempt.notice.alert.state) == ("n1", 2, "acknowledged")
    shard.answer("delivered")
    shard.take(make_alert(3, "acknowledged"))  # another has it now
    assert shard.restart().at(9 * DAY).due() == []
    shard.take(make_alert(4, "firing"), make_alert(5, "acknowledged"))
    assert [attempt.number for attempt in shard.due()] == [3]


def test_an_alert_that_was_taken_while_the_receiver_was_being_told_is_acknowledged_there() -> None:
    shard = Shard(follow_ups=FOLLOW_UPS)
    shard.take(make_alert(), make_notice(contacts=("pager",)))
    attempt = shard.begin()
    shard.take(make_alert(2, "acknowledged"))
    assert shard.due() == []
    shard.take(make_receipt(attempt, "delivered", BEGIN))
    assert [attempt.notice.alert.state for attempt in shard.restart().due()] == ["acknowledged"]


def test_an_acknowledgement_that_ended_before_it_was_told_is_not_told() -> None:
    shard = told("pager")
    shard.take(make_alert(2, "acknowledged"))
    shard.answer("deferred", after=MINUTE)
    shard.take(make_alert(3, "firing"))
    assert shard.restart().at(HOUR).due() == []
    shard.take(make_alert(4, "resolved"))
    assert shard.restart().at(HOUR).due() == []


def test_a_snooze_and_an_end_are_no_acknowledgement() -> None:
    states: tuple[State, ...] = ("snoozed", "unknown", "resolved")
    for state in states:
        shard = told("pager")
        shard.take(make_alert(2, state))
        assert shard.restart().at(DAY).due() == []
