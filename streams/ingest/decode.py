"""Bytes to Event or Rejection: the hot path of the monitor, and the place where bad input ends.

Every record gives exactly one answer and nothing escapes as an exception. A well-made structured event takes one quick
look; whatever that leaves is looked at again, slowly, by the models themselves, which say why an event is refused.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from schemas.events import MODELS, KnownEvent, data_fields
from streams.clock import MILLISECOND, SECOND, instant
from streams.ingest.binary import assemble, mode_of
from streams.ingest.event import Event, Reason, Record, Rejection
from streams.ingest.explain import judge, parse, shown
from streams.ingest.policy import Policy
from streams.ingest.promised import TYPES as PROMISES
from streams.ingest.promised import apart
from streams.ingest.structured import read_structured

DEFAULT = Policy()

_KNOWN = TypeAdapter[Any](KnownEvent).validator
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


def decode(records: Sequence[Record], policy: Policy = DEFAULT, *, keyed: bool = True) -> list[Event | Rejection]:
    """One answer for each record, in order. Depends on nothing but the record and the policy: any batching agrees.

    Records that are not `keyed` come out of a file: no rule about the key is asked of them.
    """
    return _decode(records, policy, keyed=keyed)


def decode_lines(values: Iterable[bytes], policy: Policy = DEFAULT) -> list[Event | Rejection]:
    """One answer for each structured-mode event of a file: `decode` without the rules about key and Kafka's time."""
    return _decode([_Line(value) for value in values], policy, keyed=False)


def _decode(records: Sequence[Record], policy: Policy, *, keyed: bool) -> list[Event | Rejection]:
    answers: list[Event | Rejection] = []
    say = answers.append
    most, future, max_age = policy.max_bytes, policy.future, policy.max_age
    structured: object = ()  # headers that mean structured mode: mostly, all the records of a topic have the same
    answer: Event | Rejection | None
    for record in records:
        value = record.value
        if value is None or len(value) > most:
            say(_unfit(value, most))
            continue
        if record.headers and record.headers != structured and (mode := mode_of(record.headers)) != "structured":
            answer = mode if isinstance(mode, Rejection) else _read_binary(record, value)
        else:
            structured = record.headers
            answer = read_structured(value)
            if answer is None:
                answer = _read_again(value)
        if type(answer) is Event:
            case, at = answer.case, answer.occurred_at
            if answer.type in PROMISES:
                answer = apart(answer)
            # the record's key or timestamp may speak against it
            if keyed and record.key != case.encode():
                answer = _wrong_key(record.key, case)
            elif record.timestamp >= 0:
                ahead = at - record.timestamp * MILLISECOND
                if ahead > future:
                    answer = _too_early(ahead)
                elif max_age is not None and -ahead > max_age:
                    answer = _too_late(-ahead)
        say(answer)
    return answers


def _read_binary(record: Record, value: bytes) -> Event | Rejection:
    """The event of a binary-mode record: attributes from the headers, data from the value."""
    envelope = assemble(record.headers, value)
    if isinstance(envelope, Rejection):
        return envelope
    try:
        return _event(_KNOWN.validate_python(envelope))
    except ValidationError:
        return _judged(envelope)


def _read_again(value: bytes) -> Event | Rejection:
    """The slow second look at a structured event, which finds the reason."""
    envelope = parse(value)
    return envelope if isinstance(envelope, Rejection) else _judged(envelope)


def _judged(envelope: dict[str, Any]) -> Event | Rejection:
    validated = judge(envelope)
    return validated if isinstance(validated, Rejection) else _event(validated)


def _event(envelope: dict[str, Any]) -> Event:
    """The event of an envelope that the models have validated. They let unknown data fields through to here."""
    data: dict[str, object] = envelope["data"]
    known = _FIELDS.get(envelope["type"], _TOUCHPOINT_FIELDS)
    fields = {
        name: instant(value) if isinstance(value, datetime) else value for name, value in data.items() if name in known
    }
    return Event(
        envelope["id"],
        envelope["source"],
        envelope["type"],
        envelope["tenant"],
        envelope.get("region"),
        envelope["subject"],
        instant(envelope["time"]),
        fields,
        len(data) - len(fields),
    )


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
