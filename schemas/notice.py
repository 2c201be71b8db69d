"""A notice: this person is to be told this of that alert; `moments.notices.v1`, keyed by case. And what came of telling
it: a receipt, `moments.receipts.v1`, keyed by case too."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from schemas.alert import Alert
from schemas.group import Group
from schemas.organisation import Contact, Language

Reason = Literal[
    "warned",
    "broke",
    "worsened",
    "escalated",
    "again",
    "ended",
    "retracted",
    "grouped",
    "group_over",
    "incident",
    "incident_over",
    "digest",
    "test",
]
"""Why somebody is told. ended, retracted: only those who were told of the alert hear that it is over. grouped: more of a
group whose first alert was told; group_over: all that was told so is over. incident, incident_over: many breaches with
one cause. digest: what the cap on messages kept back."""


class Notice(BaseModel):
    """One person, one alert (or group of them), one reason. The id is computed from these, so a repeated notice is the
    same notice.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    reason: Reason
    person: str
    name: str
    language: Language
    time_zone: str
    contacts: list[Contact] = Field(min_length=1)
    at: AwareDatetime
    step: int = Field(description="The step of the escalation chain, 0 the first.")
    alert: Alert = Field(description="As it stood when the notice was made; of several, the one to look at first.")
    group: Group | None = Field(default=None, description="Where several alerts are told as one.")

    @property
    def subject(self) -> str:
        """What is told of: the id of the group or, without one, of the alert."""
        return self.alert.id if self.group is None else self.group.id


Outcome = Literal["delivered", "deferred", "refused", "overtaken", "given_up"]
"""delivered: the receiver took it. deferred: it will be tried again. refused: it never will by this contact. overtaken:
the alert had moved on, nothing was sent. given_up: no contact of the person took it."""


class Receipt(BaseModel):
    """What became of one attempt."""

    model_config = ConfigDict(frozen=True)

    notice: str
    tenant: str
    case: str
    alert: str
    person: str
    receiver: str
    attempt: int = Field(ge=1)
    outcome: Outcome
    at: AwareDatetime
    next_at: AwareDatetime | None = None
    detail: str = Field(default="", max_length=512, description="Status and cause; never an address or a secret.")
