"""Bytes of the outbox's input topics as values, or the reason why they are refused."""

from datetime import datetime
from typing import Annotated, TypeVar

import msgspec
from pydantic import BaseModel, ValidationError

from schemas.alert import State
from streams.ingest.event import Reason, Record, Rejection


class Shown(msgspec.Struct):
    """What the outbox reads of an alert's record."""

    id: Annotated[str, msgspec.Meta(min_length=1)]
    version: Annotated[int, msgspec.Meta(ge=1)]
    state: State
    changed_at: Annotated[datetime, msgspec.Meta(tz=True)]


M = TypeVar("M", bound=BaseModel)

_REASONS = {
    "json_invalid": Reason.NOT_JSON,
    "missing": Reason.MISSING_FIELD,
    "timezone_aware": Reason.TIME_WITHOUT_OFFSET,
}
_alerts = msgspec.json.Decoder(Shown)


def read(model: type[M], record: Record) -> M | Rejection:
    """A notice or a receipt."""
    if record.value is None:
        return Rejection(Reason.TOMBSTONE, "", f"a {model.__name__.lower()} has a value")
    try:
        return model.model_validate_json(record.value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(map(str, first["loc"]))
        return Rejection(_REASONS.get(first["type"], Reason.BAD_FIELD), field, first["msg"])


def read_alert(value: bytes) -> Shown | Rejection:
    """What matters of an alert's record."""
    try:
        return _alerts.decode(value)
    except msgspec.ValidationError as error:
        return Rejection(Reason.BAD_FIELD, "", str(error))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Rejection(Reason.NOT_JSON, "", str(error))
