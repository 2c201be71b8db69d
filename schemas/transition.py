"""What the monitor says: one dated change of one occurrence, as published on `moments.transitions.v1`."""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Kind = Literal[
    "opened",
    "at_risk",
    "breached",
    "worsened",
    "met",
    "recovered",
    "retracted",
    "cancelled",
    "paused",
    "resumed",
    "revised",
    "unknown",
    "expired",
]


class Text(BaseModel):
    """One text in both languages."""

    model_config = ConfigDict(frozen=True)

    zh: str
    en: str


class Labels(BaseModel):
    """Where it happened, as far as the events of the case say."""

    model_config = ConfigDict(frozen=True)

    region: str | None = None
    store: str | None = None
    channel: str | None = None
    fleet: str | None = None
    provider: str | None = None


class Cause(BaseModel):
    """The upstream event behind a transition."""

    model_config = ConfigDict(frozen=True)

    id: str
    source: str
    type: str
    occurred_at: AwareDatetime


class Move(BaseModel):
    """A pause, resume, revision or reopening of the clock: when, by which event, and the due after it (none while it
    stands). `refused`: a new due was asked for without what it needs, and the old one stands. `held`: the clock stands
    already, and one more pause holds it; `let_go`: a pause is over, and another holds the clock still.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["paused", "held", "let_go", "resumed", "revised", "refused", "reopened"]
    at: AwareDatetime
    event: str
    due_at: AwareDatetime | None = None
    pauses: list[str] = Field(default_factory=list, description="Those that began with it or that it ended, in words.")


class Hold(BaseModel):
    """A pause that holds the clock: what it is, in words of the catalogue, since when, the event that began it, and the
    reason that this gave.
    """

    model_config = ConfigDict(frozen=True)

    pause: str
    since: AwareDatetime
    event: str
    reason: str | None = None


class Came(BaseModel):
    """An event that counted for a part of a closing: its id, and when it happened."""

    model_config = ConfigDict(frozen=True)

    event: str
    at: AwareDatetime


class Part(BaseModel):
    """One of several events that close together: which, how often it must come, and what has come of it."""

    model_config = ConfigDict(frozen=True)

    event: str
    times: int
    came: list[Came]


class Several(BaseModel):
    """A closing that takes several events: whether they end or cancel, and of how many parts something is missing."""

    model_config = ConfigDict(frozen=True)

    closes: Literal["ends", "cancels"]
    missing: int
    parts: list[Part]


class Proof(BaseModel):
    """The arithmetic behind `due_at`, in machine form.

    `deadline` is the tree of clauses that were considered, with the fields read, the target that matched and what each
    gave; `calendar` names the calendar and its time zone, `open` the open intervals counted from the start to the first
    due (at most 31, `open_left_out` counts the rest); `moves` are the pauses and revisions in order, `holds` the pauses
    that hold the clock, or held it when it closed; `several` are the
    closings of the moment that take more than one event, any of which ends or cancels it, and `alone` what ends it by
    itself beside those; `severity_from` says which target, field or policy has set the
    severity that it began with, where one has.
    """

    model_config = ConfigDict(frozen=True)

    start: Cause
    started_at: AwareDatetime
    deadline: dict[str, Any] | None = None
    first_due_at: AwareDatetime | None = None
    calendar: str = "always"
    time_zone: str = "UTC"
    open: list[tuple[AwareDatetime, AwareDatetime]] = Field(default_factory=list)
    open_left_out: int = 0
    moves: list[Move] = Field(default_factory=list)
    due_at: AwareDatetime | None = None
    policy: str | None = None
    calendar_policy: str | None = None
    severity_from: str | None = None
    several: list[Several] = Field(default_factory=list)
    holds: list[Hold] = Field(default_factory=list)
    alone: list[str] = Field(default_factory=list)


class Promise(BaseModel):
    """What a promise's events say of it."""

    model_config = ConfigDict(frozen=True)

    id: str | None = Field(default=None, description="Where the case has several.")
    person: str | None = Field(default=None, description="Who promised.")
    text: str | None = Field(default=None, description="What was promised.")


class ChainStep(BaseModel):
    """Which step of which chain a clock is."""

    model_config = ConfigDict(frozen=True)

    name: str
    step: int = Field(ge=1)
    of: int = Field(ge=1, description="How many there are.")


class Transition(BaseModel):
    """A dated change of an occurrence.

    `at` is when it became true (a breach: its due), `found_at` when the monitor said so. The id is computed from
    tenant, case, moment, occurrence, kind and revision: the same transition has the same id on every replay. `revision`
    counts how often this kind was said of this occurrence before. Proof and sentence are there wherever somebody is
    told; `replay` leaves them out of the quiet steps unless it is asked for them. `cause` is the event that brought it
    about, None where time alone did.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    kind: Kind
    tenant: str
    case: str
    moment: str
    occurrence: int = Field(ge=1)
    revision: int = Field(ge=0)
    at: AwareDatetime
    found_at: AwareDatetime
    due_at: AwareDatetime | None
    stage: Literal["pre_contact", "decision", "execution", "after_sales"]
    severity: Literal["low", "medium", "high", "critical"]
    owner: str
    title: Text
    labels: Labels
    cause: Cause | None
    catalogue: str
    proof: Proof | None = None
    sentence: Text | None = None
    chain: ChainStep | None = Field(default=None, description="Where the moment is a step of one.")
    promise: Promise | None = Field(default=None, description="Where a promise began the clock.")
