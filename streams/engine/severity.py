"""How grave an occurrence is: what it began with, what it has risen to, and who says so (docs/rules.md, section 3)."""

from typing import Final

from streams.catalogue.model import Look, Moment, Ruling, Severity, Warning, level_words
from streams.engine.case import Occurrence

GRAVITY: Final[tuple[Severity, ...]] = ("low", "medium", "high", "critical")
"""From the least to the gravest."""

Origin = tuple[str, str]
"""Who has set the severity that an occurrence began with: `target`, `field` or `policy`, and which."""


def grade(moment: Moment, at: int, look: Look, zone: str) -> tuple[int, int]:
    """What an occurrence of a moment with a `grade` begins with: its `warns` and its `severity`."""
    if moment.grade is None:
        return 0, 0
    found = moment.grade(at, look, zone or "UTC")
    return found.warnings, GRAVITY.index(found.severity) + 1


def warnings_of(moment: Moment, occurrence: Occurrence) -> tuple[Warning, ...]:
    """The warnings that count for an occurrence."""
    return moment.own_warnings[occurrence.warns - 1] if occurrence.warns else moment.warnings


def is_various(moment: Moment) -> bool:
    """Whether occurrences of the moment may begin with different severities."""
    return moment.grade is not None or moment.ruling is not None


def first_severity(moment: Moment, at: int, look: Look) -> Severity:
    """The severity with which an occurrence begins at an instant, by the look at its start."""
    if moment.grade is not None:
        return moment.grade(at, look, moment.zone(look) or "UTC").severity
    return moment.severity if moment.ruling is None else moment.ruling(look).severity


def severity_of(moment: Moment, occurrence: Occurrence, risen: int, ruling: Ruling | None) -> Severity:
    """The severity of an occurrence after so many rises; a rise never lowers it."""
    if occurrence.severity:
        first = GRAVITY[occurrence.severity - 1]
    else:
        first = moment.severity if ruling is None else ruling.severity
    return max(first, moment.rises[risen - 1].to, key=GRAVITY.index) if risen else first


def origin_of(moment: Moment, occurrence: Occurrence, look: Look, zone: str, ruling: Ruling | None) -> Origin | None:
    """Who has set the severity that the occurrence began with; None where it is the moment's own."""
    if moment.grade is not None and occurrence.severity:
        found = moment.grade(occurrence.started, look, zone or "UTC")
        return found.origin if found.severity == GRAVITY[occurrence.severity - 1] else None
    if ruling is not None and "severity" in ruling.levels:
        return "policy", level_words(ruling.levels["severity"])
    return None
