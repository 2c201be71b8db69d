"""What people and machines ask: `moments.commands.v1`, as JSON.

Commands about an alert are keyed by its case and written to the partition that the case lies in; mutes are keyed by
tenant, and lie in the partition of the tenant.
"""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from schemas.alert import ClosedBecause

Short = Annotated[str, Field(min_length=1, max_length=256)]
Case = Annotated[str, Field(min_length=1, max_length=513)]
"""A case may be a promise: its subject, `#` and its id."""
Words = Annotated[str, Field(max_length=4000)]


class _Command(BaseModel):
    """What every command says. `id` makes a repeated command one command; `version` is the one that the person saw."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)

    id: Short
    tenant: Short
    case: Case
    alert: Short
    version: int | None = Field(default=None, ge=1, description="None: whatever the alert has become meanwhile.")
    by: Short
    at: AwareDatetime
    why: Words = ""


class Acknowledge(_Command):
    """I have it. Ends by itself after `minutes` if nothing happens; then the alert escalates again."""

    do: Literal["acknowledge"]
    minutes: int = Field(default=30, ge=1, le=24 * 60)


class Assign(_Command):
    """This person has it."""

    do: Literal["assign"]
    to: Short


class AddComment(_Command):
    """A remark for everybody."""

    do: Literal["comment"]
    text: Annotated[str, Field(min_length=1, max_length=4000)]


class Snooze(_Command):
    """Say nothing until then."""

    do: Literal["snooze"]
    until: AwareDatetime


class Close(_Command):
    """It is over for us, whatever the events say."""

    do: Literal["close"]
    because: ClosedBecause
    useful: bool | None = None


class Scope(BaseModel):
    """What a mute covers: all that fits each of those given. At least one is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: Short | None = None
    store: Short | None = None
    moment: Short | None = None

    @model_validator(mode="after")
    def _not_everything(self) -> Self:
        if self.region is None and self.store is None and self.moment is None:
            raise ValueError("name a region, a store or a moment; a mute of everything is none")
        return self


class _MuteCommand(BaseModel):
    """What the commands about mutes say. `mute` is the id of the mute, which is its tenant's own: that of another tenant
    is another mute."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)

    id: Short
    tenant: Short
    mute: Short
    by: Short
    at: AwareDatetime
    why: Words = ""


class Mute(_MuteCommand):
    """Tell nobody of what lies in this scope, from `start` (now, if it is not given) until `until`. The same `mute` again
    is the same mute, changed.
    """

    do: Literal["mute"]
    scope: Scope
    start: AwareDatetime | None = None
    until: AwareDatetime
    because: Annotated[str, Field(min_length=1, max_length=256)]


class Unmute(_MuteCommand):
    """End a mute now."""

    do: Literal["unmute"]


AlertCommand = Annotated[Acknowledge | Assign | AddComment | Snooze | Close, Field(discriminator="do")]
"""About one alert; one discriminated union over `do`."""
MuteCommand = Annotated[Mute | Unmute, Field(discriminator="do")]
"""About a mute of a tenant."""
Command = Annotated[Acknowledge | Assign | AddComment | Snooze | Close | Mute | Unmute, Field(discriminator="do")]
"""Every command."""
