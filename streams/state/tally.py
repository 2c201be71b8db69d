"""What a shard counts while it judges; whoever keeps metrics drains it after each decision."""

from collections import Counter
from dataclasses import dataclass, field

Step = tuple[str, str, str, str]
"""Tenant, region ("" for none), moment and kind name."""


@dataclass(slots=True)
class Tally:
    """Counts since the last drain. refused: by (topic, reason). steps: by what was said, published or not. started: the
    occurrences that began, by (tenant, region, store). saved: those that were met after a warning and never said to be
    broken, by (tenant, region, moment). spans: from start to end of those that were met or recovered, in
    microseconds, by (tenant, moment).

    A step that was taken back counts minus one. Counters outside never go down, so a negative count is carried over until
    the step is taken again.
    """

    applied: Counter[str] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    steps: Counter[Step] = field(default_factory=Counter)
    started: Counter[tuple[str, str, str | None]] = field(default_factory=Counter)
    saved: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    spans: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    duplicates: int = 0
    beyond: int = 0
    unmentioned: int = 0
    unknown_fields: int = 0

    def rest(self) -> "Tally":
        """The tally to go on with once this one is drained: what is negative is still to be made good."""
        return Tally(
            steps=Counter({step: count for step, count in self.steps.items() if count < 0}),
            started=Counter({store: count for store, count in self.started.items() if count < 0}),
        )
