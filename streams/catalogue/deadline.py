"""Deadline expressions, compiled: when a moment that starts now must have ended, and how that came about."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from streams.catalogue.conditions import Atom, words
from streams.catalogue.model import Calendar, Deadline, Due, Look, Trace
from streams.clock import EPOCH, instant, parse_rfc3339

_EARLIEST = instant(EPOCH.replace(year=1900))
_LATEST = instant(EPOCH.replace(year=9000))

UNKNOWN = Due(None, None)


def as_instant(value: object) -> int | None:
    """The instant that a field's value means, or None where it means none.

    Read are whole numbers of microseconds, aware datetimes, and RFC 3339 texts with an offset. Instants before 1900 or
    after 9000 count as unreadable, so that no date can overflow what comes after.
    """
    at: int | None = None
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        at = value
    elif isinstance(value, datetime):
        at = instant(value) if value.tzinfo is not None else None
    elif isinstance(value, str):
        try:
            at = parse_rfc3339(value)
        except (ValueError, OverflowError):
            return None
    return at if at is not None and _EARLIEST <= at <= _LATEST else None


@dataclass(frozen=True, slots=True)
class Span:
    """A duration for the cases its conditions hold for."""

    conditions: tuple[Atom, ...]
    holds: Callable[[Look], bool]
    span: int
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class After:
    """A span of open time from the start; the first target that holds gives it, else the standard one."""

    span: int
    targets: tuple[Span, ...]
    calendar: Calendar

    def target(self, look: Look) -> Span | None:
        """The target that holds."""
        for target in self.targets:
            if target.holds(look):
                return target
        return None

    def resolve(self, at: int, look: Look, zone: str) -> Due:
        target = self.target(look) if self.targets else None
        span = self.span if target is None else target.span
        return Due(self.calendar.add(at, span, zone), span)

    def trace(self, at: int, look: Look, zone: str) -> Trace:
        target = self.target(look)
        due, span = self.resolve(at, look, zone)
        return Trace("after", due, span=span, target=words(target.conditions) if target else None)


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
            instead = self.otherwise.trace(at, look, zone)
            missing = f"{self.field}, {instead.instead_of}" if instead.instead_of else self.field
            return replace(instead, instead_of=missing)
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

    def resolve(self, at: int, look: Look, zone: str) -> Due:
        dues = [part.resolve(at, look, zone) for part in self.parts]
        chosen = self._decide([due.at for due in dues])
        return UNKNOWN if chosen is None else dues[chosen]

    def trace(self, at: int, look: Look, zone: str) -> Trace:
        parts = tuple(part.trace(at, look, zone) for part in self.parts)
        chosen = self._decide([part.due for part in parts])
        due = None if chosen is None else parts[chosen].due
        return Trace("latest" if self.latest else "earliest", due, parts=parts, chosen=chosen)


def clauses(deadline: Deadline | None) -> Iterator[Deadline]:
    """The deadline and everything inside it, outermost first, in the order of the file."""
    if deadline is None:
        return
    yield deadline
    if isinstance(deadline, Field):
        yield from clauses(deadline.otherwise)
    elif isinstance(deadline, Choice):
        for part in deadline.parts:
            yield from clauses(part)


def own_field(deadline: Deadline) -> str | None:
    """The first field that the deadline reads, or None."""
    return next((clause.field for clause in clauses(deadline) if isinstance(clause, Field)), None)


def revised_due(deadline: Deadline, path: str, value: int) -> int:
    """The new due that an instant in a revision's field means.

    Where the deadline reads this very field, its `plus` or `lead` counts again (arrival moved by a day moves "two hours
    before arrival" by a day); the instant of any other field is the due as it stands.
    """
    for clause in clauses(deadline):
        if isinstance(clause, Field) and clause.field == path:
            return value + clause.shift
    return value
