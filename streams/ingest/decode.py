"""Bytes to Event or Rejection: the hot path of the monitor, and the place where bad input ends.

Every record gives exactly one answer and nothing escapes as an exception. A valid structured event takes one pass of
pydantic's compiled validator over the bytes; only what that refuses is looked at again, slowly, for the reason.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from schemas.events import MODELS, KnownEvent, data_fields
from schemas.events.touchpoint import TouchpointEvent
from streams.clock import MILLISECOND, SECOND, instant
from streams.ingest.binary import assemble, mode_of
from streams.ingest.event import Event, Reason, Record, Rejection
from streams.ingest.explain import judge, parse, shown, unknown_version
from streams.ingest.policy import Policy

DEFAULT = Policy()

# `extra="allow"` in the data models lets unknown fields through to here, where they are counted and dropped
_KNOWN = TypeAdapter[Any](KnownEvent).validator
_TOUCHPOINT = TypeAdapter[Any](TouchpointEvent).validator
_FIELDS = {name: data_fields(name) for name in MODELS}
_TOUCHPOINT_FIELDS = data_fields("touchpoint.any")


class _Line(NamedTuple):
    """A structured event out of a file, as if published under its subject at no known time."""

    value: bytes
    topic: str = ""
    partition: int = 0
    offset: int = 0
    timestamp: int = -1
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()


def decode(records: Sequence[Record], policy: Policy = DEFAULT) -> list[Event | Rejection]:
    """One answer for each record, in order. Depends on nothing but the record and the policy: any batching agrees."""
    return _decode(records, policy, keyed=True)


def decode_lines(values: Iterable[bytes], policy: Policy = DEFAULT) -> list[Event | Rejection]:
    """One answer for each structured-mode event of a file: `decode` without the rules about key and Kafka's time."""
    return _decode([_Line(value) for value in values], policy, keyed=False)


def _decode(records: Sequence[Record], policy: Policy, *, keyed: bool) -> list[Event | Rejection]:
    answers: list[Event | Rejection] = []
    say = answers.append
    most = policy.max_bytes
    # a topic carries one kind of event or the other, so the validator that fitted last is tried first
    first, second = _KNOWN.validate_json, _TOUCHPOINT.validate_json
    envelope: Any
    for record in records:
        value = record.value
        if value is None or len(value) > most:
            say(_unfit(value, most))
            continue
        if record.headers and (mode := mode_of(record.headers)) != "structured":
            envelope = mode if isinstance(mode, Rejection) else _read_binary(record, value)
        else:
            try:
                envelope = first(value)
            except ValidationError:
                try:
                    envelope = second(value)
                    first, second = second, first
                except ValidationError:
                    envelope = _read_again(value)
        say(envelope if type(envelope) is Rejection else _accept(envelope, record, policy, keyed))
    return answers


def _accept(envelope: dict[str, Any], record: Record, policy: Policy, keyed: bool) -> Event | Rejection:
    """The event of a validated envelope, unless its record's key or timestamp speaks against it."""
    case: str = envelope["subject"]
    if keyed and record.key != case.encode():
        return _wrong_key(record.key, case)
    occurred_at = instant(envelope["time"])
    if record.timestamp >= 0:
        stamped = record.timestamp * MILLISECOND
        if occurred_at > stamped + policy.future:
            return _too_early(occurred_at - stamped)
        if policy.max_age is not None and occurred_at < stamped - policy.max_age:
            return _too_late(stamped - occurred_at)
    event_type: str = envelope["type"]
    fields: dict[str, object] = envelope["data"]
    known = _FIELDS.get(event_type)
    if known is None:
        # the pattern of an open type cannot say "but not a version"
        if (refusal := unknown_version(event_type)) is not None:
            return refusal
        known = _TOUCHPOINT_FIELDS
    ignored = 0
    if not known.issuperset(fields):
        ignored = len(fields)
        fields = {name: value for name, value in fields.items() if name in known}
        ignored -= len(fields)
    return Event(
        envelope["id"],
        envelope["source"],
        event_type,
        envelope["tenant"],
        envelope.get("region"),
        case,
        occurred_at,
        fields,
        ignored,
    )


def _read_binary(record: Record, value: bytes) -> dict[str, Any] | Rejection:
    """The envelope of a binary-mode record: attributes from the headers, data from the value."""
    envelope = assemble(record.headers, value)
    if isinstance(envelope, Rejection):
        return envelope
    try:
        validated: dict[str, Any] = _KNOWN.validate_python(envelope)
    except ValidationError:
        return judge(envelope)
    return validated


def _read_again(value: bytes) -> dict[str, Any] | Rejection:
    """The slow second look at a structured event, which finds the reason."""
    envelope = parse(value)
    return envelope if isinstance(envelope, Rejection) else judge(envelope)


def _unfit(value: bytes | None, most: int) -> Rejection:
    if value is None:
        return Rejection(Reason.TOMBSTONE, "", "Publish no tombstones here: end a case with an event that says so.")
    return Rejection(
        Reason.OVERSIZE, "", f"Send at most {most} bytes: this event has {len(value)}; leave out what no rule needs."
    )


def _wrong_key(key: bytes | None, case: str) -> Rejection:
    if not key:
        return Rejection(
            Reason.KEY_MISSING, "key", f"Publish the event with its subject {shown(case)} as the Kafka key: it has none."
        )
    found = shown(key[:256].decode(errors="replace"))
    return Rejection(
        Reason.KEY_UNLIKE_SUBJECT,
        "key",
        f"Publish the event with its subject {shown(case)} as the Kafka key, not {found}.",
    )


def _too_early(ahead: int) -> Rejection:
    return Rejection(
        Reason.FROM_THE_FUTURE,
        "time",
        f"Set the producer's clock: time lies {ahead // SECOND} s after the moment Kafka took the event.",
    )


def _too_late(behind: int) -> Rejection:
    return Rejection(
        Reason.TOO_OLD,
        "time",
        f"Publish events sooner: time lies {behind // SECOND} s before the moment Kafka took the event.",
    )
