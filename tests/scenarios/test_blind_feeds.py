"""What is said of a case while the feed that would bring its end is not heard, and when it is heard again."""

from schemas.feed import Heard
from streams.clock import as_datetime
from tests.support.story import Story
from tests.support.story_catalogues import catalogue, moment

RIDERS, TILLS = "/riders", "/tills"

BOTH = catalogue(
    moment(
        """
    starts: order.placed
    ends: delivery.delivered
    cancels: order.cancelled
    deadline: 30m
    warnings: [10m]
    rises: [{after: 20m, to: critical}]
""",
        name="delivery",
    ),
    moment(
        """
    starts: order.placed
    ends: order.accepted
    deadline: 5m
""",
        name="acceptance",
    ),
)


def told_where_ends_come_from() -> Story:
    """The shard has seen who brings deliveries and who accepts orders."""
    story = Story(BOTH, feeds=True).at("11:00")
    story.send("order.placed", "o0", source=TILLS, region="east").send(
        "order.accepted", "o0", source=TILLS, region="east"
    )
    return story.send("delivery.delivered", "o0", source=RIDERS, region="east")


def placed() -> Story:
    """An order of the east at noon."""
    return told_where_ends_come_from().at("12:00").send("order.placed", "o1", source=TILLS, region="east")


def accepted() -> Story:
    return placed().at("12:01").send("order.accepted", "o1", source=TILLS, region="east")


def test_what_is_due_while_its_feed_is_blind_is_unknown_and_not_broken() -> None:
    story = accepted().at("12:15").feed("blind", RIDERS, "east").at("12:30").expect_nothing()
    story.at("12:31").expect("unknown", "o1", due="12:30", at="12:30")
    story.at("13:30").expect_nothing()


def test_what_was_delivered_in_time_meanwhile_is_met_when_the_feed_is_back_and_was_never_broken() -> None:
    story = accepted().at("12:15").feed("blind", RIDERS, "east").at("12:40")
    story.expect("unknown", "o1")
    story.at("12:41").feed("returning", RIDERS, "east")
    story.send("delivery.delivered", "o1", time="12:25", source=RIDERS, region="east")
    story.expect("met", "o1", at="12:25")
    story.at("12:45").feed("heard", RIDERS, "east").at("15:00").expect_nothing()


def test_what_was_delivered_too_late_meanwhile_is_booked_as_broken_and_recovered() -> None:
    story = accepted().at("12:15").feed("blind", RIDERS, "east").at("12:40")
    story.expect("unknown", "o1")
    story.at("12:41").send("delivery.delivered", "o1", time="12:35", source=RIDERS, region="east")
    story.expect("breached", "o1", due="12:30", at="12:30")
    story.expect("recovered", "o1", at="12:35")
    story.feed("heard", RIDERS, "east").at("15:00").expect_nothing()


def test_what_is_still_open_when_the_feed_is_back_is_broken_then_with_all_that_is_owed() -> None:
    story = accepted().at("12:15").feed("blind", RIDERS, "east").at("12:55")
    story.expect("unknown", "o1")
    story.expect_nothing()
    story.feed("heard", RIDERS, "east")
    story.expect("breached", "o1", due="12:30", at="12:30")
    story.expect("worsened", "o1", at="12:50", severity="critical")
    story.expect_nothing()


def test_a_suspect_feed_says_nothing_until_it_is_known_to_be_blind_or_heard() -> None:
    story = accepted().at("12:19").feed("suspect", RIDERS, "east").at("12:32").expect_nothing()
    story.feed("blind", RIDERS, "east").expect("unknown", "o1", at="12:30")
    story.expect_nothing()
    story = accepted().at("12:19").feed("suspect", RIDERS, "east").at("12:32").feed("heard", RIDERS, "east")
    story.expect("breached", "o1", due="12:30")
    story.expect_nothing()


def test_a_suspect_feed_that_is_heard_before_the_due_gives_the_warning_that_was_owed() -> None:
    story = accepted().at("12:19").feed("suspect", RIDERS, "east").at("12:22").expect_nothing()
    story.feed("heard", RIDERS, "east").expect("at_risk", "o1", at="12:20")
    story.at("12:31").expect("breached", "o1")


