"""What people and machines ask of an alert: `moments.commands.v1`, keyed by case, as JSON."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from schemas.alert import ClosedBecause

Short = Annotated[str, Field(min_length=1, max_length=256)]
Words = Annotated[str, Field(max_length=4000)]


class _Command(BaseModel):
    """What every command says. `id` makes a repeated command one command; `version` is the one that the person saw."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)

    id: Short
    tenant: Short
    case: Short
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


Command = Annotated[Acknowledge | Assign | AddComment | Snooze | Close, Field(discriminator="do")]
"""One discriminated union over `do`."""
