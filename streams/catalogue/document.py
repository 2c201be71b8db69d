"""The shape of a catalogue file, as pydantic models: what may stand where. What it means is in `compile`.

Everything that can be judged by looking at one place is judged here, so that all of it is reported at once; what needs
a second look elsewhere in the file is judged by `compile`. Descriptions and examples go into the JSON Schema that
editors complete from, and into error messages.
"""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from streams.catalogue.model import OBJECTIVE, CustomerClass, Reopening, Severity, Stage
from streams.catalogue.values import (
    SPAN_SCHEMA,
    AnyScalar,
    Country,
    Day,
    EventType,
    FieldPath,
    Lead,
    MomentId,
    Name,
    Number,
    Objective,
    PositiveSpan,
    Scalars,
    ShiftsShape,
    Short,
    SignedSpan,
    Span,
    Weekdays,
    Zone,
    as_list,
    condition,
    from_text,
)
from streams.catalogue.workdays import check_region, expand_weekly
from streams.clock import parse_duration


class _Model(BaseModel):
    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, populate_by_name=False, use_attribute_docstrings=True
    )


class Text(_Model):
    """The same words in each language; one at least."""

    zh: str | None = None
    en: str | None = None

    @model_validator(mode="after")
    def _one_at_least(self) -> Self:
        if not (self.zh or self.en):
            raise ValueError("no language is given; write zh: or en:, or both")
        return self

    def by_language(self) -> dict[str, str]:
        """Both languages; the one stands in where the other is missing."""
        return {"zh": self.zh or self.en or "", "en": self.en or self.zh or ""}


class Steps(_Model):
    """What to do, step by step, in each language."""

    zh: list[str] = []
    en: list[str] = []

    def by_language(self) -> dict[str, tuple[str, ...]]:
        return {language: tuple(steps) for language, steps in (("zh", self.zh), ("en", self.en)) if steps}


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

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("no condition is given; write a value, a list, or one of in, not, lt, le, gt, ge, exists")
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


_TRIGGER_SCHEMA = {"type": "string", "examples": ["order.placed", "ticket.*", "room.prepared"]}
Triggers = Annotated[list[Annotated[Trigger, Short(from_text("on"), _TRIGGER_SCHEMA)]], Short(as_list)]
Revisions = Annotated[list[Annotated[Revision, Short(from_text("on"), _TRIGGER_SCHEMA)]], Short(as_list)]


class Target(_Model):
    """A duration of its own for some cases."""

    when: Where = Field(min_length=1)
    after: PositiveSpan
    calendar: Name | None = None


class DeadlineClause(_Model):
    """When the moment must have ended: exactly one of after, at, before, earliest, latest."""

    after: PositiveSpan | None = None
    """Open time from the start."""
    targets: list[Target] = []
    """Other durations for some cases; the first that matches counts."""
    at: FieldPath | None = None
    """The instant in a field."""
    plus: SignedSpan | None = None
    before: FieldPath | None = None
    """`lead` ahead of the instant in a field."""
    lead: PositiveSpan | None = None
    else_: "DeadlineShape | None" = Field(None, alias="else")
    """What counts where the field is missing."""
    earliest: "list[DeadlineShape] | None" = Field(None, min_length=2)
    latest: "list[DeadlineShape] | None" = Field(None, min_length=2)

    @model_validator(mode="after")
    def _one_clause(self) -> Self:
        kinds = [kind for kind in ("after", "at", "before", "earliest", "latest") if getattr(self, kind) is not None]
        if len(kinds) != 1:
            found = f"{' and '.join(kinds)} together" if kinds else "none"
            raise ValueError(f"a deadline has exactly one of after, at, before, earliest, latest, and here is {found}")
        kind = kinds[0]
        for key, value, owners in (
            ("targets", self.targets, ("after",)),
            ("plus", self.plus, ("at",)),
            ("lead", self.lead, ("before",)),
            ("else", self.else_, ("at", "before")),
        ):
            if value and kind not in owners:
                raise ValueError(f"`{key}` goes with `{'` or `'.join(owners)}`, not with `{kind}`")
        if kind == "before" and self.lead is None:
            raise ValueError("`before` needs a `lead`, such as lead: 2h; without one write `at`")
        return self


