"""Pulses that break the contract, and state that this release does not know."""

import json
from typing import Any

import pytest

from streams.alerts.journal import Place
from streams.clock import rfc3339
from streams.errors import InvariantError, StateError
from streams.feeds.lifecycle import MOVES, Silence, move
from streams.feeds.processor import FeedProcessor
from streams.feeds.records import Standing
from streams.state.decision import Batch
from tests.feeds.feed_stage import MONDAY, TOPICS, Stage
from tests.support.record import Made

HEARD = {"source": "pos", "region": "r1", "count": 1, "last": rfc3339(MONDAY), "first": rfc3339(MONDAY)}


def pulse(**changes: Any) -> bytes:
    document = {"tenant": "tea", "shard": 0, "shards": 2, "clock": rfc3339(MONDAY), "feeds": [HEARD]}
    return json.dumps({name: value for name, value in (document | changes).items() if value is not None}).encode()


BAD: list[tuple[str, bytes | None, str | None, str, str]] = [
    ("no value", None, "tea", "tombstone", ""),
    ("too long", b" " * (1024 * 1024 + 1), "tea", "oversize", ""),
    ("not JSON", b"{", "tea", "not_json", ""),
    ("not UTF-8", b'{"tenant": "\xff"}', "tea", "not_json", ""),
    ("no object", b"[]", "tea", "bad_field", ""),
    ("no clock", pulse(clock=None), "tea", "missing_field", "clock"),
    ("clock without offset", pulse(clock="2026-11-02T00:00:00"), "tea", "time_without_offset", "clock"),
    ("clock from another age", pulse(clock="1969-11-02T00:00:00Z"), "tea", "bad_field", "clock"),
    ("clock ahead", pulse(clock="2026-11-02T00:06:00Z"), "tea", "from_the_future", "clock"),
    ("shard as text", pulse(shard="0"), "tea", "bad_field", "shard"),
    ("shard that there is not", pulse(shard=2), "tea", "bad_field", "shard"),
    ("shards beyond measure", pulse(shards=5_000), "tea", "bad_field", "shards"),
    ("tenant without a name", pulse(tenant=""), "tea", "bad_field", "tenant"),
    ("tenant with a separator", pulse(tenant="te\x1fa"), "te\x1fa", "bad_field", "tenant"),
    ("source without a name", pulse(feeds=[HEARD | {"source": ""}]), "tea", "bad_field", "feeds.0"),
    ("region with a separator", pulse(feeds=[HEARD, HEARD | {"region": "a\x1f"}]), "tea", "bad_field", "feeds.1"),
    ("source of all", pulse(feeds=[HEARD | {"source": "*"}]), "tea", "bad_field", "feeds.0"),
    ("region of all", pulse(feeds=[HEARD | {"region": "*"}]), "tea", "bad_field", "feeds.0"),
    ("count below nothing", pulse(feeds=[HEARD | {"count": -1}]), "tea", "bad_field", "feeds.0.count"),
    ("count beyond measure", pulse(feeds=[HEARD | {"count": 2**31}]), "tea", "bad_field", "feeds.0.count"),
    ("first after last", pulse(feeds=[HEARD | {"first": "2026-11-03T00:00:00Z"}]), "tea", "bad_field", "feeds.0"),
    ("heartbeat of no interval", pulse(feeds=[HEARD | {"heartbeat": 0}]), "tea", "bad_field", "feeds.0.heartbeat"),
    ("no key", pulse(), None, "key_missing", ""),
    ("another key", pulse(), "coffee", "key_unlike_subject", "tenant"),
]


@pytest.mark.parametrize(("value", "key", "reason", "field"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_bad_pulse_is_a_dead_letter_with_its_reason_and_stops_nothing(
    value: bytes | None, key: str | None, reason: str, field: str
) -> None:
    stage = Stage()
    records = [stage.record(value, key), stage.record(pulse())]
    decision = stage.decide([Batch(TOPICS.pulses, records, 0, 2, stage.now)])
    assert stage.letters == [(reason, field)]
    assert stage.processor.tally.refused == {(TOPICS.pulses, reason): 1}
    letter = next(output for output in decision.outputs if output.topic == TOPICS.pulses + ".dlq")
    assert (letter.key, letter.value) == (None if key is None else key.encode(), value)
    assert stage.fresh() == [("pos/r1", "heard")], "the good one behind it counts"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"~1", b"x"),
        (b"t/tea", b""),
        (b"t/tea", b"\x02\x90"),
        (b"t/tea", b"\x01\xc1"),
        (b"f/1", b"\x01\x93\xa3tea\xa3pos\xa2r1"),
    ],
)
def test_state_that_this_release_does_not_know_is_an_error_for_the_operator(key: bytes, value: bytes) -> None:
    processor = FeedProcessor(TOPICS, place=Place())

    def start() -> None:
        processor.restore([(key, value)])
        processor.ready()

    with pytest.raises(StateError):
        start()


def test_a_tenant_whose_feeds_are_missing_from_the_state_is_an_error_for_the_operator() -> None:
    stage = Stage()
    stage.pulse(stage.heard())
    stage.log = {key: value for key, value in stage.log.items() if key[:2] == b"t/"}
    with pytest.raises(StateError, match="lacks feeds"):
        stage.restart()


def test_a_topic_that_the_stage_does_not_read_is_an_error() -> None:
    stage = Stage()
    with pytest.raises(InvariantError, match="does not read rumours"):
        stage.decide([Batch("rumours", [Made("rumours", 0, 0)], 0, 1, None)])


def test_a_move_that_there_is_not_is_an_error_and_changes_nothing() -> None:
    for before, allowed in MOVES.items():
        for to in MOVES:
            standing = Standing(state=before, until=5)
            if to in allowed:
                move(standing, to, Silence(7, 8, 9, 10), 11)
                assert (standing.state, standing.changed_at) == (to, 11)
            else:
                with pytest.raises(InvariantError, match=f"is {before} cannot become {to}"):
                    move(standing, to, Silence(7, 8, 9, 10), 11)
                assert standing == Standing(state=before, until=5)
