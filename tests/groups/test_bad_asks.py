"""Records that are no asks go to the dead letters with their reason, mutes that are none are passed over."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from streams.alerts.journal import Place
from streams.errors import InvariantError, StateError
from streams.groups.policy import GroupPolicy
from streams.groups.processor import GroupProcessor
from streams.state.decision import Batch
from tests.groups.group_stage import TOPICS, Stage, key_of, organisation
from tests.support.record import Made

Spoil = Callable[[dict[str, Any]], object]


def put(*path: str | int, to: Any) -> Spoil:
    """Write a value at a path."""

    def spoil(ask: Any) -> None:
        for step in path[:-1]:
            ask = ask[step]
        ask[path[-1]] = to

    return spoil


def without(*path: str | int) -> Spoil:
    """Take out what is at a path."""

    def spoil(ask: Any) -> None:
        for step in path[:-1]:
            ask = ask[step]
        del ask[path[-1]]

    return spoil


TELL = ("tell", 0)
DOCUMENTS: list[tuple[str, Spoil, str, str]] = [
    ("no partition", without("partition"), "missing_field", "partition"),
    ("a partition below zero", put("partition", to=-1), "bad_field", "partition"),
    ("a partition that is a text", put("partition", to="3"), "bad_field", "partition"),
    ("a partition that there is not", put("partition", to=12), "bad_field", "partition"),
    ("no what", without("what"), "missing_field", "what"),
    ("a what that is none", put("what", to="exploded"), "bad_field", "what"),
    ("no instant", without("at"), "missing_field", "at"),
    ("an instant without offset", put("at", to="2026-11-02T08:00:00"), "time_without_offset", "at"),
    ("an instant that is a number", put("at", to=1793606400), "bad_field", "at"),
    ("an instant of long ago", put("at", to="1066-10-14T09:00:00Z"), "bad_field", "at"),
    ("late that is a text", put("late", to="yes"), "bad_field", "late"),
    ("no alert", without("alert"), "missing_field", "alert"),
    ("an alert that is a list", put("alert", to=[]), "bad_field", "alert"),
    ("an alert without id", without("alert", "id"), "missing_field", "alert.id"),
    ("an alert with an empty id", put("alert", "id", to=""), "bad_field", "alert"),
    ("an alert of nobody", put("alert", "tenant", to=""), "bad_field", "alert"),
    ("a version of zero", put("alert", "version", to=0), "bad_field", "alert.version"),
    ("a version beyond all bounds", put("alert", "version", to=2**31), "bad_field", "alert"),
    ("an occurrence beyond all bounds", put("alert", "occurrence", to=2**63), "bad_field", "alert"),
    ("a state that is none", put("alert", "state", to="sleeping"), "bad_field", "alert.state"),
    ("a severity that is none", put("alert", "severity", to="cosmic"), "bad_field", "alert.severity"),
    ("a title in one language", without("alert", "title", "zh"), "missing_field", "alert.title.zh"),
    ("a title that is a text", put("alert", "title", to="late"), "bad_field", "alert.title"),
    ("a store that is a number", put("alert", "labels", "store", to=7), "bad_field", "alert.labels.store"),
    (
        "a due instant without offset",
        put("alert", "due_at", to="2026-11-02T08:00:00"),
        "time_without_offset",
        "alert.due_at",
    ),
    ("a breach of the far future", put("alert", "broken_at", to="9999-01-01T00:00:00Z"), "bad_field", "alert.broken_at"),
    ("raised at no time", put("alert", "raised_at", to=None), "bad_field", "alert.raised_at"),
    ("tellings that are a mapping", put("tell", to={}), "bad_field", "tell"),
    ("a telling to nobody", without(*TELL, "person"), "missing_field", "tell.0.person"),
    ("a telling to somebody without a name", put(*TELL, "person", to=""), "bad_field", "tell"),
    ("a telling without id", put(*TELL, "id", to=""), "bad_field", "tell"),
    ("a reason that is none", put(*TELL, "reason", to="bored"), "bad_field", "tell.0.reason"),
    ("a reason that only this stage has", put(*TELL, "reason", to="grouped"), "bad_field", "tell.reason"),
    ("a step below the first", put(*TELL, "step", to=-1), "bad_field", "tell.0.step"),
    ("a step beyond all bounds", put(*TELL, "step", to=2**40), "bad_field", "tell.step"),
    ("a level that is none", put(*TELL, "level", to="galaxy"), "bad_field", "tell.0.level"),
    ("nobody to reach", put(*TELL, "contacts", to=[]), "bad_field", "tell.0.contacts"),
    ("a contact that is a text", put(*TELL, "contacts", to=["li"]), "bad_field", "tell.0.contacts.0"),
    ("a language that nobody writes", put(*TELL, "language", to="tlh"), "bad_field", "tell.0.language"),
]

VALUES: list[tuple[str, bytes | None, str]] = [
    ("nothing", None, "tombstone"),
    ("no bytes", b"", "not_json"),
    ("no JSON", b"{", "not_json"),
    ("no UTF-8", b'"\xff\xfe"', "not_json"),
    ("a list", b"[]", "bad_field"),
    ("a number", b"7", "bad_field"),
    ("null", b"null", "bad_field"),
    ("brackets without end", b"[" * 20_000, "not_json"),
    ("too much", b" " * (GroupPolicy().ask_bytes + 1), "oversize"),
]


def bad(stage: Stage, value: bytes | None, key: str | None) -> None:
    """A bad record between two good ones."""
    first, last = stage.broke("first", moment="m.1"), stage.broke("last", moment="m.2")
    records = [stage.batch(TOPICS.asks, [first]).records[0], stage.record(TOPICS.asks, value, key)]
    stage.decide([Batch(TOPICS.asks, [*records, *stage.batch(TOPICS.asks, [last]).records], 0, 3, stage.now)])
    assert [page[2] for page in stage.fresh()] == ["first", "last"]


@pytest.mark.parametrize(("spoil", "reason", "field"), [row[1:] for row in DOCUMENTS], ids=[row[0] for row in DOCUMENTS])
def test_an_ask_that_breaks_the_contract_is_buried(spoil: Spoil, reason: str, field: str) -> None:
    stage = Stage(place=Place(0, 12))
    ask = copy.deepcopy(stage.broke("a"))
    key = key_of(ask)
    spoil(ask)
    bad(stage, json.dumps(ask).encode(), key)
    assert stage.letters == [(TOPICS.asks, reason, field)]
    assert (stage.processor.tally.unreadable, stage.processor.tally.refused) == (1, {(TOPICS.asks, reason): 1})


@pytest.mark.parametrize(("value", "reason"), [row[1:] for row in VALUES], ids=[row[0] for row in VALUES])
def test_a_value_that_is_no_ask_is_buried(value: bytes | None, reason: str) -> None:
    stage = Stage()
    bad(stage, value, "tea/r1/delivery.late")
    assert stage.letters == [(TOPICS.asks, reason, "")]


@pytest.mark.parametrize(
    ("key", "reason"), [(None, "key_missing"), ("tea/r2/delivery.late", "key_unlike_subject"), ("", "key_unlike_subject")]
)
def test_an_ask_under_another_key_is_buried(key: str | None, reason: str) -> None:
    stage = Stage()
    bad(stage, json.dumps(stage.broke("a")).encode(), key)
    assert [letter[1] for letter in stage.letters] == [reason]


def mute(**changes: Any) -> dict[str, Any]:
    named = {"do": "mute", "id": "c1", "tenant": "tea", "mute": "m1", "by": "ops", "at": "2026-11-02T08:00:00Z"}
    rest = {"scope": {"store": "s1"}, "until": "2026-11-02T09:00:00Z", "because": "works"}
    return {name: value for name, value in (named | rest | changes).items() if value is not ...}


MUTES: list[tuple[str, dict[str, Any], str | None]] = [
    ("of everything", mute(scope={}), "tea"),
    ("of nulls", mute(scope={"store": None}), "tea"),
    ("of an empty store", mute(scope={"store": ""}), "tea"),
    ("of a planet", mute(scope={"planet": "mars"}), "tea"),
    ("of a list", mute(scope=["s1"]), "tea"),
    ("of a number", mute(scope={"store": 7}), "tea"),
    ("without scope", mute(scope=...), "tea"),
    ("without end", mute(until=...), "tea"),
    ("until a naive instant", mute(until="2026-11-02T09:00:00"), "tea"),
    ("until the year 9999", mute(until="9999-01-01T00:00:00Z"), "tea"),
    ("since the year 1", mute(start="0001-01-01T00:00:00Z"), "tea"),
    ("for no reason", mute(because=""), "tea"),
    ("by nobody", mute(by=""), "tea"),
    ("without id", mute(id=...), "tea"),
    ("without a name", mute(mute=...), "tea"),
    ("of another tenant's key", mute(), "coffee"),
    ("without key", mute(), None),
    ("with more than is asked", mute(loud=True), "tea"),
    ("that is no mute", mute(do="whisper"), "tea"),
    ("with a reason of a novel's length", mute(because="x" * 300), "tea"),
]


@pytest.mark.parametrize(("document", "key"), [row[1:] for row in MUTES], ids=[row[0] for row in MUTES])
def test_a_mute_that_breaks_the_contract_mutes_nothing_and_is_left_to_the_alert_stage(
    document: dict[str, Any], key: str | None
) -> None:
    stage = Stage()
    record = stage.record(TOPICS.commands, json.dumps(document).encode(), key)
    decision = stage.decide([Batch(TOPICS.commands, [record], 0, 1, stage.now)])
    assert (decision.outputs, decision.changes) == ([], {})
    stage.ask(stage.broke("a"))
    assert stage.fresh() == [("broke", "shan", "a")]


def test_the_mute_that_these_rows_spoil_is_a_good_one() -> None:
    stage = Stage()
    record = stage.record(TOPICS.commands, json.dumps(mute()).encode(), "tea")
    stage.decide([Batch(TOPICS.commands, [record], 0, 1, stage.now)])
    assert list(stage.mutes) == ["m1"]


def test_a_proof_with_numbers_that_are_none_in_json_is_told_without_them() -> None:
    stage = Stage()
    ask = stage.broke("a")
    ask["alert"]["proof"] = {"deadline": float("nan")}
    stage.ask(ask)
    assert stage.fresh() == [("broke", "shan", "a")]
    assert stage.notices[0].alert.proof == {"deadline": None}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"~1", b"x"),
        (b"z/1", b"\x01\x90"),
        (b"a/1", b""),
        (b"a/1", b"\x02\x90"),
        (b"a/1", b"\x01\xc1"),
        (b"l/1", b"\x01\x91\x01"),
        (b"m/1", b"\x01\x90"),
    ],
)
def test_state_that_this_release_does_not_know_is_an_error_for_the_operator(key: bytes, value: bytes) -> None:
    def start() -> None:
        processor = GroupProcessor(organisation(), TOPICS)
        processor.restore([(key, value)])
        processor.ready()

    with pytest.raises(StateError):
        start()


def test_a_topic_that_the_stage_does_not_read_is_an_error() -> None:
    stage = Stage()
    with pytest.raises(InvariantError, match="does not read rumours"):
        stage.decide([Batch("rumours", [Made("rumours", 0, 0)], 0, 1, None)])


def test_what_is_counted_is_counted_from_the_last_rest_on() -> None:
    stage = Stage()
    stage.mute(30, {"moment": "m.1"})
    stage.ask(stage.broke("a"), stage.broke("b"), stage.broke("c", moment="m.1"), stage.over("b"))
    tally = stage.processor.tally
    stage.processor.tally = tally.rest()
    assert (tally.told, tally.held) == ({"broke": 1}, {"window": 1, "mute": 1})
    assert tally.let_go == {"window": 1, "not_told": 1}
    assert (stage.processor.tally.told, stage.processor.tally.held) == ({}, {})
