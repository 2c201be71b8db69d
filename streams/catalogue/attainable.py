"""Whether a calendar gives a moment the time that its deadline counts on, looked at over a year from now."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median_low

from streams.catalogue.document.deadlines import DeadlineClause, Target
from streams.catalogue.entries import Entry
from streams.catalogue.model import Calendar
from streams.catalogue.place import Path
from streams.catalogue.shelf import Shelf
from streams.catalogue.values import Ahead
from streams.clock import DAY, MINUTE, format_duration

_YEAR = 366 * DAY


Leads = Sequence[int | float | Ahead]

Find = Callable[[str | None], tuple[str, str]]
"""Key and time zone of the calendar that a target names; for None those of the moment's own."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """A length that a file gives a moment: open time, or so many open days (the other is None), and where it says so;
    with the warnings that count for it and where these stand. `alone`: no later instant may stand in for it."""

    span: int | None
    days: int | None
    calendar: str
    zone: str
    path: Path
    warnings: Leads
    warnings_path: Path
    alone: bool


def lengths(entry: Entry, shelf: Shelf) -> Iterator[Allowed]:
    """Every length that the moment's deadline may come to, with the calendar in which it is counted."""
    moment, document = entry.moment, entry.document

    def find(name: str | None) -> tuple[str, str]:
        key = shelf.find(name or moment.calendar, document, ())
        return key, shelf.zones.get(key, document.file.time_zone)

    path = ("deadline",) if moment.expects is None else ("expects", "every")
    return lengths_in(moment.allows, (*entry.path, *path), moment.warnings, (*entry.path, "warnings"), find)


def lengths_in(
    clause: DeadlineClause, path: Path, leads: Leads, leads_path: Path, find: Find, *, alone: bool = True
) -> Iterator[Allowed]:
    """Every length in a clause, which stands at the path. `leads` are the warnings of the moment, which count for targets
    that have none of their own."""

    def given(says: DeadlineClause | Target, where: Path) -> Allowed:
        key, zone = find(says.calendar if isinstance(says, Target) else None)
        own = says.warnings if isinstance(says, Target) else None
        counts, counts_path = (leads, leads_path) if own is None else (own, (*where, "warnings"))
        where = (*where, "after" if says.workdays is None else "workdays")
        return Allowed(says.after, says.workdays, key, zone, where, counts, counts_path, alone)

    if clause.after is not None or clause.workdays is not None:
        yield given(clause, path)
    for index, target in enumerate(clause.targets):
        yield given(target, (*path, "targets", index))
    inner = [] if clause.else_ is None else [(clause.else_, (*path, "else"), alone)]
    inner += [(part, (*path, "earliest", index), alone) for index, part in enumerate(clause.earliest or ())]
    inner += [(part, (*path, "latest", index), False) for index, part in enumerate(clause.latest or ())]
    for part, where, by_itself in inner:
        yield from lengths_in(part, where, leads, leads_path, find, alone=by_itself)


def never_opens(calendar: Calendar, zone: str, now: int) -> bool:
    """Whether it stays closed for a year."""
    return calendar.between(now, now + _YEAR, zone) == 0


def beyond_reach(length: Allowed, calendar: Calendar, now: int) -> str | None:
    """In words, why the length takes more than a year from now; None where it does not."""
    if calendar.always or never_opens(calendar, length.zone, now):
        return None
    if length.days is not None:
        if calendar.closing(now, length.days, length.zone) <= now + _YEAR:
            return None
        return f"'{length.calendar}' does not open on {length.days} days of a year"
    opened = calendar.between(now, now + _YEAR, length.zone)
    if length.span is None or length.span <= opened:
        return None
    hours = format_duration(opened // MINUTE * MINUTE)
    return f"'{length.calendar}' is open for {hours} in a year and {format_duration(length.span)} of open time is more"


def too_short(length: Allowed, lead: int | float | Ahead, calendar: Calendar, now: int) -> str | None:
    """In words, how the length is too short for a warning so far ahead of its end; None where it is not. Shares are never
    too far ahead."""
    if isinstance(lead, Ahead):
        return "mostly shorter than that" if _comes_at_once(length, lead, calendar, now) else None
    if isinstance(lead, float) or not length.alone:
        return None
    if length.span is not None:
        return f"only {format_duration(length.span)} long" if lead >= length.span else None
    wait = None if calendar.always else _usual_wait(length, calendar, now)
    return None if wait is None or lead < wait else f"mostly only {format_duration(wait)} away when the day begins"


def _usual_wait(length: Allowed, calendar: Calendar, now: int) -> int:
    """From opening to the due: what workdays mostly come to on the wall."""
    begins = [begin for begin, _ in calendar.spans(now, now + _YEAR, length.zone)]
    return median_low(calendar.closing(begin, length.days or 0, length.zone) - begin for begin in begins or [now])


def _comes_at_once(length: Allowed, lead: Ahead, calendar: Calendar, now: int) -> bool:
    """Whether a warning so many open days ahead of the due would mostly come before the clock starts, so with it."""
    early = 0
    begins = [] if calendar.always else [begin for begin, _ in calendar.spans(now, now + _YEAR, length.zone)]
    for begin in begins:
        days, span = length.days, length.span or 0
        due = calendar.add(begin, span, length.zone) if days is None else calendar.closing(begin, days, length.zone)
        early += calendar.ahead(due, lead.days, length.zone) <= begin
    return length.alone and 2 * early > len(begins)
