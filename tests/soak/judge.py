"""The rules of the soak. Each returns what is wrong, one line each, or what was measured. Pure.

- **Memory** is flat where the median of the last quarter is at most 3 % above that of the third. What a stage keeps on
  purpose (alerts that are over stay for days) may come on top of that, at a stated number of bytes each.
- **Series**: in the last quarter no label has a value that it never had before, and no family has more series than in
  the third quarter, but for those that come with their first and only combine values that are known.
- **Gauges** lie between the least and the most that the truth allows; where the world stands still these are the same.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median
from typing import Final, TypeVar

from tests.soak.exposition import Series

MIB: Final = 1 << 20
HOUR: Final = 3_600.0
FLAT: Final = 1.03
NOT_COUNTED: Final = frozenset({"store"})
_COME_AND_GO: Final = frozenset({"moments_oldest_breach_timestamp_seconds"})
"""Families of which a series is there only while something is so: how many are there at a time says how much is broken.
"""
"""Labels whose values come and go by design: the stores with most breaches."""

T = TypeVar("T")
G = TypeVar("G", bound=tuple[str, ...])
K = TypeVar("K", str, tuple[str, str, str, str])


@dataclass(frozen=True, slots=True)
class Slope:
    """Of memory, in MiB an hour, with the limits between which it lies nineteen times in twenty; `noise` is the deviation
    of single samples from the line, in MiB."""

    an_hour: float
    low: float
    high: float
    noise: float


def slope(samples: Sequence[tuple[float, float]]) -> Slope:
    """Theil and Sen's line through (seconds, bytes): the median of the slopes of all pairs, so that single peaks do not
    move it. Its limits are Sen's, by Kendall's variance. ValueError for fewer than three samples."""
    if len(samples) < 3:
        raise ValueError("a slope needs three samples")
    slopes = sorted(
        (later - earlier) / (end - begin)
        for place, (begin, earlier) in enumerate(samples)
        for end, later in samples[place + 1 :]
        if end > begin
    )
    middle = median(slopes)
    level = median(value - middle * at for at, value in samples)
    noise = 1.4826 * median(abs(value - middle * at - level) for at, value in samples)
    count = len(samples)
    reach = 1.96 * sqrt(count * (count - 1) * (2 * count + 5) / 18)
    low = slopes[max(0, round((len(slopes) - reach) / 2))]
    high = slopes[min(len(slopes) - 1, round((len(slopes) + reach) / 2))]
    scale = HOUR / MIB
    return Slope(middle * scale, low * scale, high * scale, noise / MIB)


def quarters(samples: Iterable[tuple[float, T]], lasts: float) -> tuple[list[T], list[T]]:
    """What was sampled in the third and in the last quarter."""
    third, last = [], []
    for at, value in samples:
        if lasts / 2 <= at < lasts * 3 / 4:
            third.append(value)
        elif lasts * 3 / 4 <= at <= lasts:
            last.append(value)
    return third, last


def growth(samples: Iterable[tuple[float, float]], lasts: float) -> tuple[float, float]:
    """The medians of the third and of the last quarter. ValueError where one of them has no sample."""
    third, last = quarters(samples, lasts)
    if not third or not last:
        raise ValueError("a quarter has no samples")
    return median(third), median(last)


def memory(name: str, third: float, last: float, kept: float = 0.0) -> list[str]:
    """Whether the memory of a process is flat; all in bytes. `kept` is for what it came to keep on purpose."""
    allowed = third * FLAT + max(kept, 0.0)
    if last <= allowed:
        return []
    over = f"{third / MIB:.1f} MiB in the third quarter, {last / MIB:.1f} MiB in the last"
    return [f"memory of {name} is not flat: {over}, more than {allowed / MIB:.1f} MiB"]


def series(
    name: str, before: set[Series], third: Mapping[str, int], last: Mapping[str, int], fresh: set[Series]
) -> list[str]:
    """Whether the series of a process are bounded. `before` are all that it ever had until the last quarter, `third` and
    `last` the most of each family at a time in these quarters, `fresh` those that the last has and the third had not."""
    wrong = []
    known = {(family, label, value) for family, labels in before for label, value in labels}
    brought = Counter(family for family, _ in fresh)
    for family, labels in sorted(fresh):
        for label, value in labels:
            if label not in NOT_COUNTED and (family, label, value) not in known:
                wrong.append(f"series of {name}: {family} has a new {label}, {value!r}, in the last quarter")
    for family, most in sorted(last.items()):
        if family not in _COME_AND_GO and most > third.get(family, 0) + brought[family]:
            wrong.append(f"series of {name}: {family} grew from {third.get(family, 0)} to {most} without a new name")
    return wrong


def gauges(found: Mapping[G, float], least: Mapping[G, int], most: Mapping[G, int]) -> list[str]:
    """Whether every gauge lies where the truth allows it; what is missing counts as 0."""
    wrong = []
    for key in sorted(found.keys() | least.keys() | most.keys()):
        value, low, high = found.get(key, 0), least.get(key, 0), most.get(key, 0)
        if not low <= value <= high:
            meant = f"{low}" if low == high else f"{low} to {high}"
            wrong.append(f"{_name(key)}: {value:g} instead of {meant}")
    return wrong


def counters(found: Mapping[K, int], told: Mapping[K, int], what: str) -> list[str]:
    """Whether counters are what was told; both by the same names."""
    return [
        f"{what} {_name(key)}: {found.get(key, 0)} counted, {told.get(key, 0)} told"
        for key in sorted(found.keys() | told.keys())
        if found.get(key, 0) != told.get(key, 0)
    ]


def _name(key: "str | Sequence[str]") -> str:
    return key if isinstance(key, str) else " ".join(part or "-" for part in key)


def first_of(lines: Sequence[str], shown: int) -> list[str]:
    """The first lines, and how many more there are."""
    return [*lines[:shown], *([f"... and {len(lines) - shown} more"] if len(lines) > shown else [])]
