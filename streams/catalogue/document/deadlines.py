"""By when a moment must have ended: deadlines, their targets, and rounds, as a file may write them."""

from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, Field, model_validator

from streams.catalogue.document.strict import STRICT
from streams.catalogue.document.triggers import Triggers, Where
from streams.catalogue.model import Severity
from streams.catalogue.values import SPAN_SCHEMA, FieldPath, Lead, Name, PositiveSpan, Short, SignedSpan, from_text
from streams.catalogue.vocabulary import instants


class _Model(BaseModel):
    model_config = STRICT


_LENGTHS: Final = ("after", "workdays", "field")
_CLAUSES: Final = (*_LENGTHS, "at", "before", "earliest", "latest")
Days = Annotated[int, Field(ge=1, le=366)]


class Target(_Model):
    """A duration of its own for some cases."""

    when: Where = Field(min_length=1)
    after: PositiveSpan | None = None
    workdays: Days | None = None
    calendar: Name | None = None
    severity: Severity | None = None
    """Instead of the moment's, where this target gives the due."""
    warnings: list[Lead] | None = None
    """Instead of the moment's, where this target gives the due; none for an empty list."""

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if (self.after is None) == (self.workdays is None):
            raise ValueError("a target has either `after:` a duration or `workdays:` a number of days")
        return self


class DeadlineClause(_Model):
    """When the moment must have ended: exactly one of after, workdays, field, at, before, earliest, latest."""

    after: PositiveSpan | None = None
    """Open time from the start."""
    workdays: Days | None = None
    """Until the calendar closes on that open day after the day of the start."""
    field: FieldPath | None = None
    """Open time from the start, as long as the field says: a duration as a text, or a number of `unit`."""
    unit: PositiveSpan | None = None
    """What 1 in the field means; without it, numbers are not read."""
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
            ("unit", self.unit, ("field",)),
            ("else", self.else_, ("field", "at", "before")),
        ):
            if value and kind not in owners:
                raise ValueError(f"`{key}` goes with `{'` or `'.join(owners)}`, not with `{kind}`")
        if kind == "before" and self.lead is None:
            raise ValueError("`before` needs a `lead`, such as lead: 2h; without one write `at`")
        if self.field in instants():
            raise ValueError(f"'{self.field}' holds an instant and no length; write at: {self.field}")
        return self

    @property
    def is_length(self) -> bool:
        """Whether it is a length from the start, and no instant or choice."""
        return any(getattr(self, kind) is not None for kind in _LENGTHS)


DeadlineShape = Annotated[DeadlineClause, Short(from_text("after"), SPAN_SCHEMA)]


class Expectation(_Model):
    """Rounds: an event of this kind is expected every so often; silence is the breach."""

    on: Triggers = Field(min_length=1)
    every: DeadlineShape
    """How long a round may take: a length, with targets of some cases, or one that a field says."""
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
        every: DeadlineClause | None = self.every
        while every is not None:
            if not every.is_length:
                raise ValueError("`every` is a length: a duration, `after`, `workdays` or `field`")
            if every.field is not None and every.else_ is None:
                raise ValueError("`every` from a field needs an `else`, such as else: 9h, for cases without that field")
            every = every.else_
        return self
