"""The first look at a structured-mode event: bytes to Event in one go, or no answer at all.

msgspec reads the JSON into the shape that an event has, and pydantic validates every attribute and every data field in
it by the schemas of the models, which is quicker than to let pydantic read the JSON itself. A refusal here is no verdict:
what is not taken is looked at again, by the models themselves (see `decode`).

So the first look must take nothing that the models refuse, nor read it otherwise. msgspec's JSON is the narrower of the
two as long as it reads all there is, no deeper than pydantic's parser would go: hence no field is skipped and none is
`Any`.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple, get_args, get_type_hints

import msgspec
from pydantic import TypeAdapter
from pydantic_core import CoreConfig, SchemaValidator, core_schema

from schemas.events import MODELS
from schemas.events.touchpoint import PREFIX, TouchpointEvent
from streams.clock import EPOCH
from streams.ingest.event import Event
from streams.ingest.explain import unknown_version

# what a publisher may put into fields that are ignored: lists and objects, one in another, but not without end
_Scalar = str | int | float | bool | None
_Once = _Scalar | list[_Scalar] | dict[str, _Scalar]
_Twice = _Scalar | list[_Once] | dict[str, _Once]
_Thrice = _Scalar | list[_Twice] | dict[str, _Twice]
_Value = _Scalar | list[_Thrice] | dict[str, _Thrice]


class _Shape(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, gc=False):
    """JSON of the right build, not yet validated; in the order in which it is quickest to read, the usual one."""

    specversion: str
    id: str
    source: str
    type: str
    time: str
    subject: str
    tenant: str
    region: str | None = None
    datacontenttype: str | None = None
    dataschema: str | None = None
    data: dict[str, _Value]


class _Plan(NamedTuple):
    """How to validate the events of one type.

    `validate` takes the fields of a _Shape and gives them back valid, data without the fields that the type does not
    have; `instants` are the names of the data fields that are still to be read as instants.
    """

    validate: Callable[[tuple[Any, ...]], tuple[Any, ...]]
    instants: tuple[str, ...]


_ORDER = _Shape.__struct_fields__
_TYPE, _DATA = _ORDER.index("type"), _ORDER.index("data")

# Narrower than the contract's pattern: all that is left to `fromisoformat` is whether there is such a day, and no offset
# leads out of the years of the contract
_STAMP = (
    r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,12})?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)


def _simplify(schema: Any) -> Any:
    """The same schema, but for instants, which stay text, and for unknown data fields, which are dropped."""
    if isinstance(schema, list):
        return [_simplify(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "chain":
        return core_schema.str_schema(pattern=_STAMP)
    simpler = {name: _simplify(inner) for name, inner in schema.items() if name != "config"}
    if schema.get("type") == "typed-dict":
        simpler |= {"extra_behavior": "ignore", "config": CoreConfig(strict=True)}
    return simpler


@cache
def _plan(model: type) -> _Plan:
    declared: Any = TypeAdapter(model).core_schema
    fields = [_simplify(declared["fields"][name]["schema"]) for name in _ORDER]
    validator = SchemaValidator(core_schema.tuple_positional_schema(fields), CoreConfig(strict=True))
    hints = get_type_hints(get_type_hints(model)["data"])
    instants = tuple(name for name, hint in hints.items() if hint is datetime or datetime in get_args(hint))
    return _Plan(validator.validate_python, instants)


_PLANS = {name: _plan(model) for name, model in MODELS.items()}
_TOUCHPOINT = _plan(TouchpointEvent)

_read_shape = msgspec.json.Decoder(_Shape).decode
_read_any = msgspec.json.Decoder(dict[str, _Value]).decode
_spread = msgspec.structs.astuple
_moment = datetime.fromisoformat
_MICROSECOND = timedelta(microseconds=1)


def read_structured(value: bytes) -> Event | None:
    """The event, or None where it takes a second look to tell."""
    try:
        try:
            parts = _spread(_read_shape(value))
        except msgspec.ValidationError:
            parts = _read_extended(value)
        plan = _PLANS.get(parts[_TYPE]) or _plan_open(parts[_TYPE])
        if plan is None:
            return None
        validate, instants = plan
        _, name, source, event_type, time, case, tenant, region, _, _, fields = validate(parts)
        occurred_at = (_moment(time) - EPOCH) // _MICROSECOND
        for field in instants:
            text = fields.get(field)
            if text is not None:
                fields[field] = (_moment(text) - EPOCH) // _MICROSECOND
    except (msgspec.DecodeError, ValueError):  # pydantic's refusal is a ValueError, and so is text that is not UTF-8
        return None
    return Event(name, source, event_type, tenant, region, case, occurred_at, fields, len(parts[_DATA]) - len(fields))


def _read_extended(value: bytes) -> tuple[Any, ...]:
    """The fields of a _Shape out of an event with extension attributes, which are read and left out."""
    envelope = _read_any(value)
    parts = tuple(map(envelope.get, _ORDER))
    if not isinstance(parts[_TYPE], str):
        raise ValueError("an event without a type")
    return parts


def _plan_open(event_type: str) -> _Plan | None:
    """The plan of a touchpoint. The pattern of its type cannot say "but not a version", so that is asked here."""
    return _TOUCHPOINT if event_type.startswith(PREFIX) and unknown_version(event_type) is None else None
