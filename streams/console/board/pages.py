"""First pages that were made and still hold: many people look at the same."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from streams.console.viewer import Viewer
from streams.console.views import Filter, Freshness, Now

_MOST = 256


class _Asked(NamedTuple):
    """What a first page depends on, beside the board and the time."""

    tenants: frozenset[str] | None
    time_zone: str
    filter: Filter
    limit: int


class _Made(NamedTuple):
    """A page of this version of the board; it holds from its own instant on, until `until`."""

    version: int
    page: Now
    until: int


class Pages:
    """The last page of each question."""

    def __init__(self) -> None:
        self._made: dict[_Asked, _Made] = {}

    def get(
        self,
        viewer: Viewer,
        filter: Filter,
        limit: int,
        at: int,
        version: int,
        fresh: Freshness,
        make: Callable[[], tuple[Now, int]],
    ) -> Now:
        """The page as of now. `make` gives one, and until when it holds if the board does not change."""
        asked = _Asked(viewer.tenants, viewer.time_zone, filter, limit)
        known = self._made.get(asked)
        if known is not None and known.version == version and known.page.at <= at < known.until:
            return replace(known.page, at=at, fresh=fresh)
        page, until = make()
        if len(self._made) >= _MOST:
            self._made.clear()
        self._made[asked] = _Made(version, page, until)
        return page