def test_what_no_one_was_told_of_stays_quiet_when_it_ends_in_time() -> None:
    story = accepted().at("12:19").feed("suspect", RIDERS, "east").at("12:22")
    story.send("delivery.delivered", "o1", source=RIDERS, region="east").feed("heard", RIDERS, "east")
    story.at("15:00").expect_nothing()


def test_moments_that_another_source_ends_break_as_ever() -> None:
    story = placed().feed("blind", RIDERS, "east").at("12:06")
    story.expect("breached", "o1", moment="acceptance", due="12:05")
    story.at("12:31").expect("unknown", "o1", moment="delivery")


def test_other_regions_and_other_tenants_break_as_ever() -> None:
    story = told_where_ends_come_from().send("delivery.delivered", "w0", source=RIDERS, region="west")
    story.feed("blind", RIDERS, "east").feed("blind", RIDERS, None).feed("blind", RIDERS, "west", tenant="other")
    story.at("12:00").send("order.placed", "o2", source=TILLS, region="west").at("12:31").skip("acceptance")
    story.expect("at_risk", "o2")
    story.expect("breached", "o2", due="12:30")


def test_when_a_tenant_is_silent_altogether_nothing_of_it_is_known() -> None:
    story = placed().feed("blind", "*", "*").at("12:06").expect("unknown", "o1", moment="acceptance")
    assert story.severity == "medium"


def test_an_alert_that_is_open_stays_open_and_its_end_is_told() -> None:
    story = accepted().at("12:31")
    story.expect("at_risk", "o1")
    story.expect("breached", "o1")
    story.feed("blind", RIDERS, "east").at("12:51").expect_nothing()
    story.send("delivery.delivered", "o1", time="12:45", source=RIDERS, region="east").expect(
        "recovered", "o1", at="12:45"
    )
    story.expect_nothing()


def test_late_truth_in_time_withdraws_what_was_said_before_the_feed_was_found_to_be_blind() -> None:
    story = accepted().at("12:31")
    story.expect("at_risk", "o1")
    story.expect("breached", "o1")
    story.feed("blind", RIDERS, "east").at("12:40")
    story.send("delivery.delivered", "o1", time="12:29", source=RIDERS, region="east")
    story.expect("retracted", "o1")
    story.expect("met", "o1", at="12:29")
    story.expect_nothing()


def test_what_broke_and_was_cancelled_while_its_feed_is_blind_is_booked_when_it_is_heard_again() -> None:
    story = accepted().at("12:15").feed("blind", RIDERS, "east").at("12:40")
    story.expect("unknown", "o1")
    story.send("order.cancelled", "o1", source=TILLS, region="east").expect("cancelled", "o1")
    story.at("12:50").expect_nothing().feed("heard", RIDERS, "east")
    story.expect("breached", "o1", at="12:30")
    story.expect("cancelled", "o1", at="12:40")
    story.at("14:00").expect_nothing()


def test_what_was_cancelled_while_its_feed_is_blind_and_had_ended_in_time_is_met() -> None:
    story = accepted().at("12:15").feed("blind", RIDERS, "east").at("12:40")
    story.expect("unknown", "o1")
    story.send("order.cancelled", "o1", source=TILLS, region="east").expect("cancelled", "o1")
    story.send("delivery.delivered", "o1", time="12:29", source=RIDERS, region="east").expect("met", "o1", at="12:29")
    story.feed("heard", RIDERS, "east").at("14:00").expect_nothing()


def test_a_restart_changes_nothing() -> None:
    story = accepted().at("12:15").feed("blind", RIDERS, "east").restart().at("12:40").restart()
    story.expect("unknown", "o1")
    story.at("12:41").restart().feed("heard", RIDERS, "east").expect("breached", "o1", due="12:30")
    story.restart().at("12:42").send("delivery.delivered", "o1", time="12:20", source=RIDERS, region="east")
    story.expect("retracted", "o1")
    story.expect("met", "o1")
    story.expect_nothing()


def test_a_word_that_is_none_is_refused_and_the_shard_goes_on() -> None:
    story = accepted().send_bytes("moments.feeds.v1", b"k", b"{}").expect_refused("missing_field")
    story.at("12:31").expect("at_risk", "o1")


