"""The views as JSON: for each dataclass of `streams.console.views` a model of the same fields, made from it.

Two things differ. Whole numbers that are instants (their names say so: `at`, `since`, `until`, `..._at`, `..._to`) are
written as RFC 3339; and what is a bare tuple inside, or says more than the API should, has a form of its own here.
"""

import re
from collections.abc import Callable
from dataclasses import is_dataclass
from functools import cache, reduce
from inspect import cleandoc
from operator import or_
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema, create_model, model_validator

from schemas.notice import Notice, Reason
from schemas.organisation import Language, Person
from streams.clock import instant, rfc3339
from streams.console import views

_SAYS_WHEN = re.compile(r"(.+_)?(at|until|since|to)|soonest|oldest")
_FROM_VIEW = ConfigDict(from_attributes=True, frozen=True)

Stamp = Annotated[
    int,
    PlainSerializer(rfc3339, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]
"""An instant on its way out."""


class _Line(BaseModel):
    """A bare tuple of a view, with names."""

    model_config = _FROM_VIEW

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        return dict(zip(cls.model_fields, value, strict=True)) if isinstance(value, tuple) else value


class Message(_Line):
    """The last message to a person by a receiver, and what became of it."""

    person: str
    receiver: str
    outcome: str
    at: Stamp


class CaseEvent(_Line):
    """An upstream event of a case."""

    at: Stamp
    type: str
    id: str
    source: str


class Telling(BaseModel):
    """A notice: who was to be told, of what, why. Addresses stay inside."""

    model_config = _FROM_VIEW

    id: str
    reason: Reason
    person: str
    name: str
    at: Stamp
    step: int
    subject: str = Field(description="The alert or group told of.")

    @model_validator(mode="before")
    @classmethod
    def _of(cls, value: Any) -> Any:
        if not isinstance(value, Notice):
            return value
        told = {name: getattr(value, name) for name in ("id", "reason", "person", "name", "step", "subject")}
        return told | {"at": instant(value.at)}


class PersonLine(BaseModel):
    """Somebody who can be given an alert."""

    model_config = _FROM_VIEW

    id: str
    name: str
    language: Language
    time_zone: str


_OWN: dict[tuple[type, str], Any] = {
    (views.AlertView, "told"): tuple[Message, ...],
    (views.CaseRecord, "events"): tuple[CaseEvent, ...],
}
_INSTEAD: dict[type, Any] = {Notice: Telling, Person: PersonLine}


@cache
def wire(view: type) -> type[BaseModel]:
    """The model of a view, made once; `model_validate` takes an instance of the view."""
    hints = get_type_hints(view, include_extras=True)
    fields: dict[str, Any] = {name: (_form(view, name, hint), ...) for name, hint in hints.items()}
    return create_model(view.__name__, __config__=_FROM_VIEW, __doc__=cleandoc(view.__doc__ or ""), **fields)


def says_when(name: str) -> bool:
    """Whether a whole number of this name is an instant."""
    return _SAYS_WHEN.fullmatch(name) is not None


def _form(view: type, name: str, hint: Any) -> Any:
    own = _OWN.get((view, name))
    return _convert(hint, _stamped if says_when(name) else _as_it_is) if own is None else own


def _stamped(hint: Any) -> Any:
    return Stamp if hint is int else hint


def _as_it_is(hint: Any) -> Any:
    return hint


def _convert(hint: Any, plain: Callable[[Any], Any]) -> Any:
    """The type with every view in it replaced by its model."""
    if hint in _INSTEAD:
        return _INSTEAD[hint]
    if isinstance(hint, type) and hint.__module__ == views.__name__ and (is_dataclass(hint) or hasattr(hint, "_fields")):
        return wire(hint)
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return reduce(or_, (_convert(part, plain) for part in inner))
    if isinstance(origin, type) and inner:
        return origin[tuple(part if part is ... else _convert(part, plain) for part in inner)]  # type: ignore[index]
    return plain(hint)
