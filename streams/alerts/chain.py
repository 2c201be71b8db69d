"""How an alert climbs: the chain that fits it, as spans since it was raised."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from schemas import organisation as written
from streams.clock import DAY, parse_duration

LONGEST = 366 * DAY
"""A step later than this is a slip of the pen, and its instant might not be one."""


class Step_(NamedTuple):  # noqa: N801  (Step is the written form)
    """Tell these people this long (microseconds) after the alert was raised."""

    after: int
    tell: written.Level


USUAL = (Step_(0, "store"),)
"""Where no chain fits: the store is told at once, since an alert that nobody hears of helps no customer."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain, worked out. Nothing in `severities` or in `moments` means that all fit."""

    id: str
    severities: frozenset[str]
    moments: tuple[str, ...]
    steps: tuple[Step_, ...]

    @classmethod
    def of(cls, chain: written.Chain) -> "Chain":
        """Steps in ascending time; those of one time in the order in which they are written."""
        steps = sorted((Step_(parse_duration(step.after), step.tell) for step in chain.steps), key=_after)
        return cls(chain.id, frozenset(chain.severities), tuple(chain.moments), tuple(steps))

    def fits(self, severity: str, moment: str) -> bool:
        """Whether alerts of this severity about this moment climb by this chain."""
        return (not self.severities or severity in self.severities) and (
            not self.moments or any(_names(pattern, moment) for pattern in self.moments)
        )

    def covers(self, later: "Chain") -> bool:
        """Whether whatever fits `later` fits this chain, too, so that a chain after this one would never count."""
        every = frozenset(("low", "medium", "high", "critical"))
        return (later.severities or every) <= (self.severities or every) and (
            not self.moments
            or (bool(later.moments) and all(any(_holds(mine, its) for mine in self.moments) for its in later.moments))
        )


def in_order(chains: Iterable[written.Chain]) -> list[written.Chain]:
    """By ascending rank; chains of one rank as they come."""
    return sorted(chains, key=lambda chain: chain.rank)


def climb(chains: Sequence[Chain], severity: str, moment: str) -> tuple[Step_, ...]:
    """The steps of the first chain that fits, `USUAL` where none does. Never empty."""
    return next((chain.steps for chain in chains if chain.fits(severity, moment)), USUAL)


def _names(pattern: str, moment: str) -> bool:
    """`delivery.*` names delivery.late and delivery.late.twice, not delivery itself."""
    return moment.startswith(pattern[:-1]) if pattern.endswith(".*") else moment == pattern


def _holds(wide: str, narrow: str) -> bool:
    return wide == narrow or (wide.endswith(".*") and narrow.startswith(wide[:-1]))


def _after(step: Step_) -> int:
    return step.after
