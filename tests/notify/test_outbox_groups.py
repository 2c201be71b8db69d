"""Notices about several alerts: what the outbox promises, one story for each rule."""

import json

import pytest

from schemas.notice import Reason
from streams.clock import DAY, HOUR, MINUTE
from streams.ingest.dead_letter import read_refusal
from tests.notify.outbox_story import BEGIN, TOPICS, Shard, make_alert, make_group, make_notice


@pytest.mark.parametrize("reason", ["grouped", "incident"])
def test_what_is_told_of_a_group_that_is_over_meanwhile_is_overtaken(reason: Reason) -> None:
    shard = Shard()
    shard.take(make_notice(reason=reason, group=make_group()))
    assert shard.restart().names() == ["n1"]
    (said,) = shard.take(make_group(2, "resolved"))
    assert (said.outcome, said.detail, said.alert) == ("overtaken", "the group is resolved", "g1")
    assert shard.restart().due() == []


def test_the_order_of_the_two_topics_does_not_matter() -> None:
    shard = Shard()
    shard.take(make_group(2, "resolved"))
    assert [said.outcome for said in shard.restart().take(make_notice(reason="grouped", group=make_group()))] == [
        "overtaken"
    ]
    shard.take(make_notice("n2", "grouped", group=make_group(3)))  # it began anew
    assert shard.names() == ["n2"]


def test_a_notice_is_about_its_group_and_not_about_the_alert_to_look_at_first() -> None:
    shard = Shard()
    shard.take(make_notice(reason="grouped", group=make_group()))
    assert shard.take(make_alert(2, "acknowledged")) == []
    assert shard.take(make_alert(3, "resolved")) == []
    assert shard.restart().names() == ["n1"]
    shard.answer("delivered")
    shard.take(make_notice("own", alert=make_alert(4)), make_notice("more", "grouped", group=make_group(2)))
    assert shard.names() == ["own", "more"]  # one person, two subjects: neither waits for the other


@pytest.mark.parametrize("state", ["firing", "resolved"])
def test_a_digest_is_told_whatever_has_become_of_it(state: str) -> None:
    shard = Shard()
    digest = make_group(1, state, kind="digest")  # type: ignore[arg-type]
    shard.take(make_notice(reason="digest", group=digest), make_group(2, "resolved", kind="digest"))
    assert shard.restart().names() == ["n1"]


@pytest.mark.parametrize(("reason", "over"), [("grouped", "group_over"), ("incident", "incident_over")])
def test_who_was_told_of_a_group_hears_that_it_is_over_and_who_was_spared_does_not(reason: Reason, over: Reason) -> None:
    shard = Shard()
    shard.take(make_notice("told", reason, person="lin", group=make_group()))
    shard.answer("delivered")
    shard.take(make_notice("spared", reason, person="wu", group=make_group()))
    shard.take(make_group(2, "resolved"))
    ends = [
        make_notice(f"end-{person}", over, person=person, group=make_group(2, "resolved")) for person in ("lin", "wu")
    ]
    (said,) = shard.restart().take(*ends)
    assert (said.notice, said.outcome) == ("end-wu", "overtaken")
    assert said.detail == "the person was never told of the group"
    assert shard.names() == ["end-lin"]


def test_notices_of_one_group_and_person_are_told_in_their_order() -> None:
    shard = Shard()
    shard.take(*(make_notice(f"n{number}", "grouped", group=make_group()) for number in (1, 2)))
    shard.take(make_notice("other", "grouped", group=make_group(id="g2")))
    assert shard.names() == ["n1", "other"]
    shard.answer("deferred", after=MINUTE)
    assert shard.restart().names() == ["other"]
    shard.at(MINUTE).answer("delivered")
    shard.answer("delivered")
    assert shard.names() == ["n2"]


def test_nothing_is_kept_of_groups_that_are_over_and_open_ones_go_with_their_tombstone() -> None:
    shard = Shard()
    shard.take(make_group(1), make_group(1, id="g2"))
    shard.at(HOUR).take(make_group(2, "resolved"))
    shard.at(7 * HOUR).take()
    assert set(shard.stored) == {b"alert/g2"}
    shard.at(300 * DAY).take()
    assert set(shard.restart().stored) == {b"alert/g2"}
    shard.take_raw(TOPICS.groups, None, b"g2")
    assert shard.stored == {}
    shard.take(make_group(9, "resolved", at=BEGIN))  # long over before this shard heard of it
    assert shard.stored == {}


GROUP = json.loads(make_group().model_dump_json())
GROUPED = json.loads(make_notice(reason="grouped", group=make_group()).model_dump_json())


@pytest.mark.parametrize(
    ("topic", "value", "reason"),
    [
        (TOPICS.groups, b"", "not_json"),
        (TOPICS.groups, b"\xff", "not_json"),
        (TOPICS.groups, b"{}", "bad_field"),
        (TOPICS.groups, json.dumps(GROUP | {"state": "acknowledged"}).encode(), "bad_field"),
        (TOPICS.groups, json.dumps(GROUP | {"version": 0}).encode(), "bad_field"),
        (TOPICS.groups, json.dumps(GROUP | {"id": ""}).encode(), "bad_field"),
        (TOPICS.groups, json.dumps(GROUP | {"changed_at": "2026-11-01T08:00:00"}).encode(), "bad_field"),
        (TOPICS.notices, json.dumps(GROUPED | {"group": None}).encode(), "missing_field"),
        (TOPICS.notices, json.dumps(GROUPED | {"group": GROUP | {"kind": "crowd"}}).encode(), "bad_field"),
    ],
)
def test_a_record_that_cannot_be_read_is_buried_and_stops_nothing(topic: str, value: bytes, reason: str) -> None:
    shard = Shard()
    shard.take_raw(topic, value)
    (letter,) = shard.buried
    assert (letter.topic, letter.key, letter.value) == (topic + ".dlq", b"case", value)
    assert read_refusal(letter.headers).reason == reason
    assert shard.tally.refused == {(topic, reason): 1}
    shard.take(make_notice(reason="grouped", group=make_group()))
    assert shard.names() == ["n1"]
