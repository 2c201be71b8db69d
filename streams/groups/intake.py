"""Records of the topic of asks as values, or the reason why they are refused."""

from datetime import datetime
from typing import Final

from pydantic import ValidationError

from schemas.ask import Ask
from schemas.events.fields import EARLIEST, LATEST
from schemas.notice import Reason as Why
from streams.ingest.event import Reason, Record, Rejection

_MOST: Final = 2**31
_REASONS: Final = {
    "json_invalid": Reason.NOT_JSON,
    "missing": Reason.MISSING_FIELD,
    "timezone_aware": Reason.TIME_WITHOUT_OFFSET,
}
_INSTANTS: Final = ("raised_at", "changed_at", "due_at", "broken_at", "ended_at", "next_step_at")
ENDINGS: Final[tuple[Why, ...]] = ("ended", "retracted")
_TOLD: Final[tuple[Why, ...]] = ("warned", "broke", "worsened", "escalated", "again", *ENDINGS)


def read_ask(record: Record, most: int, partitions: int | None = None) -> Ask | Rejection:
    """The ask of a record of at most `most` bytes. With `partitions` its case has to lie in one of so many."""
    value = record.value
    if value is None:
        return Rejection(Reason.TOMBSTONE, "", "Send a value: this topic is not compacted and nothing is deleted by it.")
    if len(value) > most:
        return Rejection(Reason.OVERSIZE, "", f"Send at most {most} bytes: these are {len(value)}.")
    try:
        ask = Ask.model_validate_json(value, strict=True)
    except ValidationError as error:
        return _refusal(error)
    return _misfit(ask, partitions) or _keyed(record, ask) or ask


def _misfit(ask: Ask, partitions: int | None) -> Rejection | None:
    alert = ask.alert
    if not _within(ask.at):
        return _bad("at", "it lies outside of the years 1970 to 2199")
    for field in _INSTANTS:
        at: datetime | None = getattr(alert, field)
        if at is not None and not _within(at):
            return _bad(f"alert.{field}", "it lies outside of the years 1970 to 2199")
    if ask.partition >= (_MOST if partitions is None else partitions):
        return _bad("partition", "there is no such partition")
    if not (alert.id and alert.tenant and alert.moment):
        return _bad("alert", "its id, tenant and moment are not empty")
    if alert.version >= _MOST or alert.occurrence >= _MOST:
        return _bad("alert", "version and occurrence are below 2147483648")
    for telling in ask.tell:
        if telling.reason not in _TOLD:
            return _bad("tell.reason", f"write one of {', '.join(_TOLD)}")
        if not (telling.id and telling.person):
            return _bad("tell", "id and person are not empty")
        if telling.step >= _MOST:
            return _bad("tell.step", "it is no step of a chain")
    return None


def _within(moment: datetime) -> bool:
    return EARLIEST <= moment < LATEST


def _bad(field: str, what: str) -> Rejection:
    return Rejection(Reason.BAD_FIELD, field, f"Correct {field}: {what}.")


def _keyed(record: Record, ask: Ask) -> Rejection | None:
    """Everything of one group lies in one order, which only the key ensures."""
    if record.key is None:
        return Rejection(Reason.KEY_MISSING, "", "Send tenant/region/moment as the record's key.")
    if record.key != "/".join((ask.alert.tenant, ask.alert.labels.region or "", ask.alert.moment)).encode():
        return Rejection(Reason.KEY_UNLIKE_SUBJECT, "alert", "Send tenant/region/moment of the alert as the key.")
    return None


def _refusal(error: ValidationError) -> Rejection:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    reason = _REASONS.get(first["type"], Reason.BAD_FIELD)
    if reason is Reason.NOT_JSON:
        return Rejection(reason, "", "Send UTF-8 JSON.")
    field = ".".join(str(part)[:64] for part in first["loc"][:4])
    if not field.isprintable():
        field = repr(field)[1:-1]
    message = first["msg"].rstrip(".")
    return Rejection(reason, field, f"Correct {field}: {message}." if field else f"Send one JSON object: {message}.")
