"""What a shard counts while it judges; whoever keeps metrics drains it after each decision."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Counts since the last drain. refused: by (topic, reason). steps: by (moment, kind name), published or not."""

    applied: Counter[str] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    steps: Counter[tuple[str, str]] = field(default_factory=Counter)
    duplicates: int = 0
    beyond: int = 0
    unmentioned: int = 0
    unknown_fields: int = 0
