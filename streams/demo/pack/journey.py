"""Journeys made from the pack itself: a case begins, and whatever opens in it gets a fate, until all is settled.

A journey is fixed when it begins: the same pack, seed and number give the same one, wherever in time it lies.
"""

import heapq
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from streams.catalogue.document.moments import MomentFile
from streams.catalogue.document.triggers import Closing, Revision, Trigger
from streams.clock import MILLISECOND, rfc3339
from streams.demo.pack.conditions import Value
from streams.demo.pack.dues import read_by
from streams.demo.pack.fates import Step, draw, role_of, time_of
from streams.demo.pack.promises import wording
from streams.demo.pack.roles import Happening, kinds_of
from streams.demo.pack.script import Script, granted, plays, refused, steps_of
from streams.demo.pack.truth import Clock, Course
from streams.demo.world import Store

_MOST_EVENTS: Final = 30
_AFTER_THE_END: Final = frozenset({Step.REOPEN, Step.AGAIN})
_PROMISE: Final = "promise."


@dataclass(frozen=True, slots=True)
class Journey:
    """Everything that really happens under one subject, in order; never empty."""

    id: str
    store: Store
    happenings: tuple[Happening, ...]

    @property
    def begins(self) -> int:
        return self.happenings[0].at


class _Plan(NamedTuple):
    """Steps to be taken about a clock, the first of them at `at`; void once the clock was opened again."""

    at: int
    number: int
    clock: Clock
    opening: int
    steps: tuple[Step, ...]


def make(
    script: Script,
    chance: random.Random,
    beginning: Trigger,
    subject: str,
    store: Store,
    at: int,
    *,
    rushed: bool = False,
) -> Journey:
    """A journey that begins at the instant `at` with an event for which `beginning` fires."""
    regions = sorted(script.regions)
    region = chance.choice(regions) if regions and chance.random() < 0.5 else store.region
    envelope = {"tenant": script.tenant, "region": region, "store_id": store.id}
    return _Making(script, chance, subject, store, envelope, rushed).make(beginning, at)


