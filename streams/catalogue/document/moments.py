"""A moment of truth, as a file may write it."""

from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from streams.catalogue.document.deadlines import DeadlineClause, DeadlineShape, Expectation
from streams.catalogue.document.strict import STRICT
from streams.catalogue.document.triggers import Closings, Pauses, Revisions, Triggers
from streams.catalogue.model import OBJECTIVE, CustomerClass, Reopening, Severity, Stage
from streams.catalogue.values import FieldPath, Lead, MomentId, Name, Objective, PositiveSpan, Short, from_text


class _Model(BaseModel):
    model_config = STRICT


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


class RiseClause(_Model):
    """The severity some wall time after the breach."""

    after: PositiveSpan
    to: Severity


class Chain(_Model):
    """The place of a moment among the steps of one recovery or procedure."""

    name: Name
    step: int = Field(ge=1, le=20)


class SeverityOf(_Model):
    """How grave a breach is: always the same, or as the event that starts it says."""

    default: Severity
    field: FieldPath | None = None
    """Where it holds one of the severities, that one counts; else the default."""


SeverityShape = Annotated[
    SeverityOf, Short(from_text("default"), {"type": "string", "enum": ["low", "medium", "high", "critical"]})
]


class MomentFile(_Model):
    """A moment of truth: what starts it, what ends it, and by when."""

    id: MomentId
    title: Text
    playbook: Steps = Steps()
    stage: Stage
    owner: str = Field(min_length=1)
    """The role that answers for it."""
    severity: SeverityShape
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

    @property
    def allows(self) -> DeadlineClause:
        """The deadline; of rounds, that of each round."""
        allowed = self.deadline if self.expects is None else self.expects.every
        assert allowed is not None  # `_complete` sees to it
        return allowed
