"""What people ask of an alert: carried out, refused with the present state, or without effect; never lost."""

import json
from typing import Any

import pytest

from streams.alerts.policy import AlertPolicy
from streams.clock import DAY, HOUR, MINUTE, as_datetime, rfc3339
from tests.alerts.alert_stage import ALERT, START, TOPICS, Stage, transition

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "'; DROP TABLE alerts; --",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "@all @everyone <!channel> <@U123>",
    "[click](http://169.254.169.254/) **bold** `code`",
    "\u202egnp.exe\u2066",
    "a\x00b\x1fc\x7f",
    "line\r\nBcc: everyone@example.com",
    "\u200b\ufeff\u00ad",
    "Z\u0351\u036b\u0343a\u0343\u036b\u0351l\u0334g\u0321o",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "../../etc/passwd",
    "%s%n%x {0} {alert.__class__}",
    "~clock",
]


def broken(policy: AlertPolicy | None = None) -> Stage:
    stage = Stage(policy=policy)
    stage.hear(stage.said("breached"))
    stage.fresh()
    return stage


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_kept_to_the_letter_and_do_nothing(text: str) -> None:
    stage = broken()
    stage.ask(
        stage.command("comment", text=text, why=text, by=text),
        stage.command("assign", to=text, by=text),
        stage.command("acknowledge", by=text, id=text),
    )
    assert [(said.by, said.text) for said in stage.alert.comments] == [(text, text)]
    assert (stage.alert.assignee, stage.alert.acknowledged_by) == (text, text)
    assert stage.audit[-1].command == text
    stage.restart()
    stage.at(40)
    assert stage.alert.state == "firing"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_of_alerts_tenants_and_cases_find_nothing(text: str) -> None:
    stage = broken()
    before = stage.alert
    stage.ask(stage.command("close", because="fixed", alert=text))
    stage.ask(stage.command("close", because="fixed", tenant=text))
    stage.decide([stage.batch(TOPICS.commands, [stage.command("close", because="fixed", case=text)])])
    assert [line.why.partition(":")[0] for line in stage.audit[1:]] == ["unknown_alert", "other_tenant", "other_case"]
    assert stage.alert == before


@pytest.mark.parametrize("text", [text for text in HOSTILE if "\x1f" not in text])
def test_hostile_text_in_transitions_is_kept_to_the_letter(text: str) -> None:
    stage = Stage()
    words = {"zh": text, "en": text}
    said = stage.said("breached", title=words, sentence=words, owner=text, labels={"store": text, "region": text})
    stage.hear(said | {"id": text, "moment": text})
    (alert,) = stage.alerts.values()
    assert (alert.title.en, alert.owner, alert.labels.store, alert.moment) == (text, text, text, text)
    assert stage.notices[0].alert == alert


def test_a_command_for_another_version_is_refused_with_the_present_state() -> None:
    stage = broken()
    stage.ask(stage.command("acknowledge", version=1, by="ana"))
    stage.ask(stage.command("acknowledge", version=1, by="rui"))
    assert stage.alert.acknowledged_by == "ana"
    line = stage.audit[-1]
    assert (line.what, line.by, line.before, line.after) == ("refused", "rui", "acknowledged", "acknowledged")
    assert line.version == 2
    assert line.why == "changed: acknowledge: made for version 1; it is version 2, acknowledged by ana"
    assert stage.processor.tally.refused_commands["changed"] == 1


def test_a_command_without_a_version_takes_the_alert_as_it_is() -> None:
    stage = broken()
    stage.ask(stage.command("comment", text="a"), stage.command("comment", text="b"))
    assert [said.text for said in stage.alert.comments] == ["a", "b"]


@pytest.mark.parametrize("over", ["recovered", "retracted"])
def test_a_command_on_an_alert_that_is_over_does_nothing_and_is_in_the_audit(over: str) -> None:
    stage = broken()
    stage.hear(stage.said(over))
    before = stage.alert
    stage.ask(
        stage.command("acknowledge", version=1),
        stage.command("assign", to="ana"),
        stage.command("comment", text="for the record"),
        stage.command("snooze", until=rfc3339(START + HOUR)),
        stage.command("close", because="fixed"),
    )
    assert stage.alert == before
    assert [line.what for line in stage.audit[-5:]] == ["no_effect"] * 5
    assert all(line.before == line.after == before.state for line in stage.audit[-5:])
    assert "for the record" in stage.audit[-3].why


def test_the_same_command_again_is_the_same_command() -> None:
    stage = broken()
    comment = stage.command("comment", text="once")
    stage.ask(comment, comment)
    stage.restart()
    decision = stage.ask(comment).decisions[-1]
    assert decision == ({}, [])
    assert len(stage.alert.comments) == 1


