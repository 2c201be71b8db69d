"""The refused records of today, counted, and the last of them. Pure."""

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Mapping
from datetime import datetime, time, tzinfo
from typing import Any

from streams.clock import MILLISECOND, as_datetime, instant
from streams.console.views import DeadLetter
from streams.errors import OperatorError
from streams.ingest.dead_letter import legible, read_refusal

NO_LETTER = "not_a_dead_letter"
"""The reason shown for a record that the monitor did not write."""

_LONGEST = 4_096
"""Characters of a key or a value that are shown."""


class Refused:
    """Takes dead letters as they come; a day is one of `zone`."""

    def __init__(self, zone: tzinfo, most: int = 200) -> None:
        self.most = most
        self._zone = zone
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._midnight = 0
        self._last: dict[tuple[str, int], deque[DeadLetter]] = {}

    def turn(self, at: int) -> int:
        """It is `at`: the counts begin anew with the day. The instant at which the day began."""
        today = as_datetime(at).astimezone(self._zone).date()
        midnight = instant(datetime.combine(today, time(), self._zone))
        if midnight != self._midnight:
            self._midnight = midnight
            self._counts.clear()
        return midnight

    def take(self, record: Any) -> None:
        """A record of a dead letter topic (topic, partition, offset, timestamp in milliseconds, key, value, headers)."""
        at = max(record.timestamp, 0) * MILLISECOND
        try:
            reason, field, message, *_ = read_refusal(record.headers)
        except OperatorError as error:
            reason, field, message = NO_LETTER, "", str(error)
        if at >= self._midnight:
            self._counts[record.topic][reason] += 1
        last = self._last.setdefault((record.topic, record.partition), deque(maxlen=self.most))
        key, value = _cut(record.key), _cut(record.value)
        last.append(
            DeadLetter(record.topic, record.partition, record.offset, at, reason, field, message, key=key, value=value)
        )

    def today(self, topic: str) -> Mapping[str, int]:
        """How many of a dead letter topic by reason, most first."""
        return dict(self._counts[topic].most_common())

    def last(self, sent: Collection[tuple[str, int, int]]) -> tuple[DeadLetter, ...]:
        """The last of all topics, newest first; `sent` are those that were sent again."""
        found = sorted(
            (letter for letters in self._last.values() for letter in letters),
            key=lambda letter: (-letter.at, -letter.offset),
        )
        return tuple(_marked(letter, sent) for letter in found[: self.most])


def _marked(letter: DeadLetter, sent: Collection[tuple[str, int, int]]) -> DeadLetter:
    if (letter.topic, letter.partition, letter.offset) not in sent:
        return letter
    shown = (letter.reason, letter.field, letter.message, letter.key, letter.value)
    return DeadLetter(letter.topic, letter.partition, letter.offset, letter.at, *shown, retried=True)


def _cut(raw: bytes | None) -> str:
    text = legible(None if raw is None else raw[: 4 * _LONGEST]) or ""
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
