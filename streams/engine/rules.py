"""The catalogue as the engine walks it: who follows whom, found once for each version."""

from streams.catalogue.model import Catalogue, Moment

_MOST_TYPES = 4096
"""Bound of the memory of types; touchpoint names come from producers."""


class Rules:
    """One catalogue version with what the engine derives from it. Immutable."""

    __slots__ = ("_kept", "catalogue", "followers", "hits", "moments", "version")

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.version = catalogue.version
        self.hits = catalogue.hits
        self.moments: tuple[Moment, ...] = catalogue.moments
        followers: list[list[tuple[int, int]]] = [[] for _ in self.moments]
        for index, moment in enumerate(self.moments):
            for hit in moment.follows:
                followers[hit.moment].append((index, hit.roles))
        self.followers = tuple(tuple(sorted(those)) for those in followers)
        self._kept: dict[str, frozenset[str] | None] = {}

    def kept_of(self, event_type: str) -> frozenset[str] | None:
        """The field paths to keep of events of this type, None where no moment mentions it."""
        if event_type in self._kept:
            return self._kept[event_type]
        paths = self.catalogue.keeps(event_type)
        kept = None if paths is None else frozenset(paths)
        if len(self._kept) < _MOST_TYPES:
            self._kept[event_type] = kept
        return kept