class _Making:
    """A journey in the making."""

    def __init__(
        self,
        script: Script,
        chance: random.Random,
        subject: str,
        store: Store,
        own: Mapping[str, Value],
        rushed: bool,
    ) -> None:
        self._script, self._chance, self._subject, self._store, self._rushed = script, chance, subject, store, rushed
        self._own = own
        self._traits = script.traits(chance)
        self._course = Course(script.law, subject)
        self._done: list[Happening] = []
        self._planned: list[_Plan] = []
        self._plans = self._promises = 0
        self._known: dict[tuple[str, str, int], int] = {}
        self._moments = {moment.id: moment for moment in script.moments}

    def make(self, beginning: Trigger, at: int) -> Journey:
        self._happen(beginning, at)
        until = at + self._script.longest
        while self._planned and len(self._done) < _MOST_EVENTS and self._planned[0].at <= until:
            plan = heapq.heappop(self._planned)
            now = self._script.later(max(plan.at, self._done[-1].at + self._chance.randrange(2, 60) * MILLISECOND))
            self._course.pass_to(now)
            if plan.clock.openings == plan.opening:
                self._take(plan.clock, plan.steps, now)
        return Journey(self._subject, self._store, tuple(self._done))

    def _take(self, clock: Clock, steps: tuple[Step, ...], now: int) -> None:
        """Take the next step, if there is still a reason to, and plan the one after it."""
        step, rest = steps[0], steps[1:]
        moment = self._moments[clock.moment]
        if not clock.open:
            last = self._course.cases[clock.case].clocks[moment.id][-1]
            if step in _AFTER_THE_END and last is clock:
                self._happen(self._trigger(moment, step, clock), now, step, clock)
            else:  # somebody else was quicker; what comes after the end may still come
                self._plan(clock, tuple(one for one in rest if one in _AFTER_THE_END), now)
            return
        stands = clock.paused or clock.broke is not None
        fits = clock.paused if step in (Step.RESUME, Step.ALSO) else step is not Step.PAUSE or not stands
        if step in _AFTER_THE_END or not fits:
            return self._plan(clock, rest, now)
        trigger = self._trigger(moment, step, clock)
        for number, part in enumerate(self._events(trigger)):
            apart = round(self._chance.uniform(0.05, 0.9) * self._script.pace)
            self._happen(part, self._script.later(self._done[-1].at + apart) if number else now, step, clock)
        return self._plan(clock, rest, self._done[-1].at)

    def _events(self, trigger: Trigger) -> list[Trigger]:
        """The events after which it has fired; now and then one too few of those that it takes."""
        parts = steps_of(trigger)
        if isinstance(trigger, Closing) and len(parts) > 1:
            self._chance.shuffle(parts)
            return parts[:-1] if self._chance.random() < 0.1 else parts
        return parts

    def _trigger(self, moment: MomentFile, step: Step, clock: Clock) -> Trigger:
        found = [trigger for trigger in plays(moment, role_of(step)) if trigger.moment is None]
        if step is Step.ASK:
            found = [trigger for trigger in found if isinstance(trigger, Revision) and trigger.needs]
        if step is Step.RESUME and (ending := [one for one in found if kinds_of(moment, [one]) & clock.holds]):
            found = ending
        if step is Step.ALSO and (more := [one for one in found if kinds_of(moment, [one]) - clock.holds]):
            found = more
        return self._chance.choice(found)

    def _happen(self, trigger: Trigger, at: int, step: Step | None = None, clock: Clock | None = None) -> None:
        """Let the trigger's event happen, and give everything that it opens a fate."""
        chance = self._chance
        traits = dict(self._traits)
        if clock is not None:
            traits = {path: value for path, value in traits.items() if path == "channel" or chance.random() < 0.3}
        own: dict[str, Value | None] = {}
        if isinstance(trigger, Revision) and clock is not None:
            own = self._revision(trigger, clock, at, step)
        if (trigger.on or "").startswith(_PROMISE):
            promise = self._promise(step, clock)
            own["promise_id"] = promise
            own |= wording(f"{self._subject}#{promise}", self._script.language)
        happening = self._script.event(trigger, at, traits | dict(self._own), chance, own)
        self._done.append(happening)
        self._course.happen(happening)
        for one in list(self._course.all()):
            key = (one.case, one.moment, one.number)
            if self._known.get(key) != one.openings:
                self._known[key] = one.openings
                moment = self._moments[one.moment]
                self._plan(one, draw(chance, moment, one, self._rushed, len(self._done)), at)

    def _promise(self, step: Step | None, clock: Clock | None) -> str | None:
        """The promise that an event is about: that of the clock, or another one; some have no id."""
        if clock is not None and step is not Step.AGAIN:
            return clock.case.removeprefix(self._subject).removeprefix("#") or None
        self._promises += 1
        return f"p{self._promises}" if self._chance.random() < 0.7 else None

    def _revision(self, trigger: Revision, clock: Clock, at: int, step: Step | None) -> dict[str, Value | None]:
        """The new due, some seconds after the old one, and the customer's consent or the lack of it."""
        reads = read_by(self._moments[clock.moment].allows)
        field = trigger.due or reads[0][0]
        due = self._script.later(max(at, clock.due or at) + round(self._chance.uniform(3, 8) * self._script.pace))
        needs = refused(trigger.needs, at) if step is Step.ASK else granted(trigger.needs, at, self._chance)
        return {field: rfc3339(due - next((ahead for read, ahead in reads if read == field), 0)), **needs}

    def _plan(self, clock: Clock, steps: tuple[Step, ...], now: int) -> None:
        if steps:
            self._plans += 1
            at = time_of(self._chance, steps[0], clock, now, self._script.pace)
            heapq.heappush(self._planned, _Plan(at, self._plans, clock, clock.openings, steps))
