"""What one fact, or the passing of time, does to the occurrences of one moment (docs/rules.md, sections 3 and 4).

These are the only functions that change an occurrence. They are used twice: on what is told, as facts come in order,
and on a fresh record when late truth makes the fold anew; `say` is what tells the two apart.
"""

from typing import Protocol

from streams.catalogue.deadline import revised_due
from streams.catalogue.instants import as_instant
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
    REFUSED,
    RUNNING,
    Fact,
    Kind,
    Loose,
    Move,
    Occurrence,
    Track,
)
from streams.engine.holds import FIRST, PLAIN, held_from_the_start, hold, let_go, now_held, release, stand
from streams.engine.lifecycle import step
from streams.engine.several import count
from streams.engine.severity import grade
from streams.engine.timers import next_timer, warnings_until

_START, _END, _CANCEL = int(Role.START), int(Role.END), int(Role.CANCEL)
_PAUSE, _RESUME, _REVISE, _REOPEN = int(Role.PAUSE), int(Role.RESUME), int(Role.REVISE), int(Role.REOPEN)
_ASK = _REVISE | int(Role.REFUSE)
_NEXT, _COUNT = int(Role.NEXT), int(Role.COUNT)
_BEGINS = _START | _REOPEN
_FOR_OPEN = ~(_RESUME | _ASK | _END | _CANCEL)


class Say(Protocol):
    """Takes every step of an occurrence as it happens, after the occurrence was changed."""

    def __call__(self, moment: Moment, occurrence: Occurrence, kind: Kind, at: int, fact: Fact | None) -> None: ...


def play(moment: Moment, track: Track, fact: Fact, roles: int, due_path: str | None, look: Look, say: Say) -> bool:
    """Take the roles of a fact, in their fixed order. True if an occurrence became met or recovered."""
    occurrences = track.occurrences
    current = occurrences[-1] if occurrences else None
    given = roles
    if roles >= _NEXT:
        roles = _spell_out(moment, track, current, fact, roles)
    if track.stood:
        release(moment, track, current, given, roles)
    if current is not None and current.phase <= BREACHED:
        return _play_open(moment, track, current, fact, roles, due_path, look, say)
    return _play_closed(moment, track, current, fact, roles, look, say)


def _spell_out(moment: Moment, track: Track, current: Occurrence | None, fact: Fact, roles: int) -> int:
    """The plain roles that a fact comes to by what it counts for, by NEXT, and by pauses with ends of their own; above
    those the kinds of pauses that it begins.
    """
    given = roles
    if roles >= _COUNT:
        roles = _count(moment, track, current, fact, roles)
    if roles & _NEXT:
        roles ^= _NEXT
        if current is not None and current.phase <= BREACHED:
            roles |= _END | _START
    return let_go(moment, current, fact, given, roles) if moment.holds else roles


def _count(moment: Moment, track: Track, current: Occurrence | None, fact: Fact, roles: int) -> int:
    """Let the fact count for the parts that it is; its roles, with those of the closings that are complete with it."""
    if current is not None and current.phase <= BREACHED:
        current.came, roles = count(moment, current.came, fact, roles)
    else:
        before = track.came if track.came and track.came[0].at == fact.at else ()
        track.came, roles = count(moment, before, fact, roles)
    return roles


def _play_open(
    moment: Moment, track: Track, current: Occurrence, fact: Fact, roles: int, due_path: str | None, look: Look, say: Say
) -> bool:
    ended = False
    if roles & _RESUME and current.phase == PAUSED:
        _resume(moment, current, fact, say)
    if roles & _ASK and current.phase != BREACHED and due_path is not None:
        value = as_instant(look(due_path))
        due = current.due if value is None else revised_due(moment.deadline, due_path, value, look)
        if due is not None and due != current.due:
            if roles & _REVISE:
                _revise(moment, current, fact, due, say)
            else:
                current.moves.append(Move(REFUSED, fact.at, fact.id, current.due))
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
    elif roles & _PAUSE:
        _pause(moment, track, current, fact, roles, say)
    return ended


def _play_closed(
    moment: Moment, track: Track, current: Occurrence | None, fact: Fact, roles: int, look: Look, say: Say
) -> bool:
    loose = track.loose
    if roles & (_END | _CANCEL):
        _found_nothing(track, fact, _END if roles & _END else _CANCEL)
    begun = None
    if moment.off is not None and roles & _BEGINS and moment.off(look):
        roles &= ~_BEGINS if moment.reopening == "new" else ~_START
    if roles & _REOPEN and current is not None and moment.reopening != "nothing":
        track.stood = ()
        if moment.reopening == "new":
            begun = _begin(moment, track, current.number + 1, fact, look, say)
        else:
            _reopen(moment, current, fact, say)
            begun = current
    if begun is None and roles & _START and (current is None or moment.repeats):
        begun = _begin(moment, track, 1 if current is None else current.number + 1, fact, look, say)
    if begun is not None:
        track.loose, track.came = None, ()  # what found nothing open before this occurrence has no say in the next
        if loose is not None and loose.at == fact.at and loose.event != _name(fact) and begun is not current:
            track.stood = ()
            _close(moment, begun, fact, loose.role, say)
            return loose.role == _END
        if track.stood:
            _stand_still(moment, begun, fact, *held_from_the_start(track.stood, fact.at), say)
    if roles & _PAUSE:
        _pause(moment, track, begun, fact, roles, say)
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
    if track.came:
        own = fact.id, fact.source
        begun.came = tuple(came for came in track.came if came.at == fact.at and (came.event, came.source) != own)
    if moment.grade is not None:
        begun.warns, begun.severity = grade(moment, fact.at, look, zone)
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


def _pause(moment: Moment, track: Track, current: Occurrence | None, fact: Fact, roles: int, say: Say) -> None:
    stand(moment, track, fact, roles)
    if current is None or current.phase > PAUSED:
        return
    if current.phase == PAUSED:
        hold(current, fact, roles)
        return
    holds = roles // FIRST
    _stand_still(moment, current, fact, holds, [Move(Kind.PAUSED, fact.at, fact.id, None, holds or PLAIN)], say)


def _stand_still(moment: Moment, current: Occurrence, fact: Fact, holds: int, moves: list[Move], say: Say) -> None:
    """The clock stands from this fact on, held by these kinds of pauses."""
    current.phase = step(current.phase, Kind.PAUSED, PAUSED)
    if current.due is not None:
        current.left = moment.calendar.between(fact.at, current.due, current.zone)
    current.due, current.stopped, current.holds = None, fact.at, holds
    current.moves += moves
    current.timer = next_timer(moment, current)
    say(moment, current, Kind.PAUSED, fact.at, fact)


def _resume(moment: Moment, current: Occurrence, fact: Fact, say: Say) -> None:
    if current.holds & ~PLAIN:  # by pauses that this does not end
        now_held(current, fact, current.holds & ~PLAIN)
        return
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
    current.came = ()
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
