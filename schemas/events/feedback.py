"""Feedback: asked for, and given."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from schemas.events.envelope import DATA, Envelope
from schemas.events.fields import Score, Shared


class FeedbackRequestData(Shared, TypedDict, total=False):
    """Data of a request for feedback."""

    __pydantic_config__ = DATA  # type: ignore[misc]


class FeedbackData(Shared, TypedDict):
    """Data of feedback received."""

    __pydantic_config__ = DATA  # type: ignore[misc]

    score: Annotated[Score, Field(description="The customer's mark, on the publisher's own scale.")]


class FeedbackRequestEvent(Envelope):
    """The customer was asked how it was."""

    type: Literal["feedback.requested"]
    data: FeedbackRequestData


class FeedbackEvent(Envelope):
    """The customer said how it was."""

    type: Literal["feedback.received"]
    data: FeedbackData
