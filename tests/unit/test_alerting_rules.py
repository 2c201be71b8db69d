"""What the settings say of alerts and groups is what the stages go by."""

from dataclasses import fields
from typing import Any

import pytest

from streams.agents import alerting, grouping
from streams.alerts.policy import AlertPolicy
from streams.clock import HOUR, MINUTE, SECOND
from streams.errors import OperatorError
from streams.groups.policy import GroupPolicy
from streams.settings import Grouping, Paging, load


def test_without_a_word_the_stages_go_by_their_own_rules() -> None:
    assert alerting.policy_of(Paging()) == AlertPolicy()
    assert grouping.policy_of(Grouping()) == GroupPolicy()


CHANGES: list[tuple[str, str, str, Any]] = [
    ("GROUPING__BROKEN_WINDOW", "7m", "broken_window", 7 * MINUTE),
    ("GROUPING__RISK_WINDOW", "90s", "risk_window", 90 * SECOND),
    ("GROUPING__MESSAGES_AN_HOUR", "0", "cap", 0),
    ("GROUPING__DIGEST_AFTER", "1h", "digest_wait", HOUR),
    ("GROUPING__CLOSED_STORES", "false", "closed_stores", False),
    ("GROUPING__CATCH_UP_PACE", "5s", "pace", 5 * SECOND),
    ("GROUPING__FLAPS", "2", "flap_count", 2),
    ("GROUPING__FLAP_SPAN", "10m", "flap_span", 10 * MINUTE),
    ("GROUPING__STEADY_FOR", "3m", "steady", 3 * MINUTE),
]


@pytest.mark.parametrize(("name", "text", "rule", "value"), CHANGES)
def test_a_rule_that_is_set_changes_that_rule_alone(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str, rule: str, value: object
) -> None:
    monkeypatch.setenv(f"MOMENTS_ALERTING__{name}", text)
    policy = grouping.policy_of(load().alerting.grouping)
    changed = {
        field.name for field in fields(policy) if getattr(policy, field.name) != getattr(GroupPolicy(), field.name)
    }
    assert changed == {rule}
    assert getattr(policy, rule) == value


def test_crowds_of_an_incident_are_set_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOMENTS_ALERTING__GROUPING__INCIDENT_ABOVE__REGION", "50")
    floors = grouping.policy_of(load().alerting.grouping).incidents.floors
    assert dict(floors) == {"store": 5, "fleet": 10, "provider": 10, "region": 50}


def test_how_old_news_is_told_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOMENTS_ALERTING__PAGING__PAGE_AGE", "30m")
    monkeypatch.setenv("MOMENTS_ALERTING__PAGING__PROMPT", "3s")
    policy = alerting.policy_of(load().alerting.paging)
    assert (policy.page_age, policy.prompt) == (30 * MINUTE, 3 * SECOND)


@pytest.mark.parametrize("name", ["GROUPING__FLAPS", "GROUPING__INCIDENT_ABOVE__STORE"])
def test_a_rule_that_makes_no_sense_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"MOMENTS_ALERTING__{name}", "0")
    with pytest.raises(OperatorError, match=f"MOMENTS_ALERTING__{name}"):
        load()
