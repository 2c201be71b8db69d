"""What the settings say of feeds is what the stage goes by."""

from dataclasses import fields
from typing import Any

import pytest

from streams.agents.feeding import policy_of
from streams.clock import DAY, SECOND
from streams.errors import OperatorError
from streams.feeds.policy import FeedPolicy
from streams.settings import Feeds, Settings, load
from streams.stages import stage_of


def test_without_a_word_the_stage_goes_by_its_own_rules() -> None:
    assert policy_of(Feeds()) == FeedPolicy()


CHANGES: list[tuple[str, str, str, Any]] = [
    ("USUAL_AT_LEAST", "0.5", "floor", 0.5),
    ("SUSPECT_AFTER", "1s", "suspect_after", SECOND),
    ("BLIND_AFTER", "5s", "blind_after", 5 * SECOND),
    ("SETTLE", "10s", "settle", 10 * SECOND),
    ("LEARN_MINUTES", "1", "learn_minutes", 1),
    ("FORGET_AFTER", "2d", "forget_after", 2 * DAY),
    ("MOST_OF_A_TENANT", "50", "most_feeds", 50),
    ("TIME_ZONE", "Asia/Shanghai", "time_zone", "Asia/Shanghai"),
]


@pytest.mark.parametrize(("name", "text", "rule", "value"), CHANGES)
def test_a_rule_that_is_set_changes_that_rule_alone(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str, rule: str, value: object
) -> None:
    monkeypatch.setenv(f"MOMENTS_FEEDS__{name}", text)
    policy = policy_of(load().feeds)
    changed = {field.name for field in fields(policy) if getattr(policy, field.name) != getattr(FeedPolicy(), field.name)}
    assert changed == {rule}
    assert getattr(policy, rule) == value


def test_a_rule_that_makes_no_sense_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOMENTS_FEEDS__USUAL_AT_LEAST", "0")
    with pytest.raises(OperatorError, match="MOMENTS_FEEDS__USUAL_AT_LEAST"):
        load()


def test_detection_touches_the_topics_of_feeds_only_where_they_are_watched() -> None:
    watched, not_watched = Settings(), Settings(feeds=Feeds(watch=False))
    names = {watched.feeds.pulses, watched.feeds.topic}
    assert names <= set(stage_of(watched, "detect").topics)
    assert not names & set(stage_of(not_watched, "detect").topics)
