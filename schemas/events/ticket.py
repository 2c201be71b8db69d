"""Tickets and complaints: opened, answered, led through the five steps, closed, or opened again."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from schemas.events.envelope import DATA, Envelope
from schemas.events.fields import By, Instant, Shared


class Dated(Shared, TypedDict, total=False):
    """What every ticket event may carry."""

    promised_at: Annotated[Instant | None, Field(description="When the customer was told there would be an answer.")]
    due_at: Annotated[Instant | None, Field(description="When the next step is due, where the publisher knows.")]


class TicketData(Dated, TypedDict, total=False):
    """Data of a ticket event."""

    __pydantic_config__ = DATA  # type: ignore[misc]

    by: Annotated[By | None, Field(description="Whether a human or a bot did it.")]


class ReplyData(Dated, TypedDict):
    """Data of a reply: a bot's answer is not a human's."""

    __pydantic_config__ = DATA  # type: ignore[misc]

    by: Annotated[By, Field(description="Whether a human or a bot replied.")]


class TicketEvent(Envelope):
    """Something happened to a ticket."""

    type: Literal[
        "ticket.opened",
        "ticket.assigned",
        "ticket.customer_replied",
        "ticket.waiting",
        "ticket.resumed",
        "ticket.escalated",
        "ticket.apologised",
        "ticket.facts_collected",
        "ticket.solution_told",
        "ticket.resolved",
        "ticket.followed_up",
        "ticket.customer_confirmed",
        "ticket.reopened",
        "ticket.closed",
        "ticket.withdrawn",
        "ticket.merged",
    ]
    data: TicketData


class TicketReplyEvent(Envelope):
    """Our side replied to the customer."""

    type: Literal["ticket.replied"]
    data: ReplyData
