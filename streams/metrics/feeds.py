"""What the feed stage counts."""

from collections.abc import Mapping
from typing import NamedTuple

from streams.clock import SECOND
from streams.metrics.bounded import Bounded, Bounds, Regions
from streams.metrics.contract import FEED_STATES, OTHER, Labels
from streams.metrics.families import Families
from streams.metrics.series import Values

Feed = tuple[str, str, str]
"""Tenant, source and region ("" for none)."""

GRAVITY = ("heard", "returning", "suspect", "blind")
"""The states, the gravest last: feeds that are told as one are as grave as the gravest of them."""


class FeedStanding(NamedTuple):
    """How a feed stands: its state, for how long nothing was heard of it by the clock of its tenant (microseconds), and
    how many events a minute are usual now."""

    state: str
    silence: int
    usual_per_minute: float


class Feeds:
    """The instruments of the feed stage; `Instruments.feeds`."""

    def __init__(self, families: Families, bounds: Bounds) -> None:
        self._regions = Regions(bounds)
        self._feed: Bounded[Feed] = Bounded(bounds.feeds, (OTHER, OTHER, OTHER))
        self._shards: dict[int, dict[Feed, FeedStanding]] = {}
        self._events = families.series("moments_feed_events_total")
        families.at_scrape("moments_feed_silence_seconds", self._silences)
        families.at_scrape("moments_feed_usual_events_per_minute", self._usual)
        families.at_scrape("moments_feed_state", self._states)

    def heard(self, counts: Mapping[Feed, int]) -> None:
        """So many events, by feed."""
        for feed, count in counts.items():
            self._events.add(self._label(feed), count)

    def stand(self, partition: int, feeds: Mapping[Feed, FeedStanding]) -> None:
        """How the feeds of a shard stand now: all of them."""
        self._shards[partition] = dict(feeds)

    def gone(self, partition: int) -> None:
        """The shard has left this worker."""
        self._shards.pop(partition, None)

    def _label(self, feed: Feed) -> Feed:
        """Feeds beyond the bound are one for each tenant."""
        tenant, source, region = feed
        tenant, region = self._regions(tenant, region)
        named = self._feed((tenant, source, region))
        return (tenant, OTHER, OTHER) if named[0] == OTHER else named

    def _together(self) -> dict[Feed, FeedStanding]:
        """By label; of feeds that are told as one, the gravest state, the longest silence, and all their events."""
        found: dict[Feed, FeedStanding] = {}
        for feeds in self._shards.copy().values():
            for feed, standing in feeds.items():
                label = self._label(feed)
                other = found.get(label)
                if other is not None:
                    standing = FeedStanding(  # noqa: PLW2901  (the two together)
                        max(standing.state, other.state, key=GRAVITY.index),
                        max(standing.silence, other.silence),
                        standing.usual_per_minute + other.usual_per_minute,
                    )
                found[label] = standing
        return found

    def _silences(self) -> Values:
        return {label: max(0, feed.silence) / SECOND for label, feed in self._together().items()}

    def _usual(self) -> Values:
        return {label: feed.usual_per_minute for label, feed in self._together().items()}

    def _states(self) -> Values:
        feeds = self._together()
        found: dict[Labels, float] = {
            (*label, state): int(feed.state == state) for label, feed in feeds.items() for state in FEED_STATES
        }
        return found
