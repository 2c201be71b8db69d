"""Whether a calendar gives a moment the time that its deadline counts on, looked at over a year from now."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median_low

from streams.catalogue.document import DeadlineClause, Target
from streams.catalogue.entries import Entry, clauses
from streams.catalogue.model import Calendar
from streams.catalogue.place import Path
from streams.catalogue.shelf import Shelf
from streams.clock import DAY, MINUTE, format_duration

_YEAR = 366 * DAY


@dataclass(frozen=True, slots=True)
class Allowed:
    """A length that a file gives a moment: open time, or so many open days (the other is None), and where it says so."""

    span: int | None
    days: int | None
    calendar: str
    zone: str
    path: Path


def never_opens(calendar: Calendar, zone: str, now: int) -> bool:
    """Whether it stays closed for a year."""
    return calendar.between(now, now + _YEAR, zone) == 0


def lengths(entry: Entry, shelf: Shelf) -> Iterator[Allowed]:
    """Every length that the moment's deadline may come to, with the calendar in which it is counted."""
    moment, document = entry.moment, entry.document

    def allowed(span: int | None, days: int | None, calendar: str | None, path: Path) -> Allowed:
        key = shelf.find(calendar or moment.calendar, document, ())
        return Allowed(span, days, key, shelf.zones.get(key, document.file.time_zone), (*entry.path, *path))

    def given(says: DeadlineClause | Target, calendar: str | None, path: Path) -> Allowed:
        return allowed(says.after, says.workdays, calendar, (*path, "after" if says.workdays is None else "workdays"))

    if moment.expects is not None:
        yield allowed(moment.expects.every, None, None, ("expects", "every"))
    for clause, path in clauses(moment):
        if clause.after is not None or clause.workdays is not None:
            yield given(clause, None, path)
        for index, target in enumerate(clause.targets):
            yield given(target, target.calendar, (*path, "targets", index))


def beyond_reach(length: Allowed, calendar: Calendar, now: int) -> str | None:
    """In words, why the length takes more than a year from now; None where it does not."""
    if calendar.always or never_opens(calendar, length.zone, now):
        return None
    if length.days is not None:
        if calendar.closing(now, length.days, length.zone) <= now + _YEAR:
            return None
        return f"'{length.calendar}' does not open on {length.days} days of a year, so this can hardly break"
    opened = calendar.between(now, now + _YEAR, length.zone)
    if length.span is None or length.span <= opened:
        return None
    hours = format_duration(opened // MINUTE * MINUTE)
    return (
        f"'{length.calendar}' is open for {hours} in a year and {format_duration(length.span)} of open time is more, so "
        f"this can hardly break; write fewer hours, or workdays:"
    )


def usual_wait(length: Allowed, calendar: Calendar, now: int) -> int:
    """From opening to the due: what workdays mostly come to on the wall."""
    begins = [begin for begin, _ in calendar.spans(now, now + _YEAR, length.zone)]
    return median_low(calendar.closing(begin, length.days or 0, length.zone) - begin for begin in begins or [now])
