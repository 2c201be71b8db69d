"""Records that the monitor's stages and people hand on to each other, as values; or the reason why they are refused."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from schemas.events.fields import EARLIEST, LATEST
from streams.ingest.event import Reason, Record, Rejection

M = TypeVar("M", bound=BaseModel)

REASONS: Final = {
    "json_invalid": Reason.NOT_JSON,
    "missing": Reason.MISSING_FIELD,
    "timezone_aware": Reason.TIME_WITHOUT_OFFSET,
}
"""By pydantic's types of errors; every other is a bad field."""


def read(model: type[M], record: Record, most: int, *, strict: bool = True) -> M | Rejection:
    """The value of a record of at most `most` bytes."""
    unfit = see_that_it_fits(record.value, most)
    if unfit is not None:
        return unfit
    try:
        return model.model_validate_json(record.value or b"", strict=strict)
    except ValidationError as error:
        return refusal(error)


def see_that_it_fits(value: bytes | None, most: int) -> Rejection | None:
    """What is wrong with a value before it is read."""
    if value is None:
        return Rejection(Reason.TOMBSTONE, "", "Send a value: this topic is not compacted and nothing is deleted by it.")
    if len(value) > most:
        return Rejection(Reason.OVERSIZE, "", f"Send at most {most} bytes: these are {len(value)}.")
    return None


def refusal(error: ValidationError, ignoring: Collection[str] = ()) -> Rejection:
    """The first thing that is wrong. `ignoring` are parts of the way to a field that are no names of fields."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    reason = REASONS.get(first["type"], Reason.BAD_FIELD)
    if reason is Reason.NOT_JSON:
        return Rejection(reason, "", "Send UTF-8 JSON.")
    where = [str(part)[:64] for part in first["loc"] if part not in ignoring]
    field = _printable(".".join(where[:4]))
    message = first["msg"].rstrip(".")
    return Rejection(reason, field, f"Correct {field}: {message}." if field else f"Send one JSON object: {message}.")


def bad(field: str, what: str) -> Rejection:
    """A field that is well formed and cannot be."""
    return Rejection(Reason.BAD_FIELD, field, f"Correct {field}: {what}.")


def within(moment: datetime) -> bool:
    """Whether an instant is within reach of every calendar."""
    return EARLIEST <= moment < LATEST


def _printable(field: str) -> str:
    """The name of a field as it may stand in a message: names come from whoever sent the record."""
    return field if field.isprintable() else repr(field)[1:-1]
