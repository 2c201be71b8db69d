"""A refused record as a dead letter, and a dead letter as the record it was.

Key, value and the producer's own headers stay byte for byte what they were; what is known of the refusal is added as
headers, in the manner of KIP-1034, so that the letter can be read, counted and sent again with any Kafka tool.
"""

from collections.abc import Iterable
from typing import NamedTuple

from schemas.dead_letter import PREFIX, SUFFIX
from streams.errors import OperatorError
from streams.ingest.event import Record, Rejection

_LONGEST = 1024

Headers = tuple[tuple[str, bytes], ...]


class Outgoing(NamedTuple):
    """A record to publish, of the shape that the runtime publishes."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


class Refusal(NamedTuple):
    """What a dead letter says of itself: why, and where the record had been. `timestamp` in milliseconds, Kafka's."""

    reason: str
    field: str
    message: str
    topic: str
    partition: int
    offset: int
    timestamp: int


def bury(record: Record, rejection: Rejection, suffix: str = SUFFIX) -> Outgoing:
    """The dead letter of a refused record, for `<topic>.dlq`. Its value is the record's, however large."""
    added = {
        "reason": rejection.reason.value,
        "field": rejection.field,
        "message": rejection.message[:_LONGEST],
        "topic": record.topic,
        "partition": str(record.partition),
        "offset": str(record.offset),
        "timestamp": str(record.timestamp),
    }
    headers = (*_own(record.headers), *((PREFIX + name, text.encode()) for name, text in added.items()))
    return Outgoing(record.topic + suffix, record.key, record.value, headers)


def read_refusal(headers: Iterable[tuple[str, bytes]]) -> Refusal:
    """What the headers of a dead letter say. OperatorError where the record is not one of the monitor's letters."""
    said = {name[len(PREFIX) :]: value for name, value in headers if name.startswith(PREFIX)}
    try:
        text = {name: said[name].decode() for name in Refusal._fields}
        return Refusal(
            reason=text["reason"],
            field=text["field"],
            message=text["message"],
            topic=text["topic"],
            partition=int(text["partition"]),
            offset=int(text["offset"]),
            timestamp=int(text["timestamp"]),
        )
    except (KeyError, ValueError) as error:
        raise OperatorError(
            f"not a dead letter of this monitor: its {PREFIX}* headers are missing or unreadable"
        ) from error


def revive(letter: Record) -> Outgoing:
    """The record as its producer sent it, for the topic it came from. OperatorError as in `read_refusal`."""
    return Outgoing(read_refusal(letter.headers).topic, letter.key, letter.value, _own(letter.headers))


def legible(raw: bytes | None) -> str | None:
    """Key or value as text for people, what is not UTF-8 in escapes."""
    return None if raw is None else raw.decode(errors="backslashreplace")


def _own(headers: Iterable[tuple[str, bytes]]) -> Headers:
    """The producer's own headers. Ours are never the producer's, even if it sends some: they would mislead a retry."""
    return tuple((name, value) for name, value in headers if not name.startswith(PREFIX))
