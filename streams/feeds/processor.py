"""The feed stage of one shard: pulses in; feeds, transitions of their blindness and dead letters out. Pure.

Its clock is that of the pulses: the least over the shards of a tenant. A shard that is late, or whose worker is down,
holds that clock, and while it stands nothing is judged. The wall clock only dates what is found, and refuses pulses that
would carry time away.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from schemas.feed import FeedState
from streams.alerts.journal import Place
from streams.clock import SECOND
from streams.errors import InvariantError
from streams.feeds.hear import Hearing
from streams.feeds.intake import read_pulse
from streams.feeds.journal import FeedTopics, Journal
from streams.feeds.judge import Judge
from streams.feeds.policy import FeedPolicy
from streams.feeds.records import ALL
from streams.feeds.store import Store
from streams.feeds.tally import FeedTally
from streams.ingest.event import Rejection
from streams.state.decision import Batch, Decision

__all__ = ["FeedPolicy", "FeedProcessor", "FeedTopics", "Row"]


class Row(NamedTuple):
    """A feed as the gauges show it; source and region `*` for all of a tenant's together, region "" for none."""

    tenant: str
    source: str
    region: str
    state: FeedState
    silence_seconds: float
    usual_per_minute: float


class FeedProcessor:
    """State and judgement of one shard of feeds: those of the tenants whose pulses come to the partition of `place`."""

    def __init__(self, topics: FeedTopics, *, policy: FeedPolicy | None = None, place: Place) -> None:
        self.tally = FeedTally()
        self._topics, self._place = topics, place
        self._policy = policy or FeedPolicy()
        self._store = Store(self._policy)

    def __len__(self) -> int:
        """Feeds in memory."""
        return sum(len(circle.feeds) for circle in self._store.circles.values())

    def restore(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """See streams.runtime.processor.Processor. StateError for what this release does not know."""
        for key, value in records:
            self._store.restore(key, value)

    def ready(self) -> None:
        """See streams.runtime.processor.Processor. StateError where the state contradicts itself."""
        self._store.ready()

    def decide(self, batches: Sequence[Batch], now: int) -> Decision:
        """See streams.runtime.processor.Processor. Without a record nothing happens: time comes with the pulses."""
        journal = Journal(self._topics, self._policy, self._place, self.tally, now)
        judge = Judge(self._store, self._policy, journal)
        hearing = Hearing(self._store, self._policy, journal, self.tally, judge)
        for batch in batches:
            if batch.topic != self._topics.pulses:
                raise InvariantError(f"the feed stage does not read {batch.topic}")
            for record in batch.records:
                pulse = read_pulse(record, self._policy, self._place, now)
                if isinstance(pulse, Rejection):
                    journal.bury(record, pulse)
                else:
                    hearing.hear(pulse)
        return Decision(self._store.take_changes(), journal.outputs)

    def standing(self) -> Iterator[Row]:
        """Every feed as it stands, and of each tenant with several all of them together."""
        for circle in self._store.circles.values():
            time, total, last, usual = circle.tenant.time, circle.tenant.total, 0, 0.0
            for known in circle:
                feed = known.feed
                rate = known.rhythm.usual(time)
                last, usual = max(last, known.ear.last), usual + rate
                silence = max(time - known.ear.last, 0) / SECOND
                yield Row(feed.tenant, feed.source, feed.region, feed.standing.state, silence, rate)
            if len(circle.feeds) > 1:
                yield Row(circle.tenant.name, ALL, ALL, total.state, max(time - last, 0) / SECOND, usual)
