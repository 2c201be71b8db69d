"""What one fact, or the passing of time, does to the occurrences of one moment (docs/rules.md, sections 3 and 4).

These are the only functions that change an occurrence. They are used twice: on what is told, as facts come in order,
and on a fresh record when late truth makes the fold anew; `say` is what tells the two apart.
"""

from typing import Protocol

from streams.catalogue.deadline import as_instant, revised_due
from streams.catalogue.model import Look, Moment, Role
from streams.engine.case import (
    AT_RISK,
    BREACHED,
    CANCELLED,
    EXPIRED,
    MET,
    NEVER,
    PAUSED,
    RECOVERED,
    RUNNING,
    Fact,
    Kind,
    Loose,
    Move,
    Occurrence,
    Track,
)
from streams.engine.lifecycle import step
from streams.engine.timers import next_timer, warnings_until

_START, _END, _CANCEL = int(Role.START), int(Role.END), int(Role.CANCEL)
_PAUSE, _RESUME, _REVISE, _REOPEN = int(Role.PAUSE), int(Role.RESUME), int(Role.REVISE), int(Role.REOPEN)
_FOR_OPEN = ~(_RESUME | _REVISE | _END | _CANCEL)


class Say(Protocol):
    """Takes every step of an occurrence as it happens, after the occurrence was changed."""

    def __call__(self, moment: Moment, occurrence: Occurrence, kind: Kind, at: int, fact: Fact | None) -> None: ...


def play(moment: Moment, track: Track, fact: Fact, roles: int, due_path: str | None, look: Look, say: Say) -> bool:
    """Take the roles of a fact, in their fixed order. True if an occurrence became met or recovered."""
    occurrences = track.occurrences
    current = occurrences[-1] if occurrences else None
    if current is not None and current.phase <= BREACHED:
        return _play_open(moment, track, current, fact, roles, due_path, look, say)
    return _play_closed(moment, track, current, fact, roles, look, say)


def _play_open(
    moment: Moment, track: Track, current: Occurrence, fact: Fact, roles: int, due_path: str | None, look: Look, say: Say
) -> bool:
    ended = False
    if roles & _RESUME and current.phase == PAUSED:
        _resume(moment, current, fact, say)
    if roles & _REVISE and current.phase != BREACHED:
        value = as_instant(look(due_path)) if due_path is not None else None
        if value is not None and due_path is not None:
            due = revised_due(moment.deadline, due_path, value)
            if due != current.due:
                _revise(moment, current, fact, due, say)
    if roles & _END:
        ended = True
        _close(moment, current, fact, _END, say)
    if roles & _CANCEL:
        if ended:
            _found_nothing(track, fact, _CANCEL)
        else:
            _close(moment, current, fact, _CANCEL, say)
    if current.phase > BREACHED:
        left = roles & _FOR_OPEN
        if left:
            ended |= _play_closed(moment, track, current, fact, left, look, say)
    elif roles & _PAUSE and current.phase <= AT_RISK:
        _pause(moment, current, fact, say)
    return ended


def _play_closed(
    moment: Moment, track: Track, current: Occurrence | None, fact: Fact, roles: int, look: Look, say: Say
) -> bool:
    loose = track.loose
    if roles & (_END | _CANCEL):
        _found_nothing(track, fact, _END if roles & _END else _CANCEL)
    begun = None
    if roles & _REOPEN and current is not None and moment.reopening != "nothing":
        if moment.reopening == "new":
            begun = _begin(moment, track, current.number + 1, fact, look, say)
        else:
            _reopen(moment, current, fact, say)
            begun = current
    if begun is None and roles & _START and (current is None or moment.repeats):
        begun = _begin(moment, track, 1 if current is None else current.number + 1, fact, look, say)
    if begun is None:
        return False
    track.loose = None  # what found nothing open before this occurrence has nothing to say of the next
    if loose is not None and loose.at == fact.at and loose.event != _name(fact) and begun is not current:
        _close(moment, begun, fact, loose.role, say)
        return loose.role == _END
    if roles & _PAUSE and begun.phase <= AT_RISK:
        _pause(moment, begun, fact, say)
    return False


def _name(fact: Fact) -> str:
    """A fact among all of its case: ids are unique within a source only."""
    return f"{fact.source}\x1f{fact.id}"


def _found_nothing(track: Track, fact: Fact, role: int) -> None:
    """Note an end or cancellation with nothing open; the first of an instant is the one a start may pick up."""
    if track.loose is None or track.loose.at != fact.at:
        track.loose = Loose(fact.at, role, _name(fact))


def _begin(moment: Moment, track: Track, number: int, fact: Fact, look: Look, say: Say) -> Occurrence:
    zone = "" if moment.calendar.always else moment.zone(look)
    due, span = moment.deadline.resolve(fact.at, look, zone or "UTC")
    step(None, Kind.OPENED, RUNNING)
    begun = Occurrence(number, RUNNING, fact.at, fact.id, due, due, span, fact.at, None, {}, zone=zone)
    for undone in track.void:
        if undone.number == number:
            begun.said, begun.loud = undone.said, undone.loud
            track.void.remove(undone)
            break
    begun.timer = next_timer(moment, begun)
    track.occurrences.append(begun)
    say(moment, begun, Kind.OPENED, fact.at, fact)
    return begun


