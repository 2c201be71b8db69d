"""The plain fields that all kinds of events share, each with its limits, declared once.

Every constraint here is one that pydantic checks in compiled code: this is the hot path of the monitor. The limits keep
one producer's mistake from becoming everybody's state: what is kept of an event is kept for every open case.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr
from pydantic.annotated_handlers import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema
from typing_extensions import TypedDict

PRINTABLE = r"^[^\x00-\x1f\x7f]+$"
RFC_3339 = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,12})?([Zz]|[+-][0-9]{2}:[0-9]{2})?$"
LOCALE = r"^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$"
TIME_ZONE = r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$"
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


class _Rfc3339:
    """RFC 3339 text with an offset, within reach of every calendar; digits past the microsecond are cut, not rounded.

    The text is matched first, because a plain datetime field would also read `"1700000000"` as a Unix time. The offset
    is optional in the pattern so that a stamp without one is told apart from a stamp that is no stamp.
    """

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.chain_schema(
            [
                core_schema.str_schema(pattern=RFC_3339),
                core_schema.datetime_schema(strict=False, tz_constraint="aware", ge=EARLIEST, lt=LATEST),
            ]
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        # the offset is not optional here: a JSON Schema has no reasons to tell apart
        return {"type": "string", "format": "date-time", "pattern": RFC_3339.replace(")?$", ")$")}


Instant = Annotated[datetime, _Rfc3339]
"""An aware datetime between 1970 and 2200, written as RFC 3339 with an offset: `2026-11-01T08:00:00+08:00`."""

Id = Annotated[str, Field(min_length=1, max_length=256, pattern=PRINTABLE)]
"""An identifier: 1 to 256 characters, none of them a control character."""

Name = Annotated[str, Field(min_length=1, max_length=64, pattern=PRINTABLE)]
"""A short word of the publisher's choice that rules and labels name: 1 to 64 characters."""

Uri = Annotated[str, Field(min_length=1, max_length=512, pattern=PRINTABLE)]
"""A URI reference; only its length and its characters are checked."""

Locale = Annotated[str, Field(max_length=35, pattern=LOCALE)]
"""A language tag: `zh-CN`, `en`."""

TimeZone = Annotated[str, Field(max_length=64, pattern=TIME_ZONE)]
"""The shape of an IANA time zone name: `Asia/Shanghai`."""

Score = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]
"""A customer's mark on the publisher's own scale (stars, 0 to 10, net promoter score)."""

Scalar = Annotated[
    Annotated[StrictStr, Field(max_length=1024)]
    | Annotated[StrictInt, Field(ge=-(2**63), lt=2**63)]
    # bounded like the whole numbers, or a whole number too large for 64 bits would turn into a nearby float
    | Annotated[StrictFloat, Field(gt=-(2.0**63), lt=2.0**63, allow_inf_nan=False)]
    | StrictBool,
    Field(union_mode="left_to_right"),
]
"""A text of up to 1024 characters, a number within 64 bits, or a boolean."""

Attributes = Annotated[
    dict[Name, Scalar],
    Field(max_length=64, json_schema_extra={"propertyNames": {"minLength": 1, "maxLength": 64, "pattern": PRINTABLE}}),
]
"""The publisher's own space: up to 64 named scalars, kept and matched on, never interpreted."""

By = Literal["human", "bot"]


class Shared(TypedDict, total=False):
    """What the data of any event may carry. A field that is null counts as absent; fields not named here are ignored."""

    order_id: Annotated[Id | None, Field(description="The order this is about, where the case itself is not the order.")]
    ticket_id: Annotated[Id | None, Field(description="The ticket this is about, where the case itself is not it.")]
    store_id: Annotated[Id | None, Field(description="The store, branch, hotel, clinic or team that serves the case.")]
    channel: Annotated[Name | None, Field(description="How the customer came: app, web, phone, counter.")]
    priority: Annotated[Name | None, Field(description="The publisher's priority: p1, urgent.")]
    tier: Annotated[Name | None, Field(description="The customer's tier: vip, gold.")]
    category: Annotated[Name | None, Field(description="What kind of order, ticket or request: food_safety, pick_up.")]
    reason: Annotated[Id | None, Field(description="Why: of a cancellation, a refusal, a wait.")]
    locale: Annotated[Locale | None, Field(description="The customer's language tag.")]
    time_zone: Annotated[TimeZone | None, Field(description="IANA time zone in which calendars count for the case.")]
    attributes: Annotated[Attributes | None, Field(description="The publisher's own fields: name to scalar.")]
