"""Stories of feeds that upstream retires, and of those that are never heard again."""

from typing import Any

import pytest

from streams.clock import HOUR, MINUTE, SECOND, as_datetime
from streams.feeds.policy import FeedPolicy
from tests.feeds.feed_stage import MONDAY, Stage


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
