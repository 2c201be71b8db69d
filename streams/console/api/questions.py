"""What calls bring: the parameters of their paths and queries, and their bodies. What is not named here is refused."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from schemas.alert import ClosedBecause, Severity
from streams.console.api.fields import PLAIN_DIGITS, CaseId, Id, Instant, Text, Word, YesNo
from streams.console.viewer import Viewer
from streams.console.views import Filter, PromiseFilter


class _Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ById(_Asked):
    """One thing, by its id."""

    id: Id


class ByCase(_Asked):
    """A case. Its id may have slashes."""

    tenant: Id
    case: CaseId


class Nothing(_Asked):
    """No parameters."""


class Looking(_Asked):
    """What is looked for; a parameter that is not given leaves all."""

    tenant: Id | None = None
    region: Id | None = None
    store: Id | None = None
    moment: Id | None = None
    stage: Literal["pre_contact", "decision", "execution", "after_sales"] | None = None
    severity: Severity | None = None
    text: Annotated[Word | None, Field(description="Found in case, store, moment or title.")] = None
    mine: Annotated[YesNo, Field(description="Only what the caller holds.")] = False

    def filter(self, viewer: Viewer) -> Filter:
        """The filter that the board understands."""
        return Filter(
            self.tenant,
            self.region,
            self.store,
            self.moment,
            self.stage,
            self.severity,
            self.text,
            viewer.id if self.mine else None,
        )


class LookingAtSome(Looking):
    """The same, so many rows of each list."""

    limit: Annotated[int, Field(ge=1, le=1000), PLAIN_DIGITS] = 100


class LookingForPromises(_Asked):
    """Whose promises; a parameter that is not given leaves all."""

    tenant: Id | None = None
    case: Annotated[
        CaseId | None, Field(description="The case that promises were made in, or the case that a promise itself is.")
    ] = None
    person: Annotated[Id | None, Field(description="Who promised.")] = None
    store: Id | None = None
    limit: Annotated[int, Field(ge=1, le=10_000), PLAIN_DIGITS] = 1000

    def filter(self) -> PromiseFilter:
        """The filter that the board understands."""
        return PromiseFilter(self.tenant, self.case, self.person, self.store)


class LookingBack(Looking):
    """The same, since an instant."""

    since: Annotated[Instant | None, Field(description="Since when; the last twelve hours if not given.")] = None


class UpTo(_Asked):
    """So many rows."""

    limit: Annotated[int, Field(ge=1, le=10_000), PLAIN_DIGITS] = 1000


class OfTenant(_Asked):
    """One tenant."""

    tenant: Id


class _Order(_Asked):
    """What every body says. `id` makes a repeated call one command."""

    id: Annotated[
        Word | None, Field(description="The caller's id of this command; the same id again is the same command.")
    ] = None
    why: Annotated[Text | None, Field(description="For the audit.")] = None


class _AboutAlert(_Order):
    version: Annotated[
        int | None,
        Field(ge=1, le=2**31, description="The version that was seen; the command is refused if it is another by now."),
    ] = None


class AcknowledgeBody(_AboutAlert):
    """I have it."""

    minutes: Annotated[int, Field(ge=1, le=24 * 60, description="Until it escalates again if nothing happens.")] = 30


class AssignBody(_AboutAlert):
    """This person has it."""

    to: Annotated[Word, Field(description="A person of the tenant, see people; or the caller.")]


class CommentBody(_AboutAlert):
    """A remark for everybody."""

    text: Text


class SnoozeBody(_AboutAlert):
    """Say nothing until then."""

    until: Instant


class CloseBody(_AboutAlert):
    """It is over for us, whatever the events say."""

    because: ClosedBecause
    useful: Annotated[bool | None, Field(description="Whether it was good to be told.")] = None


_SAID: list[JsonValue] = [
    {"required": [name], "properties": {name: {"type": "string"}}} for name in ("region", "store", "moment")
]


class MuteScope(_Asked):
    """What a mute covers: all that fits each of those given. At least one is."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, json_schema_extra={"anyOf": _SAID})

    region: Id | None = None
    store: Id | None = None
    moment: Id | None = None

    @model_validator(mode="after")
    def _not_everything(self) -> Self:
        if self.region is None and self.store is None and self.moment is None:
            raise ValueError("name a region, a store or a moment; a mute of everything is none")
        return self


class MuteBody(_Order):
    """Tell nobody of what lies in this scope, from `start` (now, if it is not given) until `until`."""

    tenant: Id
    scope: MuteScope
    start: Instant | None = None
    until: Instant
    because: Word


class EndBody(_Order):
    """End it now. The id of a mute is its tenant's own: where several tenants that are the caller's to see have a mute of
    this id, `tenant` says which is meant."""

    tenant: Id | None = None


class Letter(_Asked):
    """Where a dead letter lies."""

    topic: Id
    partition: Annotated[int, Field(ge=0, le=2**31 - 1)]
    offset: Annotated[int, Field(ge=0, le=2**63 - 1)]


class RetryBody(_Asked):
    """Dead letters to send again."""

    letters: Annotated[list[Letter], Field(min_length=1, max_length=200)]
    why: Annotated[Text | None, Field(description="For the audit.")] = None
