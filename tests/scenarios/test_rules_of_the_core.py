"""The rules that decide correctness, as far as engine and state can show them, a story each."""

from hashlib import sha256

import pytest

from streams.catalogue.load import compile_source, compile_texts
from streams.errors import StateError
from streams.state.processor import DetectProcessor
from tests.support.story import ALL_TOPICS, TRANSITIONS, Story
from tests.support.story_catalogues import DELIVERY, catalogue, moment

ORDERS, DELIVERIES = "orders.events.v1", "deliveries.events.v1"


def placed(text: str = DELIVERY) -> Story:
    """At noon an order is placed that is promised for half past."""
    return Story(text).at("12:00").send("order.placed", "o1", promised_at="12:30")


# one truth, derived index


def test_an_old_deadline_that_was_moved_away_says_nothing_when_it_comes() -> None:
    story = placed().at("12:10").send("delivery.eta_revised", "o1", promised_at="13:00")
    story.at("12:30:01").expect_nothing()
    story.at("13:00:01").expect("breached", "o1", due="13:00")
    story.expect_nothing()


def test_the_deadlines_are_found_again_in_the_stored_records_after_a_restart() -> None:
    story = placed().restart()
    story.at("12:30").expect_nothing()
    story.at("12:30:01").expect("breached", "o1", due="12:30")


# the shard clock


def test_a_quiet_shard_still_speaks_when_it_has_proof_that_nothing_is_unread() -> None:
    placed().at("12:30:01").expect("breached", "o1")


def test_nobody_is_accused_while_a_topic_may_hold_the_event_unread() -> None:
    story = placed().lags(DELIVERIES)
    story.at("12:45").expect_nothing()
    story.lags().send("delivery.delivered", "o1", time="12:20").at("12:50").expect_nothing()


def test_a_lagging_topic_that_catches_up_without_the_event_lets_the_breach_be_told() -> None:
    story = placed().lags(DELIVERIES).at("12:45").expect_nothing()
    said = story.lags().at("12:46").expect("breached", "o1", at="12:30")
    assert said.found_at.minute == 46


def test_a_bulk_load_of_old_events_is_judged_in_its_own_time() -> None:
    story = Story(DELIVERY).lags(*ALL_TOPICS)
    story.at("18:00").send("order.placed", "o1", time="09:00", promised_at="09:30")
    story.send("delivery.delivered", "o1", time="09:29").send("order.placed", "o2", time="09:40", promised_at="10:00")
    story.lags().at("18:01").expect("breached", "o2", due="10:00")
    story.expect_nothing()


def test_a_deadline_that_an_old_event_has_passed_is_told_before_the_event_is_applied() -> None:
    story = Story(DELIVERY, topics=[ORDERS]).lags(ORDERS)
    story.at("18:00").send("order.placed", "o1", time="09:00", promised_at="09:30").expect_nothing()
    story.send("order.paid", "o2", time="09:30").expect_nothing()
    story.send("order.paid", "o2", time="09:31").expect("breached", "o1", due="09:30")
    story.send("order.cancelled", "o1", time="09:32").expect("cancelled", "o1", at="09:32")
    story.expect_nothing()


def test_a_deadline_waits_for_the_lateness_that_the_catalogue_allows() -> None:
    text = DELIVERY.replace("allowed_lateness: 0s", "allowed_lateness: 2m")
    story = placed(text).at("12:31:59").expect_nothing()
    story.send("delivery.delivered", "o1", time="12:29").at("13:00").expect_nothing()
    story.send("order.placed", "o2", promised_at="13:10").at("13:12").expect_nothing()
    story.at("13:12:01").expect("breached", "o2", at="13:10")


# dated by truth


def test_a_breach_is_dated_by_its_due_and_says_beside_it_when_it_was_found() -> None:
    said = placed().at("12:42").expect("breached", "o1", at="12:30", due="12:30")
    assert said.found_at.minute == 42


# late truth retracts: see test_out_of_order_truth


# positions live with the state; one transaction


def test_whatever_is_said_is_stored_in_the_same_decision() -> None:
    story = placed().at("12:31")
    story.expect("breached", "o1")
    story.restart().at("12:32").expect_nothing()


def test_late_truth_still_retracts_after_a_restart() -> None:
    story = placed().at("12:31")
    story.expect("breached", "o1")
    story.restart().send("delivery.delivered", "o1", time="12:29").expect("retracted", "o1")
    story.expect("met", "o1")


# the key is the case


