"""Signs of life of a feed, for sources that are often quiet: they say that there was nothing to say."""

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
