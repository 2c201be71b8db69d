"""Deliveries: promised, on the way, and how they ended."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from schemas.events.envelope import DATA, Envelope
from schemas.events.fields import Id, Instant, Name, Shared


class Carried(Shared, TypedDict, total=False):
    """What every delivery event may carry."""

    courier_id: Annotated[Id | None, Field(description="Who carries it.")]
    courier_fleet: Annotated[Name | None, Field(description="The fleet or carrier that the courier rides for.")]


class DeliveryData(Carried, TypedDict, total=False):
    """Data of a delivery event that need not promise anything."""

    __pydantic_config__ = DATA  # type: ignore[misc]

    promised_at: Annotated[Instant | None, Field(description="When the customer was told it would arrive.")]


class PromisedDeliveryData(Carried, TypedDict):
    """Data of a delivery event that is a promise."""

    __pydantic_config__ = DATA  # type: ignore[misc]

    promised_at: Annotated[Instant, Field(description="When the customer is now told it will arrive.")]


class DeliveryEvent(Envelope):
    """Something happened to a delivery."""

    type: Literal[
        "delivery.courier_assigned",
        "delivery.picked_up",
        "delivery.delivered",
        "delivery.failed",
        "delivery.refused",
    ]
    data: DeliveryData


class DeliveryPromiseEvent(Envelope):
    """The customer was given a time of arrival, the first one or another one."""

    type: Literal["delivery.promised", "delivery.eta_revised"]
    data: PromisedDeliveryData
