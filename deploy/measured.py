"""What docs/sizing.md takes from docs/benchmarks.md: the figures, and an example reckoned from them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

CHAIN = "Tea chain on Kafka: the whole pack with its warnings"
ONE = "Standard job on Kafka: one moment"
WARM = "second half, warm, to the last committed"


@dataclass(frozen=True, slots=True)
class Benchmarks:
    """Rows of the page by part and by the beginning of their name; `machine` is what it was measured on."""

    machine: str
    rows: Mapping[tuple[str, str], str]

    @classmethod
    def read(cls, page: Path) -> Self:
        part, rows = "", {}
        for line in page.read_text(encoding="utf-8").splitlines():
            if line.startswith("## "):
                part = line[3:]
            elif line.startswith("| "):
                name, value, *_ = (cell.strip() for cell in line.strip("|").split("|"))
                rows[part, name] = value
        about = (rows["", "processor"], rows["", "memory"], rows["", "Python"].split(" (")[0], rows["", "Kafka"])
        return cls("; ".join(about), rows)

    def said(self, part: str, name: str) -> str:
        """The value of the one row of a part whose name begins so. KeyError where there is not one."""
        found = [value for (where, row), value in self.rows.items() if where == part and row.startswith(name)]
        if len(found) != 1:
            raise KeyError(f"{len(found)} rows of {part!r} begin with {name!r}")
        return found[0]

    def number(self, part: str, name: str) -> float:
        """That value's number, whatever its unit."""
        found = re.match(r"[0-9,]+(\.[0-9]+)?", self.said(part, name))
        if found is None:
            raise ValueError(f"{part}: {name} has no number")
        return float(found.group().replace(",", ""))


def figures(found: Benchmarks) -> str:
    """The table of what was measured."""
    shown = [
        ("events a second on one core, one moment", found.said(ONE, WARM)),
        ("events a second on one core, the tea chain with its warnings", found.said(CHAIN, WARM)),
        ("events for a second of processor time, the tea chain", found.said(CHAIN, "for a second")),
        ("two workers for one, in events for a second of processor time", found.said("Two workers", "for a second")),
        ("transitions for 100 events, the tea chain", found.said(CHAIN, "transitions published")),
        ("a case in memory, order placed", found.said("Memory", "tea chain, order placed")),
        ("a case in memory, courier under way (five events)", found.said("Memory", "tea chain, courier")),
        ("changelog records restored a second, one core", found.said("Restore", "changelog records")),
        ("share of a core at 200 events a second over 12 partitions", found.said("Latency", "share of a core")),
        ("from due to committed there, 99 of 100", found.said("Latency", "99 of 100")),
        ("from due to a webhook with all stages, 99 of 100", found.said("Told", "99 of 100")),
    ]
    lines = [f"Measured on: {found.machine}.", "", "|  |  |", "| --- | --- |"]
    return "\n".join([*lines, *(f"| {name} | {value} |" for name, value in shown)]) + "\n"


def example(found: Benchmarks, stores: int = 1000, orders: int = 300, events: int = 7) -> str:
    """A chain of so many stores with so many orders a day, reckoned line by line."""
    a_day = stores * orders
    in_all = a_day * events
    busy = in_all * 15 // 100 / 3600
    peak = 3 * busy
    speed = found.number(CHAIN, WARM)
    case = found.number("Memory", "tea chain, courier")
    restore = found.number("Restore", "changelog records")
    hour = busy * 3600
    records = a_day + hour
    lines = [
        ("orders a day", f"{stores:,} stores x {orders}", f"{a_day:,}"),
        ("events a day", f"{a_day:,} x {events} events an order", f"{in_all:,}"),
        ("events a second in the busiest hour", "15% of the day in it, / 3,600", f"{busy:.0f}"),
        ("at its peak", "three times that", f"{peak:.0f}"),
        ("of one core's speed", f"{peak:.0f} / {speed:,.0f}", f"{peak / speed:.1%}"),
        (
            "caught up after an hour's standstill",
            f"{hour:,.0f} / ({speed:,.0f} - {busy:.0f})",
            f"{hour / (speed - busy):.0f} s",
        ),
        ("memory of the cases", f"{a_day:,} kept for a day x {case:.0f} bytes", f"{a_day * case / 1e6:.0f} MB"),
        ("changelog at most", f"a record a case, and those of an hour: {a_day:,} + {hour:,.0f}", f"{records:,.0f}"),
        ("restored in", f"{records:,.0f} / {restore:,.0f} a second", f"{records / restore:.1f} s"),
    ]
    rows = [f"| {name} | {how} | {value} |" for name, how, value in lines]
    return "\n".join(["| | | |", "| --- | --- | --- |", *rows]) + "\n"
