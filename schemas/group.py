"""What is told about several alerts at once: `moments.groups.v1`, compacted by id. And the mutes in force:
`moments.mutes.v1`, compacted by tenant and id (the key is `tenant/id`).

A group is one moment in one region. An incident is many breaches that share a courier fleet, a payment provider, a region
or a store, beyond what is usual for it. A digest is what one person was spared because of the cap on messages.
"""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from schemas.alert import Severity, State
from schemas.command import Scope
from schemas.transition import Text

GroupKind = Literal["group", "incident", "digest"]
Dimension = Literal["fleet", "provider", "region", "store"]


class Member(BaseModel):
    """An alert among several, as it stood when this was said."""

    model_config = ConfigDict(frozen=True)

    alert: str
    case: str
    moment: str
    title: Text
    store: str | None = None
    severity: Severity
    state: State
    due_at: AwareDatetime | None = None
    broken_at: AwareDatetime | None = None


class StoreCount(BaseModel):
    """Open alerts of one store; None: those of cases without one."""

    model_config = ConfigDict(frozen=True)

    store: str | None
    open: int = Field(ge=0)


class Usual(BaseModel):
    """What is normal for the shared cause, as learnt, and what had to be passed: breaches within `span_seconds`."""

    model_config = ConfigDict(frozen=True)

    span_seconds: int = Field(ge=1)
    usual: float = Field(ge=0, description="Breaches in such a span, on average, as learnt so far.")
    threshold: int = Field(ge=1)
    counted: int = Field(ge=0, description="Breaches in the span that passed the threshold.")


class Group(BaseModel):
    """Several alerts as one. Instants are RFC 3339 with an offset.

    An alert belongs to an incident if it broke at or after `since`, before `until` where that is given, and its label
    `shared` is `value`; so the follow-up list is found among the alerts, however many there are.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    version: int = Field(ge=1)
    kind: GroupKind
    state: Literal["firing", "resolved"]
    tenant: str
    region: str | None = None
    moment: str | None = Field(default=None, description="Of a group; None where several share a cause.")
    title: Text
    severity: Severity = Field(description="The worst among its open alerts.")
    shared: Dimension | None = None
    value: str | None = None
    usual: Usual | None = None
    since: AwareDatetime
    until: AwareDatetime | None = None
    changed_at: AwareDatetime
    open: int = Field(ge=0, description="Alerts of it that are not over.")
    broken: int = Field(ge=0, description="Those of them that are broken.")
    ended: int = Field(ge=0, description="Alerts of it that are over.")
    stores: list[StoreCount] = Field(default_factory=list, max_length=20, description="Those with most, first.")
    stores_left_out: int = 0
    members: list[Member] = Field(default_factory=list, max_length=20, description="By what can still be saved.")
    members_left_out: int = 0


class MuteInForce(BaseModel):
    """Nobody is told of what lies in its scope until it ends; what is open then is told."""

    model_config = ConfigDict(frozen=True)

    id: str
    tenant: str
    scope: Scope
    start: AwareDatetime
    until: AwareDatetime
    because: str
    by: str
    held: int = Field(default=0, ge=0, description="Messages held so far.")
