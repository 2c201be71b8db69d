"""What an installation may decide about incidents; spans in microseconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from schemas.group import Dimension
from streams.clock import DAY, HOUR, MINUTE, SECOND

DIMENSIONS: Final[tuple[Dimension, ...]] = ("store", "fleet", "provider", "region")
"""What breaches can share, the narrowest first."""


@dataclass(frozen=True, slots=True)
class IncidentPolicy:
    """When many breaches become one incident.

    span: breaches are counted over so long, in buckets of `bucket`. floors: at most so many within a span are no
    incident, whatever is usual. deviations: nor are so many standard deviations above what is usual. memory: what is
    usual is learnt over about so many spans. forget_after: a value that was silent for so long, and for which nothing
    is usual, is as if never seen. stores_at_least: so many different stores make an incident of any dimension but the
    store itself. near: a narrower cause is named where it explains at least this share of what the widest explains.
    longest: an incident that goes on for longer is what is usual now; it takes nothing more. republish: at most once in
    this span is it said how an open incident stands. The rest bounds what is kept, and what one decision does.
    """

    span: int = 10 * MINUTE
    bucket: int = 30 * SECOND
    floors: Mapping[Dimension, int] = field(
        default_factory=lambda: MappingProxyType({"store": 5, "fleet": 10, "provider": 10, "region": 20})
    )
    deviations: float = 4.0
    memory: int = 48
    forget_after: int = 3 * DAY
    stores_at_least: int = 2
    near: float = 0.8
    longest: int = 4 * HOUR
    republish: int = 5 * SECOND
    most_values: int = 20_000
    """Of so many values of dimensions it is learnt what is usual; for further ones the floor counts."""
    swept_at_once: int = 1_000
    """Members of an incident that is over are forgotten so many at a time."""

    def __post_init__(self) -> None:
        if self.bucket < 1 or self.span % self.bucket:
            raise ValueError("the span is a whole number of buckets")
        if self.longest < self.span:
            raise ValueError("an incident may go on for a span at least")

    @property
    def buckets(self) -> int:
        """Buckets in a span."""
        return self.span // self.bucket
