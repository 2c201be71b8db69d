"""Targets that never count, lengths that a calendar cannot give, and warnings that come too soon."""

from collections.abc import Iterator
from itertools import combinations

from streams.catalogue.attainable import Allowed, beyond_reach, lengths, never_opens, too_short
from streams.catalogue.conditions import atoms
from streams.catalogue.doubts.doubt import Doubt
from streams.catalogue.entries import Document, Entry, clauses
from streams.catalogue.overlap import implied
from streams.catalogue.place import Path
from streams.catalogue.shelf import Shelf
from streams.catalogue.values import Ahead
from streams.catalogue.workdays import PublicDays, Workdays, expand_weekly
from streams.clock import DAY, as_datetime, format_duration

AHEAD = 60 * DAY
"""How far ahead of now it is looked whether make-up workdays are known."""


def of_targets(entry: Entry) -> Iterator[Doubt]:
    """Targets of which one before takes all cases."""
    for clause, path in clauses(entry.moment):
        for (_, first), (index, second) in combinations(enumerate(clause.targets), 2):
            if implied(atoms(first.when), atoms(second.when)):
                text = "this target never counts: one before it takes all of its cases; put the narrower one first"
                yield Doubt(entry.document, (*entry.path, *path, "targets", index), text)


def of_lengths(entry: Entry, shelf: Shelf, now: int) -> Iterator[Doubt]:
    """Lengths that a calendar cannot give, and warnings as long as what is allowed."""
    within_reach = []
    for length in lengths(entry, shelf):
        why = beyond_reach(length, shelf.calendars[length.calendar], now)
        if why is None:
            within_reach.append(length)
        else:
            yield Doubt(entry.document, length.path, f"{why}, so this can hardly break{shorter(length)}")
    told: set[Path] = set()
    for length in sorted(within_reach, key=lambda length: length.span or 0):
        for index, lead in enumerate(length.warnings):
            short = too_short(length, lead, shelf.calendars[length.calendar], now)
            path = (*length.warnings_path, index)
            if short is not None and path not in told:
                told.add(path)
                yield Doubt(entry.document, path, _hasty(lead, short))


def _hasty(lead: int | float | Ahead, short: str) -> str:
    if isinstance(lead, Ahead):
        return (
            f"{spoken_lead(lead)} ahead of the due the clock has mostly not started yet, so this warning comes with the "
            f"start; write fewer days, or a share such as 80%"
        )
    return (
        f"this warning comes {spoken_lead(lead)} ahead of a deadline that is {short}; write a shorter lead, or a share "
        f"such as 80%"
    )


def shorter(length: Allowed) -> str:
    """What to write instead of a length that is out of reach."""
    return "; write fewer hours, or workdays:" if length.days is None else ""


def spoken_lead(lead: int | float | Ahead) -> str:
    """How far ahead a warning comes: `10m`, `1 open day`."""
    if isinstance(lead, Ahead):
        return f"{lead.days} open day{'s' if lead.days > 1 else ''}"
    return format_duration(int(lead))


def of_calendars(document: Document, shelf: Shelf, now: int) -> Iterator[Doubt]:
    """Calendars that do not open, and those of countries whose make-up workdays are still to be published."""
    for name in document.file.calendars:
        key = shelf.find(name, document, ())
        if never_opens(shelf.calendars[key], shelf.zones.get(key, document.file.time_zone), now):
            text = f"'{name}' does not open within a year from now, so a clock in it stands still; give it more hours"
            yield Doubt(document, ("calendars", name), text)
    years = range(as_datetime(now).year, as_datetime(now + AHEAD).year + 1)
    for name, file in document.file.calendars.items():
        if file.holidays is None:
            continue
        public = PublicDays(file.holidays.country, file.holidays.region)
        days = Workdays(expand_weekly(file.weekly), public, file.makeup, frozenset(file.closed), dict(file.open))
        for year in years:
            if not days.knows(year):
                text = (
                    f"the make-up workdays of {file.holidays.country} for {year} are not known yet; "
                    f"until a newer version knows them, list that year's days under closed: and open:"
                )
                yield Doubt(document, ("calendars", name, "holidays"), text, "note")
