"""How a soak is asked for, and what it brings to light."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from streams.clock import SECOND
from streams.demo.reckoning import Reckoning
from tests.soak.crew import Usage
from tests.soak.exposition import Series


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, how many chains, and which."""

    minutes: float
    chains: int
    seed: int = 7
    logs: Path | None = None
    """A folder in which the logs are left; None for nowhere."""

    @property
    def lasts(self) -> int:
        return round(self.minutes * 60 * SECOND)

    @property
    def every(self) -> float:
        """Seconds between two samples."""
        return min(10.0, self.minutes)


@dataclass(frozen=True, slots=True)
class Sample:
    """Everything at a time, in seconds since the beginning."""

    at: float
    usage: dict[str, Usage]
    series: dict[str, int]
    sizes: dict[str, float]
    unready: tuple[str, ...]


@dataclass(slots=True)
class Found:
    """What a run brought to light. `wrong` is empty where everything was as it should be."""

    plan: Plan
    samples: list[Sample] = field(default_factory=list)
    families: list[tuple[float, dict[str, Counter[str]]]] = field(default_factory=list)
    before: dict[str, set[Series]] = field(default_factory=dict)
    third: dict[str, set[Series]] = field(default_factory=dict)
    fresh: dict[str, set[Series]] = field(default_factory=dict)
    """Series of each process: all until the last quarter, those of the third, and those that only the last has."""
    compared: int = 0
    compared_values: int = 0
    undecided: list[float] = field(default_factory=list)
    passed_over: int = 0
    off: list[str] = field(default_factory=list)
    """Gauges that were not what the truth allows, while the world went on."""
    after_kill: float = 0.0
    after_restart: float = 0.0
    compared_after_restart: float = 0.0
    open_at_end: Counter[str] = field(default_factory=Counter)
    gauges_at_end: int = 0
    alerts_at_end: float = 0.0
    sent: int = 0
    messages: int = 0
    transitions: int = 0
    feeds: Counter[str] = field(default_factory=Counter)
    words: list[str] = field(default_factory=list)
    """What was said of feeds, with the minute."""
    old: dict[str, int] = field(default_factory=dict)
    new: dict[str, int] = field(default_factory=dict)
    """Memory of the processes at the end, and of others started then from the same state."""
    excused: list[str] = field(default_factory=list)
    """What was broken and given up, and of which the feed is not heard yet: by the rules (section 8) it is told then."""
    reckonings: dict[str, Reckoning] = field(default_factory=dict)
    counted: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
