"""Stories of feeds: what is said of them when they fall silent, and what is not."""

from random import Random
from typing import Any

import msgspec
import pytest

from streams.alerts.journal import Place
from streams.clock import DAY, HOUR, MINUTE, SECOND, as_datetime
from streams.feeds.policy import FeedPolicy
from streams.partition import partition_of
from tests.feeds.feed_stage import MONDAY, TENANT, Stage


@pytest.fixture(params=[False, True], ids=["one worker", "a restart after every decision"])
def stage(request: pytest.FixtureRequest) -> Stage:
    return Stage(restless=request.param)


def by_clock(stage: Stage, days: int, hours: dict[int, tuple[int, int]], every: float = 60) -> Stage:
    """Days on which the shops of a region are open between these hours of the week's day; the clock is UTC."""
    for _ in range(days):
        day = (stage.now - MONDAY) // DAY % 7
        opens, closes = hours.get(day, hours[-1])
        stage.run(opens * 60, 0, every).run((closes - opens) * 60, 60, every).run((24 - closes) * 60, 0, every)
    return stage


def test_a_silent_feed_becomes_suspect_then_blind_and_is_heard_again_once_it_has_settled(stage: Stage) -> None:
    stage.run(20, 60, 1)
    assert stage.fresh() == [("pos/r1", "heard")]
    silent_from = stage.now
    stage.run(5, 0, 1)
    assert stage.fresh() == [("pos/r1", "suspect"), ("pos/r1", "blind")]
    blind = stage.feeds["pos", "r1"]
    assert (blind.until, blind.changed_at) == (as_datetime(silent_from), as_datetime(silent_from + 30 * SECOND))
    assert (blind.silent_seconds, blind.usual_per_minute) == (30, 60)
    assert stage.kinds() == [("breached", "feed:pos:r1", 1)]
    back = stage.now + SECOND
    stage.run(5, 60, 1)
    assert stage.fresh() == [("pos/r1", "returning"), ("pos/r1", "heard")]
    assert stage.kinds() == [("breached", "feed:pos:r1", 1), ("recovered", "feed:pos:r1", 1)]
    breached, recovered = stage.told
    assert breached.at == breached.due_at == recovered.due_at == as_datetime(silent_from + 30 * SECOND)
    assert recovered.at == as_datetime(back)
    assert (breached.severity, breached.owner, breached.moment, breached.stage) == (
        "high",
        "feed",
        "feed.heard",
        "pre_contact",
    )
    assert breached.labels.region == "r1"


def test_the_sentence_says_since_when_what_is_usual_and_what_follows(stage: Stage) -> None:
    stage.run(20, 60, 1).run(2, 0, 1).run(3, 60, 1)
    silent, back = (said.sentence for said in stage.told)
    assert silent is not None
    assert back is not None
    assert silent.en == (
        "Feed pos of region r1 has been silent since 2026-11-02 00:20:00 UTC; 60 events a minute are usual at this hour, "
        "and by 2026-11-02 00:20:30 UTC that could no longer be chance. Verdicts in region r1 are 'unknown' until it is "
        "back; nobody is paged for them."
    )
    assert "区域 r1 的数据源 pos 自 2026-11-02 00:20:00 UTC 起没有消息" in silent.zh
    assert "判定为“未知”，不会因此呼叫任何人" in silent.zh
    assert back.en.startswith("Feed pos of region r1 is heard again since 2026-11-02 00:22:01 UTC")
    assert "按事件时间补做" in back.zh


def test_the_second_silence_is_another_occurrence(stage: Stage) -> None:
    stage.run(20).run(2, 0).run(5).run(2, 0).run(5)
    assert stage.kinds() == [
        ("breached", "feed:pos:r1", 1),
        ("recovered", "feed:pos:r1", 1),
        ("breached", "feed:pos:r1", 2),
        ("recovered", "feed:pos:r1", 2),
    ]


def test_a_short_silence_is_suspect_and_nobody_is_told(stage: Stage) -> None:
    stage.run(20, 60, 1).run(0.4, 0, 1).run(2, 60, 1)
    assert stage.fresh() == [("pos/r1", "heard"), ("pos/r1", "suspect"), ("pos/r1", "heard")]
    assert stage.kinds() == []


