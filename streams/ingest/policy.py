"""What ingest lets through: the bounds an operator may set."""

from dataclasses import dataclass

from streams.clock import MINUTE


@dataclass(frozen=True, slots=True)
class Policy:
    """Bounds on events. Spans in microseconds.

    future: how far `time` may lie after the record's own Kafka timestamp. max_age: how far before it, None for any age.
    max_bytes: largest value of a record; the default is the 64 KiB that CloudEvents promises every consumer will take.
    Kafka's timestamp rather than the wall clock is the measure, so that a replay refuses what the first run refused.
    """

    future: int = 5 * MINUTE
    max_age: int | None = None
    max_bytes: int = 64 * 1024
