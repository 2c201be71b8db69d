"""What calls are answered with: the views as they are on the wire, and a few forms around them."""

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.alert import Alert
from schemas.group import MuteInForce
from schemas.organisation import Language
from streams.console import views
from streams.console.api.wire import PersonLine, wire
from streams.console.viewer import Role

if TYPE_CHECKING:
    from typing import Any

    IncidentRow = Any
    OnCall = Any
    Row = Any
    Stage = Any
else:
    IncidentRow = wire(views.IncidentRow)
    OnCall = wire(views.OnCall)
    Row = wire(views.Row)
    Stage = wire(views.Stage)

Now = wire(views.Now)
AlertView = wire(views.AlertView)
CaseView = wire(views.CaseView)
Handover = wire(views.Handover)
Feeds = wire(views.Feeds)
Promises = wire(views.Promises)


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class Case(_Said):
    """A case, and whether detection could be asked for its record: `away` says that the record may be there all the
    same."""

    case: CaseView  # type: ignore[valid-type]
    detection: Literal["answered", "away"]


class Incident(_Said):
    """An incident and its follow-up list: the alerts of it that are not over, and those that are, up to the limit."""

    incident: IncidentRow
    follow_up: tuple[Row, ...]


class Journey(_Said):
    """The four stages with their moments."""

    stages: tuple[Stage, ...]


class Rota(_Said):
    """Who is on duty."""

    on_call: tuple[OnCall, ...]


class Mutes(_Said):
    """The mutes in force and to come."""

    mutes: tuple[MuteInForce, ...]


class People(_Said):
    """Who can be given an alert."""

    people: tuple[PersonLine, ...]


class Me(_Said):
    """Who asks, and what they may. `tenants` null: all of them."""

    id: str
    name: str
    role: Role
    tenants: list[str] | None
    language: Language
    time_zone: str
    machine: bool


class Ordered(_Said):
    """What became of a command. unanswered: it was written, the stage has not spoken yet; send it again with this `id` to
    learn more, which does not repeat it. `mute` is the id of the mute that it is about."""

    result: Literal["done", "no_effect", "unanswered"]
    why: str
    id: str = Field(description="The command's id, drawn here if the caller gave none.")
    present: Alert | None = None
    mute: str | None = None


class Sent(_Said):
    """Dead letters sent again, and those that are gone or were none of the inputs'."""

    sent: int = Field(ge=0)
    left_out: int = Field(ge=0)
