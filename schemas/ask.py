"""A change of an alert, and whom the alert stage would have told of it: `moments.asks.v1`.

The alerts of a group lie in many shards, so every change of an alert comes here, keyed by its group, to the partition of
its tenant. There it is decided whether it is told at once, with others, later or not at all.
"""

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from schemas.alert import Alert, What
from schemas.notice import Reason
from schemas.organisation import Contact, Language, Level


class Telling(BaseModel):
    """This person would be told this. `id` is that of the notice it becomes where it is told by itself."""

    model_config = ConfigDict(frozen=True)

    id: str
    reason: Reason
    step: int = Field(ge=0, description="The step of the escalation chain, 0 the first.")
    level: Level = Field(description="Whose duty that step asks.")
    person: str
    name: str
    language: Language
    time_zone: str
    contacts: list[Contact] = Field(min_length=1)


class Ask(BaseModel):
    """One change of one alert. `partition` is the one that everything of its case lies in.

    late: it was learnt of long after it became true, so that what it asks is ranked and paced.
    """

    model_config = ConfigDict(frozen=True)

    partition: int = Field(ge=0)
    what: What
    at: AwareDatetime
    late: bool = False
    alert: Alert
    tell: list[Telling] = Field(default_factory=list)
