"""Figures beside their targets, on the terminal and as the page `docs/benchmarks.md`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.bench.machine import Calibration


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing. `target` is the least (with `at_most` the most) it was meant to be, None where nothing was."""

    what: str
    value: float
    unit: str = ""
    target: float | None = None
    at_most: bool = False

    @property
    def reached(self) -> bool:
        return self.target is None or (self.value <= self.target if self.at_most else self.value >= self.target)

    @property
    def verdict(self) -> str:
        if self.target is None:
            return ""
        if self.reached:
            return "reached"
        return f"**missed**: {self.value / self.target:.0%} of the target"


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of the run found. `story` says what was done, `shares` where the time went."""

    title: str
    story: str
    figures: Sequence[Figure]
    shares: Sequence[tuple[str, float]] = ()
    remarks: Sequence[str] = ()


@dataclass(slots=True)
class Run:
    """A whole run: how it was asked for, where, and its parts."""

    command: str
    date: str
    share: float
    machine: Sequence[tuple[str, str]]
    parts: list["Measured"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Measured:
    """A part under the name it is asked for by, and how the machine was right before and after it."""

    name: str
    part: Part
    before: Calibration
    after: Calibration
    load: float


def text(measured: Measured) -> str:
    """A part as markdown."""
    part = measured.part
    lines = [f"## {part.title}", "", part.story, ""]
    lines += _table(("", "measured", "target", ""), (_row(figure) for figure in part.figures))
    if part.shares:
        lines += ["", *_table(("where the time goes", "share"), ((name, f"{share:.1%}") for name, share in part.shares))]
    for remark in part.remarks:
        lines += ["", remark]
    lines += [
        "",
        f"`python -m tests.bench {measured.name}` measures this alone. Calibration {_calibration(measured.before)} "
        f"before, {_calibration(measured.after)} after; load average before {measured.load:.2f}.",
    ]
    return "\n".join(lines)


def page(run: Run) -> str:
    """The page of a run."""
    missed = [
        f"{measured.part.title}: {figure.what}, {_number(figure.value)} {figure.unit} instead of "
        f"{_number(figure.target or 0)}"
        for measured in run.parts
        for figure in measured.part.figures
        if not figure.reached
    ]
    lines = [
        "# Benchmarks",
        "",
        f"Written by `{run.command}` on {run.date}; do not edit. Nothing here is a test: a slower machine",
        "gives a slower page. Targets are those the project was built to. Below every part stands a calibration measured",
        "right before and after it, two fixed pieces of work (a turn of a plain Python loop; a four-field event through",
        "pydantic), so that figures of other machines and moments can be compared as ratios.",
        "",
        *_table(("", ""), run.machine),
        "",
    ]
    if run.share != 1.0:
        lines += [
            f"**Measured at {run.share:g} of the full size**: start-up and cold caches weigh more than they should.",
            "",
        ]
    if missed:
        lines += ["Targets that were missed in this run:", "", *(f"- {line}" for line in missed), ""]
    else:
        lines += ["Every target was reached in this run.", ""]
    for measured in run.parts:
        lines += [text(measured), ""]
    return "\n".join(lines)


def _row(figure: Figure) -> tuple[str, str, str, str]:
    sign = "at most " if figure.at_most else ""
    target = "" if figure.target is None else f"{sign}{_number(figure.target)} {figure.unit}".strip()
    return figure.what, f"{_number(figure.value)} {figure.unit}".strip(), target, figure.verdict


def _number(value: float) -> str:
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3f}"


def _calibration(found: Calibration) -> str:
    return f"{found.loop:.1f} ns a turn and {found.validate:,.0f} ns an event"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]
