"""What is kept of feeds and for how long, how many there may be, and to whom they are shown."""

import pytest

from streams.alerts.journal import Place
from streams.clock import DAY, MINUTE, SECOND
from streams.feeds.policy import FeedPolicy
from streams.partition import partition_of
from tests.feeds.feed_stage import TENANT, Stage


def test_a_feed_is_written_once_a_minute_and_its_week_once_an_hour() -> None:
    stage = Stage().run(60)
    stage.writes = []
    stage.run(120, 60, 1)
    kinds = [key[:2] for _, key in stage.writes]
    assert kinds.count(b"f/") == 120
    assert kinds.count(b"h/") == 2
    assert sum(len(value) for value in stage.log.values()) < 4_000


def test_most_feeds_of_a_tenant_are_bounded_and_the_one_not_heard_of_for_longest_goes(stage: Stage) -> None:
    stage.policy = FeedPolicy(most_feeds=3)
    stage.restart()
    for region in ("a", "b", "c"):
        stage.now += SECOND
        stage.pulse(stage.heard(region))
    stage.now += SECOND
    stage.pulse(stage.heard("a"), stage.heard("d"))
    assert {region for _, region in stage.feeds} == {"a", "c", "d"}
    assert len(stage.processor) == 3
    assert {key[:2] for key in stage.log} == {b"t/", b"f/"}
    assert len(stage.log) == 4


def test_a_blind_feed_is_not_pushed_out_by_new_ones() -> None:
    stage = Stage(FeedPolicy(most_feeds=2))
    stage.run(20, {"r1": 60.0, "r2": 60.0}).run(5, {"r1": 0, "r2": 60.0})
    stage.pulse(stage.heard("x"), at=stage.now + 1)
    assert {region: feed.state for (_, region), feed in stage.feeds.items()} == {"r1": "blind", "x": "heard"}


def test_a_feed_that_is_never_heard_again_is_forgotten_after_a_month() -> None:
    stage = Stage()
    stage.run(20, {"r1": 60.0, "r2": 60.0})
    for _ in range(31 * 24 * 2):
        stage.now += 30 * MINUTE
        stage.pulse(stage.heard("r2", 1800, first=1799))
    assert [kind for kind, case, _ in stage.kinds() if case == "feed:pos:r1"] == ["breached", "expired"]
    assert {region for _, region in stage.feeds} == {"r2"}
    assert len(stage.processor) == 1


def test_time_that_leaps_teaches_nothing_and_is_quick(stage: Stage) -> None:
    stage.run(30)
    stage.now += 400 * DAY
    stage.pulse(stage.heard())
    stage.run(30)
    assert stage.state() == "heard"


def test_a_feed_is_written_to_every_partition_and_judged_in_the_tenants_own() -> None:
    place = Place(partition_of(TENANT, 4), 4)
    stage = Stage(place=place).run(20).run(2, 0)
    assert stage.state() == "blind"  # the stage's reader checks the partitions
    other = Stage(place=Place((place.partition + 1) % 4, 4))
    other.pulse(other.heard())
    assert (other.letters, other.words) == ([("bad_field", "tenant")], [])


def test_the_gauges_show_every_feed_and_all_of_them_together() -> None:
    stage = Stage().run(20, {"r1": 60.0, "r2": 30.0}).run(2, {"r2": 30.0})
    rows = {(row.source, row.region): row for row in stage.processor.standing()}
    assert set(rows) == {("pos", "r1"), ("pos", "r2"), ("*", "*")}
    assert (rows["pos", "r1"].state, rows["pos", "r1"].silence_seconds) == ("blind", 120)
    assert (rows["*", "*"].state, rows["*", "*"].silence_seconds) == ("heard", 0)
    assert rows["*", "*"].usual_per_minute == pytest.approx(90)
    tally = stage.processor.tally
    assert tally.events == {("tea", "pos", "r1"): 1200, ("tea", "pos", "r2"): 660}
    assert (tally.states["heard"], tally.states["blind"]) == (2, 1)
    stage.processor.tally = tally.rest()
    assert stage.processor.tally.events == {}


def test_tenants_do_not_hear_each_other(stage: Stage) -> None:
    for _ in range(20 * 12):
        stage.now += 5 * SECOND
        documents = [stage.document(stage.heard(count=5), tenant=name) for name in ("tea", "coffee")]
        stage.decide([stage.batch(documents)])
    for _ in range(24):
        stage.now += 5 * SECOND
        stage.decide([stage.batch([stage.document(tenant="tea"), stage.document(stage.heard(count=5), tenant="coffee")])])
    assert [(said.tenant, said.kind) for said in stage.told] == [("tea", "breached")]