def test_a_feed_that_falls_silent_again_before_it_has_settled_is_told_once(stage: Stage) -> None:
    stage.run(20).run(3, 0).run(0.5).run(3, 0).run(5)
    assert [state for _, state in stage.fresh()] == [
        "heard",
        "suspect",
        "blind",
        "returning",
        "blind",
        "returning",
        "heard",
    ]
    assert [kind for kind, _, _ in stage.kinds()] == ["breached", "recovered"]


def test_what_was_kept_back_holds_the_return_until_no_more_of_it_comes_but_not_forever(stage: Stage) -> None:
    stage.run(20).run(5, 0)
    back = stage.now
    for _ in range(12 * 5):  # five minutes of it
        stage.now += 5 * SECOND
        stage.pulse(stage.heard(count=30, first=(stage.now - back) / SECOND + 100))
    assert stage.state() == "returning"
    stage.run(0.9)
    assert stage.state() == "returning"
    stage.run(0.3)
    assert stage.state() == "heard"
    stage.run(5, 0)
    back = stage.now
    for _ in range(12 * 20):
        stage.now += 5 * SECOND
        stage.pulse(stage.heard(count=5, first=(stage.now - back) / SECOND + 100))
    assert stage.state() == "heard"
    recovered = stage.feeds["pos", "r1"].changed_at
    assert as_datetime(back + 15 * MINUTE) <= recovered <= as_datetime(back + 15 * MINUTE + 10 * SECOND)


def test_a_feed_that_speaks_only_of_the_past_is_not_heard_yet(stage: Stage) -> None:
    stage.run(20).run(20, 0)
    for _ in range(12 * 30):
        stage.now += 5 * SECOND
        stage.pulse(stage.heard(count=5, ago=1200, first=1205))
    assert stage.state() == "returning"
    assert stage.run(2).state() == "heard"


def test_before_anything_is_known_of_its_rhythm_nothing_is_said_of_a_feed(stage: Stage) -> None:
    stage.run(9).run(60, 0)
    assert stage.fresh() == [("pos/r1", "heard")]


def test_a_feed_below_the_floor_is_not_judged() -> None:
    stage = Stage()
    stage.run(180, 0.5, 10).run(600, 0, 30)
    assert stage.fresh() == [("pos/r1", "heard")]


def test_a_quiet_feed_with_heartbeats_is_blind_after_three_intervals(stage: Stage) -> None:
    stage.run(30, 0.5, 10, heartbeat=120)
    silent_from = stage.feeds["pos", "r1"].until
    stage.run(3.5, 0, 1)
    assert stage.fresh() == [("pos/r1", "heard")]
    stage.run(6, 0, 1)
    assert stage.fresh() == [("pos/r1", "suspect"), ("pos/r1", "blind")]
    assert stage.feeds["pos", "r1"].silent_seconds == 360
    assert silent_from < stage.feeds["pos", "r1"].until
    assert stage.told[0].sentence is not None
    assert "it promised a heartbeat every 120 s" in stage.told[0].sentence.en


def test_slow_feeds_wait_longer_than_busy_ones(stage: Stage) -> None:
    rates = {"slow": 2.0, "busy": 60.0, "other": 60.0}
    stage.run(60, rates, 5)
    stage.run(30, {"slow": 0, "busy": 0, "other": 60.0}, 5)
    blind = {feed.region: feed.silent_seconds for feed in stage.feeds.values() if feed.state == "blind"}
    assert blind["busy"] <= 35
    assert 7 * 60 < blind["slow"] < 11 * 60


def test_total_silence_is_one_critical_alert_and_not_one_a_feed(stage: Stage) -> None:
    rates = {"r1": 60.0, "r2": 30.0, "r3": 60.0}
    stage.run(20, rates, 2)
    stage.fresh()
    stage.run(5, {}, 1)
    assert stage.fresh()[-1] == ("*/*", "blind")
    assert stage.kinds() == [("breached", "feed:*:*", 1)]
    assert (stage.told[0].severity, stage.told[0].labels.region) == ("critical", None)
    assert stage.told[0].sentence is not None
    assert "Verdicts everywhere are 'unknown'" in stage.told[0].sentence.en
    stage.run(5, rates, 1)
    assert [kind for kind, _, _ in stage.kinds()] == ["breached", "recovered"]
    assert {feed.state for feed in stage.feeds.values()} == {"heard"}


