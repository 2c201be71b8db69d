"""Stories of feeds: what is said of them when they fall silent, and what is not."""

from streams.clock import MINUTE, SECOND, as_datetime
from tests.feeds.feed_stage import Stage


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
