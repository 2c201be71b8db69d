"""What an alert processor counts, for the instruments of its host."""

from collections import Counter


class AlertTally:
    """Counts since the last `rest`: changes by what, notices by reason, refused records by (topic, reason), refused
    commands by reason; and what had no effect, repeated or older transitions and repeated commands among it.
    """

    def __init__(self) -> None:
        self.changes: Counter[str] = Counter()
        self.notices: Counter[str] = Counter()
        self.refused: Counter[tuple[str, str]] = Counter()
        self.refused_commands: Counter[str] = Counter()
        self.without_effect: Counter[str] = Counter()
        self.unknown_stores = 0
        self.nobody_to_tell = 0

    def rest(self) -> "AlertTally":
        """A tally to go on with; this one is then the caller's."""
        return AlertTally()