def test_a_refused_command_that_is_repeated_is_refused_once() -> None:
    stage = broken()
    command = stage.command("acknowledge", version=7)
    stage.ask(command)
    stage.restart()
    stage.ask(command)
    assert stage.whats == ["raised", "refused"]


def test_a_command_about_no_alert_is_refused_without_telling_any_state() -> None:
    stage = Stage()
    stage.ask(stage.command("acknowledge", by="mallory"))
    (line,) = stage.audit
    assert (line.what, line.by, line.version, line.before, line.after) == ("refused", "mallory", 0, None, None)
    assert line.why == "unknown_alert: acknowledge"


@pytest.mark.parametrize(
    ("until", "reason"),
    [
        (START, "snooze_in_the_past"),
        (START - DAY, "snooze_in_the_past"),
        (START + 7 * DAY + 1, "snooze_too_long"),
        (START + 365 * DAY, "snooze_too_long"),
    ],
)
def test_a_snooze_that_makes_no_sense_is_refused(until: int, reason: str) -> None:
    stage = broken()
    stage.ask(stage.command("snooze", until=rfc3339(until)))
    assert (stage.alert.state, stage.audit[-1].what) == ("firing", "refused")
    assert stage.audit[-1].why.startswith(reason)


def test_comments_of_one_alert_are_bounded() -> None:
    stage = broken(AlertPolicy(comment_room=10))
    stage.ask(stage.command("comment", text="seven.."), stage.command("comment", text="four"))
    stage.ask(stage.command("comment", text="3.."))
    assert [said.text for said in stage.alert.comments] == ["seven..", "3.."]
    assert stage.audit[-2].why == "too_many_comments: comment: there is room for 3 characters"


def test_the_largest_alert_that_commands_can_make_fits_into_one_kafka_record() -> None:
    stage = broken()
    for _ in range(9):
        stage.ask(stage.command("comment", text="\x01" * 4000))
    assert len(stage.alert.comments) == 8
    for _ in range(200):
        stage.ask(stage.command("assign", to="\x01" * 256, by="\x01" * 256, id="x" * 200 + str(stage._offset)))
    assert max(len(output.value or b"") for output in stage.decisions[-1].outputs) < 300_000
    assert max(len(value or b"") for value in stage.decisions[-1].changes.values()) < 300_000


def test_the_audit_says_what_was_asked_by_whom_and_why() -> None:
    stage = broken()
    stage.ask(
        stage.command("acknowledge", why="I am there", by="ana", id="x1"),
        stage.command("snooze", until=rfc3339(START + HOUR)),
        stage.command("close", because="duplicate", useful=False, why="see the other"),
    )
    lines = [(line.what, line.by, line.why) for line in stage.audit[1:]]
    assert lines == [
        ("acknowledged", "ana", "I am there"),
        ("snoozed", "shan", "until 2026-11-02T09:00:00Z"),
        ("closed", "shan", "duplicate, not useful: see the other"),
    ]
    assert stage.audit[1].command == "x1"
    assert stage.audit[1].at == as_datetime(START)


COMMAND = {
    "id": "c1",
    "tenant": "tea",
    "case": "order-1",
    "alert": ALERT,
    "by": "shan",
    "at": "2026-11-02T08:00:00Z",
    "do": "acknowledge",
}
SAID = transition("breached", START, START)
SNOOZE = COMMAND | {"do": "snooze"}
COMMENT = COMMAND | {"do": "comment"}


def without(document: dict[str, Any], field: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != field}


def nested(depth: int) -> bytes:
    return b'{"do":' + b"[" * depth + b"]" * depth + b"}"


