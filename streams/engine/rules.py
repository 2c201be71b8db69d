"""The catalogue as the engine walks it: who follows whom, found once for each version."""

from streams.catalogue.model import OCCURRED_AT, Catalogue, Hit, Look, Moment
from streams.engine.case import Fact
from streams.ingest.promised import TYPES as PROMISES

_MOST_TYPES = 4096
"""Bound of the memory of types; touchpoint names come from producers."""


class Rules:
    """One catalogue version with what the engine derives from it. Immutable."""

    __slots__ = ("_kept", "catalogue", "chains", "dated", "followed", "followers", "hits", "moments", "version")

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.version = catalogue.version
        self.hits = catalogue.hits
        self.dated = catalogue.dated
        self.moments: tuple[Moment, ...] = catalogue.moments
        followers: list[list[tuple[int, int]]] = [[] for _ in self.moments]
        for index, moment in enumerate(self.moments):
            for hit in moment.follows:
                followers[hit.moment].append((index, hit.roles))
        self.followers = tuple(tuple(sorted(those)) for those in followers)
        chains: dict[str, set[int]] = {}
        for moment in self.moments:
            if moment.chain is not None:
                chains.setdefault(moment.chain[0], set()).add(moment.chain[1])
        self.chains = {name: len(steps) for name, steps in chains.items()}
        """How many steps each chain has."""
        self.followed = frozenset(
            moment.id
            for index, moment in enumerate(self.moments)
            if moment.chain is not None or any(catalogue.can_begin(index, name) for name in PROMISES)
        )
        """The moments whose clocks are published as they stand (engine/followed.py)."""
        self._kept: dict[str, frozenset[str] | None] = {}

    def hits_of(self, fact: Fact) -> tuple[Hit, ...]:
        """The moments a fact matters to."""
        look: Look = {**fact.fields, OCCURRED_AT: fact.at}.get if self.dated else fact.fields.get
        return self.hits(fact.type, look)

    def step_of(self, moment: Moment) -> dict[str, str | int] | None:
        """Which step of which chain a moment is (schemas.transition.ChainStep)."""
        if moment.chain is None:
            return None
        name, step = moment.chain
        return {"name": name, "step": step, "of": self.chains[name]}

    def kept_of(self, event_type: str) -> frozenset[str] | None:
        """The field paths to keep of events of this type, None where no moment mentions it."""
        if event_type in self._kept:
            return self._kept[event_type]
        paths = self.catalogue.keeps(event_type)
        kept = None if paths is None else frozenset(paths)
        if len(self._kept) < _MOST_TYPES:
            self._kept[event_type] = kept
        return kept
