"""Every event the monitor understands.

`KnownEvent` is one discriminated union over `type`; `TouchpointEvent` stands beside it because its types are open, and
a union that had to ask every event whether it is one would slow down all the others.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, get_args, get_type_hints

from pydantic import Field

from schemas.events.delivery import DeliveryEvent, DeliveryPromiseEvent
from schemas.events.feed import HeartbeatEvent, RetiredEvent
from schemas.events.feedback import FeedbackEvent, FeedbackRequestEvent
from schemas.events.order import OrderEvent
from schemas.events.promise import PromiseDateEvent, PromiseEvent
from schemas.events.ticket import TicketEvent, TicketReplyEvent
from schemas.events.touchpoint import PREFIX, TouchpointEvent

KnownEvent = Annotated[
    OrderEvent
    | DeliveryEvent
    | DeliveryPromiseEvent
    | TicketEvent
    | TicketReplyEvent
    | FeedbackRequestEvent
    | FeedbackEvent
    | PromiseEvent
    | PromiseDateEvent
    | HeartbeatEvent
    | RetiredEvent,
    Field(discriminator="type"),
]

MODELS: Mapping[str, type] = MappingProxyType(
    {name: model for model in get_args(get_args(KnownEvent)[0]) for name in get_args(get_type_hints(model)["type"])}
)
"""Model by exact type name; touchpoints, whose names are open, are not in it."""

TOPICS: Mapping[str, str] = MappingProxyType(
    {
        "order": "orders.events.v1",
        "delivery": "deliveries.events.v1",
        "ticket": "tickets.events.v1",
        "feed": "touchpoints.events.v1",
        "feedback": "tickets.events.v1",
        "promise": "tickets.events.v1",
        "touchpoint": "touchpoints.events.v1",
    }
)
"""Topic by the first word of the type."""


def model_of(event_type: str) -> type | None:
    """The model of an event type, or None where the contract has no such type."""
    return TouchpointEvent if event_type.startswith(PREFIX) else MODELS.get(event_type)


def data_fields(event_type: str) -> frozenset[str]:
    """Names of the data fields an event of this type may carry; empty for a type that the contract does not have."""
    model = model_of(event_type)
    return frozenset(get_type_hints(get_type_hints(model)["data"])) if model else frozenset()
