"""Which feeds are heard, as the feed stage last said. Pure."""

from collections.abc import Callable, Iterable
from typing import Final

from schemas.feed import Feed, FeedState
from streams.clock import instant
from streams.console.views import Source
from streams.feeds.records import ALL

_ORDER: Final[tuple[FeedState, ...]] = ("blind", "returning", "suspect", "heard")
"""The gravest first."""
_UNHEARD: Final = frozenset({"blind", "returning"})
"""Of these, what is due is not judged. A suspicion lasts some seconds, and is mostly chance."""

RegionName = Callable[[str, str], str]
"""What the region of a tenant is called."""


class Hearing:
    """By the key of their record. Every partition has a record of each feed, so one may come late that says what was:
    the last word is that of the latest `changed_at`, and a tombstone ends what was written before it.
    """

    def __init__(self) -> None:
        self._feeds: dict[bytes, tuple[Feed, int]] = {}
        self._gone: dict[bytes, int] = {}
        self._unheard: dict[str, dict[str, set[bytes]]] = {}

    def put(self, key: bytes, feed: Feed, at: int) -> bool:
        """A feed as a record of this instant has it; False where nothing is new."""
        known = self._feeds.get(key)
        if self._gone.get(key, -1) > at or (known is not None and known[0].changed_at > feed.changed_at):
            return False
        if known is not None and known[0] == feed:
            self._feeds[key] = feed, max(at, known[1])
            return False
        self._forget(key)
        self._feeds[key] = feed, at
        if feed.state in _UNHEARD:
            self._unheard.setdefault(feed.tenant, {}).setdefault(feed.region or "", set()).add(key)
        return True

    def drop(self, key: bytes, at: int) -> bool:
        """It is no feed any more, a record of this instant says; False where nothing is new."""
        known = self._feeds.get(key)
        if known is not None and known[1] > at:
            return False
        self._gone[key] = max(at, self._gone.get(key, -1))
        return self._forget(key)

    def sweep(self, before: int) -> None:
        """Forget which feeds went before that instant."""
        self._gone = {key: at for key, at in self._gone.items() if at >= before}

    def is_heard(self, tenant: str, region: str | None) -> bool:
        """Whether absence counts in a region, or for cases without any: no feed of it is known to be silent."""
        regions = self._unheard.get(tenant)
        return regions is None or not ((region or "") in regions or ALL in regions)

    def sources(self, sees: Callable[[str], bool], name: RegionName) -> tuple[Source, ...]:
        """The feeds of the tenants that are seen: all feeds of a tenant together first, then the gravest state."""
        return _in_order((feed for feed, _ in self._feeds.values() if sees(feed.tenant)), name)

    def unheard(
        self, sees: Callable[[str], bool], region_of: Callable[[str], str | None], name: RegionName
    ) -> tuple[Source, ...]:
        """Those of them that are not heard. `region_of`: the region of a tenant that is looked at, None for all."""
        found = []
        for tenant, regions in self._unheard.items():
            if sees(tenant):
                wanted = region_of(tenant)
                keys = (
                    key for region, own in regions.items() if wanted in (None, region) or region == ALL for key in own
                )
                found += [self._feeds[key][0] for key in keys]
        return _in_order(found, name)

    def _forget(self, key: bytes) -> bool:
        known = self._feeds.pop(key, None)
        if known is None:
            return False
        feed = known[0]
        if feed.state in _UNHEARD:
            regions = self._unheard[feed.tenant]
            regions[feed.region or ""].discard(key)
            if not regions[feed.region or ""]:
                del regions[feed.region or ""]
            if not regions:
                del self._unheard[feed.tenant]
        return True


def _in_order(feeds: Iterable[Feed], name: RegionName) -> tuple[Source, ...]:
    order = sorted(
        feeds,
        key=lambda feed: (feed.source != ALL, _ORDER.index(feed.state), feed.tenant, feed.region or "", feed.source),
    )
    return tuple(
        Source(
            tenant=feed.tenant,
            source=feed.source,
            region=feed.region,
            region_name=None if feed.region is None else name(feed.tenant, feed.region),
            state=feed.state,
            changed_at=instant(feed.changed_at),
            silent_since=None if feed.state == "heard" else instant(feed.until),
            usual_per_minute=feed.usual_per_minute,
        )
        for feed in order
    )