def test_an_event_under_another_key_is_refused_with_that_reason() -> None:
    story = Story(DELIVERY).at("12:00")
    value = (
        b'{"specversion":"1.0","id":"1","source":"/s","type":"order.placed","time":"2026-11-02T12:00:00Z",'
        b'"subject":"o1","tenant":"acme","data":{}}'
    )
    story.send_bytes(ORDERS, b"o2", value).expect_refused("key_unlike_subject")
    story.at("20:00").expect_nothing()


def test_cases_of_two_tenants_with_one_id_are_two_cases() -> None:
    story = placed().send("order.placed", "o1", promised_at="12:30", tenant="other")
    story.at("12:10").send("delivery.delivered", "o1", tenant="other")
    assert story.at("12:31").expect("breached", "o1").tenant == "acme"
    story.expect_nothing()


# bad input is data


def test_bad_input_goes_to_the_dead_letters_and_stops_nothing() -> None:
    story = placed()
    story.send_bytes(ORDERS, b"o1", b"not json").expect_refused("not_json")
    story.send_bytes(ORDERS, b"o1", None).expect_refused("tombstone")
    story.at("12:10").send("delivery.delivered", "o1").at("13:00").expect_nothing()


# catalogue changes are explicit


def test_a_running_occurrence_keeps_the_catalogue_it_began_under() -> None:
    story = Story(DELIVERY).at("12:00").send("order.placed", "o1")
    quicker = compile_texts([("story.yaml", DELIVERY.replace("after: 30m", "after: 10m"))])
    story.processor.use(quicker)
    story.send("order.placed", "o2").at("12:10:01")
    new = story.expect("breached", "o2", due="12:10")
    old = story.at("12:30:01").expect("breached", "o1", due="12:30")
    assert new.catalogue == quicker.version
    assert old.catalogue == story.catalogue.version


def test_a_worker_with_a_newer_catalogue_finds_the_old_one_in_the_state() -> None:
    story = Story(DELIVERY).at("12:00").send("order.placed", "o1")
    story.catalogue = compile_texts([("story.yaml", DELIVERY.replace("after: 30m", "after: 10m"))])
    story.restart().at("12:29").expect_nothing()
    story.at("12:30:01").expect("breached", "o1", due="12:30")


# bounded


def test_a_case_that_never_ends_is_given_up_and_forgotten() -> None:
    story = placed().at("12:31")
    story.expect("breached", "o1")
    story.at("22:31").expect("expired", "o1", at="22:30")
    assert len(story.processor) == 1
    story.at("+1d 00:00").expect_nothing()
    assert len(story.processor) == 0
    assert not [key for key in story.state if not key.startswith(b"~")]


def test_a_finished_case_is_kept_for_corrections_and_then_forgotten() -> None:
    story = placed().at("12:10").send("delivery.delivered", "o1")
    story.at("13:09").send("delivery.delivered", "o1", time="12:05").expect_nothing()
    story.at("13:10:01").expect_nothing()
    assert len(story.processor) == 0


def test_events_that_no_moment_mentions_leave_no_trace() -> None:
    story = Story(DELIVERY).at("12:00").send("ticket.opened", "t1").send("feedback.requested", "t1")
    assert len(story.processor) == 0
    assert story.processor.tally.unmentioned == 2


# ids are computed


def test_the_same_story_gives_the_same_ids_and_the_same_bytes() -> None:
    def digest() -> str:
        story = placed().at("12:31").send("delivery.delivered", "o1", time="12:29").at("13:00")
        return sha256(b"".join(said.model_dump_json().encode() for said in story.unheard)).hexdigest()

    assert digest() == digest()


def test_a_transition_has_the_same_id_whether_it_was_heard_of_soon_or_late() -> None:
    soon = placed().at("12:31").expect("breached", "o1")
    late = Story(DELIVERY).at("14:00").send("order.placed", "o1", time="12:00", promised_at="12:30")
    assert late.expect("breached", "o1").id == soon.id


# the state is what it says


def test_a_record_of_a_later_release_stops_the_worker_with_a_word_to_the_operator() -> None:
    story = placed()
    processor = DetectProcessor(ALL_TOPICS, story.catalogue, compile_source, transitions=TRANSITIONS)
    with pytest.raises(StateError, match="later release"):
        processor.restore([(b"~something", b"{}")])


def test_one_poisonous_field_never_stops_the_others() -> None:
    text = catalogue(moment("starts: room.booked\nends: room.ready\ndeadline: {at: attributes.arrival}"))
    story = Story(text).at("12:00").send("room.booked", "r1", attributes={"arrival": "whenever"})
    story.send("room.booked", "r2", attributes={"arrival": "2026-11-02T12:30:00Z"})
    story.at("12:30:01").expect("breached", "r2", due="12:30")
    story.expect_nothing()