def _close(moment: Moment, current: Occurrence, fact: Fact, role: int, say: Say) -> None:
    if role == _CANCEL:
        kind, to = Kind.CANCELLED, CANCELLED
    elif current.phase == BREACHED:
        kind, to = Kind.RECOVERED, RECOVERED
    else:
        kind, to = Kind.MET, MET
    current.phase = step(current.phase, kind, to)
    current.stopped, current.timer = fact.at, None
    say(moment, current, kind, fact.at, fact)


def _pause(moment: Moment, current: Occurrence, fact: Fact, say: Say) -> None:
    current.phase = step(current.phase, Kind.PAUSED, PAUSED)
    if current.due is not None:
        current.left = moment.calendar.between(fact.at, current.due, current.zone)
    current.due, current.stopped = None, fact.at
    _moved(moment, current, Kind.PAUSED, fact)
    say(moment, current, Kind.PAUSED, fact.at, fact)


def _resume(moment: Moment, current: Occurrence, fact: Fact, say: Say) -> None:
    revised = current.due is not None  # while it stood still: warnings are counted anew
    _go_on(moment, current, fact)
    if revised:
        current.warned = min(current.warned, warnings_until(moment, current, fact.at))
    to = AT_RISK if current.warned else RUNNING
    current.phase = step(current.phase, Kind.RESUMED, to)
    _moved(moment, current, Kind.RESUMED, fact)
    say(moment, current, Kind.RESUMED, fact.at, fact)


def _go_on(moment: Moment, current: Occurrence, fact: Fact) -> None:
    """Set the clock going again from the fact, with what was left."""
    if current.left is not None:
        current.due = moment.calendar.add(fact.at, current.left, current.zone)
    current.left = current.stopped = None
    current.anchor = fact.at


def _revise(moment: Moment, current: Occurrence, fact: Fact, due: int, say: Say) -> None:
    current.due, current.span = due, None
    if current.phase == PAUSED:
        current.left = None
        step(current.phase, Kind.REVISED, PAUSED)
    else:
        current.anchor = fact.at
        current.warned = min(current.warned, warnings_until(moment, current, fact.at))
        to = AT_RISK if current.warned else RUNNING
        current.phase = step(current.phase, Kind.REVISED, to)
    _moved(moment, current, Kind.REVISED, fact)
    say(moment, current, Kind.REVISED, fact.at, fact)


def _reopen(moment: Moment, current: Occurrence, fact: Fact, say: Say) -> None:
    """The old clock goes on: what lies between the end and now does not count."""
    if current.broken is not None:
        to = BREACHED
        current.anchor, current.stopped = fact.at, None
    else:
        to = AT_RISK if current.warned else RUNNING
        if current.due is not None:
            current.left = moment.calendar.between(current.stopped or 0, current.due, current.zone)
        _go_on(moment, current, fact)
    current.phase = step(current.phase, Kind.OPENED, to)
    _moved(moment, current, Kind.OPENED, fact)
    say(moment, current, Kind.OPENED, fact.at, fact)


def _moved(moment: Moment, current: Occurrence, kind: Kind, fact: Fact) -> None:
    current.moves.append(Move(kind, fact.at, fact.id, current.due))
    current.timer = next_timer(moment, current)


def advance(moment: Moment, occurrence: Occurrence, until: int, say: Say) -> int:
    """Let every timer before `until` speak. The instant of the last that did, or NEVER."""
    last = NEVER
    while occurrence.timer is not None and occurrence.timer < until:
        last = occurrence.timer
        _fire(moment, occurrence, last, say)
    return last


def _fire(moment: Moment, occurrence: Occurrence, at: int, say: Say) -> None:
    if occurrence.phase == BREACHED and _rises_by(moment, occurrence, at):
        while _rises_by(moment, occurrence, at):
            occurrence.risen += 1
        kind = Kind.WORSENED
        occurrence.phase = step(occurrence.phase, kind, BREACHED)
    elif occurrence.phase >= PAUSED or occurrence.due is None:
        kind = Kind.EXPIRED
        occurrence.phase, occurrence.stopped = step(occurrence.phase, kind, EXPIRED), at
    elif at < occurrence.due:
        kind = Kind.AT_RISK
        occurrence.phase = step(occurrence.phase, kind, AT_RISK)
        occurrence.warned = max(occurrence.warned + 1, warnings_until(moment, occurrence, at))
    else:
        kind = Kind.BREACHED
        occurrence.phase, occurrence.broken = step(occurrence.phase, kind, BREACHED), at
    occurrence.timer = next_timer(moment, occurrence)
    say(moment, occurrence, kind, at, None)


def _rises_by(moment: Moment, occurrence: Occurrence, at: int) -> bool:
    risen = occurrence.risen
    return risen < len(moment.rises) and (occurrence.broken or 0) + moment.rises[risen].after <= at
