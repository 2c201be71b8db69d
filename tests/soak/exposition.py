"""What a process says of itself in Prometheus' text form."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

_SERIES: Final = re.compile(r"^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)$")
_LABEL: Final = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

Labels = tuple[tuple[str, str], ...]
Series = tuple[str, Labels]


@dataclass(frozen=True, slots=True)
class Page:
    """The metrics of one process, asked at `asked` and there at `answered`."""

    asked: int
    answered: int
    values: Mapping[Series, float]
    ready: bool

    def total(self, name: str, **wanted: str) -> float:
        """The sum over all series of that name that have these labels."""
        return sum(self._some(name, wanted))

    def most(self, name: str) -> float:
        return max(self._some(name, {}), default=0.0)

    def by(self, name: str, *labels: str) -> Counter[tuple[str, ...]]:
        """Sums by these labels."""
        found: Counter[tuple[str, ...]] = Counter()
        for (of, own), value in self.values.items():
            if of == name:
                known = dict(own)
                found[tuple(known[label] for label in labels)] += int(value)
        return found

    def _some(self, name: str, wanted: Mapping[str, str]) -> Iterator[float]:
        for (of, own), value in self.values.items():
            if of == name and wanted.items() <= dict(own).items():
                yield value


def parse(text: str) -> dict[Series, float]:
    """Prometheus' text form."""
    found: dict[Series, float] = {}
    for line in text.splitlines():
        if not line.startswith("#") and (read := _SERIES.match(line)):
            found[read[1], tuple(sorted(_LABEL.findall(read[2] or "")))] = float(read[3])
    return found
