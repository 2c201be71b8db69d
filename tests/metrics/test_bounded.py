"""Label values that producers choose are bounded, however many they choose."""

from streams.clock import SECOND
from streams.metrics.bounded import Bounded, Bounds
from streams.metrics.feeds import FeedStanding
from tests.metrics.figures import MOMENT, Figures


def test_the_first_so_many_keep_their_names_and_the_rest_is_other() -> None:
    bounded = Bounded(2, "other")
    assert [bounded(name) for name in ("a", "b", "c", "a", "d", "b")] == ["a", "b", "other", "a", "other", "b"]
    assert len(bounded) == 2
    assert Bounded(2, "other")("other") == "other"


def test_tenants_and_regions_beyond_the_bound_are_one_and_their_sums_are_right() -> None:
    figures = Figures(bounds=Bounds(tenants=3, regions=4))
    counts = {((f"t{t}", f"r{r}", MOMENT), "running"): 1 for t in range(10) for r in range(10)}
    figures.instruments.detection.occurrences(0, counts)
    figures.instruments.detection.occurred(
        {(f"t{t}", f"r{r}", MOMENT, "opened"): 1 for t in range(10) for r in range(10)}
    )
    found = figures["moments_occurrences"]
    assert {tenant for tenant, *_ in found} == {"t0", "t1", "t2", "other"}
    assert len({labels[:2] for labels in found}) == 3 * (4 + 1) + 1
    assert sum(found.values()) == 100
    assert found["t0", "other", MOMENT, "", "running"] == 6
    assert found["other", "other", MOMENT, "", "running"] == 70
    assert sum(figures["moments_transitions_total"].values()) == 100


def test_by_default_10_000_tenants_with_a_region_each_are_at_most_201() -> None:
    figures = Figures()
    for number in range(10_000):
        figures.instruments.detection.occurred({(f"t{number}", f"r{number}", MOMENT, "opened"): 1})
    found = figures["moments_transitions_total"]
    assert len({labels[0] for labels in found}) == 201
    assert sum(found.values()) == 10_000


def test_feeds_beyond_the_bound_are_as_grave_as_the_gravest_of_them() -> None:
    figures = Figures("feed", bounds=Bounds(feeds=1))
    feeds = figures.instruments.feeds
    standings = {
        ("acme", "//pos", "east"): FeedStanding("heard", 2 * SECOND, 60.0),
        ("acme", "//pos", "west"): FeedStanding("blind", 90 * SECOND, 12.0),
        ("acme", "//app", ""): FeedStanding("suspect", 30 * SECOND, 3.0),
    }
    feeds.stand(3, standings)
    feeds.heard(dict.fromkeys(standings, 5))
    first, rest = ("acme", "//pos", "east"), ("acme", "other", "other")
    assert figures["moments_feed_silence_seconds"] == {first: 2, rest: 90}
    assert figures["moments_feed_usual_events_per_minute"] == {first: 60, rest: 15}
    assert figures["moments_feed_events_total"] == {first: 5, rest: 10}
    states = figures["moments_feed_state"]
    assert [state for (*_, state), on in states.items() if on] == ["heard", "blind"]
    assert len(states) == 8
    figures.instruments.gone(3)
    assert figures["moments_feed_state"] == {}


def test_receivers_beyond_the_bound_are_one() -> None:
    figures = Figures("notify", bounds=Bounds(receivers=1))
    outbox = figures.instruments.outbox
    outbox.receivers(["wecom"])
    assert figures["moments_notifications_total"]["wecom", "given_up"] == 0
    outbox.came_of_it({("wecom", "delivered"): 2, ("mail", "delivered"): 1, ("slack", "delivered"): 1})
    outbox.waiting(0, {"wecom": 1, "mail": 2, "slack": 3})
    assert figures["moments_outbox_waiting"] == {("wecom",): 1, ("other",): 5}
    assert figures["moments_notifications_total"]["other", "delivered"] == 2
