"""A Kafka record of a test's own making, of the form in which the clients hand theirs over."""

from typing import NamedTuple


class Made(NamedTuple):
    """A record; `timestamp` in Kafka's milliseconds, -1 where there is none."""

    topic: str
    partition: int
    offset: int
    timestamp: int = -1
    key: bytes | None = None
    value: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()
