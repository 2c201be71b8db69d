"""What is said of a source itself: that it lives, where it is often quiet, and that nothing more will come of it."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from schemas.events.envelope import DATA, Envelope
from schemas.events.fields import Shared


class HeartbeatData(Shared, TypedDict):
    """Data of a heartbeat."""

    __pydantic_config__ = DATA  # type: ignore[misc]

    interval: Annotated[int, Field(ge=1, le=86_400, description="Seconds until the next one at the latest.")]


class HeartbeatEvent(Envelope):
    """The source is alive and has published everything up to `time`; the subject may be any name, as the source's."""

    type: Literal["feed.heartbeat"]
    data: HeartbeatData


class RetiredData(Shared, TypedDict):
    """Data of a retirement: the envelope says all there is to say."""

    __pydantic_config__ = DATA  # type: ignore[misc]


class RetiredEvent(Envelope):
    """The source will publish nothing more for this region; the subject may be any name, as the source's."""

    type: Literal["feed.retired"]
    data: RetiredData
