"""Pauses that overlap: which kinds of them hold a clock (docs/rules.md, section 3, PAUSE and RESUME), and since when.

`Occurrence.holds` has a bit for each kind that holds: bit 0 for the pauses without an end of their own, bit n for kind n.
0 in a paused occurrence stands for bit 0 alone, as it is wherever no pause has an end of its own. What joined a pause and
what let go is among its moves.

Pauses that last (`Moment.lasting`) are kept in the track as well, so that what begins while one holds is paused from its
start: `release` before a fact plays its roles, `stand` where it comes to PAUSE. While an occurrence is paused the two say
the same of these kinds.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from streams.catalogue.model import REASON, Moment, Role
from streams.engine.case import EXPIRED, HELD, LET_GO, PAUSED, Fact, Kind, Move, Occurrence, Stood, Track

PLAIN: Final = 1
FIRST: Final = int(Role.COUNT)
"""Where the kinds that a fact begins stand in its roles, once they are spelt out."""

_PAUSE, _RESUME, _START = int(Role.PAUSE), int(Role.RESUME), int(Role.START)
_CLOSES = int(Role.END | Role.CANCEL)
_PAUSED, _HOLDS = int(Kind.PAUSED), (int(Kind.PAUSED), HELD, LET_GO)
_GOES_ON = (int(Kind.RESUMED), int(Kind.OPENED))


def let_go(moment: Moment, current: Occurrence | None, fact: Fact, given: int, roles: int) -> int:
    """Let the kinds go that a fact with the roles `given` ends, and say what is left of it: `roles` with RESUME where the
    clock goes on, and with PAUSE and the kinds where it begins some.
    """
    begun = ended = 0
    for kind, (begins, ends) in enumerate(moment.holds, 1):
        begun |= bool(given & begins) << kind
        ended |= bool(given & ends) << kind
    if ended and current is not None and current.phase == PAUSED:
        held = current.holds or PLAIN
        left = held & ~(ended | bool(roles & _RESUME) * PLAIN)
        if left == 0:
            current.holds = 0
            roles |= _RESUME
        else:
            now_held(current, fact, left)
            roles &= ~_RESUME
    return roles | (begun | bool(roles & _PAUSE)) * FIRST | _PAUSE if begun else roles


def hold(current: Occurrence, fact: Fact, roles: int) -> None:
    """One more pause meets a paused occurrence."""
    now_held(current, fact, (current.holds or PLAIN) | (roles // FIRST or PLAIN))


def now_held(current: Occurrence, fact: Fact, holds: int) -> None:
    """Other kinds may hold a paused occurrence from this fact on; at least one does."""
    before = current.holds or PLAIN
    if holds != before:
        kind = HELD if holds & ~before else LET_GO
        current.moves.append(Move(kind, fact.at, fact.id, current.due, holds))
        current.holds = holds


def release(moment: Moment, track: Track, current: Occurrence | None, given: int, roles: int) -> None:
    """Of the pauses that hold the moment, let those go that a fact with the roles `given` ends, or all where it closes
    and begins nothing. `roles` are what it comes to.
    """
    stood = track.stood
    if current is not None and current.phase == EXPIRED:
        stood = tuple(one for one in stood if one.at > (current.stopped or 0))
    if roles & _CLOSES and not roles & _START:
        stood = ()
    ended = bool(given & _RESUME) * PLAIN
    for kind, (_, ends) in enumerate(moment.holds, 1):
        ended |= bool(given & ends) << kind
    track.stood = tuple(one for one in stood if not ended >> one.kind & 1)


def stand(moment: Moment, track: Track, fact: Fact, roles: int) -> None:
    """The pauses that a fact begins hold the moment from now on, those that last."""
    begun = (roles // FIRST or PLAIN) & moment.lasting
    for one in track.stood:
        begun &= ~(1 << one.kind)
    if begun:
        track.stood += tuple(Stood(kind, fact.at, fact.id) for kind in _kinds(begun))


def held_from_the_start(stood: Sequence[Stood], at: int) -> tuple[int, list[Move]]:
    """The kinds that hold an occurrence which begins at `at`, and the moves that say so."""
    holds, moves = 0, list[Move]()
    for one in stood:
        holds |= 1 << one.kind
        since = None if one.at == at else one.at
        moves.append(Move(HELD if moves else _PAUSED, at, one.event, None, holds, since))
    return holds, moves


class Holding(NamedTuple):
    """A pause that holds: what it is, in words, since when, the event that began it, and the reason that this gave."""

    pause: str
    since: int
    event: str
    reason: str | None


def holding(moment: Moment, occurrence: Occurrence, facts: Sequence[Fact]) -> list[Holding]:
    """What holds an occurrence, or held it when it closed, the longest first. `facts` are those that are kept."""
    if not occurrence.moves:
        return []
    *_, (holds, _) = _told(occurrence.moves)
    return [
        Holding(_words(moment, kind, move, facts), _since(move), move.event, _reason(move, facts))
        for kind, move in sorted(holds.items(), key=lambda each: _since(each[1]))
    ]


def changes(moment: Moment, moves: Sequence[Move], facts: Sequence[Fact]) -> list[list[str]]:
    """Of each move the pauses, in words, that began with it or let go."""
    return [[_words(moment, kind, move, facts) for kind, move in those.items()] for _, those in _told(moves)]


_Began = dict[int, Move]
"""By their kind, the moves that began pauses."""


def _told(moves: Sequence[Move]) -> Iterator[tuple[_Began, _Began]]:
    """After each move what holds, and what of it began with the move or has let go."""
    holds: _Began = {}
    for move in moves:
        before = holds
        if move.kind in _HOLDS:
            holds = {kind: before.get(kind, move) for kind in _kinds(move.holds or PLAIN)}
        elif move.kind in _GOES_ON:
            holds = {}
        changed = before.keys() ^ holds.keys() if move.kind != Kind.OPENED else ()
        yield holds, {kind: (before | holds)[kind] for kind in sorted(changed)}


def _kinds(holds: int) -> list[int]:
    return [kind for kind in range(holds.bit_length()) if holds >> kind & 1]


def _words(moment: Moment, kind: int, began: Move, facts: Sequence[Fact]) -> str:
    """What a pause is, in words: as the catalogue has it, or one of several as far as the event tells which."""
    those = [pausing for pausing in moment.pauses if pausing.kind == kind]
    fact = _fact(began, facts)
    if fact is None:
        return " or ".join(dict.fromkeys(pausing.words for pausing in those)) or began.event
    named = [pausing.named(fact.type) for pausing in those if pausing.covers(fact.type)]
    named = named or [pausing.words for pausing in those if not pausing.pattern]
    return " or ".join(dict.fromkeys(named)) or fact.type


def _reason(began: Move, facts: Sequence[Fact]) -> str | None:
    fact = _fact(began, facts)
    reason = None if fact is None else fact.fields.get(REASON)
    return None if reason is None else str(reason)


def _since(began: Move) -> int:
    return began.at if began.since is None else began.since


def _fact(began: Move, facts: Sequence[Fact]) -> Fact | None:
    return next((fact for fact in facts if fact.id == began.event and fact.at == _since(began)), None)
