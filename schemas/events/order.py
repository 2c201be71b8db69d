"""Orders: placed, confirmed, made, paid for, shipped, or called off."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from schemas.events.envelope import DATA, Envelope
from schemas.events.fields import Instant, Name, Shared


class OrderData(Shared, TypedDict, total=False):
    """What an order event may carry beside the shared fields."""

    __pydantic_config__ = DATA  # type: ignore[misc]

    promised_at: Annotated[Instant | None, Field(description="When the customer was told the order would arrive.")]
    promised_ready_at: Annotated[Instant | None, Field(description="When it was to be made or ready to collect.")]
    ship_by: Annotated[Instant | None, Field(description="The last moment at which it may leave.")]
    payment_provider: Annotated[Name | None, Field(description="Who handles the payment.")]


class OrderEvent(Envelope):
    """Something happened to an order."""

    type: Literal[
        "order.placed",
        "order.confirmed",
        "order.accepted",
        "order.ready",
        "order.paid",
        "order.shipped",
        "order.cancelled",
        "order.refunded",
    ]
    data: OrderData
