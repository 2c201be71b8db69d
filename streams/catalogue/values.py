"""The single values of a catalogue file: durations, names, event types, hours. Each is judged by itself, with a message
that says what would be right, and tells editors its form."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from streams.catalogue.vocabulary import check_field, check_type
from streams.catalogue.workdays import check_country, check_weekdays, check_zone, parse_day, parse_shifts
from streams.clock import parse_duration

Scalar = str | bool | int | float

_DURATION = r"^(\d+(ms|[smhdw]))+$"
_LONGEST = parse_duration("3660d")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_MOMENT_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")


@dataclass(frozen=True, slots=True, eq=False)
class Short:
    """A short form beside the full one: `shape` turns it into the full form, `schema` tells editors of it; without one
    it is a list of one, written without the list."""

    shape: Callable[[Any], Any]
    schema: dict[str, Any] | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.shape, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        full = handler(schema)
        return {"anyOf": [self.schema or full["items"], full]}


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """A value with a written form of its own (`1h30m`): `read` makes the value, `schema` describes the form."""

    read: Callable[[Any], Any]
    schema: dict[str, Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return dict(self.schema)


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not {what}")
    return value


def _span(value: Any) -> int:
    span = parse_duration(_text(value, "a duration; write it like 90s, 15m, 1h30m or 2d"))
    if span > _LONGEST:
        raise ValueError(f"'{value}' is longer than ten years; write a shorter duration")
    return span


def _positive(value: Any) -> int:
    span = _span(value)
    if span == 0:
        raise ValueError(f"'{value}' is no time at all; write a duration above zero, like 15m")
    return span


def _signed(value: Any) -> int:
    text = _text(value, "a duration; write it like 10m or -1s")
    return -_span(text[1:]) if text.startswith("-") else _span(text)


@dataclass(frozen=True, slots=True)
class Ahead:
    """So many open days of the calendar before the due."""

    days: int


def _lead(value: Any) -> "int | float | Ahead":
    """A span (int), a share of the allowed span (float between 0 and 1), or open days of the calendar."""
    if isinstance(value, dict):
        days = value.get("workdays")
        if len(value) != 1 or type(days) is not int or not 1 <= days <= 366:
            raise ValueError("this is no warning; write a lead like 10m, a share like 80%, or {workdays: 1}, up to 366")
        return Ahead(days)
    text = _text(value, "a warning; write a lead like 10m or a share like 80%")
    if not text.endswith("%"):
        return _positive(text)
    try:
        share = float(text[:-1]) / 100
    except ValueError:
        share = 0.0
    if not 0 < share < 1:
        raise ValueError(f"'{text}' is no share of the time allowed; write it like 80%, above 0% and below 100%")
    return share


def _objective(value: Any) -> float:
    """The share of occurrences that shall be met in time: `97%`, or 0.97 as a number."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise ValueError(f"{value!r} is not a share; write it like 97%")
    try:
        share = float(Decimal(value[:-1]) / 100) if isinstance(value, str) and value.endswith("%") else float(value)
    except (ValueError, ArithmeticError):
        raise ValueError(f"'{value}' is not a share; write it like 97%") from None
    if not 0 < share < 1:
        hint = f"write {value}%" if isinstance(value, int) and 1 < value < 100 else "write it like 97%"
        raise ValueError(f"'{value}' is no share that can be missed and met; {hint}, above 0% and below 100%")
    return share


def _scalar(value: Any) -> Scalar:
    if isinstance(value, str | bool | int | float):
        return value
    raise ValueError(f"{value!r} is not a single value; write a text, a number, true or false")


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is not a number")
    return value


def _name(value: Any) -> str:
    if not (isinstance(value, str) and _NAME.fullmatch(value)):
        raise ValueError(f"{value!r} is not a name; write small letters, digits and _, such as tea_chain")
    return value


def _moment_id(value: Any) -> str:
    if not (isinstance(value, str) and _MOMENT_ID.fullmatch(value)):
        raise ValueError(
            f"{value!r} is not a moment's id; write small letters, digits, _ and dots, such as order.confirm"
        )
    return value


def as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def from_text(key: str) -> Callable[[Any], Any]:
    return lambda value: {key: value} if isinstance(value, str) else value


def condition(value: Any) -> Any:
    if isinstance(value, dict):
        return value
    return {"in": value} if isinstance(value, list) else {"equals": value}


SPAN_SCHEMA = {"type": "string", "pattern": _DURATION, "examples": ["90s", "15m", "1h30m", "2d"]}
_SCALAR_SCHEMA = {"type": ["string", "boolean", "number"]}

Span = Annotated[int, Written(_span, SPAN_SCHEMA)]
PositiveSpan = Annotated[int, Written(_positive, SPAN_SCHEMA)]
SignedSpan = Annotated[
    int, Written(_signed, {"type": "string", "pattern": "^-?" + _DURATION[1:], "examples": ["10m", "-1s"]})
]
Lead = Annotated[
    int | float | Ahead,
    Written(
        _lead,
        {
            "anyOf": [
                {"type": "string", "pattern": _DURATION + r"|^\d+(\.\d+)?%$"},
                {
                    "type": "object",
                    "properties": {"workdays": {"type": "integer", "minimum": 1, "maximum": 366}},
                    "required": ["workdays"],
                    "additionalProperties": False,
                },
            ],
            "examples": ["10m", "80%", {"workdays": 1}],
        },
    ),
]
Objective = Annotated[
    float,
    Written(
        _objective,
        {
            "anyOf": [
                {"type": "string", "pattern": r"^\d+(\.\d+)?%$"},
                {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
            ],
            "examples": ["97%", 0.97],
        },
    ),
]
AnyScalar = Annotated[Scalar, Written(_scalar, _SCALAR_SCHEMA)]
Scalars = Annotated[list[AnyScalar], Short(as_list), Field(min_length=1)]
Prefixes = Annotated[
    list[Annotated[str, Field(min_length=1)]], Short(as_list), Field(min_length=1, examples=["zh", ["zh", "yue"]])
]
Number = Annotated[float, Written(_number, {"type": "number"})]
Name = Annotated[str, Written(_name, {"type": "string", "pattern": f"^{_NAME.pattern}$"})]
MomentId = Annotated[str, Written(_moment_id, {"type": "string", "pattern": f"^{_MOMENT_ID.pattern}$"})]
Zone = Annotated[str, BeforeValidator(check_zone), Field(examples=["Asia/Shanghai", "Europe/Berlin"])]
FieldPath = Annotated[str, BeforeValidator(lambda value: check_field(_text(value, "a field; write it like promised_at")))]
EventType = Annotated[
    str, BeforeValidator(lambda value: check_type(_text(value, "an event type; write it like order.placed")))
]
Day = Annotated[
    date, Written(parse_day, {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$", "examples": ["2027-02-06"]})
]
Weekdays = Annotated[str, BeforeValidator(check_weekdays)]
Shifts = Annotated[
    tuple[tuple[int, int], ...],
    Written(parse_shifts, {"type": "array", "items": {"type": "string", "examples": ["09:00-18:00", "18:00-02:00"]}}),
]
ShiftsShape = Annotated[Shifts, Short(as_list)]
Country = Annotated[str, BeforeValidator(check_country)]
