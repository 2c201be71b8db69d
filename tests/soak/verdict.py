"""What the rules say of a run: the reasons for which it failed, and the figures of memory and series."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tests.soak import judge
from tests.soak.crew import CONSOLE, OURS
from tests.soak.found import Found

KEPT: Final[Mapping[str, int]] = {"alert": 4_096, "group": 4_096, "notify": 4_096, CONSOLE: 12_288}
"""Bytes that a process may come to need for each alert more. Alerts that are over are kept for seven days, groups and
what was sent for one, the console's board for three: within a soak nothing of that ends."""
_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one process, in bytes; `kept` is what it may have grown by for the alerts that it keeps."""

    name: str
    third: float
    last: float
    kept: float
    slope: judge.Slope
    share: float
    files: tuple[int, int]
    threads: tuple[int, int]
    each: float
    """By how much it grew for each alert raised between the two medians."""
    old: int
    new: int
    """At the end, and of a new process with the same state."""

    @property
    def growth(self) -> float:
        return self.last / self.third - 1


def memories(found: Found) -> list[Memory]:
    """Of every process of ours, over the second half."""
    lasts = found.plan.lasts / 1_000_000
    raised = [(sample.at, sample.sizes["raised"]) for sample in found.samples]
    kept = _grown(raised, lasts)
    found_memories = []
    for name in OURS:
        used = [(sample.at, sample.usage[name]) for sample in found.samples if name in sample.usage]
        sizes = [(at, float(use.memory)) for at, use in used]
        third, last = judge.growth(sizes, lasts)
        half = [(at, use) for at, use in used if at >= lasts / 2]
        early, late = judge.quarters(used, lasts)
        found_memories.append(
            Memory(
                name,
                third,
                last,
                kept * KEPT.get(name, 0),
                judge.slope([(at, float(use.memory)) for at, use in half]),
                sum(use.share for _, use in half) / len(half),
                (max(use.files for use in early), max(use.files for use in late)),
                (max(use.threads for use in early), max(use.threads for use in late)),
                (last - third) / kept if kept > 0 else 0.0,
                found.old.get(name, 0),
                found.new.get(name, 0),
            )
        )
    return found_memories


def _grown(samples: list[tuple[float, float]], lasts: float) -> float:
    third, last = judge.growth(samples, lasts)
    return last - third


def series_of(found: Found) -> dict[str, tuple[int, int]]:
    """The most series of each process at a time in the third and in the last quarter."""
    third, last = judge.quarters(((sample.at, sample.series) for sample in found.samples), found.plan.lasts / 1_000_000)
    names = sorted({name for count in (*third, *last) for name in count})
    return {name: (_most(third, name), _most(last, name)) for name in names}


def _most(counts: list[dict[str, int]], name: str) -> int:
    return max((count.get(name, 0) for count in counts), default=0)


def reasons(found: Found) -> list[str]:
    """Why the run failed, one line each; none where it did not."""
    wrong = list(found.wrong)
    if found.off:
        wrong += [f"gauges: {line}" for line in judge.first_of(found.off, _SHOWN)]
    if not found.compared:
        wrong.append("gauges: never compared")
    for memory in memories(found):
        wrong += judge.memory(memory.name, memory.third, memory.last, memory.kept)
    third, last = judge.quarters(found.families, found.plan.lasts / 1_000_000)
    for name in sorted(found.before):
        lines = judge.series(
            name, found.before[name], _largest(third, name), _largest(last, name), found.fresh.get(name, set())
        )
        wrong += judge.first_of(lines, _SHOWN)
    return wrong


def _largest(counts: list[dict[str, Counter[str]]], name: str) -> Counter[str]:
    """The most series of each family at a time."""
    found: Counter[str] = Counter()
    for count in counts:
        found |= count.get(name, Counter())
    return found
