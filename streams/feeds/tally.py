"""What a feed processor counts, for the instruments of its host."""

from collections import Counter


class FeedTally:
    """Counts since the last `rest`: events by (tenant, source, region), changes of feeds by the state they came to,
    refused records by (topic, reason); pulses that were heard before, and news of feeds beyond the most of a tenant.
    """

    def __init__(self) -> None:
        self.events: Counter[tuple[str, str, str]] = Counter()
        self.states: Counter[str] = Counter()
        self.refused: Counter[tuple[str, str]] = Counter()
        self.repeated = 0
        self.crowded = 0

    def rest(self) -> "FeedTally":
        """A tally to go on with; this one is then the caller's."""
        return FeedTally()
