"""When time alone changes an occurrence: warnings, the breach, rises of severity, expiry (docs/rules.md, section 4)."""

from streams.catalogue.model import Calendar, Moment, Warning
from streams.engine.case import AT_RISK, BREACHED, PAUSED, Occurrence
from streams.engine.severity import warnings_of


def next_timer(moment: Moment, occurrence: Occurrence) -> int | None:
    """The next instant at which time alone says something of the occurrence; None when it waits for events only."""
    phase, due = occurrence.phase, occurrence.due
    if phase <= AT_RISK:
        if due is None:
            return occurrence.anchor + moment.time_to_live
        if occurrence.warned < len(warnings_of(moment, occurrence)):
            warning = warning_at(moment, occurrence, occurrence.warned)
            if warning < due:
                return warning
        return due
    if phase == PAUSED:
        return (occurrence.stopped or 0) + moment.time_to_live
    if phase == BREACHED:
        expiry = expires_at(moment, occurrence)
        if occurrence.risen < len(moment.rises):
            return min((occurrence.broken or 0) + moment.rises[occurrence.risen].after, expiry)
        return expiry
    return None


def expires_at(moment: Moment, occurrence: Occurrence) -> int:
    """When a breached occurrence is given up: a time to live after its due, or after it was opened again."""
    return max(occurrence.broken or 0, occurrence.anchor) + moment.time_to_live


def warning_at(moment: Moment, occurrence: Occurrence, index: int) -> int:
    """The instant of the warning, never before the anchor of the clock. The occurrence is dated."""
    warning, due = warnings_of(moment, occurrence)[index], occurrence.due
    if due is None:
        raise ValueError("an undated occurrence has no warnings")
    if warning.lead is not None:
        return max(due - warning.lead, occurrence.anchor)
    if warning.days is not None:
        return max(moment.calendar.ahead(due, warning.days, occurrence.zone or "UTC"), occurrence.anchor)
    return _share_used_at(warning, occurrence, due, moment.calendar)


def _share_used_at(warning: Warning, occurrence: Occurrence, due: int, calendar: Calendar) -> int:
    span, zone = occurrence.span, occurrence.zone
    if span is None:
        span = calendar.between(occurrence.started, due, zone)
    reserve = span - round(span * (warning.share or 0.0))
    left = calendar.between(occurrence.anchor, due, zone)
    return calendar.add(occurrence.anchor, max(0, left - reserve), zone)


def warnings_until(moment: Moment, occurrence: Occurrence, until: int) -> int:
    """How many warnings, in the catalogue's order, have their instant at or before `until` under the present due."""
    count, many = 0, len(warnings_of(moment, occurrence))
    while count < many and warning_at(moment, occurrence, count) <= until:
        count += 1
    return count
