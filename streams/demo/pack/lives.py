"""Lives as examples: a case is opened, one thing is done about one of its clocks, and all that is open is settled.

Nothing is left to luck but seconds and traits: who asks for an event gets the life in which it has its place, after what
has to come before it and in the hours in which people do such things.
"""

import random
from collections.abc import Iterator
from typing import Final

from streams.catalogue.document.moments import MomentFile
from streams.catalogue.document.triggers import Closing, Trigger
from streams.catalogue.model import Role
from streams.clock import DAY, HOUR, MINUTE, SECOND
from streams.demo.pack.lifelike import share, unhurried
from streams.demo.pack.roles import Happening, covers, kinds_of, triggers
from streams.demo.pack.sayings import Sayings
from streams.demo.pack.script import Script, plays, steps_of
from streams.demo.pack.truth import Clock, Course
from streams.demo.world import Store

_MOST_EVENTS: Final = 40
_NO_SHOW: Final = ".no_show"
_ROUNDS: Final = 2
_OFTEN_BEFORE: Final = frozenset({Role.END, Role.REOPEN, Role.RESUME})
_CLOSED_SO: Final = {Role.START: 0.8, Role.END: 0.5, Role.CANCEL: 0.35, Role.PAUSE: 0.3, Role.REVISE: 0.4}
"""The share of the time allowed after which it is done; a beginning is that of the next round."""


