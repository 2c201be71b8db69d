"""Records of the alert stage's topics as values, or the reason why they are refused."""

from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from schemas.command import Command, Mute, Unmute
from schemas.transition import Transition
from streams.ingest.event import Reason, Record, Rejection
from streams.ingest.handed_on import bad, read, refusal, see_that_it_fits, within

_COMMAND = TypeAdapter[Any](Command)
_MOST = 2**31
SEPARATOR = "\x1f"
_DOES = ("acknowledge", "assign", "comment", "snooze", "close", "mute", "unmute")


def read_transition(record: Record, most: int) -> Transition | Rejection:
    """The transition of a record of at most `most` bytes."""
    said = read(Transition, record, most)
    if isinstance(said, Rejection):
        return said
    for field in ("at", "found_at", "due_at"):
        moment = getattr(said, field)
        if moment is not None and not within(moment):
            return bad(field, "it lies outside of the years 1970 to 2199")
    for field in ("occurrence", "revision"):
        if getattr(said, field) >= _MOST:
            return bad(field, "it is no number of a transition")
    for field in ("tenant", "case", "moment"):
        if SEPARATOR in getattr(said, field):  # it would let one alert pass for another
            return bad(field, "leave out control characters")
    return _keyed(record, said.case, "case") or said


def read_command(record: Record, most: int) -> Command | Rejection:
    """The command of a record of at most `most` bytes."""
    unfit = see_that_it_fits(record.value, most)
    if unfit is not None:
        return unfit
    try:
        command: Command = _COMMAND.validate_json(record.value or b"")
    except ValidationError as error:
        return _refused_command(error)
    for field in ("at", "start", "until"):
        moment = getattr(command, field, None)
        if moment is not None and not within(moment):
            return bad(field, "it lies outside of the years 1970 to 2199")
    if isinstance(command, Mute | Unmute):
        return _keyed(record, command.tenant, "tenant") or command
    if command.version is not None and command.version >= _MOST:
        return bad("version", "it is no version of an alert")
    return _keyed(record, command.case, "case") or command


def _keyed(record: Record, name: str, field: str) -> Rejection | None:
    """Everything of one case (or of a tenant's mutes) lives in one shard, which only the key ensures."""
    if record.key is None:
        return Rejection(Reason.KEY_MISSING, "", f"Send the {field} as the record's key.")
    if record.key != name.encode():
        return Rejection(
            Reason.KEY_UNLIKE_SUBJECT, field, f"Send the {field} as the record's key: the two are not the same."
        )
    return None


def _refused_command(error: ValidationError) -> Rejection:
    """What is wrong with a command: `do` says which it is, and is no part of the way to a field."""
    first: ErrorDetails = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"].startswith("union_tag"):
        reason = Reason.MISSING_FIELD if first["type"] == "union_tag_not_found" else Reason.UNKNOWN_TYPE
        return Rejection(reason, "do", f"Write do as one of {', '.join(_DOES)}.")
    return refusal(error, ignoring=_DOES)