BAD_COMMANDS: list[tuple[object, str, str]] = [
    (None, "tombstone", ""),
    (b"", "not_json", ""),
    (b"{", "not_json", ""),
    (b"\xff\xfe{}", "not_json", ""),
    (b'{"do": "\xc3\x28"}', "not_json", ""),
    (b"\x00" * 100, "not_json", ""),
    (nested(1000), "not_json", ""),
    (b'{"id":' + b"9" * 5000 + b"}", "not_json", ""),
    (b" " * (64 * 1024 + 1), "oversize", ""),
    ([], "bad_field", ""),
    ("acknowledge", "bad_field", ""),
    (7, "bad_field", ""),
    (True, "bad_field", ""),
    ({}, "missing_field", "do"),
    (without(COMMAND, "do"), "missing_field", "do"),
    (COMMAND | {"do": "dance"}, "unknown_type", "do"),
    (COMMAND | {"do": "Acknowledge"}, "unknown_type", "do"),
    (COMMAND | {"do": None}, "unknown_type", "do"),
    (COMMAND | {"do": ["acknowledge"]}, "unknown_type", "do"),
    (without(COMMAND, "id"), "missing_field", "id"),
    (without(COMMAND, "tenant"), "missing_field", "tenant"),
    (without(COMMAND, "case"), "missing_field", "case"),
    (without(COMMAND, "alert"), "missing_field", "alert"),
    (without(COMMAND, "by"), "missing_field", "by"),
    (without(COMMAND, "at"), "missing_field", "at"),
    (COMMAND | {"id": ""}, "bad_field", "id"),
    (COMMAND | {"id": "x" * 257}, "bad_field", "id"),
    (COMMAND | {"id": 7}, "bad_field", "id"),
    (COMMAND | {"id": None}, "bad_field", "id"),
    (COMMAND | {"id": "\ud800"}, "not_json", ""),
    (COMMAND | {"by": ""}, "bad_field", "by"),
    (COMMAND | {"by": {"$ne": None}}, "bad_field", "by"),
    (COMMAND | {"why": "x" * 4001}, "bad_field", "why"),
    (COMMAND | {"at": "2026-11-02T08:00:00"}, "time_without_offset", "at"),
    (COMMAND | {"at": "yesterday"}, "bad_field", "at"),
    (COMMAND | {"at": "1969-12-31T23:59:59Z"}, "bad_field", "at"),
    (COMMAND | {"at": "2200-01-01T00:00:00Z"}, "bad_field", "at"),
    (COMMAND | {"at": "9999-12-31T23:59:59-10:00"}, "bad_field", "at"),
    (COMMAND | {"at": 1e300}, "bad_field", "at"),
    (COMMAND | {"version": 0}, "bad_field", "version"),
    (COMMAND | {"version": -1}, "bad_field", "version"),
    (COMMAND | {"version": 1.5}, "bad_field", "version"),
    (COMMAND | {"version": 10**30}, "bad_field", "version"),
    (COMMAND | {"version": "latest"}, "bad_field", "version"),
    (COMMAND | {"minutes": 0}, "bad_field", "minutes"),
    (COMMAND | {"minutes": 24 * 60 + 1}, "bad_field", "minutes"),
    (COMMAND | {"minutes": 10**30}, "bad_field", "minutes"),
    (COMMAND | {"state": "resolved"}, "bad_field", "state"),
    (COMMAND | {"__proto__": {"admin": True}}, "bad_field", "__proto__"),
    (COMMAND | {"a\nb": 1}, "bad_field", "a\\nb"),
    (COMMAND | {"until": "2026-11-02T09:00:00Z"}, "bad_field", "until"),
    (SNOOZE, "missing_field", "until"),
    (SNOOZE | {"until": "2026-11-02T09:00:00"}, "time_without_offset", "until"),
    (SNOOZE | {"until": "9999-12-31T23:59:59Z"}, "bad_field", "until"),
    (SNOOZE | {"until": None}, "bad_field", "until"),
    (COMMENT, "missing_field", "text"),
    (COMMENT | {"text": ""}, "bad_field", "text"),
    (COMMENT | {"text": "x" * 4001}, "bad_field", "text"),
    (COMMENT | {"text": "\udfff"}, "not_json", ""),
    (COMMAND | {"do": "assign"}, "missing_field", "to"),
    (COMMAND | {"do": "assign", "to": ["ana"]}, "bad_field", "to"),
    (COMMAND | {"do": "close"}, "missing_field", "because"),
    (COMMAND | {"do": "close", "because": "bored"}, "bad_field", "because"),
    (COMMAND | {"do": "close", "because": "fixed", "useful": "perhaps"}, "bad_field", "useful"),
    (COMMAND | {"case": "order-2"}, "key_unlike_subject", "case"),
]

