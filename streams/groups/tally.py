"""What a group processor counts, for the instruments of its host."""

from collections import Counter


class GroupTally:
    """Counts since the last `rest`: notices told by reason, tellings held by cause and let go by cause, those rolled up
    into an incident, refused records by (topic, reason), refused commands by reason, asks that were heard before.
    `unreadable` are the asks among the refused records.
    """

    def __init__(self) -> None:
        self.told: Counter[str] = Counter()
        self.held: Counter[str] = Counter()
        self.let_go: Counter[str] = Counter()
        self.refused: Counter[tuple[str, str]] = Counter()
        self.refused_commands: Counter[str] = Counter()
        self.rolled_up = 0
        self.repeated = 0
        self.unreadable = 0

    def rest(self) -> "GroupTally":
        """A tally to go on with; this one is then the caller's."""
        return GroupTally()
