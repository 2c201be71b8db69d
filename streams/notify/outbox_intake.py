"""Bytes of the outbox's input topics as values, or the reason why they are refused."""

from datetime import datetime
from typing import Annotated, Literal, TypeVar

import msgspec
from pydantic import BaseModel, ValidationError

from schemas.alert import State
from schemas.notice import Notice
from streams.ingest.event import Reason, Record, Rejection
from streams.notify.base import SEVERAL


class Shown(msgspec.Struct):
    """What the outbox reads of the record of an alert."""

    id: Annotated[str, msgspec.Meta(min_length=1)]
    version: Annotated[int, msgspec.Meta(ge=1)]
    state: State
    changed_at: Annotated[datetime, msgspec.Meta(tz=True)]


class ShownGroup(Shown):
    """The same of a group."""

    state: Literal["firing", "resolved"]


class _Broken(msgspec.Struct):
    broken_at: datetime | None = None


class _News(msgspec.Struct):
    alert: _Broken


M = TypeVar("M", bound=BaseModel)
S = TypeVar("S", bound=Shown)

_REASONS = {
    "json_invalid": Reason.NOT_JSON,
    "missing": Reason.MISSING_FIELD,
    "timezone_aware": Reason.TIME_WITHOUT_OFFSET,
}
_alerts, _groups = msgspec.json.Decoder(Shown), msgspec.json.Decoder(ShownGroup)
_news = msgspec.json.Decoder(_News)


def read(model: type[M], record: Record) -> M | Rejection:
    """A receipt, or what else has a model."""
    if record.value is None:
        return Rejection(Reason.TOMBSTONE, "", f"a {model.__name__.lower()} has a value")
    try:
        return model.model_validate_json(record.value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(map(str, first["loc"]))
        return Rejection(_REASONS.get(first["type"], Reason.BAD_FIELD), field, first["msg"])


def read_notice(record: Record) -> Notice | Rejection:
    """A notice. One of several alerts has the group that it tells of."""
    notice = read(Notice, record)
    if isinstance(notice, Notice) and notice.group is None and notice.reason in SEVERAL:
        return Rejection(Reason.MISSING_FIELD, "group", f"a notice of the reason {notice.reason} says of which group")
    return notice


def read_alert(value: bytes) -> Shown | Rejection:
    """What matters of an alert's record."""
    return _decode(_alerts, value)


def read_group(value: bytes) -> Shown | Rejection:
    """What matters of a group's record."""
    return _decode(_groups, value)


def read_broken_at(notice: msgspec.Raw) -> datetime | None:
    """When the alert of a notice broke; of a notice as it is stored."""
    return _news.decode(notice).alert.broken_at


def _decode(decoder: msgspec.json.Decoder[S], value: bytes) -> S | Rejection:
    try:
        return decoder.decode(value)
    except msgspec.ValidationError as error:
        return Rejection(Reason.BAD_FIELD, "", str(error))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Rejection(Reason.NOT_JSON, "", str(error))
