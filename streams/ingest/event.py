"""What the core knows of an upstream event, and what it says of one that it refuses."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

import msgspec


class Record(Protocol):
    """A Kafka record as aiokafka hands it over; replay and tests make their own."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...  # milliseconds; the append time where the topic is LogAppendTime
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> tuple[tuple[str, bytes], ...]: ...


class Event(msgspec.Struct, frozen=True, gc=False):
    """A valid event. `occurred_at` is an instant (microseconds, UTC) and always the producer's own word. `case` is its
    subject, but for promises that have an id (promised.py).

    `fields` maps the plain field names of the event's data to their values; what is absent is not in it or is None, so
    read it with `get`; times are instants; `attributes`, the publisher's own space, is one of them: name to scalar.
    `unknown` counts the data fields that the contract does not have and that were ignored.
    """

    id: str
    source: str
    type: str
    tenant: str
    region: str | None
    case: str
    occurred_at: int
    fields: Mapping[str, object]
    unknown: int = 0


class Reason(StrEnum):
    """Why an event was refused. The value is what the dead letter's header, the metric and the log say."""

    TOMBSTONE = "tombstone"
    OVERSIZE = "oversize"
    NOT_JSON = "not_json"
    NOT_CLOUDEVENT = "not_cloudevent"
    UNKNOWN_VERSION = "unknown_version"
    UNKNOWN_TYPE = "unknown_type"
    MISSING_FIELD = "missing_field"
    BAD_FIELD = "bad_field"
    TIME_WITHOUT_OFFSET = "time_without_offset"
    KEY_MISSING = "key_missing"
    KEY_UNLIKE_SUBJECT = "key_unlike_subject"
    FROM_THE_FUTURE = "from_the_future"
    TOO_OLD = "too_old"


class Rejection(msgspec.Struct, frozen=True, gc=False):
    """A refused event: the reason, the field it is about (dotted, "" for the whole) and one sentence for its producer."""

    reason: Reason
    field: str
    message: str
