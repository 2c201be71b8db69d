"""What the monitor has told so far, counted: the numbers and rows that the view draws and the reckoning checks."""

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec

from streams.clock import parse_rfc3339

Occurrence = tuple[str, str, int]
"""Case, moment, number."""


class Words(msgspec.Struct, frozen=True):
    zh: str
    en: str

    def say(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


class Place(msgspec.Struct, frozen=True):
    region: str | None = None
    store: str | None = None
    channel: str | None = None


class Told(msgspec.Struct, frozen=True):
    """The part of a published transition that the board looks at."""

    kind: str
    case: str
    moment: str
    occurrence: int
    at: str
    found_at: str
    due_at: str | None
    severity: str
    title: Words
    labels: Place
    sentence: Words

    @property
    def about(self) -> Occurrence:
        return (self.case, self.moment, self.occurrence)


class Row(NamedTuple):
    """One occurrence that broke: what was said of it last, and its breach."""

    news: Told
    broke: Told


_OPEN: Final = frozenset({"breached", "worsened", "unknown"})
_AFTER_RETRACTION: Final = frozenset({"met", "cancelled", "at_risk"})
_KEPT_ROWS: Final = 200
_KEPT_DELAYS: Final = 100


@dataclass(slots=True)
class Board:
    """Counts of all transitions taken.

    `at_risk` and `broken` are what is so now; `standing` is the breach of everything told to have broken and not taken
    back; `rows` has the occurrences that broke, the one heard of last at the end.
    """

    told: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    at_risk: dict[Occurrence, Told] = field(default_factory=dict)
    broken: dict[Occurrence, Told] = field(default_factory=dict)
    standing: dict[Occurrence, Told] = field(default_factory=dict)
    rows: dict[Occurrence, Row] = field(default_factory=dict)
    delays: deque[int] = field(default_factory=lambda: deque(maxlen=_KEPT_DELAYS))

    def take(self, told: Told) -> None:
        """Count one transition. Taking them in the order of their partition is enough: a case has only one."""
        about = told.about
        self.told[told.kind] += 1
        self.at_risk.pop(about, None)
        self.broken.pop(about, None)
        if told.kind == "at_risk":
            self.at_risk[about] = told
        elif told.kind in _OPEN:
            self.broken[about] = told
        if told.kind == "breached":
            self.standing[about] = told
            self.delays.append(parse_rfc3339(told.found_at) - parse_rfc3339(told.at))
        elif told.kind == "retracted":
            self.standing.pop(about, None)
        self._move_up(about, told)

    def refuse(self, reason: str) -> None:
        """Count one dead letter."""
        self.refused[reason] += 1

    def newest(self, count: int) -> list[Row]:
        """The occurrences that broke and were heard of last, newest first."""
        return [row for row, _ in zip(reversed(self.rows.values()), range(count), strict=False)]

    def stores(self) -> list[tuple[str, str, Counter[str]]]:
        """(store, region, counts) with most breaches first; the counts are `standing`, `broken` and `at_risk`."""
        found: dict[tuple[str, str], Counter[str]] = {}
        for what, all_told in (("standing", self.standing), ("broken", self.broken), ("at_risk", self.at_risk)):
            for told in all_told.values():
                place = (told.labels.store or "-", told.labels.region or "-")
                found.setdefault(place, Counter())[what] += 1
        ranked = sorted(found.items(), key=lambda item: (-item[1]["standing"], -item[1]["at_risk"], item[0]))
        return [(store, region, counts) for (store, region), counts in ranked]

    def median_delay(self) -> int | None:
        """From a due to its breach being found, microseconds, over the last hundred; None before the first."""
        return sorted(self.delays)[len(self.delays) // 2] if self.delays else None

    def _move_up(self, about: Occurrence, told: Told) -> None:
        row = self.rows.pop(about, None)
        if row is not None and row.news.kind == "retracted" and told.kind in _AFTER_RETRACTION:
            self.rows[about] = row  # how the clock then ended is no news beside the retraction
        elif row is not None or told.kind == "breached":
            self.rows[about] = Row(told, row.broke if row is not None and told.kind != "breached" else told)
            if len(self.rows) > _KEPT_ROWS:
                del self.rows[next(iter(self.rows))]


_DECODER = msgspec.json.Decoder(Told)


def read(value: bytes) -> Told:
    """A published transition from its bytes."""
    return _DECODER.decode(value)
