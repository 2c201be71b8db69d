"""The second look at an event that did not validate: which rule it breaks, and what its producer has to do.

One reason for each event, the first in this order: JSON, a CloudEvent, its version, its type, then its attributes and
data fields in the order in which the contract declares them.
"""

import re
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, from_json

from schemas.events import MODELS, model_of
from schemas.events.envelope import JSON_MEDIA_TYPE, SPECVERSION
from schemas.events.fields import LOCALE, PRINTABLE, RFC_3339, TIME_ZONE
from schemas.events.touchpoint import TYPE as TOUCHPOINT_TYPE
from streams.ingest.event import Reason, Rejection

_VERSIONED = re.compile(r"(.+)\.v[0-9]+")
_EXAMPLE = "2026-11-01T08:00:00+08:00"
_LONGEST_TYPE = 128
_PATTERNS = {
    RFC_3339: f"write it like {_EXAMPLE}",
    PRINTABLE: "leave out control characters",
    LOCALE: "write a language tag like zh-CN",
    TIME_ZONE: "write an IANA time zone like Asia/Shanghai",
    JSON_MEDIA_TYPE: "send data as application/json",
    TOUCHPOINT_TYPE: "write it like touchpoint.room.prepared, in small letters, digits and underscores",
}


def parse_json(value: bytes) -> Any:
    """The JSON value, or a Rejection."""
    try:
        return from_json(value)
    except ValueError as error:
        return Rejection(Reason.NOT_JSON, "", f"Send UTF-8 JSON: {_inside(str(error))}.")


def parse(value: bytes) -> dict[str, Any] | Rejection:
    """A structured-mode value as an envelope not yet validated."""
    envelope = parse_json(value)
    if isinstance(envelope, dict | Rejection):
        return envelope
    return Rejection(Reason.NOT_CLOUDEVENT, "", "Send one JSON object with the CloudEvents attributes and its data.")


def judge(envelope: dict[str, Any]) -> dict[str, Any] | Rejection:
    """The validated envelope, or why it is refused."""
    if (refusal := _judge_version(envelope.get("specversion"))) is not None:
        return refusal
    model = _choose_model(envelope.get("type"))
    if isinstance(model, Rejection):
        return model
    try:
        validated: dict[str, Any] = _adapter(model).validate_python(envelope)
    except ValidationError as error:
        return _refusal(error.errors(include_url=False)[0])
    return validated


def unknown_version(event_type: str) -> Rejection | None:
    """A Rejection where the type is one of the contract but for a version at its end, else None."""
    versioned = _VERSIONED.fullmatch(event_type)
    if versioned is None or model_of(versioned[1]) is None:
        return None
    return Rejection(
        Reason.UNKNOWN_VERSION,
        "type",
        f"Send {shown(versioned[1])}: this contract knows no {shown(event_type)}; its types carry no version.",
    )


def _judge_version(version: object) -> Rejection | None:
    if version is None:
        return Rejection(
            Reason.NOT_CLOUDEVENT, "specversion", f"Send a CloudEvent, with specversion {SPECVERSION!r}: it has none."
        )
    if not isinstance(version, str):
        return Rejection(Reason.BAD_FIELD, "specversion", f"Write specversion as the text {SPECVERSION!r}.")
    if version != SPECVERSION:
        return Rejection(Reason.UNKNOWN_VERSION, "specversion", f"Send CloudEvents {SPECVERSION}, not {shown(version)}.")
    return None


def _choose_model(event_type: object) -> type | Rejection:
    if event_type is None:
        return Rejection(Reason.MISSING_FIELD, "type", "Send type: name what happened, such as 'order.placed'.")
    if not isinstance(event_type, str) or not event_type:
        return Rejection(Reason.BAD_FIELD, "type", "Write type as a text such as 'order.placed'.")
    if (refusal := unknown_version(event_type)) is not None:
        return refusal
    model = model_of(event_type)
    if model is None:
        near = _nearest(event_type) if len(event_type) <= _LONGEST_TYPE else None
        hint = f"did you mean {near!r}?" if near else "name what it does not have touchpoint.<name>."
        return Rejection(
            Reason.UNKNOWN_TYPE, "type", f"Send a type of the contract, which has no {shown(event_type)}; {hint}"
        )
    return model


@lru_cache(maxsize=1024)
def _nearest(event_type: str) -> str | None:
    return next(iter(get_close_matches(event_type, MODELS, n=1)), None)


@lru_cache(maxsize=64)
def _adapter(model: type) -> TypeAdapter[Any]:
    return TypeAdapter(model)


def _refusal(error: ErrorDetails) -> Rejection:
    """A pydantic error as a Rejection. What lies deeper than a data field or an attribute is not named."""
    where = [named(str(part)) for part in error["loc"]]
    field = ".".join(where[:3] if where[:2] == ["data", "attributes"] else where[:2])
    value, kind = error["input"], error["type"]
    if kind == "missing" or (value is None and len(where) <= 2):
        return Rejection(Reason.MISSING_FIELD, field, f"Send {field}: an event of this type needs it.")
    if kind == "timezone_aware":
        return Rejection(
            Reason.TIME_WITHOUT_OFFSET,
            field,
            f"Write {field} with its offset from UTC, like {_EXAMPLE}: it is {shown(value)}.",
        )
    if kind == "string_pattern_mismatch":
        advice = _PATTERNS[error["ctx"]["pattern"]]
    elif where[:2] == ["data", "attributes"] and len(where) > 3 and where[3] != "[key]" and kind.endswith("_type"):
        advice = "an attribute is a text, a number, true or false"
    else:
        advice = _inside(error["msg"])
    return Rejection(Reason.BAD_FIELD, field, f"Correct {field}: {advice}; it is {shown(value)}.")


def _inside(message: str) -> str:
    """Another's sentence, to stand inside one of ours."""
    first, rest = message[:1], message[1:].rstrip(".")
    return (first if rest[:1].isupper() else first.lower()) + rest


def named(field: str) -> str:
    """A producer's own name for something, fit for a header and a line of a log."""
    field = field[:64]
    return field if field.isprintable() else repr(field)[1:-1]


def shown(value: object) -> str:
    """The value, cut to a length that a log line bears. Never costs more than a small part of a large value."""
    if isinstance(value, str):
        value = value[:80]
    elif isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "an array"
    elif isinstance(value, int) and value.bit_length() > 128:
        return "a huge number"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
