"""The shape of a catalogue file, as pydantic models: what may stand where. What it means is in `compile`.

Everything that can be judged by looking at one place is judged here, so that all of it is reported at once; what needs
a second look elsewhere in the file is judged by `compile`. Descriptions and examples go into the JSON Schema that
editors complete from, and into error messages.
"""

from typing import Annotated, Any, Final, Literal, Self

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
    within: PositiveSpan | None = None
    """The instant in the field lies less than that after the event's own time, or before it."""
    beyond: PositiveSpan | None = None
    """The instant in the field lies at least that long after the event's own time."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError(
                "no condition is given; write a value, a list, or one of in, not, lt, le, gt, ge, exists, within, beyond"
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


class Closing(Trigger):
    """A trigger that closes: one event, several that must all have come, or one that must have come several times."""

    all_: "list[Annotated[Trigger, Short(from_text('on'), _TRIGGER_SCHEMA)]] | None" = Field(
        None, alias="all", min_length=2
    )
    """Each of these must have come since the start, in any order."""
    times: int = Field(1, ge=1, le=100)
    """So many of these events must have come since the start."""

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        kinds = [
            key for key, value in (("on", self.on), ("moment", self.moment), ("all", self.all_)) if value is not None
        ]
        if len(kinds) != 1:
            raise ValueError("what closes is one of `on:` an event type, `moment:` another moment's id, `all:` a list")
        if self.on is None and (self.where or self.times > 1):
            raise ValueError("`where` and `times` go with `on:` an event type")
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


_CLAUSES: Final = ("after", "workdays", "at", "before", "earliest", "latest")
Days = Annotated[int, Field(ge=1, le=366)]


class Target(_Model):
    """A duration of its own for some cases."""

    when: Where = Field(min_length=1)
    after: PositiveSpan | None = None
    workdays: Days | None = None
    calendar: Name | None = None

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if (self.after is None) == (self.workdays is None):
            raise ValueError("a target has either `after:` a duration or `workdays:` a number of days")
        return self


class DeadlineClause(_Model):
    """When the moment must have ended: exactly one of after, workdays, at, before, earliest, latest."""

    after: PositiveSpan | None = None
    """Open time from the start."""
    workdays: Days | None = None
    """Until the calendar closes on that open day after the day of the start."""
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
        kinds = [kind for kind in _CLAUSES if getattr(self, kind) is not None]
        if len(kinds) != 1:
            found = f"{' and '.join(kinds)} together" if kinds else "none"
            raise ValueError(f"a deadline has exactly one of {', '.join(_CLAUSES)}, and here is {found}")
        kind = kinds[0]
        for key, value, owners in (
            ("targets", self.targets, ("after", "workdays")),
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
    begins: Literal["any", "from"] = "any"
    """What begins rounds when none runs: `from` and the event itself, or `from` alone."""

    @model_validator(mode="after")
    def _begun(self) -> Self:
        if self.begins == "from" and not self.from_:
            raise ValueError("`begins: from` needs `from:`, or nothing ever begins the rounds")
        return self


class RiseClause(_Model):
    """The severity some wall time after the breach."""

    after: PositiveSpan
    to: Severity


class Chain(_Model):
    """The place of a moment among the steps of one recovery or procedure."""

    name: Name
    step: int = Field(ge=1, le=20)


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
    chain: Chain | None = None
    """Which step of which chain it is; people see the steps of a case together, in order."""
    starts: Triggers = []
    ends: Closings = []
    cancels: Closings = []
    pauses: Pauses = []
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

    any_: list[Name] | None = Field(None, alias="any", min_length=1)
    """Open whenever one of these calendars is; nothing else stands beside it. Of one calendar, too: in a union it keeps
    its own time zone, whatever that of the case."""
    weekly: dict[Weekdays, ShiftsShape] = Field(
        {}, examples=[{"mon-fri": ["09:00-12:00", "13:00-18:00"], "sat": ["10:00-14:00"]}]
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
        if self.any_ is None:
            expand_weekly(self.weekly)
        elif self.model_fields_set != {"any_"}:
            raise ValueError("`any` stands alone: hours and holidays belong to the calendars that it names")
        return self


class StoreFile(_Model):
    """What a store has of its own."""

    time_zone: Zone | None = None
    region: str | None = None
    brand: str | None = None
    tenant: str | None = None
    """Whose store it is, where another tenant may have one of the same id; without it, whoever's case names it."""
    hours: dict[Weekdays, ShiftsShape] = Field({}, examples=[{"mon-fri": ["09:00-18:00"], "sat,sun": ["10:00-22:00"]}])
    """When it is open: what `calendar: opening_hours` means there."""
    calendars: dict[Name, Name] = {}
    """For a calendar of the catalogue, the one that counts at this store instead."""

    @model_validator(mode="after")
    def _opens(self) -> Self:
        if self.hours:
            expand_weekly(self.hours)
        return self


class OwnMoment(_Model):
    """What a level has of its own for one moment; the rest is as the levels above say."""

    off: bool | None = None
    deadline: DeadlineShape | None = None
    calendar: Name | None = None
    severity: Severity | None = None


class Policy(_Model):
    """What holds for a tenant, a brand, a region or a store; with several of these keys, where all of them hold."""

    tenant: str | None = None
    brand: str | None = None
    region: str | None = None
    store: str | None = None
    moments: dict[MomentId, OwnMoment] = {}
    calendars: dict[Name, Name] = {}
    """For a calendar of the catalogue, the one that counts here instead."""

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not {"tenant", "brand", "region", "store"} & self.model_fields_set:
            raise ValueError("a policy holds somewhere; write tenant:, brand:, region: or store:")
        return self


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
    includes: list[str] = []
    """Packs (`pack:hotel`) and files, relative to this one, whose moments are this file's too."""
    overrides: dict[MomentId, dict[str, Any]] = {}
    """Fields of included moments that are other here; `off: true` leaves the moment out."""
    policies: list[Policy] = []
    """What is other for a tenant, a brand, a region or a store; the nearest level wins, field by field."""
    moments: list[MomentFile] = []


def json_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a catalogue file, for editors."""
    schema = CatalogueFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
