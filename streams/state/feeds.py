"""What one shard hears of its feeds, and what it is told of them (docs/rules.md, section 8). Pure.

A shard has a part of every feed's events, so it judges none of them: it says in pulses what it heard, and takes from
`moments.feeds.v1` which feeds are not heard. Until another word comes, all are.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from schemas.feed import Feed, Heard, Pulse
from streams.catalogue.model import Moment, Role
from streams.clock import SECOND, as_datetime
from streams.engine.case import NEVER
from streams.engine.doubt import BLIND, HEARD, SUSPECT
from streams.engine.rules import Rules
from streams.ingest.event import Event, Record, Rejection
from streams.ingest.handed_on import read
from streams.partition import partition_of
from streams.state.decision import Output

PULSE: Final = SECOND
"""So often at most a shard says what it heard."""
IDLE_PULSE: Final = 5 * SECOND
"""And so often at least that it lives."""
HEARTBEAT: Final = "feed.heartbeat"
RETIRED: Final = "feed.retired"
_LEVELS: Final = {"heard": HEARD, "suspect": SUSPECT, "blind": BLIND, "returning": BLIND}
_MOST_SOURCES: Final = 4096
"""Which source brings which type of event is remembered for so many; both names come from producers."""
_LARGEST: Final = 64 * 1024
_ALL: Final = "*"


class _Ear(msgspec.Struct, gc=False):
    """What was heard of one type of event of a feed since the last pulse."""

    count: int
    first: int
    last: int
    interval: int | None = None


_Name = tuple[str, str, str | None]
"""Tenant, source and region of a feed."""


class Feeds:
    """The feeds of one shard of so many. Its pulses go to the topic `pulses`, the words about feeds come by `topic`."""

    def __init__(self, topic: str, pulses: str, shard: int, shards: int) -> None:
        self.topic = topic
        self._pulses, self._shard, self._shards = pulses, shard, shards
        self._ears: dict[tuple[str, str, str | None, str], _Ear] = {}
        self._sources: dict[tuple[str, str], set[str]] = {}
        self._tenants: dict[str, int] = {}
        self._retiring: dict[_Name, int] = {}
        self._retired: dict[_Name, tuple[int, int]] = {}
        self._unheard: dict[str, dict[str, dict[str, int]]] = {}
        self._levels: dict[tuple[str, str | None, str, str], int] = {}
        self._changed = False

    # what was heard

    def hear(self, event: Event) -> None:
        """Note an event, whatever comes of it."""
        if event.type == RETIRED:
            self._learn(event)
            self._retiring[event.tenant, event.source, event.region] = event.occurred_at
            return
        key = event.tenant, event.source, event.region, event.type
        at = event.occurred_at
        ear = self._ears.get(key)
        if ear is None:
            ear = self._ears[key] = _Ear(0, at, at)
            self._learn(event)
        ear.count += 1
        if at > ear.last:
            ear.last = at
        elif at < ear.first:
            ear.first = at
        if event.type == HEARTBEAT:
            interval = event.fields.get("interval")
            ear.interval = interval if isinstance(interval, int) else None

    def _learn(self, event: Event) -> None:
        self._tenants.setdefault(event.tenant, NEVER)
        bring = self._sources.get((event.tenant, event.type))
        if bring is None:
            if len(self._sources) >= _MOST_SOURCES:
                return
            bring = self._sources[event.tenant, event.type] = set()
        if event.source not in bring:
            bring.add(event.source)
            self._changed = True
            self._levels.clear()

    def speak(self, now: int, clock: int) -> Iterator[Output]:
        """The pulses that are due at wall time `now`. `clock` is the shard's; without one there is nothing to say."""
        self._keep_retired(clock)
        if clock == NEVER:
            return
        ready = {tenant for tenant, said in self._tenants.items() if now - said >= PULSE}
        if not ready:
            return
        heard: dict[str, dict[tuple[str, str | None], Heard]] = {}
        for key in [key for key in self._ears if key[0] in ready]:
            tenant, source, region, _ = key
            feeds = heard.setdefault(tenant, {})
            feeds[source, region] = _joined(feeds.get((source, region)), source, region, self._ears.pop(key))
        for name in [name for name, (_, since) in self._retired.items() if name[0] in ready and clock > since]:
            at, _ = self._retired.pop(name)
            tenant, source, region = name
            feeds = heard.setdefault(tenant, {})
            feeds[source, region] = _retired(feeds.get((source, region)), source, region, at)
            self._changed = True
        for tenant in sorted(ready):
            if tenant not in heard and now - self._tenants[tenant] < IDLE_PULSE:
                continue
            self._tenants[tenant] = now
            pulse = Pulse(
                tenant=tenant,
                shard=self._shard,
                shards=self._shards,
                clock=as_datetime(clock),
                feeds=list(heard.get(tenant, {}).values()),
            )
            place = partition_of(tenant, self._shards)
            yield Output(self._pulses, tenant.encode(), pulse.model_dump_json().encode(), partition=place)

    def _keep_retired(self, clock: int) -> None:
        """A retirement that this decision heard is stored until it is said, because nobody says it again. That waits for
        a later clock: under one that stands still it would count as heard before."""
        for name, at in self._retiring.items():
            self._retired.setdefault(name, (at, clock))
            self._changed = True
        self._retiring.clear()

    # what is known

    @property
    def doubted(self) -> bool:
        """Whether any feed is not heard."""
        return bool(self._unheard)

    def take(self, record: Record) -> Rejection | None:
        """Take a word about a feed; why not, where it is none. After a tombstone the feed is forgotten, and heard."""
        if record.value is None:
            parts = (record.key or b"").decode(errors="replace").split("\x1f")
            if len(parts) == 3:
                self._set(parts[0], parts[1], parts[2], HEARD)
            return None
        feed = read(Feed, record, _LARGEST)
        if isinstance(feed, Rejection):
            return feed
        self._set(feed.tenant, feed.source, feed.region or "", _LEVELS[feed.state])
        return None

    def _set(self, tenant: str, source: str, region: str, level: int) -> None:
        regions = self._unheard.setdefault(tenant, {})
        sources = regions.setdefault(region, {})
        if level == HEARD:
            sources.pop(source, None)
        else:
            sources[source] = level
        if not sources:
            del regions[region]
        if not regions:
            del self._unheard[tenant]
        self._changed = True
        self._levels.clear()

    def level(self, rules: Rules, tenant: str, region: str | None, moment: Moment) -> int:
        """What is known of the feeds that could bring the end of a moment."""
        regions = self._unheard.get(tenant)
        if regions is None:
            return HEARD
        key = tenant, region, rules.version, moment.id
        level = self._levels.get(key)
        if level is None:
            unheard = [*regions.get(region or "", {}).items(), *regions.get(_ALL, {}).items()]
            bring = self._bringing(rules, tenant, moment) if unheard else set()
            level = max((known for source, known in unheard if source == _ALL or source in bring), default=HEARD)
            self._levels[key] = level
        return level

    def _bringing(self, rules: Rules, tenant: str, moment: Moment) -> set[str]:
        """The sources that have brought what can end the moment, or a moment whose end ends it."""
        index = rules.catalogue.position(moment.id)
        found: set[str] = set()
        if index is None:
            return found
        for (of, event_type), sources in self._sources.items():
            if of == tenant and rules.catalogue.can_end(index, event_type):
                found |= sources
        for hit in moment.follows:
            if hit.roles & (Role.END | Role.NEXT):
                found |= self._bringing(rules, tenant, rules.moments[hit.moment])
        return found

    # kept with the state

    def changes(self) -> bytes | None:
        """What is to be stored, where it has changed since the last time."""
        if not self._changed:
            return None
        self._changed = False
        sources = [[*key, *sorted(bring)] for key, bring in sorted(self._sources.items())]
        retired = [[*name, *when] for name, when in self._retired.items()]
        known = {"unheard": self._unheard, "sources": sources, "retired": retired}
        return json.dumps(known, ensure_ascii=False).encode()

    def restore(self, value: bytes) -> None:
        """Take what was stored."""
        stored: Mapping[str, Any] = json.loads(value)
        self._unheard = stored["unheard"]
        self._sources = {(tenant, of): set(bring) for tenant, of, *bring in stored["sources"]}
        self._retired = {(name[0], name[1], name[2]): (at, since) for *name, at, since in stored.get("retired", ())}
        self._tenants = {tenant: NEVER for tenant, _ in self._sources}
        self._levels.clear()


def _joined(before: Heard | None, source: str, region: str | None, ear: _Ear) -> Heard:
    """One type of event more of the same feed."""
    first, last, count, interval = as_datetime(ear.first), as_datetime(ear.last), ear.count, ear.interval
    if before is not None:
        first, last, count = min(first, before.first), max(last, before.last), count + before.count
        interval = interval or before.heartbeat
    return Heard(source=source, region=region, count=count, first=first, last=last, heartbeat=interval)


def _retired(before: Heard | None, source: str, region: str | None, at: int) -> Heard:
    """What was heard of a feed, and that it is retired."""
    if before is not None:
        return before.model_copy(update={"retired": True})
    when = as_datetime(at)
    return Heard(source=source, region=region, count=0, first=when, last=when, retired=True)