def test_a_region_that_stays_silent_when_the_others_come_back_is_told_by_itself() -> None:
    stage = Stage()
    stage.run(20, {"r1": 60.0, "r2": 60.0, "r3": 60.0}, 1).run(10, {}, 1)
    stage.run(5, {"r1": 60.0, "r3": 60.0}, 1)
    assert stage.kinds() == [
        ("breached", "feed:*:*", 1),
        ("recovered", "feed:*:*", 1),
        ("breached", "feed:pos:r2", 1),
    ]


def test_slow_feeds_get_their_time_after_a_total_silence(stage: Stage) -> None:
    rates = {"r1": 60.0, "r2": 60.0, "slow": 2.0}
    stage.run(60, rates, 5).run(20, {}, 5).run(2, rates | {"slow": 0}, 5).run(30, rates, 5)
    assert [case for _, case, _ in stage.kinds()] == ["feed:*:*"] * 2


def test_the_silence_of_the_one_large_feed_is_not_that_of_all(stage: Stage) -> None:
    rates = {"large": 300.0, "s1": 0.3, "s2": 0.2}
    stage.run(60, rates, 5).run(30, rates | {"large": 0}, 5)
    assert stage.kinds() == [("breached", "feed:pos:large", 1)]


def test_a_tenant_with_one_feed_has_no_total_silence(stage: Stage) -> None:
    stage.run(20).run(30, 0)
    assert stage.kinds() == [("breached", "feed:pos:r1", 1)]


def test_time_stands_still_while_a_shard_is_not_heard_of(stage: Stage) -> None:
    for _ in range(60 * 20):
        stage.now += SECOND
        stage.pulse(stage.heard(), shard=0, shards=2).pulse(shard=1, shards=2)
    stage.fresh()
    for _ in range(60 * 4):  # the worker of shard 1 is down
        stage.now += 15 * SECOND
        stage.pulse(shard=0, shards=2)
    assert stage.fresh() == []
    stage.pulse(stage.heard(count=600, first=3600), shard=1, shards=2)  # it had heard the feed all along
    assert stage.fresh() == []
    for _ in range(60):
        stage.now += SECOND
        stage.pulse(shard=0, shards=2).pulse(shard=1, shards=2)
    assert stage.fresh() == [("pos/r1", "suspect"), ("pos/r1", "blind")]


def test_a_pulse_that_comes_again_changes_nothing() -> None:
    stage = Stage()
    stage.run(20).run(3, 0)
    stage.now += SECOND
    pulse = stage.document(stage.heard())
    stage.decide([stage.batch([pulse])])
    kept, words = dict(stage.log), list(stage.words)
    for _ in range(3):
        decision = stage.decide([stage.batch([pulse, stage.document(at=stage.now - MINUTE)])])
        assert (decision.changes, decision.outputs) == ({}, [])
    assert (stage.log, stage.words) == (kept, words)
    assert stage.processor.tally.repeated == 6


def test_news_under_a_clock_that_stands_still_proves_life() -> None:
    stage = Stage()
    stage.run(20, 60, 1)
    clock = stage.now
    stage.pulse(stage.heard(ago=-20), at=clock + 25 * SECOND)
    stage.now += 25 * SECOND
    stage.pulse(stage.heard(ago=0), at=stage.now)
    stage.now += 25 * SECOND
    stage.pulse()
    assert "blind" not in [state for _, state in stage.fresh()]


def test_an_event_that_claims_to_come_from_the_future_does_not_hide_a_silence(stage: Stage) -> None:
    stage.run(20).pulse()
    stage.now += SECOND
    stage.pulse(stage.heard(ago=-10 * 86_400, first=0))
    stage.run(2, 0)
    assert stage.state() == "blind"


def test_an_event_from_long_ago_neither_hides_a_silence_nor_makes_one(stage: Stage) -> None:
    stage.run(20)
    stage.now += SECOND
    stage.pulse(stage.heard(ago=400 * 86_400))
    stage.run(2)
    assert "blind" not in [state for _, state in stage.fresh()]
    stage.run(0.3, 0)
    stage.pulse(stage.heard(ago=400 * 86_400), at=stage.now + 1)
    stage.run(0.5, 0)
    assert stage.state() == "blind"


def test_a_source_that_sends_every_minute_what_it_has_is_not_silent_in_between(stage: Stage) -> None:
    for _ in range(60 * 12):
        stage.now += 5 * SECOND
        stage.pulse(*([stage.heard(count=60, first=59)] if stage.now % MINUTE == 0 else []))
    assert stage.fresh() == [("pos/r1", "heard")]
    stage.run(10, 0)
    assert stage.state() == "blind"


