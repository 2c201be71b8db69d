"""The shard clock: how far time has provably been heard out (design rule 5).

For each input topic of the shard: *caught up* at wall time T (a fetch response received at T had nothing more): T.
*Behind*: the lesser of the append time and the greatest event time of what was applied. The shard's clock is the least
over its topics, and never goes back. A quiet topic keeps up through empty fetches; a lagging or cut-off one holds the
clock, so that nobody is accused for an event that lies unread.
"""

from collections.abc import Iterable, Mapping

from streams.clock import MILLISECOND
from streams.engine.case import NEVER


class ShardClock:
    """One instant a topic, and the least of them. Instants in microseconds."""

    __slots__ = ("_least", "_topics")

    def __init__(self, topics: Iterable[str], known: Mapping[str, int] | None = None) -> None:
        """`known` are the instants of an earlier life of the shard; topics that are gone are forgotten."""
        self._topics = {topic: (known or {}).get(topic, NEVER) for topic in topics}
        self._least = min(self._topics.values(), default=NEVER)

    @property
    def now(self) -> int:
        """The shard's clock; NEVER until every topic has been heard."""
        return self._least

    def heard(self, topic: str) -> int:
        """How far the topic has been heard; NEVER before its first."""
        return self._topics[topic]

    def applied(self, topic: str, timestamp: int, occurred_at: int) -> bool:
        """A record is about to be applied. `timestamp` is Kafka's, milliseconds, -1 where there is none.

        True if the shard's clock moved.
        """
        if timestamp >= 0:
            appended = timestamp * MILLISECOND
            occurred_at = min(occurred_at, appended)
        return self._move(topic, occurred_at)

    def caught_up(self, topic: str, at: int) -> bool:
        """At wall time `at` there was nothing more to read. True if the shard's clock moved."""
        return self._move(topic, at)

    def known(self) -> dict[str, int]:
        """To be stored with the state."""
        return dict(self._topics)

    def _move(self, topic: str, at: int) -> bool:
        before = self._topics[topic]
        if at <= before:
            return False
        self._topics[topic] = at
        if before > self._least:
            return False
        least = min(self._topics.values())
        if least <= self._least:
            return False
        self._least = least
        return True
