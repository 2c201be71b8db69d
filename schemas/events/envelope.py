"""CloudEvents 1.0 attributes, as this monitor needs them. The data of each kind of event is beside this file."""

from typing import Annotated, Literal, NotRequired

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from schemas.events.fields import Id, Instant, Name, Uri

SPECVERSION = "1.0"
JSON_MEDIA_TYPE = r"^application/([A-Za-z0-9.+-]+\+)?json *(;.*)?$"

ENVELOPE = ConfigDict(extra="ignore", strict=True)
"""Other extension attributes are allowed and ignored, as CloudEvents asks of a consumer."""

DATA = ConfigDict(extra="allow", strict=True)
"""Unknown data fields are let through so that decoding can count them; then they are dropped."""


class Envelope(TypedDict):
    """The attributes every event has. `type` and `data` are declared by each kind of event."""

    __pydantic_config__ = ENVELOPE  # type: ignore[misc]

    specversion: Annotated[Literal["1.0"], Field(description="The CloudEvents version.")]
    id: Annotated[Id, Field(description="Unique for its source; the same id again is the same event.")]
    source: Annotated[Uri, Field(description="The system that says so, as a URI reference: /pos/shanghai.")]
    time: Annotated[Instant, Field(description="When it happened: RFC 3339 with an offset.")]
    subject: Annotated[Id, Field(description="The case: an order, a ticket, a stay. It is the Kafka key, in UTF-8.")]
    tenant: Annotated[Name, Field(description="The company or brand the case belongs to.")]
    region: NotRequired[Annotated[Name | None, Field(description="Where, as the tenant divides the world.")]]
    datacontenttype: NotRequired[
        Annotated[
            Annotated[str, Field(max_length=128, pattern=JSON_MEDIA_TYPE)] | None,
            Field(description="Media type of the data; JSON only."),
        ]
    ]
    dataschema: NotRequired[Annotated[Uri | None, Field(description="Where the schema of the data is; not fetched.")]]