BAD_TRANSITIONS: list[tuple[object, str, str]] = [
    (None, "tombstone", ""),
    (b"", "not_json", ""),
    (b"\xff", "not_json", ""),
    (b"nonsense", "not_json", ""),
    (nested(1000), "not_json", ""),
    (b" " * (256 * 1024 + 1), "oversize", ""),
    ([], "bad_field", ""),
    (0, "bad_field", ""),
    ({}, "missing_field", "id"),
    (without(SAID, "kind"), "missing_field", "kind"),
    (without(SAID, "found_at"), "missing_field", "found_at"),
    (without(SAID, "labels"), "missing_field", "labels"),
    (SAID | {"kind": "exploded"}, "bad_field", "kind"),
    (SAID | {"kind": 2}, "bad_field", "kind"),
    (SAID | {"occurrence": 0}, "bad_field", "occurrence"),
    (SAID | {"occurrence": "1"}, "bad_field", "occurrence"),
    (SAID | {"occurrence": 1.0e9 + 0.5}, "bad_field", "occurrence"),
    (SAID | {"occurrence": 2**31}, "bad_field", "occurrence"),
    (SAID | {"occurrence": 10**40}, "bad_field", "occurrence"),
    (SAID | {"revision": -1}, "bad_field", "revision"),
    (SAID | {"revision": 2**63}, "bad_field", "revision"),
    (SAID | {"at": "2026-11-02T08:00:00"}, "time_without_offset", "at"),
    (SAID | {"at": 1700000000}, "bad_field", "at"),
    (SAID | {"at": "0001-01-01T00:00:00Z"}, "bad_field", "at"),
    (SAID | {"found_at": "9999-12-31T23:59:59Z"}, "bad_field", "found_at"),
    (SAID | {"due_at": "3000-01-01T00:00:00Z"}, "bad_field", "due_at"),
    (SAID | {"severity": "apocalyptic"}, "bad_field", "severity"),
    (SAID | {"stage": "lunch"}, "bad_field", "stage"),
    (SAID | {"title": "late"}, "bad_field", "title"),
    (SAID | {"title": {"en": "late"}}, "missing_field", "title.zh"),
    (SAID | {"tenant": None}, "bad_field", "tenant"),
    (SAID | {"tenant": "tea\x1forder"}, "bad_field", "tenant"),
    (SAID | {"moment": "a\x1fb"}, "bad_field", "moment"),
    (SAID | {"owner": "\ud83d"}, "not_json", ""),
    (SAID | {"proof": {"deadline": {}}}, "missing_field", "proof.start"),
    (SAID | {"case": "order-2"}, "key_unlike_subject", "case"),
]


@pytest.mark.parametrize(("value", "reason", "field"), BAD_COMMANDS)
def test_a_command_that_cannot_be_read_is_buried_with_its_reason(value: object, reason: str, field: str) -> None:
    check_burial(TOPICS.commands, value, reason, field)


@pytest.mark.parametrize(("value", "reason", "field"), BAD_TRANSITIONS)
def test_a_transition_that_cannot_be_read_is_buried_with_its_reason(value: object, reason: str, field: str) -> None:
    check_burial(TOPICS.transitions, value, reason, field)


def check_burial(topic: str, value: object, reason: str, field: str) -> None:
    """The record is buried byte for byte, and the good ones around it count."""
    stage = broken()
    raw = value if isinstance(value, bytes) or value is None else json.dumps(value).encode()
    good = stage.batch(TOPICS.commands, [stage.command("comment", text="before")])
    bad = good._replace(topic=topic, records=[stage.record(topic, raw)])
    after = stage.batch(TOPICS.commands, [stage.command("comment", text="after")])
    decision = stage.decide([good, bad, after])
    assert stage.letters == [(topic, reason, field)]
    (letter,) = [output for output in decision.outputs if output.topic == f"{topic}.dlq"]
    assert (letter.key, letter.value) == (b"order-1", raw)
    assert [said.text for said in stage.alert.comments] == ["before", "after"]
    assert stage.processor.tally.refused[topic, reason] == 1


@pytest.mark.parametrize("topic", [TOPICS.commands, TOPICS.transitions])
def test_a_record_without_its_case_as_key_is_buried(topic: str) -> None:
    stage = Stage()
    value = json.dumps(COMMAND if topic == TOPICS.commands else SAID).encode()
    for key in (None, "", "order-11"):
        record = stage.record(topic, value, key)
        stage.decide([stage.batch(topic, [])._replace(records=[record])])
    assert [reason for _, reason, _ in stage.letters] == ["key_missing", "key_unlike_subject", "key_unlike_subject"]
    assert stage.alerts == {}


def test_a_proof_with_numbers_and_texts_of_any_size_can_be_published_and_stored() -> None:
    cause = {"id": "e", "source": "s", "type": "t", "occurred_at": "2026-11-02T07:00:00Z"}
    deadline = {"huge": 10**40, "deep": [[[[{}]]]], "text": "\u202e<script>\x00", "float": 1e308}
    stage = Stage()
    stage.hear(stage.said("breached", proof={"start": cause, "started_at": cause["occurred_at"], "deadline": deadline}))
    stage.restart()
    stage.at(10)
    assert stage.alert.proof is not None
    assert stage.alert.proof["deadline"] == deadline
    assert stage.alert.proof["start"]["id"] == "e"


def test_an_acknowledgement_can_last_no_longer_than_a_day() -> None:
    stage = broken()
    stage.ask(stage.command("acknowledge", minutes=24 * 60))
    assert stage.alert.quiet_until == as_datetime(START + 24 * 60 * MINUTE)