DeadlineShape = Annotated[DeadlineClause, Short(from_text("after"), SPAN_SCHEMA)]


class Expectation(_Model):
    """Rounds: an event of this kind is expected every so often; silence is the breach."""

    on: Triggers = Field(min_length=1)
    every: PositiveSpan
    from_: Triggers = Field([], alias="from")
    """What begins the first round, beside the event itself."""
    until: Triggers = []
    """What ends the rounds."""


class RiseClause(_Model):
    """The severity some wall time after the breach."""

    after: PositiveSpan
    to: Severity


class MomentFile(_Model):
    """A moment of truth: what starts it, what ends it, and by when."""

    id: MomentId
    title: Text
    playbook: Steps = Steps()
    stage: Stage
    owner: str = Field(min_length=1)
    """The role that answers for it."""
    severity: Severity
    customer_class: CustomerClass = Field("expected", alias="class")
    case: Name | None = None
    """What the events' common key is, where triggers of several kinds share one; `lint` asks for it."""
    starts: Triggers = []
    ends: Triggers = []
    cancels: Triggers = []
    pauses: Triggers = []
    resumes: Triggers = []
    revises: Revisions = []
    reopens: Triggers = []
    expects: Expectation | None = None
    deadline: DeadlineShape | None = None
    calendar: Name | None = None
    """The calendar that `after` runs in; without one, day and night."""
    warnings: list[Lead] = []
    rises: list[RiseClause] = []
    reopening: Reopening | None = None
    repeats: bool = False
    journal: bool = False
    time_to_live: PositiveSpan | None = None
    objective: Objective = OBJECTIVE
    """The share of occurrences that shall be met in time."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.expects is not None:
            for key in ("starts", "ends", "deadline", "repeats"):
                if key in self.model_fields_set:
                    raise ValueError(f"`expects` says start, end and deadline of every round; leave `{key}` out")
            return self
        if not self.starts:
            raise ValueError("nothing starts this moment; write starts: with an event type, or expects:")
        if self.deadline is None:
            raise ValueError("the deadline is missing; write it like deadline: {after: 15m}")
        if self.reopening is not None and not self.reopens:
            raise ValueError("`reopening` says what `reopens` triggers do, and there are none; write reopens:")
        return self


class Holidays(_Model):
    """Public holidays of a country, and of a region of it; make-up workdays included where the country has them."""

    country: Country = Field(examples=["CN", "DE"])
    region: str | None = Field(None, examples=["BY"])

    @model_validator(mode="after")
    def _known_region(self) -> Self:
        check_region(self.country, self.region)
        return self


class CalendarFile(_Model):
    """Open hours of a team or a store."""

    weekly: dict[Weekdays, ShiftsShape] = Field(
        examples=[{"mon-fri": ["09:00-12:00", "13:00-18:00"], "sat": ["10:00-14:00"]}]
    )
    time_zone: Zone | None = None
    holidays: Holidays | None = None
    makeup: ShiftsShape | None = None
    """Hours of a make-up workday; without them, Monday's."""
    closed: list[Day] = []
    open: dict[Day, ShiftsShape] = {}
    """Hours of single days; they win over weekday, holiday, make-up day and `closed`."""

    @model_validator(mode="after")
    def _opens(self) -> Self:
        expand_weekly(self.weekly)
        return self


class StoreFile(_Model):
    """What a store has of its own."""

    time_zone: Zone | None = None
    region: str | None = None
    calendars: dict[Name, Name] = {}
    """For a calendar of the catalogue, the one that counts at this store instead."""


class CatalogueFile(_Model):
    """A catalogue of moments of truth."""

    name: Name
    description: str = ""
    time_zone: Zone = "UTC"
    allowed_lateness: Span = 0
    corrections: Span = parse_duration("24h")
    time_to_live: PositiveSpan = parse_duration("30d")
    calendars: dict[Name, CalendarFile] = {}
    stores: dict[str, StoreFile] = {}
    moments: list[MomentFile] = []


def json_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a catalogue file, for editors."""
    schema = CatalogueFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