def test_a_feed_that_is_forgotten_is_heard() -> None:
    story = accepted().feed("blind", RIDERS, "east").at("12:40")
    story.expect("unknown", "o1")
    story.send_bytes("moments.feeds.v1", b"acme\x1f/riders\x1feast", None).expect("breached", "o1")


def test_what_was_heard_is_said_once_a_second_and_without_news_every_five() -> None:
    story = told_where_ends_come_from().at("11:59:59")
    story.pulses.clear()
    story.at("12:00").send("order.placed", "o1", source=TILLS, region="east")
    story.send("delivery.picked_up", "o1", time="11:59", source=RIDERS, region="west")
    story.at("12:00:01").at("12:00:02").at("12:00:05").at("12:00:06").at("12:00:07")
    at = story.instant("12:00")
    heard = [(pulse.clock, pulse.feeds) for pulse in story.pulses]
    assert [len(feeds) for _, feeds in heard] == [1, 1, 0]
    feeds = [feed for pulse in story.pulses for feed in pulse.feeds]
    assert [(feed.source, feed.region, feed.count) for feed in feeds] == [(TILLS, "east", 1), (RIDERS, "west", 1)]
    assert story.pulses[1].feeds[0].last.timestamp() == at / 1_000_000 - 60
    assert story.pulses[1].clock.timestamp() == at / 1_000_000 + 1


def test_a_heartbeat_is_heard_and_is_no_part_of_any_case() -> None:
    story = told_where_ends_come_from().at("12:00")
    story.pulses.clear()
    story.send("feed.heartbeat", "riders", source=RIDERS, region="east", interval=60).at("12:00:02").expect_nothing()
    (feed,) = [feed for pulse in story.pulses for feed in pulse.feeds]
    assert (feed.source, feed.heartbeat) == (RIDERS, 60)


def retired(story: Story) -> list[Heard]:
    """What the pulses say of feeds that are retired."""
    return [feed for pulse in story.pulses for feed in pulse.feeds if feed.retired]


def test_a_retirement_is_said_in_a_pulse_once_and_is_neither_an_event_nor_part_of_any_case() -> None:
    story = told_where_ends_come_from().at("12:00")
    story.pulses.clear()
    before = {key for key in story.state if not key.startswith(b"~")}
    story.send("feed.retired", RIDERS, source=RIDERS, region="east").at("12:00:02").at("12:00:04").at("12:00:12")
    (feed,) = retired(story)
    assert (feed.source, feed.region, feed.count, feed.heartbeat) == (RIDERS, "east", 0, None)
    assert {key for key in story.state if not key.startswith(b"~")} == before
    story.at("15:00").expect_nothing()


def test_events_beside_a_retirement_are_counted_in_the_same_pulse_and_it_is_not() -> None:
    story = told_where_ends_come_from().at("12:00:02").send("order.placed", "o7", source=TILLS, region="east")
    story.pulses.clear()
    story.send("feed.retired", RIDERS, source=RIDERS, region="east")
    story.send("delivery.picked_up", "o7", source=RIDERS, region="east").at("12:00:04")
    (feed,) = retired(story)
    assert (feed.count, feed.first, feed.last) == (1, feed.last, as_datetime(story.instant("12:00:02")))


def test_a_retirement_waits_for_a_later_clock_and_no_restart_loses_it() -> None:
    story = told_where_ends_come_from().at("12:00").lags("orders.events.v1")
    story.pulses.clear()
    story.send("feed.retired", RIDERS, source=RIDERS, region="east").restart()
    story.at("12:00:10").restart().at("12:00:20").restart()
    assert story.pulses, "the shard lives"
    assert retired(story) == [], "under a clock that stands still it would count for nothing"
    stood = story.pulses[-1].clock
    story.lags().at("12:00:30").restart().at("12:00:40")
    (pulse,) = [pulse for pulse in story.pulses if any(feed.retired for feed in pulse.feeds)]
    assert pulse.clock > stood


def test_the_time_of_a_tenant_of_which_only_a_retirement_came_does_not_stand_after_a_restart() -> None:
    story = Story(BOTH, feeds=True).at("12:00").send("feed.retired", RIDERS, source=RIDERS, region="east")
    story.at("12:00:02").restart()
    assert len(retired(story)) == 1
    story.pulses.clear()
    story.at("12:00:10")
    assert [pulse.clock for pulse in story.pulses] == [as_datetime(story.instant("12:00:10"))]
