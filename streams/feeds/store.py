"""The state of one shard of feeds: what is stored, and what of it is to be stored anew.

Three kinds of records, by how often they change: of a tenant with every pulse (`t/`), of a feed once a minute and with
its state (`f/`), of its week once an hour (`h/`). Together they hold everything, so a restart changes no verdict.
"""

from collections.abc import Iterator
from typing import Any, Final, TypeVar

import msgspec

from streams.errors import StateError
from streams.feeds.lifecycle import Silence
from streams.feeds.policy import FeedPolicy
from streams.feeds.records import Ear, Listened, Tenant, Week, feed_name, tenant_key
from streams.feeds.rhythm import Rhythm

VERSION: Final = b"\x01"

_encode = msgspec.msgpack.Encoder().encode
_KINDS: Final[dict[bytes, type[Any]]] = {b"t/": Tenant, b"f/": Listened, b"h/": Week}
R = TypeVar("R")


class Known:
    """A feed in hand. `silence` is derived: None after whatever it follows from has changed."""

    __slots__ = ("ear", "feed", "name", "rhythm", "silence")

    def __init__(self, name: bytes, feed: Listened, ear: Ear, rhythm: Rhythm) -> None:
        self.name, self.feed, self.ear, self.rhythm = name, feed, ear, rhythm
        self.silence: Silence | None = None


class Circle:
    """A tenant and its feeds."""

    __slots__ = ("feeds", "tenant")

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.feeds: dict[bytes, Known] = {}

    def __iter__(self) -> Iterator[Known]:
        return iter(self.feeds.values())


class Store:
    """Tenants by name."""

    def __init__(self, policy: FeedPolicy) -> None:
        self._policy = policy
        self._restored: dict[bytes, bytes] = {}
        self._changed: dict[bytes, Tenant | Listened | Week | None] = {}
        self.circles: dict[str, Circle] = {}

    def restore(self, key: bytes, value: bytes | None) -> None:
        """Take a stored record. StateError for one of a kind that is not known."""
        if key[:2] not in _KINDS:
            raise StateError(f"the state has a record {key!r} that this release does not know; start a later release")
        if value is None:
            self._restored.pop(key, None)
        else:
            self._restored[key] = value

    def ready(self) -> None:
        """Everything is restored. StateError where it contradicts itself."""
        restored, self._restored = self._restored, {}
        for key, value in restored.items():
            if key[:2] == b"t/":
                tenant = _read(Tenant, key, value)
                self.circles[tenant.name] = Circle(tenant)
        for key, value in restored.items():
            if key[:2] == b"f/":
                feed, name = _read(Listened, key, value), key[2:]
                circle, week = self.circles.get(feed.tenant), restored.get(b"h/" + name)
                if circle is None or name not in circle.tenant.ears:
                    raise StateError(f"the state has a feed {key!r} of which its tenant {feed.tenant!r} does not know")
                known = Week() if week is None else _read(Week, b"h/" + name, week)
                rhythm = Rhythm(feed, known, self._policy)
                circle.feeds[name] = Known(name, feed, circle.tenant.ears[name], rhythm)
        for circle in self.circles.values():
            if circle.feeds.keys() != circle.tenant.ears.keys():
                raise StateError(f"the state of tenant {circle.tenant.name!r} lacks feeds that it names")
            # in the order in which they came, whatever that of the log: sums of the same numbers are then the same
            circle.feeds = {name: circle.feeds[name] for name in circle.tenant.ears}

    def add(self, circle: Circle, source: str, region: str, ear: Ear) -> Known:
        """A feed that was not known."""
        name = feed_name(circle.tenant.name, source, region)
        feed = Listened(circle.tenant.name, source, region)
        circle.tenant.ears[name] = ear
        known = circle.feeds[name] = Known(name, feed, ear, Rhythm(feed, Week(), self._policy))
        return known

    def drop(self, circle: Circle, known: Known) -> None:
        """Forget a feed."""
        del circle.feeds[known.name], circle.tenant.ears[known.name]
        self._changed[b"f/" + known.name] = self._changed[b"h/" + known.name] = None
        self.touch_tenant(circle)

    def touch_tenant(self, circle: Circle) -> None:
        """The tenant's record has changed."""
        self._changed[tenant_key(circle.tenant.name)] = circle.tenant

    def touch(self, known: Known, *, week: bool = False) -> None:
        """The feed's record has changed, and its week with it."""
        self._changed[b"f/" + known.name] = known.feed
        if week:
            self._changed[b"h/" + known.name] = known.rhythm.week

    def take_changes(self) -> dict[bytes, bytes | None]:
        """What the decision changed, as stored."""
        changed, self._changed = self._changed, {}
        return {key: None if record is None else VERSION + _encode(record) for key, record in changed.items()}


def _read(kind: type[R], key: bytes, value: bytes) -> R:
    if value[:1] != VERSION:
        raise StateError(f"the state has a record {key!r} that this release cannot read; start a later release")
    try:
        return msgspec.msgpack.decode(value[1:], type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StateError(f"the state has a record {key!r} that is not readable: {error}") from error
