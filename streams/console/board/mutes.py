"""The mutes, and what they cover."""

from collections.abc import Callable

from schemas.group import MuteInForce
from streams.clock import instant
from streams.console.board.sighting import NEVER, Sighting


class Mutes:
    """By the key of their record. A mute that has ended is none, whether or not its record says so already."""

    def __init__(self) -> None:
        self._by_key: dict[bytes, MuteInForce] = {}
        self._by_tenant: dict[str, dict[bytes, MuteInForce]] = {}

    def put(self, key: bytes, mute: MuteInForce) -> bool:
        """A mute as it is now; False where nothing is new."""
        if self._by_key.get(key) == mute:
            return False
        self.drop(key)
        self._by_key[key] = mute
        self._by_tenant.setdefault(mute.tenant, {})[key] = mute
        return True

    def drop(self, key: bytes) -> bool:
        """It has ended; False where it was not known."""
        mute = self._by_key.pop(key, None)
        if mute is not None:
            del self._by_tenant[mute.tenant][key]
        return mute is not None

    def to_come(self, sees: Callable[[str], bool], at: int) -> tuple[MuteInForce, ...]:
        """Those that have not ended, of the tenants that are seen; the first to end first."""
        own = (mute for mute in self._by_key.values() if sees(mute.tenant) and at < instant(mute.until))
        return tuple(sorted(own, key=lambda mute: (mute.until, mute.tenant, mute.id)))

    def over(self, sighting: Sighting, at: int) -> MuteInForce | None:
        """The mute in force that covers an alert; of several the one that ends last."""
        found = [
            mute
            for mute in self._by_tenant.get(sighting.tenant, {}).values()
            if instant(mute.start) <= at < instant(mute.until) and _covers(mute, sighting)
        ]
        return max(found, key=lambda mute: (mute.until, mute.id)) if found else None

    def next_change(self, at: int) -> int:
        """The next instant at which a mute begins or ends."""
        edges = (edge for mute in self._by_key.values() for edge in (instant(mute.start), instant(mute.until)))
        return min((edge for edge in edges if edge > at), default=NEVER)


def in_force(mutes: tuple[MuteInForce, ...], at: int) -> tuple[MuteInForce, ...]:
    """Those that have begun."""
    return tuple(mute for mute in mutes if instant(mute.start) <= at)


def _covers(mute: MuteInForce, sighting: Sighting) -> bool:
    scope, facet = mute.scope, sighting.facet
    return (
        (scope.region is None or scope.region == facet.region)
        and (scope.store is None or scope.store == facet.store)
        and (scope.moment is None or scope.moment == facet.moment)
    )
