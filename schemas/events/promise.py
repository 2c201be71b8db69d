"""Promises made to a customer by word: a call back, an answer by Friday."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from schemas.events.envelope import DATA, Envelope
from schemas.events.fields import Id, Instant, Name, Shared

PREFIX = "promise."
"""What the types of promises begin with."""


class Promised(Shared, TypedDict, total=False):
    """What every promise event may carry."""

    promise_id: Annotated[
        Id | None,
        Field(description="The promise: it is then a case of its own, `<subject>#<promise_id>`."),
    ]
    person: Annotated[Id | None, Field(description="Who promised it: a person's id in the organisation data, or a name.")]
    text: Annotated[Id | None, Field(description="What was promised, to be shown; no rule goes by it.")]
    agreed: Annotated[bool | None, Field(description="Whether the customer agreed to it.")]


class PromiseData(Promised, TypedDict, total=False):
    """Data of a promise that ended."""

    __pydantic_config__ = DATA  # type: ignore[misc]

    due_at: Annotated[Instant | None, Field(description="By when it was to be kept.")]


class DatedPromiseData(Promised, TypedDict):
    """Data of a promise with its date."""

    __pydantic_config__ = DATA  # type: ignore[misc]

    due_at: Annotated[Instant, Field(description="By when it is to be kept.")]
    severity: NotRequired[
        Annotated[
            Name | None,
            Field(description="How grave it is to break it: low, medium, high or critical; else the catalogue's counts."),
        ]
    ]


class PromiseEvent(Envelope):
    """A promise was kept, or the customer let us off."""

    type: Literal["promise.fulfilled", "promise.released"]
    data: PromiseData


class PromiseDateEvent(Envelope):
    """A promise was made, or was given another date."""

    type: Literal["promise.made", "promise.revised"]
    data: DatedPromiseData
