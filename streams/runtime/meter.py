"""What the runtime counts. The instruments that keep the counts are handed in; `NO_METER` keeps none."""

from typing import Protocol


class Meter(Protocol):
    """Called on the hot path once a transaction, not once a record."""

    def transaction(self, seconds: float, records: int) -> None:
        """One transaction has been committed; `records` is what it wrote."""

    def restored(self, seconds: float, records: int) -> None:
        """A shard has been rebuilt from its changelog."""

    def lost(self, topic: str, records: int) -> None:
        """Retention took records of an input topic before they were read."""

    def reread(self, topic: str) -> None:
        """A hole in what was delivered made the shard ask again from its position."""

    def progress(self, topic: str, partition: int, position: int, end: int | None, caught_up_at: int | None) -> None:
        """Where a shard stands in a topic.

        `end` is the end offset last seen, `caught_up_at` an instant (microseconds).
        """

    def gone(self, partition: int) -> None:
        """The shard has left this worker; its standing is no longer this worker's to tell."""


class _NoMeter:
    def transaction(self, seconds: float, records: int) -> None: ...
    def restored(self, seconds: float, records: int) -> None: ...
    def lost(self, topic: str, records: int) -> None: ...
    def reread(self, topic: str) -> None: ...
    def progress(self, topic: str, partition: int, position: int, end: int | None, caught_up_at: int | None) -> None: ...
    def gone(self, partition: int) -> None: ...


NO_METER: Meter = _NoMeter()
