"""What a shard counts while it judges; whoever keeps metrics drains it after each decision."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Counts since the last drain. refused: by (topic, reason). steps: by (moment, kind name), published or not.

    A step that was taken back counts minus one. Counters outside never go down, so a negative count is carried over until
    the step is taken again.
    """

    applied: Counter[str] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    steps: Counter[tuple[str, str]] = field(default_factory=Counter)
    duplicates: int = 0
    beyond: int = 0
    unmentioned: int = 0
    unknown_fields: int = 0

    def rest(self) -> "Tally":
        """The tally to go on with once this one is drained: what is negative is still to be made good."""
        return Tally(steps=Counter({step: count for step, count in self.steps.items() if count < 0}))
