"""The clocks that people follow from their beginning on: `moments.followed.v1`, each as it stands, compacted by id.

These are the promises made to customers, and the steps of procedures (chains). A clock stays, ended or not, until its
case is forgotten; then a tombstone follows.
"""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from schemas.alert import Severity
from schemas.transition import ChainStep, Labels, Promise, Text

FollowedState = Literal["running", "at_risk", "paused", "broken", "unknown", "met", "recovered", "cancelled", "expired"]
"""The first five are open. met: fulfilled in time; recovered: fulfilled late; cancelled: of a promise, that
the customer let us off; expired: nobody ever ended it. unknown: its feed is blind."""

FOLLOWED_OPEN: tuple[FollowedState, ...] = ("running", "at_risk", "paused", "broken", "unknown")


class Followed(BaseModel):
    """One clock as it stands. The id is that of its alert, if there ever is one."""

    model_config = ConfigDict(frozen=True)

    id: str
    tenant: str
    case: str
    within: str = Field(description="The case that it belongs to: of a promise with an id, the one it was made in.")
    moment: str
    occurrence: int = Field(ge=1)
    state: FollowedState
    started_at: AwareDatetime
    due_at: AwareDatetime | None = Field(description="Once it is broken, the due that was missed.")
    ended_at: AwareDatetime | None = None
    stage: str
    severity: Severity
    owner: str
    title: Text
    labels: Labels
    promise: Promise | None = None
    chain: ChainStep | None = None
    catalogue: str