class Life:
    """One case, from the instant `at` on. `known` are the types that other lives have already shown."""

    def __init__(self, script: Script, subject: str, store: Store, at: int, known: frozenset[str]) -> None:
        self.subject = subject
        self.happenings: list[Happening] = []
        self._script, self._now, self._known = script, at, known
        self._chance = random.Random(f"life:{script.name}:{subject}")
        self._sayings = Sayings(script, subject, store, self._chance)
        self._course = Course(script.law, subject)
        self._moments = {moment.id: moment for moment in script.moments}
        self._opening: set[str] = set()

    def show(self, moment: MomentFile, role: Role, trigger: Trigger) -> None:
        """Live until the trigger has played its role for the moment, and on until all is settled."""
        self._open(moment, trigger if role is Role.START else None)
        clock = self._last(moment)
        if clock is not None and role is not Role.START:
            if role is Role.CANCEL and (trigger.on or "").endswith(_NO_SHOW) and (clock.due or 0) - clock.begun > DAY:
                return self._stay_away(moment, clock, trigger)
            self._prepare(moment, clock, role, trigger)
            if self._last(moment) is clock and (clock.open or role is Role.REOPEN):
                self._do(moment, clock, role, trigger)
        return self._settle()

    def _stay_away(self, moment: MomentFile, clock: Clock, trigger: Trigger) -> None:
        """All is prepared for somebody, who does not come."""
        due = clock.due or self._now
        self._settle()
        self._happen(moment, trigger, max(due, self._now) + 6 * HOUR)

    def be_late(self, moment: MomentFile) -> None:
        """Live so that the moment breaks, is ended all the same, and all the rest is settled."""
        self._open(moment, None)
        clock = self._last(moment)
        if clock is not None and clock.open and clock.due is not None:
            late = unhurried(clock.begun, clock.due + min(max((clock.due - clock.begun) // 5, MINUTE), DAY))
            self._settle_before(late, clock)
            ends = self._triggers(moment, Role.END) if clock.ended is None else []
            if ends:
                self._fire(moment, clock, Role.END, ends[0], max(self._now + MINUTE, clock.opening.add(late, SECOND)))
        self._settle()

    def _open(self, moment: MomentFile, trigger: Trigger | None) -> None:
        """Begin the moment, after whatever has to be there before it."""
        last = self._last(moment)
        if moment.id in self._opening or (last is not None and (last.open or not moment.repeats) and trigger is None):
            return
        self._opening.add(moment.id)
        found = [trigger] if trigger is not None else plays(moment, Role.START)
        chosen = min(found, key=self._duties)
        if chosen.moment is not None:
            before = self._moments[chosen.moment]
            self._open(before, None)
            clock = self._last(before)
            if clock is not None and clock.open:
                self._do(before, clock, Role.END, self._triggers(before, Role.END)[0])
        elif (last is None or not last.open) and chosen.on is not None:
            for other in self._before(chosen.on, moment):
                self._open(other, None)
            waiting = [clock for clock in self._course.all() if clock.open and (clock.due or 0) > self._now]
            nearest = min(waiting, key=lambda clock: clock.due or 0, default=None)
            at = self._now + 2 * MINUTE if self.happenings else self._now
            at = at if nearest is None else self._when(nearest, Role.END)
            if self._last(moment) is None or trigger is not None or moment.repeats:
                self._happen(moment, chosen, at)
        self._opening.discard(moment.id)

    def _before(self, kind: str, moment: MomentFile) -> list[MomentFile]:
        """The moments that an event of the type ends, or opens again: in its case they have begun before."""
        found = []
        for other in self._moments.values():
            roles = {role for role, one in triggers(other) if one.on is not None and covers(one.on, kind)}
            if other is not moment and Role.START not in roles:
                found += [other] if roles & _OFTEN_BEFORE else []
        if not found:
            found = [other for other in self._moments.values() if other is not moment and self._calls_off(other, kind)]
        return found[:1]

    def _calls_off(self, moment: MomentFile, kind: str) -> bool:
        known = {role for role, one in triggers(moment) if one.on is not None and covers(one.on, kind)}
        return known == {Role.CANCEL}

    def _duties(self, trigger: Trigger) -> int:
        """How much else an event for which it fires does than to begin something."""
        if trigger.on is None:
            return 1
        all_ = (one for other in self._moments.values() for one in triggers(other))
        roles = [role for role, one in all_ if one.on is not None and covers(one.on, trigger.on)]
        return sum(role is not Role.START for role in roles)

    def _prepare(self, moment: MomentFile, clock: Clock, role: Role, trigger: Trigger) -> None:
        """What must have happened to the clock before the trigger can play that role for it."""
        if role is Role.RESUME:
            pauses = self._triggers(moment, Role.PAUSE)
            place = pauses_of(moment, trigger, pauses)
            self._do(moment, clock, Role.PAUSE, place)
        elif role is Role.CANCEL and moment.expects is not None:  # the case is over: there is nothing else to do
            others = (one.due for one in self._course.all() if one.open and one is not clock)
            self._settle_before(max((due for due in others if due is not None), default=0) + 1, clock)
        elif role is Role.REOPEN:
            ends = self._triggers(moment, Role.END)
            about = _subject_of(trigger)
            off = [one for one in self._triggers(moment, Role.CANCEL) if _subject_of(one) == about]
            if off and all(_subject_of(one) != about for one in ends):  # lost and found
                self._do(moment, clock, Role.CANCEL, off[0])
            else:
                self._do(moment, clock, Role.END, ends[0])

    def _do(self, moment: MomentFile, clock: Clock, role: Role, trigger: Trigger) -> None:
        """Fire the trigger when people would, with what is due before then settled in time."""
        at = self._when(clock, role, trigger)
        self._settle_before(at, clock, role in (Role.END, Role.CANCEL))
        if clock.open or role is Role.REOPEN:
            self._fire(moment, clock, role, trigger, max(at, self._now + 5 * SECOND))

    def _when(self, clock: Clock, role: Role, trigger: Trigger | None = None) -> int:
        """When people would do such a thing about the clock, after what has happened so far."""
        if role is Role.RESUME:
            left = clock.left if clock.left is not None else HOUR
            at = unhurried(self._now, self._now + min(max(left // 2, MINUTE), 2 * DAY))
            return clock.opening.add(at, SECOND)
        if role is Role.END and self._moments[clock.moment].expects is not None:
            role = Role.START
        if role is Role.REOPEN:
            return unhurried(self._now, self._now + 20 * HOUR)
        if clock.due is None or clock.due <= self._now:
            return self._now + 10 * MINUTE
        room = clock.opening.between(self._now, clock.due)
        if not room:
            return self._now + (clock.due - self._now) // 2
        usual = _CLOSED_SO.get(role, 0.5) * self._chance.uniform(0.8, 1.2)
        at = clock.opening.add(self._now, round(room * share(trigger.on if trigger else None, usual)))
        seemly = unhurried(self._now, at)
        return seemly if seemly < clock.due else at

    def _settle(self) -> None:
        """End all that is open, the nearest due first."""
        while len(self.happenings) < _MOST_EVENTS:
            open_ = [clock for clock in self._course.all() if clock.open and self._way_out(clock) is not None]
            if not open_:
                return
            clock = min(open_, key=lambda one: (not one.paused, one.due is None, one.due or 0))
            chained = self._moments[clock.moment].chain
            steps = [one for one in open_ if chained and self._step(one, chained.name) is not None]
            self._end(min(steps, key=lambda one: self._step(one, chained.name) or 0) if chained and steps else clock)

    def _step(self, clock: Clock, chain: str) -> int | None:
        """Its place among the steps of the chain."""
        own = self._moments[clock.moment].chain
        return None if own is None or own.name != chain else own.step

    def _settle_before(self, at: int, but: Clock, closes: bool = False) -> None:
        """End in time what is due before the instant, and where the clock is to be closed what comes before it in the
        catalogue and is due before it, too; unless that would end this clock."""
        order = list(self._moments)
        ends = set(_kinds(self._moments[but.moment], (Role.END, Role.CANCEL)))
        while len(self.happenings) < _MOST_EVENTS:
            near = [
                clock
                for clock in self._course.all()
                if clock is not but
                and clock.open
                and clock.due is not None
                and self._now < clock.due
                and (
                    clock.due < at
                    or (closes and order.index(clock.moment) < order.index(but.moment) and clock.due < (but.due or at))
                )
            ]
            found = [(clock, way) for clock in near if (way := self._way_out(clock, ends)) is not None]
            if not found:
                return
            clock, (role, trigger) = min(found, key=lambda one: one[0].due or 0)
            when = self._when(clock, role, trigger)
            self._fire(self._moments[clock.moment], clock, role, trigger, max(when, self._now + 5 * SECOND))

    def _end(self, clock: Clock) -> None:
        way = self._way_out(clock)
        assert way is not None
        at = self._when(clock, *way)
        self._fire(self._moments[clock.moment], clock, *way, max(at, self._now + 5 * SECOND))

    def _way_out(self, clock: Clock, but: frozenset[str] | set[str] = frozenset()) -> tuple[Role, Trigger] | None:
        """The next thing to do so that the clock ends."""
        moment = self._moments[clock.moment]
        role = Role.RESUME if clock.paused else Role.END
        rounds = moment.expects is not None and not clock.paused
        if rounds and clock.number >= _ROUNDS and not self._others():
            role = Role.CANCEL
        found = [one for one in self._triggers(moment, role) if not {part.on for part in steps_of(one)} & but]
        if role is Role.RESUME:
            found = [one for one in found if kinds_of(moment, [one]) & clock.holds]
        if rounds and role is Role.END:
            found.sort(key=self._duties)
        return (role, found[0]) if found else None

    def _others(self) -> bool:
        """Whether something is open that is no round of a repetition."""
        return any(one.open and self._moments[one.moment].expects is None for one in self._course.all())

    def _triggers(self, moment: MomentFile, role: Role) -> list[Trigger]:
        """Those that an event fires, first those of types that are not yet known."""
        found = [one for one in plays(moment, role) if one.moment is None]
        known = self._known | {one.kind for one in self.happenings}
        return sorted(found, key=lambda one: all(part.on in known for part in steps_of(one)))

    def _last(self, moment: MomentFile) -> Clock | None:
        return next((case.clocks[moment.id][-1] for case in self._course.cases.values() if case.clocks[moment.id]), None)

    def _fire(self, moment: MomentFile, clock: Clock, role: Role, trigger: Trigger, at: int) -> None:
        parts = steps_of(trigger)
        left = max((clock.due or at) - at, 0) // (2 * len(parts))
        apart = min(max(left, 20 * SECOND), DAY)
        for number, part in enumerate(parts):
            when = at if not number else unhurried(self._now, self._now + apart)
            self._happen(moment, part, when, role, clock)

    def _happen(
        self, moment: MomentFile, trigger: Trigger, at: int, role: Role = Role.START, clock: Clock | None = None
    ) -> None:
        assert trigger.on is not None
        at = -(-(at + self._chance.randrange(4) * SECOND) // SECOND) * SECOND
        own = self._sayings.of(moment, trigger, at, role, clock)
        happening = self._script.event(trigger, at, self._sayings.place, self._chance, own)
        self._sayings.keep(own, happening.fields)
        self.happenings.append(happening)
        self._course.happen(happening)
        self._now = at


def pauses_of(moment: MomentFile, trigger: Trigger, pauses: list[Trigger]) -> Trigger:
    """A pause that the trigger ends: of the same thing by the name of its type, else of the same place in the list."""
    kinds = kinds_of(moment, [trigger])
    fitting = [one for one in pauses if kinds_of(moment, [one]) & kinds] or pauses
    about = _subject_of(trigger)
    return next((one for one in fitting if _subject_of(one) == about), fitting[0])


def _subject_of(trigger: Trigger) -> str:
    return (trigger.on or "").rpartition(".")[0]


def _kinds(moment: MomentFile, roles: tuple[Role, ...]) -> Iterator[str]:
    for role in roles:
        for trigger in plays(moment, role):
            yield from (part.on for part in steps_of(trigger) if part.on is not None)


def types_of(trigger: Trigger) -> list[str]:
    """The types of the events that it waits for."""
    parts = trigger.all_ if isinstance(trigger, Closing) and trigger.all_ is not None else [trigger]
    return [part.on for part in parts if part.on is not None]
