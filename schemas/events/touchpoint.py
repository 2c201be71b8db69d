"""Any other point of contact, of any domain: `touchpoint.room.prepared`, `touchpoint.visit.called`.

The name is the tail of the type and is the publisher's to choose; the data may carry every plain field there is.
"""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from schemas.events.envelope import DATA, Envelope
from schemas.events.fields import By, Id, Instant, Name, Score, Shared

PREFIX = "touchpoint."
TYPE = r"^touchpoint(\.[a-z][a-z0-9_]*)+$"


class TouchpointData(Shared, TypedDict, total=False):
    """What a touchpoint may carry beside the shared fields."""

    __pydantic_config__ = DATA  # type: ignore[misc]

    promised_at: Annotated[Instant | None, Field(description="What the customer was told.")]
    promised_ready_at: Annotated[Instant | None, Field(description="When it was to be ready.")]
    ship_by: Annotated[Instant | None, Field(description="The last moment at which it may leave.")]
    due_at: Annotated[Instant | None, Field(description="By when it is to be done.")]
    by: Annotated[By | None, Field(description="Whether a human or a bot did it.")]
    score: Annotated[Score | None, Field(description="The customer's mark.")]
    courier_id: Annotated[Id | None, Field(description="Who carries it.")]
    courier_fleet: Annotated[Name | None, Field(description="The fleet or carrier that the courier rides for.")]
    payment_provider: Annotated[Name | None, Field(description="Who handles the payment.")]
    promise_id: Annotated[Id | None, Field(description="The promise it is about.")]
    agreed: Annotated[bool | None, Field(description="Whether the customer agreed to it.")]


class TouchpointEvent(Envelope):
    """Something happened in the customer's journey that no other type names."""

    type: Annotated[str, Field(max_length=128, pattern=TYPE, description="touchpoint.<name>")]
    data: TouchpointData