def test_a_source_whose_way_takes_two_minutes_is_not_silent(stage: Stage) -> None:
    for _ in range(60 * 12):
        stage.now += 5 * SECOND
        stage.pulse(stage.heard(count=5, ago=120, first=124))
    assert stage.fresh() == [("pos/r1", "heard")]
    stage.run(10, 0)
    assert stage.state() == "blind"


def two_days() -> Stage:
    stage = Stage(FeedPolicy())
    for _ in range(26 * 60):
        stage.now += MINUTE
        stage.pulse(stage.heard(count=60 + stage.now // MINUTE % 5, first=59))
    stage.fresh()
    return stage


def test_a_feed_that_sends_far_less_than_usual_is_blind_from_when_it_began() -> None:
    stage = two_days()
    began = stage.now
    stage.run(10, 5, 10)
    blind = stage.feeds["pos", "r1"]
    assert (blind.state, blind.until) == ("blind", as_datetime(began))
    assert blind.changed_at == as_datetime(began + MINUTE)
    assert stage.told[0].sentence is not None
    assert "sends far less than usual since" in stage.told[0].sentence.en
    stage.restart().run(30, 5, 10)
    assert stage.state() == "blind"
    stage.run(2.5, 60)
    assert stage.state() == "returning"
    stage.run(1, 60)
    assert stage.state() == "heard"


@pytest.mark.parametrize(("rate", "few", "minutes"), [(60, 6, 1), (30, 3, 2), (15, 1.5, 3), (10, 1, 4), (8, 1, 5)])
def test_the_less_a_feed_sends_the_more_minutes_it_takes_to_see_that_it_is_thin(
    rate: int, few: float, minutes: int
) -> None:
    stage = Stage(FeedPolicy())
    draw = Random(1)
    for _ in range(26 * 60):  # as chance has it
        stage.now += MINUTE
        stage.pulse(stage.heard(count=sum(draw.random() < rate / 200 for _ in range(200)) or 1, first=59))
    began = stage.now
    for _ in range(80):
        before, stage.now = stage.now - began, stage.now + 5 * SECOND
        count = int((stage.now - began) * few / MINUTE) - int(before * few / MINUTE)
        stage.pulse(*([stage.heard(count=count)] if count else []))
    word = next(word for word in stage.words if word.state == "blind")
    assert word.at * SECOND == began - MONDAY + minutes * MINUTE
    assert stage.feeds["pos", "r1"].until <= as_datetime(began)


def test_the_record_of_a_release_that_knew_no_levels_is_read_and_its_feed_is_judged() -> None:
    stage = two_days()
    for key, value in stage.log.items():
        if key[:2] == b"f/":
            stage.log[key] = value[:1] + msgspec.msgpack.encode(msgspec.msgpack.decode(value[1:])[:-2])
        elif key[:2] == b"t/":
            name, time, minute, clocks, ears, total, _ = msgspec.msgpack.decode(value[1:], strict=False)
            ears = {feed: ear[:-2] for feed, ear in ears.items()}
            stage.log[key] = value[:1] + msgspec.msgpack.encode([name, time, minute, clocks, ears, total])
    stage.restart().run(10, 5, 10)
    assert stage.state() == "blind"


def test_a_day_on_which_little_comes_is_not_thin_when_chance_leaves_out_more() -> None:
    stage = two_days().run(60, 20, 5).run(1, 8, 5).run(60, 20, 5)
    assert "blind" not in [state for _, state in stage.fresh()]


def test_a_suspect_feed_is_not_heard_again_before_it_sends_enough_to_be_believed(stage: Stage) -> None:
    stage.run(20, 60, 1).run(0.2, 0, 1)
    assert stage.state() == "suspect"
    stage.run(1, 6, 1)
    assert stage.state() == "suspect"
    stage.run(1, 60, 1)
    assert [state for _, state in stage.fresh()] == ["heard", "suspect", "heard"]


def test_what_a_feed_in_doubt_says_does_not_move_the_instant_up_to_which_it_was_surely_heard(stage: Stage) -> None:
    stage.run(20, 60, 1)
    fell_silent = stage.now
    stage.run(0.2, 0, 1).run(0.5, 6, 1).run(2, 0, 1)
    blind = stage.feeds["pos", "r1"]
    assert (blind.state, blind.until) == ("blind", as_datetime(fell_silent))
    assert [state for _, state in stage.fresh()] == ["heard", "suspect", "blind"]


def test_a_suspect_feed_is_in_doubt_for_five_minutes_at_most(stage: Stage) -> None:
    stage.run(20, 60, 1)
    stage.run(0.2, 0, 1).run(8, 12, 1)
    _, suspect, heard = stage.words[:3]
    assert (suspect.state, heard.state) == ("suspect", "heard")
    assert heard.at == suspect.at + 300


def test_a_feed_that_comes_back_with_a_tenth_of_what_is_usual_is_not_heard_again(stage: Stage) -> None:
    stage.run(20, 60, 1).run(5, 0, 1).run(10, 6, 1)
    assert stage.state() == "returning"
    stage.run(2.1, 60, 1)
    assert stage.state() == "heard"
    assert [state for _, state in stage.fresh()] == ["heard", "suspect", "blind", "returning", "heard"]


def test_what_was_kept_back_does_not_pass_for_what_is_usual(stage: Stage) -> None:
    stage.run(20, 60, 1).run(5, 0, 1)
    stage.now += SECOND
    stage.pulse(stage.heard(count=5, first=0)).pulse(stage.heard(count=300, first=300), at=stage.now + 1)
    stage.run(5, 6, 1)
    assert stage.state() == "returning"


def test_a_third_of_what_is_usual_is_a_bad_day_and_no_blindness() -> None:
    stage = two_days().run(60, 20, 10)
    assert "blind" not in [state for _, state in stage.fresh()]


def test_what_stays_thin_for_two_hours_is_the_new_usual_until_the_old_one_comes_again() -> None:
    stage = two_days().run(119, 5, 10)
    assert stage.state() == "blind"
    stage.run(8, 5, 10)
    assert stage.state() == "heard"
    stage.run(120, 5, 10)
    assert [kind for kind, _, _ in stage.kinds()] == ["breached", "recovered"]
    stage.run(60, 60, 10).run(10, 5, 10)
    assert [kind for kind, _, _ in stage.kinds()] == ["breached", "recovered", "breached"]


def test_a_shop_that_is_closed_at_night_is_blind_in_the_first_night_at_most() -> None:
    stage = by_clock(Stage(), 7, {-1: (7, 22)})
    blind = [word.at / 86_400 for word in stage.words if word.state == "blind"]
    assert len(blind) == 1
    assert blind[0] < 1


def test_a_shop_that_opens_later_on_mondays_is_not_waited_for_on_mondays() -> None:
    stage = by_clock(Stage(), 15, {-1: (7, 22), 0: (11, 22)}, every=90)
    stage.fresh()
    by_clock(stage, 7, {-1: (7, 22), 0: (11, 22)}, every=90)
    assert stage.fresh() == []
    stage.run(24 * 60, 0, 60)  # a Tuesday on which nothing comes
    silence = next(word for word in stage.words if word.state == "blind")
    assert 7 < silence.at * SECOND % DAY / HOUR < 8.5


def test_new_closing_hours_are_learnt_on_the_third_day() -> None:
    stage = by_clock(Stage(), 8, {-1: (7, 22)}, every=90)
    stage.fresh()
    by_clock(stage, 7, {-1: (7, 20)}, every=90)
    assert 1 <= [state for _, state in stage.fresh()].count("blind") <= 3


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


def retire(stage: Stage, region: str = "r1", **rest: Any) -> Stage:
    """A shard says that the feed is retired."""
    stage.now += SECOND
    return stage.pulse(stage.heard(region, **({"count": 0, "retired": True} | rest)))


def test_a_blind_feed_that_is_retired_has_expired_once_and_is_gone(stage: Stage) -> None:
    stage.run(20, {"r1": 60.0, "r2": 60.0}, 1).run(2, {"r2": 60.0}, 1)
    assert stage.state() == "blind"
    stage.fresh()
    retire(stage).restart().run(60, {"r2": 60.0}, 1)
    assert stage.fresh() == [("pos/r1", "forgotten")]
    assert stage.kinds() == [("breached", "feed:pos:r1", 1), ("expired", "feed:pos:r1", 1)]
    assert {row.region for row in stage.processor.standing()} == {"r2"}
    assert len([key for key in stage.log if key[:2] == b"f/"]) == 1
    expired = stage.told[1]
    assert expired.at == as_datetime(MONDAY + 22 * MINUTE)
    assert expired.sentence is not None
    assert expired.sentence.en == (
        "Feed pos of region r1 was retired upstream (not heard since 2026-11-02 00:20:00 UTC); it no longer counts as a "
        "feed. Verdicts in region r1 no longer wait for it."
    )
    assert "已由上游停用（自 2026-11-02 00:20:00 UTC 起没有消息）" in expired.sentence.zh


def test_a_feed_that_is_retired_while_it_returns_has_expired(stage: Stage) -> None:
    stage.run(20, 60, 1).run(2, 0, 1).run(0.5, 60, 1)
    assert stage.state() == "returning"
    retire(stage)
    assert [kind for kind, _, _ in stage.kinds()] == ["breached", "expired"]


@pytest.mark.parametrize(("silent", "state"), [(0.0, "heard"), (0.2, "suspect")])
def test_a_feed_that_is_retired_before_anybody_was_told_of_it_goes_without_a_word(
    stage: Stage, silent: float, state: str
) -> None:
    stage.run(20, 60, 1).run(silent, 0, 1)
    assert stage.state() == state
    stage.fresh()
    retire(stage).run(30, 0)
    assert stage.fresh() == [("pos/r1", "forgotten")]
    assert stage.kinds() == []
    assert len(stage.processor) == 0


def test_what_comes_of_a_retired_feed_afterwards_is_a_new_one_that_is_learnt_from_scratch(stage: Stage) -> None:
    stage.run(20).run(2, 0)
    retire(stage)
    stage.fresh()
    stage.run(8).run(30, 0)
    assert stage.fresh() == [("pos/r1", "heard")], "too little is known of it to call it silent"


def test_the_silence_of_the_new_feed_is_another_occurrence_than_that_of_the_retired_one(stage: Stage) -> None:
    stage.run(20).run(2, 0)
    retire(stage).run(20).run(2, 0)
    retire(stage)
    kinds = ("breached", "expired")
    assert stage.kinds() == [(kind, "feed:pos:r1", number) for number in (1, 2) for kind in kinds]


def test_events_beside_a_retirement_are_the_last_of_the_feed_and_begin_none(stage: Stage) -> None:
    stage.run(20).fresh()
    retire(stage, count=7)
    assert stage.fresh() == [("pos/r1", "forgotten")]
    retire(stage, count=7)
    retire(stage, "r9", source="till")
    assert (stage.fresh(), len(stage.processor)) == ([], 0)


def test_a_retirement_in_a_pulse_that_comes_again_does_nothing(stage: Stage) -> None:
    stage.run(20).run(2, 0)
    clock = stage.now
    retire(stage)
    retired = stage.document(stage.heard(count=3, retired=True))
    stage.run(20)
    kept = dict(stage.log)
    for at in (clock, stage.now):
        again = retired | {"clock": stage.document(at=at)["clock"]}
        decision = stage.decide([stage.batch([again])])
        assert (decision.changes, decision.outputs) == ({}, [])
    assert (stage.log, stage.state()) == (kept, "heard")


def test_with_the_last_feed_of_a_tenant_its_silence_is_over(stage: Stage) -> None:
    rates = {"r1": 60.0, "r2": 60.0}
    stage.run(20, rates, 1).run(2, {}, 1).fresh()
    retire(stage)
    assert stage.fresh() == [("pos/r1", "forgotten")]
    assert stage.state("*", "*") == "blind", "one that should be heard is left"
    retire(stage, "r2").run(5, {}, 1)
    assert stage.fresh() == [("pos/r2", "forgotten"), ("*/*", "forgotten")]
    assert stage.kinds() == [("breached", "feed:*:*", 1), ("expired", "feed:*:*", 1)]
    assert stage.told[1].sentence is not None
    assert stage.told[1].sentence.en.startswith("The last feed that was left was retired upstream")
    stage.run(20, rates, 1).run(2, {}, 1)
    assert stage.kinds()[2:] == [("breached", "feed:*:*", 2)]


def test_when_all_feeds_of_a_silent_tenant_are_forgotten_so_is_its_silence() -> None:
    stage = Stage(FeedPolicy(forget_after=3 * HOUR)).run(20, {"r1": 60.0, "r2": 60.0}, 5).run(5 * 60, {}, 60)
    assert stage.feeds == {}
    assert stage.kinds() == [("breached", "feed:*:*", 1), ("expired", "feed:*:*", 1)]
    assert stage.told[1].sentence is not None
    assert "No feed was heard again since" in stage.told[1].sentence.en


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
