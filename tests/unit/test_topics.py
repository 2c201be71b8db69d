"""What the topics must be is declared once; what is wrong with those that are there is said with what to do about it."""

from dataclasses import replace

from streams.broker.topics import Existing, Wanted, declare, plan, unequal
from streams.settings import Settings


def wanted() -> list[Wanted]:
    return declare(Settings(), partitions=6, replication=3, min_insync=2)


def as_wanted() -> dict[str, Existing]:
    return {topic.name: Existing(topic.partitions, topic.replication, dict(topic.config)) for topic in wanted()}


def said(existing: dict[str, Existing]) -> list[tuple[str, str]]:
    return [(finding.severity, finding.topic) for finding in plan(existing, wanted())]


def test_every_topic_of_the_monitor_is_declared_with_equal_partitions() -> None:
    topics = {topic.name: topic for topic in wanted()}
    assert len(topics) == 4 + 2 + 4 + 11 + 13 + 1
    assert topics.pop("organisation.v1").partitions == 1, "every worker reads all of it"
    assert {topic.partitions for topic in topics.values()} == {6}
    assert topics["orders.events.v1"].config["message.timestamp.type"] == "LogAppendTime"
    assert topics["moments.state.v1"].config["cleanup.policy"] == "compact"
    assert topics["orders.events.v1.dlq"].config == {"min.insync.replicas": "2"}


def test_topics_as_wanted_give_no_finding() -> None:
    assert plan(as_wanted(), wanted()) == []


def test_missing_topics_are_missing() -> None:
    existing = as_wanted()
    del existing["moments.state.v1"]
    assert said(existing) == [("missing", "moments.state.v1")]


def change(name: str, **config: str) -> dict[str, Existing]:
    existing = as_wanted()
    key = {key.replace("_", "."): value for key, value in config.items()}
    existing[name] = replace(existing[name], config=dict(existing[name].config) | key)
    return existing


def test_what_would_lose_cases_or_stop_the_clock_is_an_error() -> None:
    assert said(change("moments.state.v1", cleanup_policy="delete")) == [("error", "moments.state.v1")]
    assert said(change("moments.state.v1", cleanup_policy="compact,delete")) == [("error", "moments.state.v1")]
    assert said(change("orders.events.v1", message_timestamp_type="CreateTime")) == [("error", "orders.events.v1")]
    existing = as_wanted()
    existing["orders.events.v1"] = replace(existing["orders.events.v1"], partitions=12)
    assert said(existing) == [("error", "orders.events.v1")]


def test_what_costs_safety_or_time_is_a_warning_and_what_is_better_is_none() -> None:
    existing = as_wanted()
    existing["orders.events.v1"] = replace(existing["orders.events.v1"], replication=1)
    assert said(existing) == [("warning", "orders.events.v1")]
    assert said(change("orders.events.v1", min_insync_replicas="1")) == [("warning", "orders.events.v1")]
    assert said(change("orders.events.v1", min_insync_replicas="3")) == []
    assert said(change("moments.state.v1", segment_bytes=str(1 << 30))) == [("warning", "moments.state.v1")]
    assert said(change("moments.state.v1", segment_bytes=str(1 << 20))) == []
    assert said(change("moments.state.v1", delete_retention_ms="1000")) == [("warning", "moments.state.v1")]


def test_unequal_partition_counts_are_told_of_the_odd_one_out() -> None:
    assert unequal({"a": 4, "b": 4, "c": 4}) == []
    (odd,) = unequal({"a": 4, "b": 8, "c": 4})
    assert odd.startswith("b has 8 partitions, the others have 4")
    (missing,) = unequal({"a": 4, "b": None})
    assert missing.startswith("b does not exist")
