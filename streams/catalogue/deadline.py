"""Deadline expressions, compiled: when a moment that starts now must have ended, and how that came about."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from streams.catalogue.conditions import Atom, words
from streams.catalogue.instants import as_instant, as_length
from streams.catalogue.model import Calendar, Deadline, Due, Look, Severity, Trace

UNKNOWN = Due(None, None)


@dataclass(frozen=True, slots=True)
class Length:
    """How long a clock runs: a span of open time, or (where `days` is not 0) until the calendar closes on that open day
    after the day of the start."""

    span: int
    days: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """A length for the cases its conditions hold for."""

    conditions: tuple[Atom, ...]
    holds: Callable[[Look], bool]
    length: Length
    severity: Severity | None = None
    warnings: int = 0
    """Which of the moment's `own_warnings` are this target's, from 1 on; 0 for those of the moment."""


@dataclass(frozen=True, slots=True)
class After:
    """A length from the start; the first target that holds gives it, else the standard one."""

    length: Length
    targets: tuple[Target, ...]
    calendar: Calendar

    def target(self, look: Look) -> Target | None:
        """The target that holds."""
        for target in self.targets:
            if target.holds(look):
                return target
        return None

    def resolve(self, at: int, look: Look, zone: str) -> Due:
        target = self.target(look) if self.targets else None
        length = self.length if target is None else target.length
        if not length.days:
            return Due(self.calendar.add(at, length.span, zone), length.span)
        closing = self.calendar.closing(at, length.days, zone)
        return Due(closing, self.calendar.between(at, closing, zone))

    def trace(self, at: int, look: Look, zone: str) -> Trace:
        target = self.target(look)
        length = self.length if target is None else target.length
        due, span = self.resolve(at, look, zone)
        named = words(target.conditions) if target else None
        if length.days:
            return Trace("workdays", due, days=length.days, target=named)
        return Trace("after", due, span=span, target=named)


@dataclass(frozen=True, slots=True)
class Stated:
    """The length from the start that a field says, numbers in `unit`; else another deadline."""

    field: str
    unit: int | None
    otherwise: Deadline | None
    calendar: Calendar

    def resolve(self, at: int, look: Look, zone: str) -> Due:
        span = as_length(look(self.field), self.unit)
        if span is not None:
            return Due(self.calendar.add(at, span, zone), span)
        return self.otherwise.resolve(at, look, zone) if self.otherwise is not None else UNKNOWN

    def trace(self, at: int, look: Look, zone: str) -> Trace:
        span = as_length(look(self.field), self.unit)
        if span is None and self.otherwise is not None:
            return _instead(self.otherwise.trace(at, look, zone), self.field)
        due = None if span is None else self.calendar.add(at, span, zone)
        return Trace("after", due, field=self.field, span=span)


def _instead(trace: Trace, missing: str) -> Trace:
    """What stands in for a deadline whose field is missing."""
    return replace(trace, instead_of=f"{missing}, {trace.instead_of}" if trace.instead_of else missing)


@dataclass(frozen=True, slots=True)
class Field:
    """The instant in a field, moved by `shift` on the wall (`plus`, or a `lead` ahead of it), else another deadline."""

    field: str
    shift: int
    ahead: bool
    otherwise: "Deadline | None"

    def resolve(self, at: int, look: Look, zone: str) -> Due:
        value = as_instant(look(self.field))
        if value is not None:
            return Due(value + self.shift, None)
        return self.otherwise.resolve(at, look, zone) if self.otherwise is not None else UNKNOWN

    def trace(self, at: int, look: Look, zone: str) -> Trace:
        value = as_instant(look(self.field))
        if value is None and self.otherwise is not None:
            return _instead(self.otherwise.trace(at, look, zone), self.field)
        span = -self.shift if self.ahead else self.shift or None
        due = None if value is None else value + self.shift
        return Trace("before" if self.ahead else "at", due, field=self.field, value=value, span=span)


@dataclass(frozen=True, slots=True)
class Choice:
    """The earliest or the latest of several deadlines; those that cannot be known are left out."""

    latest: bool
    parts: tuple[Deadline, ...]

    def _decide(self, dues: list[int | None]) -> int | None:
        known = [(due, index) for index, due in enumerate(dues) if due is not None]
        if not known:
            return None
        best = max(due for due, _ in known) if self.latest else min(due for due, _ in known)
        return next(index for due, index in known if due == best)

    def decides(self, at: int, look: Look, zone: str) -> int | None:
        """Which part gives the due; None where none can be known."""
        return self._decide([part.resolve(at, look, zone).at for part in self.parts])

    def resolve(self, at: int, look: Look, zone: str) -> Due:
        dues = [part.resolve(at, look, zone) for part in self.parts]
        chosen = self._decide([due.at for due in dues])
        return UNKNOWN if chosen is None else dues[chosen]

    def trace(self, at: int, look: Look, zone: str) -> Trace:
        parts = tuple(part.trace(at, look, zone) for part in self.parts)
        chosen = self._decide([part.due for part in parts])
        due = None if chosen is None else parts[chosen].due
        return Trace("latest" if self.latest else "earliest", due, parts=parts, chosen=chosen)


@dataclass(frozen=True, slots=True)
class Picked:
    """The deadline that counts at the place of the case: the moment's own (`standard`), or one that policies set."""

    standard: Deadline
    others: tuple[Deadline, ...]
    pick: Callable[[Look], Deadline]

    def resolve(self, at: int, look: Look, zone: str) -> Due:
        return self.pick(look).resolve(at, look, zone)

    def trace(self, at: int, look: Look, zone: str) -> Trace:
        return self.pick(look).trace(at, look, zone)


