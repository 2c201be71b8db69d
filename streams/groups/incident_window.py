"""Breaches that belong to no incident: how many of late share a value, in how many stores.

A breach is counted here until the span it lies in is two spans old: till then an incident may still take it, afterwards
it is learnt from.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator

from streams.groups.incident_policy import IncidentPolicy
from streams.groups.incident_records import Breach, Value
from streams.state.codec import NO_WAKE


class Window:
    """The breaches that are counted. A view of their records, made anew on restore."""

    def __init__(self, policy: IncidentPolicy) -> None:
        self._policy = policy
        self._spans: dict[int, dict[str, Breach]] = {}
        self._buckets: defaultdict[Value, dict[int, Counter[str | None]]] = defaultdict(dict)

    def bucket(self, at: int) -> int:
        """The bucket of an instant."""
        return at // self._policy.bucket

    def is_recent(self, bucket: int, now: int) -> bool:
        """Whether the bucket lies in the span up to now."""
        return bucket > self.bucket(now) - self._policy.buckets

    def add(self, breach: Breach) -> None:
        """Count a breach."""
        self._spans.setdefault(breach.bucket // self._policy.buckets, {})[breach.alert] = breach
        for value in breach.values():
            self._buckets[value].setdefault(breach.bucket, Counter())[breach.store] += 1

    def take_out(self, breach: Breach) -> None:
        """Count it no longer."""
        span = breach.bucket // self._policy.buckets
        del self._spans[span][breach.alert]
        if not self._spans[span]:
            del self._spans[span]
        for value in breach.values():
            buckets = self._buckets[value]
            stores = buckets[breach.bucket]
            stores[breach.store] -= 1
            if not stores[breach.store]:
                del stores[breach.store]
            if not stores:
                del buckets[breach.bucket]
            if not buckets:
                del self._buckets[value]

    def count(self, value: Value, now: int) -> int:
        """How many of the span up to now share the value."""
        return sum(stores.total() for stores in self._recent(value, now))

    def stores(self, value: Value, now: int) -> int:
        """How many known stores they are in."""
        return len({store for stores in self._recent(value, now) for store in stores if store is not None})

    def sharing(self, value: Value, now: int) -> list[Breach]:
        """Those of the span up to now that share the value."""
        return [
            breach
            for breaches in self._spans.values()
            for breach in breaches.values()
            if self.is_recent(breach.bucket, now) and value in breach.values()
        ]

    def settled(self, now: int) -> int:
        """The last span that no incident can take breaches from any more."""
        return now // self._policy.span - 2

    def wake(self) -> int:
        """When the next span with breaches is settled; NO_WAKE for never."""
        return (min(self._spans) + 2) * self._policy.span if self._spans else NO_WAKE

    def settle(self, now: int) -> Iterator[tuple[int, list[Breach]]]:
        """The spans that are settled now, with their breaches, which are counted no longer; the oldest first."""
        settled = self.settled(now)
        for span in sorted(span for span in self._spans if span <= settled):
            breaches = list(self._spans[span].values())
            for breach in breaches:
                self.take_out(breach)
            yield span, breaches

    def _recent(self, value: Value, now: int) -> list[Counter[str | None]]:
        buckets = self._buckets.get(value)
        return [] if buckets is None else [stores for at, stores in buckets.items() if self.is_recent(at, now)]
