"""What starts, ends, pauses and moves a moment: triggers and their conditions, as a file may write them."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, WithJsonSchema, model_validator
from pydantic.json_schema import SkipJsonSchema

from streams.catalogue.document.strict import STRICT
from streams.catalogue.values import (
    AnyScalar,
    EventType,
    FieldPath,
    MomentId,
    Number,
    PositiveSpan,
    Prefixes,
    Scalars,
    Short,
    as_list,
    condition,
    from_text,
)


class _Model(BaseModel):
    model_config = STRICT


class Condition(_Model):
    """What the value of a field must be. Several together must all hold."""

    equals: AnyScalar | None = None
    in_: Scalars | None = Field(None, alias="in")
    not_: Scalars | None = Field(None, alias="not")
    """Holds where the field is absent, too."""
    lt: Number | None = None
    le: Number | None = None
    gt: Number | None = None
    ge: Number | None = None
    exists: bool | None = None
    starts: Prefixes | None = None
    """A text that begins so, or with one of these."""
    within: PositiveSpan | None = None
    """The instant in the field lies less than that after the event's own time, or before it."""
    beyond: PositiveSpan | None = None
    """The instant in the field lies at least that long after the event's own time."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError(
                "no condition is given; write a value, a list, or one of in, not, lt, le, gt, ge, exists, starts, "
                "within, beyond"
            )
        return self


Where = dict[FieldPath, Annotated[Condition, Short(condition, {"type": ["string", "boolean", "number", "array"]})]]


class Trigger(_Model):
    """An event type with conditions, or the end of another moment of the same case."""

    on: EventType | None = Field(None, examples=["order.placed", "ticket.*", "room.prepared"])
    where: Where = {}
    moment: MomentId | None = None
    """This moment's trigger is that moment's end, met or recovered."""

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.on is None) == (self.moment is None):
            raise ValueError("a trigger is either `on:` an event type or `moment:` another moment's id")
        if self.moment is not None and self.where:
            raise ValueError("`where` looks at an event and a moment's end is none; put the condition on that moment")
        return self


class Revision(Trigger):
    """A trigger that moves the due."""

    due: FieldPath | None = None
    """The field that holds the new due; without it, the field that the deadline itself reads."""
    needs: Where = {}
    """What must hold beside `where`; an event for which it does not moves nothing, and the proof says so."""


_TRIGGER_SCHEMA = {"type": "string", "examples": ["order.placed", "ticket.*", "room.prepared"]}


_SEVERAL_SCHEMA = {"anyOf": [_TRIGGER_SCHEMA, {"type": "array", "items": _TRIGGER_SCHEMA, "minItems": 2}]}


class Closing(Trigger):
    """A trigger that closes: one event, several that must all have come, or so many of one kind or of several."""

    on: Annotated[EventType | None, WithJsonSchema(_SEVERAL_SCHEMA)] = None
    """An event type; of several, which go with `times`, any counts."""
    all_: "list[Annotated[Trigger, Short(from_text('on'), _TRIGGER_SCHEMA)]] | None" = Field(
        None, alias="all", min_length=2
    )
    """Each of these must have come since the start, in any order."""
    times: int = Field(1, ge=1, le=100)
    """So many of these events must have come since the start."""
    any_: "SkipJsonSchema[list[Trigger] | None]" = Field(None, alias="any", min_length=2)
    """The events of a list in `on`, each with its conditions."""

    @model_validator(mode="before")
    @classmethod
    def _listed(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("on"), list):
            return data
        rest = {key: value for key, value in data.items() if key not in ("on", "where")}
        where = {"where": data["where"]} if "where" in data else {}
        return {**rest, "any": [{"on": one, **where} for one in data["on"]]}

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        kinds = [
            key
            for key, value in (("on", self.on), ("on", self.any_), ("moment", self.moment), ("all", self.all_))
            if value is not None
        ]
        if len(kinds) != 1:
            raise ValueError("what closes is one of `on:` an event type, `moment:` another moment's id, `all:` a list")
        if self.on is None and (self.where or (self.times > 1 and self.any_ is None)):
            raise ValueError("`where` and `times` go with `on:` an event type")
        if self.any_ is not None and self.times == 1:
            raise ValueError("several events in `on` go with `times`; without it, list them as closings of their own")
        if any(part.on is None for part in self.all_ or ()):
            raise ValueError("`all` is a list of event types; a moment's end cannot be one of them")
        return self


Closings = Annotated[list[Annotated[Closing, Short(from_text("on"), _TRIGGER_SCHEMA)]], Short(as_list)]
Triggers = Annotated[list[Annotated[Trigger, Short(from_text("on"), _TRIGGER_SCHEMA)]], Short(as_list)]


class Pause(Trigger):
    """A trigger that lets the clock stand still."""

    until: Triggers = []
    """What ends this pause, and no other; without it, any of `resumes` does. The clock stands while a pause holds."""


Pauses = Annotated[list[Annotated[Pause, Short(from_text("on"), _TRIGGER_SCHEMA)]], Short(as_list)]
Revisions = Annotated[list[Annotated[Revision, Short(from_text("on"), _TRIGGER_SCHEMA)]], Short(as_list)]
