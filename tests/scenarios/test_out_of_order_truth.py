"""What is said follows from when things happened, not from when they were heard of."""

from tests.support.story import Story
from tests.support.story_catalogues import DELIVERY, catalogue, moment


def placed(case: str = "o1") -> Story:
    """At noon an order is placed that is promised for half past."""
    return Story(DELIVERY).at("12:00").send("order.placed", case, promised_at="12:30")


def test_an_end_that_is_heard_before_its_start_meets_the_moment() -> None:
    story = Story(DELIVERY).at("12:20").send("delivery.delivered", "o1", time="12:15")
    story.at("12:25").send("order.placed", "o1", time="12:00", promised_at="12:30")
    story.at("13:00").expect_nothing()


def test_a_start_that_comes_late_breaks_at_once_as_of_its_due() -> None:
    story = Story(DELIVERY).at("13:00").send("order.placed", "o1", time="12:00", promised_at="12:30")
    said = story.expect("breached", "o1", due="12:30", at="12:30")
    assert said.found_at == said.found_at.replace(hour=13, minute=0)
    story.expect_nothing()


def test_a_late_start_whose_end_is_known_to_be_late_says_the_breach_and_the_recovery() -> None:
    story = Story(DELIVERY).at("13:00").send("delivery.delivered", "o1", time="12:45").expect_nothing()
    story.send("order.placed", "o1", time="12:00", promised_at="12:30")
    story.expect("breached", "o1", due="12:30")
    story.expect("recovered", "o1", at="12:45")
    story.expect_nothing()


def test_an_end_that_was_in_time_and_comes_late_retracts_the_breach() -> None:
    story = placed().at("12:31")
    breach = story.expect("breached", "o1", due="12:30")
    story.at("12:40").send("delivery.delivered", "o1", time="12:29")
    retraction = story.expect("retracted", "o1", at="12:29")
    story.expect("met", "o1", at="12:29")
    story.expect_nothing()
    assert retraction.id != breach.id
    assert retraction.cause is not None
    assert retraction.cause.type == "delivery.delivered"


def test_an_end_that_was_late_recovers_and_retracts_nothing() -> None:
    story = placed().at("12:31")
    story.expect("breached", "o1")
    story.at("13:00").send("delivery.delivered", "o1", time="12:31").expect("recovered", "o1", at="12:31")
    story.expect_nothing()


def test_an_end_at_the_very_instant_of_the_due_is_in_time() -> None:
    placed().at("12:30").send("delivery.delivered", "o1").at("13:00").expect_nothing()


def test_an_end_one_microsecond_after_the_due_is_not_in_time() -> None:
    story = placed().at("12:30:00.000001").send("delivery.delivered", "o1")
    story.expect("breached", "o1", due="12:30")
    story.expect("recovered", "o1", at="12:30:00.000001")
    story.expect_nothing()


def test_an_end_and_its_start_in_one_instant_meet_in_either_order() -> None:
    for first, second in (("order.placed", "delivery.delivered"), ("delivery.delivered", "order.placed")):
        Story(DELIVERY).at("12:00").send(first, "o1").send(second, "o1").at("14:00").expect_nothing()


def test_a_cancellation_after_a_breach_closes_it_and_does_not_unmake_it() -> None:
    story = placed().at("12:31")
    story.expect("breached", "o1")
    story.at("12:40").send("order.cancelled", "o1").expect("cancelled", "o1", at="12:40")
    story.expect_nothing()


def test_a_cancellation_from_before_the_due_that_comes_late_retracts_the_breach() -> None:
    story = placed().at("12:31")
    story.expect("breached", "o1")
    story.at("12:40").send("order.cancelled", "o1", time="12:10")
    story.expect("retracted", "o1", at="12:10")
    story.expect("cancelled", "o1", at="12:10")
    story.expect_nothing()


def test_an_event_that_comes_twice_counts_once() -> None:
    repeating = catalogue(
        moment("""
            starts: ticket.customer_replied
            ends: ticket.replied
            repeats: true
            deadline: 30m
        """)
    )
    story = Story(repeating).at("12:00").send("ticket.customer_replied", "t1", name="a")
    story.at("12:10").send("ticket.replied", "t1", name="b", by="human")
    story.send("ticket.customer_replied", "t1", name="a", time="12:00").at("13:00").expect_nothing()
    assert story.processor.tally.duplicates == 1


def test_the_same_id_from_another_source_is_another_event() -> None:
    story = Story(DELIVERY).at("12:00").send("order.placed", "o1", name="1", source="/orders", promised_at="12:30")
    story.at("12:10").send("delivery.delivered", "o1", name="1", source="/couriers").at("13:00").expect_nothing()


def test_the_events_of_one_case_may_come_over_several_topics() -> None:
    story = placed()
    story.at("12:10").send("touchpoint.customer.away", "o1").at("12:20").send("touchpoint.customer.back", "o1")
    story.at("12:40").expect_nothing()
    story.at("12:40:01").expect("breached", "o1", due="12:40")
    story.send("delivery.delivered", "o1").expect("recovered", "o1")


def test_a_pause_that_comes_late_retracts_the_breach_and_tells_that_it_stands_still() -> None:
    story = placed().at("12:31")
    story.expect("breached", "o1")
    story.send("touchpoint.customer.away", "o1", time="12:20")
    story.expect("retracted", "o1", at="12:20")
    story.expect("paused", "o1", at="12:20")
    story.at("13:00").send("touchpoint.customer.back", "o1").expect("resumed", "o1", due="13:10")
    assert story.at("13:10:01").expect("breached", "o1", due="13:10").revision == 1
    story.expect_nothing()


def test_a_new_promise_that_comes_late_moves_the_breach_that_it_did_not_avert() -> None:
    story = placed().at("13:00")
    story.expect("breached", "o1", due="12:30")
    story.send("delivery.eta_revised", "o1", time="12:10", promised_at="12:45")
    story.expect("revised", "o1", at="12:10", due="12:45")
    story.expect_nothing()


def test_a_start_from_before_the_known_start_moves_the_due() -> None:
    story = Story(DELIVERY).at("12:00").send("order.placed", "o1")
    story.at("12:15").send("order.placed", "o1", time="11:50")
    story.at("12:20:01").expect("breached", "o1", due="12:20")
    story.expect_nothing()


def test_every_transition_of_a_case_has_an_id_of_its_own() -> None:
    story = placed().at("12:31").send("delivery.delivered", "o1", time="12:29")
    story.send("order.cancelled", "o1", time="12:05").send("order.placed", "o1", time="11:00")
    ids = [said.id for said in story.unheard]
    assert len(ids) > 2
    assert len(set(ids)) == len(ids)