def decided(deadline: Deadline | None, at: int, look: Look, zone: str) -> Target | None:
    """The target that gives the due of a clock that starts at `at`; None where no target does."""
    if isinstance(deadline, After):
        return deadline.target(look)
    if isinstance(deadline, Picked):
        return decided(deadline.pick(look), at, look, zone)
    if isinstance(deadline, Choice):
        chosen = deadline.decides(at, look, zone)
        return None if chosen is None else decided(deadline.parts[chosen], at, look, zone)
    if isinstance(deadline, Field) and as_instant(look(deadline.field)) is None:
        return decided(deadline.otherwise, at, look, zone)
    if isinstance(deadline, Stated) and as_length(look(deadline.field), deadline.unit) is None:
        return decided(deadline.otherwise, at, look, zone)
    return None


def clauses(deadline: Deadline | None) -> Iterator[Deadline]:
    """The deadline and everything inside it, outermost first, in the order of the file."""
    if deadline is None:
        return
    yield deadline
    if isinstance(deadline, Field | Stated):
        yield from clauses(deadline.otherwise)
    elif isinstance(deadline, Choice):
        for part in deadline.parts:
            yield from clauses(part)
    elif isinstance(deadline, Picked):
        for one in (deadline.standard, *deadline.others):
            yield from clauses(one)


def own_field(deadline: Deadline) -> str | None:
    """The first field with an instant that the deadline (of a moment that has policies: its own) reads, or None."""
    deadline = deadline.standard if isinstance(deadline, Picked) else deadline
    return next((clause.field for clause in clauses(deadline) if isinstance(clause, Field)), None)


def revised_due(deadline: Deadline, path: str, value: int, look: Look | None = None) -> int:
    """The new due that an instant in a revision's field means.

    Where the deadline reads this very field, its `plus` or `lead` counts again (arrival moved by a day moves "two hours
    before arrival" by a day); the instant of any other field is the due as it stands. `look`
    is that of the revision; where policies set the deadline, it says which one counts.
    """
    if isinstance(deadline, Picked) and look is not None:
        deadline = deadline.pick(look)
    for clause in clauses(deadline):
        if isinstance(clause, Field) and clause.field == path:
            return value + clause.shift
    return value
