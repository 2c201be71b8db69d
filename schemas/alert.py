"""An alert: what one breach, or the warning of it, asks of people; as kept on `moments.alerts.v1`, compacted by id.

There is one alert for each occurrence of a moment that somebody should know of. Every record is the whole alert; each
change of it is also a line of the audit, `moments.audit.v1`, which is only ever appended to.
"""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from schemas.transition import ChainStep, Kind, Labels, Promise, Text

State = Literal["firing", "acknowledged", "snoozed", "resolved", "retracted", "found_late", "unknown"]
"""firing: nobody has taken it. acknowledged: somebody has. snoozed: silent until a time. resolved: met, recovered,
cancelled, expired or closed. retracted: late truth showed that nothing was broken. found_late: it broke and ended while
nobody looked. unknown: its feed is blind."""

OPEN_STATES: tuple[State, ...] = ("firing", "acknowledged", "snoozed", "unknown")

Severity = Literal["low", "medium", "high", "critical"]
ClosedBecause = Literal["fixed", "customer_served", "not_a_problem", "wrong_data", "duplicate", "other"]

What = Literal[
    "raised",
    "warned",
    "broke",
    "worsened",
    "moved",
    "reopened",
    "ended",
    "retracted",
    "booked_late",
    "turned_unknown",
    "acknowledged",
    "acknowledgement_expired",
    "assigned",
    "commented",
    "snoozed",
    "snooze_ended",
    "closed",
    "escalated",
    "nobody_to_tell",
    "held",
    "let_go",
    "rolled_up",
    "muted",
    "unmuted",
    "retried",
    "no_effect",
    "refused",
]
"""What a line of the audit says. moved: the clock of its occurrence was paused, resumed or revised. no_effect: a command
on an alert that was over already. held: somebody was not told, for the reason that the line gives; let_go: what was held
is told, or needs it no more. rolled_up: it is told with its incident. muted, unmuted: a mute began or ended (`alert` is
then its id). retried: a dead letter was sent again (`alert` is then where it lies, topic/partition/offset; `case` is its
key, `tenant` empty where it does not tell)."""


MONITOR = "monitor"
"""Who stands in the audit where it was no person."""


class Comment(BaseModel):
    """What a person wrote about it."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    by: str
    text: str


class Alert(BaseModel):
    """An alert as it stands. Instants are RFC 3339 with an offset."""

    model_config = ConfigDict(frozen=True)

    id: str
    version: int = Field(ge=1, description="Grows with every change; a command names the version it was made for.")
    state: State
    kind: Kind = Field(description="The kind of the last transition: at_risk, breached, worsened, recovered, ...")
    tenant: str
    case: str
    moment: str
    occurrence: int = Field(ge=1)
    stage: str
    severity: Severity
    owner: str
    title: Text
    labels: Labels
    sentence: Text | None = None
    playbook: dict[str, list[str]] = Field(default_factory=dict, description="Steps by language.")
    proof: dict[str, Any] | None = Field(default=None, description="The deadline proof of the last transition.")
    transition: str = Field(description="Id of the last transition.")
    raised_at: AwareDatetime
    changed_at: AwareDatetime
    due_at: AwareDatetime | None = None
    broken_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    acknowledged_by: str | None = None
    acknowledged_at: AwareDatetime | None = None
    assignee: str | None = None
    quiet_until: AwareDatetime | None = Field(
        default=None, description="End of the snooze, or of the acknowledgement if nothing happens before."
    )
    closed_because: ClosedBecause | None = None
    useful: bool | None = None
    level: int = Field(default=0, description="How many steps of the escalation chain have been taken.")
    next_step_at: AwareDatetime | None = None
    told: list[str] = Field(default_factory=list, description="Persons who were told, first one first.")
    comments: list[Comment] = Field(default_factory=list)
    chain: ChainStep | None = Field(default=None, description="Where the moment is a step of one.")
    promise: Promise | None = Field(default=None, description="Where it is about a promise to the customer.")


class AuditLine(BaseModel):
    """One change of an alert, a mute, a command that was refused, a dead letter sent again: who, when, what, why.
    Appended, never changed.
    """

    model_config = ConfigDict(frozen=True)

    alert: str
    version: int
    tenant: str
    case: str
    moment: str
    at: AwareDatetime
    by: str = Field(description="A person's id, or `monitor`.")
    what: What
    before: State | None
    after: State | None = Field(description="None: there is no such alert, or it is none of the command's business.")
    why: str = ""
    command: str | None = None
