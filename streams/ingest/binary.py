"""CloudEvents on Kafka: which mode a record is in, and a binary-mode record put together as one event."""

from collections.abc import Iterable
from typing import Any, Literal

from streams.ingest.event import Reason, Rejection
from streams.ingest.explain import named, parse_json, shown

PREFIX = "ce_"
CONTENT_TYPE = "content-type"
FAMILY = b"application/cloudevents"
STRUCTURED = b"application/cloudevents+json"

Headers = Iterable[tuple[str, bytes]]


def mode_of(headers: Headers) -> Literal["structured", "binary"] | Rejection:
    """The mode, as the Kafka binding tells it: a CloudEvents content type first, then `ce_` headers, else structured.

    A Rejection where the content type names a CloudEvents format other than JSON, batches among them.
    """
    mode: Literal["structured", "binary"] = "structured"
    for name, value in headers:
        if name.startswith(PREFIX):
            mode = "binary"
        elif name.lower() == CONTENT_TYPE:
            media = (value or b"").partition(b";")[0].strip().lower()
            if media == STRUCTURED:
                return "structured"
            if media.startswith(FAMILY):
                return Rejection(
                    Reason.NOT_CLOUDEVENT,
                    CONTENT_TYPE,
                    f"Send one event a record, as {STRUCTURED.decode()} or in binary mode, not as"
                    f" {shown(media.decode(errors='replace'))}.",
                )
    return mode


def assemble(headers: Headers, value: bytes) -> dict[str, Any] | Rejection:
    """The event as structured mode would have carried it, not yet validated. The last of several equal headers counts."""
    envelope: dict[str, Any] = {}
    for name, raw in headers:
        if name.startswith(PREFIX):
            attribute = name[3:]
        elif name.lower() == CONTENT_TYPE:
            attribute = "datacontenttype"
        else:
            continue
        try:
            # Kafka allows a header without a value, whatever the type says; it counts as empty
            envelope[attribute] = (raw or b"").decode()
        except UnicodeDecodeError:
            return Rejection(Reason.BAD_FIELD, named(attribute), f"Write the header {shown(name)} in UTF-8.")
    data = parse_json(value)
    if isinstance(data, Rejection):
        return data
    # set last, so that a header named ce_data cannot stand in for the value
    envelope["data"] = data
    return envelope
