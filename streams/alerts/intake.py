"""Records of the alert stage's topics as values, or the reason why they are refused."""

from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from schemas.command import Command, Mute, Unmute
from schemas.events.fields import EARLIEST, LATEST
from schemas.transition import Transition
from streams.ingest.event import Reason, Record, Rejection

_COMMAND = TypeAdapter[Any](Command)
_MOST = 2**31
SEPARATOR = "\x1f"
_REASONS = {
    "json_invalid": Reason.NOT_JSON,
    "missing": Reason.MISSING_FIELD,
    "timezone_aware": Reason.TIME_WITHOUT_OFFSET,
    "union_tag_invalid": Reason.UNKNOWN_TYPE,
    "union_tag_not_found": Reason.MISSING_FIELD,
}
_DOES = ("acknowledge", "assign", "comment", "snooze", "close", "mute", "unmute")


def read_transition(record: Record, most: int) -> Transition | Rejection:
    """The transition of a record of at most `most` bytes."""
    value = record.value
    if value is None or len(value) > most:
        return _unfit(value, most)
    try:
        said = Transition.model_validate_json(value, strict=True)
    except ValidationError as error:
        return _refusal(error)
    for field in ("at", "found_at", "due_at"):
        moment = getattr(said, field)
        if moment is not None and not _within(moment):
            return Rejection(Reason.BAD_FIELD, field, f"Correct {field}: it lies outside of the years 1970 to 2199.")
    for field in ("occurrence", "revision"):
        if getattr(said, field) >= _MOST:
            return Rejection(Reason.BAD_FIELD, field, f"Correct {field}: it is no number of a transition.")
    for field in ("tenant", "case", "moment"):
        if SEPARATOR in getattr(said, field):  # it would let one alert pass for another
            return Rejection(Reason.BAD_FIELD, field, f"Correct {field}: leave out control characters.")
    return _keyed(record, said.case, "case") or said


def read_command(record: Record, most: int) -> Command | Rejection:
    """The command of a record of at most `most` bytes."""
    value = record.value
    if value is None or len(value) > most:
        return _unfit(value, most)
    try:
        command: Command = _COMMAND.validate_json(value)
    except ValidationError as error:
        return _refusal(error)
    for field in ("at", "start", "until"):
        moment = getattr(command, field, None)
        if moment is not None and not _within(moment):
            return Rejection(Reason.BAD_FIELD, field, f"Correct {field}: it lies outside of the years 1970 to 2199.")
    if isinstance(command, Mute | Unmute):
        return _keyed(record, command.tenant, "tenant") or command
    if command.version is not None and command.version >= _MOST:
        return Rejection(Reason.BAD_FIELD, "version", "Correct version: it is no version of an alert.")
    return _keyed(record, command.case, "case") or command


def _within(moment: datetime) -> bool:
    return EARLIEST <= moment < LATEST


def _unfit(value: bytes | None, most: int) -> Rejection:
    if value is None:
        return Rejection(Reason.TOMBSTONE, "", "Send a value: this topic is not compacted and nothing is deleted by it.")
    return Rejection(Reason.OVERSIZE, "", f"Send at most {most} bytes: these are {len(value)}.")


def _keyed(record: Record, name: str, field: str) -> Rejection | None:
    """Everything of one case (or of a tenant's mutes) lives in one shard, which only the key ensures."""
    if record.key is None:
        return Rejection(Reason.KEY_MISSING, "", f"Send the {field} as the record's key.")
    if record.key != name.encode():
        return Rejection(
            Reason.KEY_UNLIKE_SUBJECT, field, f"Send the {field} as the record's key: the two are not the same."
        )
    return None


def _refusal(error: ValidationError) -> Rejection:
    first: ErrorDetails = error.errors(include_url=False, include_context=False, include_input=False)[0]
    reason = _REASONS.get(first["type"], Reason.BAD_FIELD)
    where = [str(part)[:64] for part in first["loc"] if part not in _DOES]
    field = ".".join(where[:3]) or ("do" if first["type"].startswith("union_tag") else "")
    if not field.isprintable():
        field = repr(field)[1:-1]
    if reason is Reason.NOT_JSON:
        return Rejection(reason, "", "Send UTF-8 JSON.")
    if first["type"].startswith("union_tag"):
        return Rejection(reason, field, f"Write do as one of {', '.join(_DOES)}.")
    message = first["msg"].rstrip(".")
    return Rejection(reason, field, f"Correct {field}: {message}." if field else f"Send one JSON object: {message}.")
