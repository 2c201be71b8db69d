"""What is said while the feed that would bring an end is not heard (docs/rules.md, section 8). Pure.

Time goes on for such a case as for any other; only what follows from *absence* is not believed. It is kept as owed in
the occurrence (`doubt`), told as `unknown` once where its feed is blind, and told as what it is when the feed is heard
again or an event proves it.
"""

from copy import copy
from typing import Final

from streams.engine.case import AT_RISK, BREACHED, PAUSED, RUNNING, Kind, Occurrence

HEARD: Final = 0
SUSPECT: Final = 1
BLIND: Final = 2
"""What is known of the feeds that could bring the end of a moment; the worst of them counts."""

_OWED: Final = 1
_UNKNOWN: Final = 2
"""Values of `Occurrence.doubt`: something is owed; it was said that it is unknown."""

ABSENCES: Final = frozenset({Kind.AT_RISK, Kind.BREACHED, Kind.WORSENED})
"""The kinds that say that something has not come."""


def believed(occurrence: Occurrence, kind: Kind, level: int) -> tuple[Kind, ...]:
    """What is said where the rules come to `kind`; the occurrence stands as after that step."""
    if kind in ABSENCES:
        if level == HEARD:
            occurrence.doubt = 0
            return (kind,)
        if not occurrence.doubt:
            occurrence.doubt, occurrence.told = _OWED, min(occurrence.warned, occurrence.said.get(Kind.AT_RISK, 0))
        return doubted(occurrence, level) if kind is Kind.BREACHED else ()
    if not occurrence.doubt:
        return (kind,)
    if kind is Kind.RECOVERED:
        occurrence.doubt = 0
        return (kind,) if told_broken(occurrence) else (Kind.BREACHED, kind)
    if occurrence.phase in (RUNNING, PAUSED) or kind is Kind.MET:
        occurrence.doubt = 0
    return (kind,)


def doubted(occurrence: Occurrence, level: int) -> tuple[Kind, ...]:
    """What is said now of an occurrence in doubt, given what is known of its feed: that it is unknown, once."""
    if occurrence.phase != BREACHED or occurrence.doubt != _OWED or level != BLIND or told_broken(occurrence):
        return ()
    occurrence.doubt = _UNKNOWN
    return (Kind.UNKNOWN,)


def as_told(occurrence: Occurrence) -> Occurrence:
    """The occurrence as people know it: without what is owed."""
    if not occurrence.doubt:
        return occurrence
    told = copy(occurrence)
    told.warned = occurrence.told
    if told_broken(occurrence):
        told.risen = min(occurrence.risen, occurrence.said.get(Kind.WORSENED, 0))
        return told
    told.broken, told.risen = None, 0
    if told.phase in (AT_RISK, BREACHED):
        told.phase = AT_RISK if occurrence.told else RUNNING
    return told


def is_unknown(occurrence: Occurrence) -> bool:
    """Whether people know nothing of it, as its feed is blind."""
    return occurrence.phase == BREACHED and occurrence.doubt == _UNKNOWN


def told_broken(occurrence: Occurrence) -> bool:
    """Whether people know it as broken."""
    said = occurrence.said
    return said.get(Kind.BREACHED, 0) > said.get(Kind.RETRACTED, 0)
