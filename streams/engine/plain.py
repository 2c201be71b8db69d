"""What an event does to a plain case, worked out once for each kind of event and then a few operations on integers.

A case is *plain* while nothing out of the ordinary has happened to it: its events came in the order of their time, each
moment began once at most and was neither paused nor revised nor opened again, and no timer has spoken, so nobody was
told anything. What is told of such a case follows from its facts alone (`unfold`), and of its tracks only three things
are needed to go on: which moments have begun, which of them are open, and when each of those wants a look.

This is a shorter way to what `take` and `advance` come to, never another rule: whatever is not plainly covered here is
left to them.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from streams.catalogue.deadline import After, Field
from streams.catalogue.model import Hit, Look, Moment, Role
from streams.engine.case import RUNNING, Case, Fact, Kind, Occurrence
from streams.engine.fold import apply_fact
from streams.engine.rules import Rules
from streams.engine.severity import grade
from streams.engine.timers import next_timer

MOST_MOMENTS: Final = 64
"""Masks have this many bits; the cases of a larger catalogue go the long way."""

SURELY_A_DATE: Final = 10**17
"""Whole numbers below this are instants that `as_instant` takes; others are for it to judge."""

FirstTimer = Callable[[int, Look], int]
"""When a moment that begins at the instant wants its first look."""


class Begin(NamedTuple):
    """A moment that an event begins. `offset` is from the start to its first timer, None where fields decide it; `off`
    whether it does not begin at all, None where it always does."""

    moment: int
    bit: int
    offset: int | None
    timer: FirstTimer
    off: Callable[[Look], bool] | None = None


class Course(NamedTuple):
    """What one kind of event does to a plain case. Masks: bit i stands for moment i.

    `bar_fresh`, `bar_open`, `bar_closed`: the event needs the long way where one of these moments has not begun, is
    open, or is over. `may_be_off`: what of `starts` policies may have switched off for the case.
    """

    starts: int
    ends: int
    cancels: int
    bar_fresh: int
    bar_open: int
    bar_closed: int
    begins: tuple[Begin, ...]
    may_be_off: int = 0


def course_of(rules: Rules, hits: Sequence[Hit]) -> Course | None:
    """The course of an event with these hits; None where it always needs the long way."""
    starts = ends = cancels = bar_fresh = bar_open = bar_closed = may_be_off = 0
    begins = []
    for index, roles, due_path in hits:
        moment, bit = rules.moments[index], 1 << index
        if index >= MOST_MOMENTS or moment.journal or rules.followers[index] or moment.id in rules.followed:
            return None
        again = bool((roles & Role.START and moment.repeats) or (roles & Role.REOPEN and moment.reopening != "nothing"))
        over = roles & (Role.END | Role.CANCEL)
        pauses = bool(roles & Role.PAUSE) or any(roles & hold.begins for hold in moment.holds)
        if roles >= Role.NEXT:
            # it may close, pause, or begin the next; with nothing open, and in order, it is nothing
            bar_open |= bit
        if roles & Role.START:
            starts |= bit
            begins.append(_begin(index, moment)._replace(off=moment.off))
            if moment.off is not None:
                may_be_off |= bit
            if pauses:
                bar_fresh |= bit
        if roles & Role.END:
            ends |= bit
        elif roles & Role.CANCEL:
            cancels |= bit
        if again:
            bar_closed |= bit
        if (roles & Role.PAUSE and not over) or (roles & Role.REVISE and due_path is not None) or (over and again):
            bar_open |= bit
        if moment.lasting and pauses:
            bar_fresh |= bit  # it may hold what begins later
            bar_open |= bit
    return Course(starts, ends, cancels, bar_fresh, bar_open, bar_closed, tuple(begins), may_be_off)


def _begin(index: int, moment: Moment) -> Begin:
    deadline = moment.deadline
    if moment.calendar.always and isinstance(deadline, After) and not deadline.targets:
        offset = _first_timer(moment, 0, lambda _: None)
        return Begin(index, 1 << index, offset, lambda at, _: at + offset)
    if moment.calendar.always and isinstance(deadline, Field) and (not moment.warnings or moment.warnings[0].lead):
        return Begin(index, 1 << index, None, _dated(moment, deadline, moment.warnings[0].lead if moment.warnings else 0))
    return Begin(index, 1 << index, None, lambda at, look: _first_timer(moment, at, look))


def _dated(moment: Moment, deadline: Field, lead: int | None) -> FirstTimer:
    field, shift, ahead = deadline.field, deadline.shift, lead or 0

    def timer(at: int, look: Look) -> int:
        value = look(field)
        if type(value) is not int or not 0 <= value < SURELY_A_DATE:
            return _first_timer(moment, at, look)
        due = value + shift
        return min(due, max(due - ahead, at))

    return timer


def _first_timer(moment: Moment, at: int, look: Look) -> int:
    zone = "" if moment.calendar.always else moment.zone(look)
    due, span = moment.deadline.resolve(at, look, zone or "UTC")
    begun = Occurrence(1, RUNNING, at, "", due, due, span, at, None, {}, zone=zone)
    if moment.own_warnings:
        begun.warns, _ = grade(moment, at, look, zone)
    timer = next_timer(moment, begun)
    if timer is None:
        raise ValueError("a running occurrence always has a timer")
    return timer


def unfold(rules: Rules, facts: list[Fact], region: str = "") -> Case:
    """The whole record of a plain case with these facts, as the long way would have made it."""
    case = Case(rules.version, facts, [], len(facts), region=region)
    for position, fact in enumerate(facts):
        apply_fact(rules, case.tracks, facts, position, None, rules.hits_of(fact), _note)
    return case


def _note(moment: Moment, occurrence: Occurrence, kind: Kind, at: int, fact: Fact | None) -> None:  # noqa: ARG001
    """The Say of what was said when the facts came: quiet steps, counted then."""
    occurrence.said[kind] = occurrence.said.get(kind, 0) + 1
