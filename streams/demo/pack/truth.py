"""Which moments of a case break, and when: the rules of `docs/rules.md` once more, in the plainest way.

The whole true history of a case is walked event by event, in the order in which it happened. What is told late, told
twice or not told at all makes no difference here; nor do warnings, which change nothing of what breaks. What counts where
(calendars, stores, policies) is for `law` to say, and open time is counted by `hours`. No two events of a case share an
instant, and no journey lasts so long that a clock is given up.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from streams.catalogue.document.moments import MomentFile
from streams.catalogue.document.triggers import Closing, Revision, Trigger
from streams.catalogue.model import Role
from streams.demo.pack.conditions import Value, holds
from streams.demo.pack.dues import due_of, revised
from streams.demo.pack.hours import Opening
from streams.demo.pack.law import Law
from streams.demo.pack.roles import Happening, kinds_of, matches
from streams.demo.truth import Obligation, numbered

_ORDER = (Role.RESUME, Role.REVISE, Role.END, Role.CANCEL, Role.REOPEN, Role.START, Role.PAUSE)


@dataclass(slots=True)
class Clock:
    """One occurrence of a moment in a case, in instants and spans; `broke` is the due that passed, `kept` how it `ended`.

    `due` is None while the clock is paused or has none; `left` is what was left when it was paused or closed, of the time
    that is `opening`. `holds` are
    the kinds of pauses that hold it (see `kinds_of`). `openings` counts how often it was opened, for one that is opened
    again goes on.
    """

    case: str
    moment: str
    number: int
    begun: int
    due: int | None
    opening: Opening
    broke: int | None = None
    ended: int | None = None
    kept: bool = False
    holds: set[int] = field(default_factory=set)
    left: int | None = None
    openings: int = 1
    seen: Counter[tuple[int, int]] = field(default_factory=Counter)

    @property
    def open(self) -> bool:
        return self.ended is None

    @property
    def paused(self) -> bool:
        return bool(self.holds)

    @property
    def name(self) -> str:
        """As the reckoning calls it: the moment's id, and from the second occurrence on its number."""
        return numbered(self.moment, self.number)


class Case:
    """One case from its first event on. `clocks` are its occurrences by moment, in their order; `_stands` the kinds of
    pauses that are not over yet, by which what begins is held.
    """

    def __init__(self, law: Law, name: str) -> None:
        self._law, self.name = law, name
        self._past: list[Happening] = []
        self.clocks: dict[str, list[Clock]] = {moment.id: [] for moment in law.moments}
        self._stands: dict[str, set[int]] = {moment.id: set() for moment in law.moments}

    def happen(self, happening: Happening) -> None:
        """The next event, later than all before."""
        self.pass_to(happening.at)
        self._past.append(happening)
        kept: set[str] = set()
        for moment, roles in self._law.touched(happening.kind):
            fired: dict[Role, list[Trigger]] = {}
            following: dict[str, dict[Role, list[Trigger]]] = {}
            for place, role, trigger in roles:
                if trigger.moment is not None:
                    if trigger.moment in kept:
                        following.setdefault(trigger.moment, {}).setdefault(role, []).append(trigger)
                elif self._fires(moment, role, trigger, place, happening):
                    fired.setdefault(role, []).append(trigger)
            # what it follows comes after what the event itself does, in the catalogue's order
            for found in (fired, *(following[one.id] for one in self._law.moments if one.id in following)):
                if self._play(moment, found, happening):
                    kept.add(moment.id)

    def pass_to(self, at: int) -> None:
        """Let the time pass up to that instant: what was due before it and is not settled breaks."""
        for clock in self.all():
            waits = clock.open and not clock.paused and clock.broke is None
            if waits and clock.due is not None and clock.due < at:
                clock.broke = clock.due

    def all(self) -> Iterator[Clock]:
        """Every occurrence so far."""
        for clocks in self.clocks.values():
            yield from clocks

    def look(self, path: str) -> Value | None:
        """The field as the latest event that carries it has it."""
        return next((one.fields[path] for one in reversed(self._past) if path in one.fields), None)

    def _fires(self, moment: MomentFile, role: Role, trigger: Trigger, place: int, happening: Happening) -> bool:
        """Whether the event is what the trigger waits for, or the last of it."""
        if isinstance(trigger, Closing) and (trigger.all_ is not None or trigger.times > 1):
            clock = self._current(moment)
            if clock is None or not clock.open:
                return False
            parts = [[part] for part in trigger.all_] if trigger.all_ is not None else [trigger.any_ or [trigger]]
            came = [any(matches(one, happening) for one in part) for part in parts]
            for number, comes in enumerate(came):
                clock.seen[place, number] += comes
            enough = all(clock.seen[place, number] >= trigger.times for number in range(len(parts)))
            return enough and any(came)
        if not matches(trigger, happening):
            return False
        needs = trigger.needs if role is Role.REVISE and isinstance(trigger, Revision) else {}
        return holds(needs, happening.fields.get, happening.at)

    def _current(self, moment: MomentFile) -> Clock | None:
        clocks = self.clocks[moment.id]
        return clocks[-1] if clocks else None

    def _play(self, moment: MomentFile, roles: Mapping[Role, list[Trigger]], happening: Happening) -> bool:
        """What these triggers do to the moment's clock; whether it was kept (met or recovered)."""
        kept = False
        at = happening.at
        clock = self._current(moment)
        if moment.expects is not None and moment.expects.begins == "from" and clock is not None and clock.open:
            roles = {Role.START: roles.get(Role.END, []), **roles}  # a round that is made begins the next
        for role in _ORDER:
            fired = roles.get(role)
            if not fired:
                continue
            clock = self._current(moment)
            self._stop(moment, role, fired, begins=bool(roles.get(Role.START)))
            if role is Role.START:
                if clock is None or (not clock.open and (moment.repeats or moment.expects is not None)):
                    self._begin(moment, at)
            elif role is Role.REOPEN:
                if clock is not None and not clock.open:
                    self._reopen(moment, clock, at)
            elif clock is not None and clock.open:
                if role is Role.END or role is Role.CANCEL:
                    clock.ended, clock.kept = at, role is Role.END
                    clock.left = clock.left if clock.paused else _left(clock, at)
                    kept = kept or clock.kept
                elif clock.broke is None:
                    self._move(moment, clock, role, fired, at)
        return kept

    def _stop(self, moment: MomentFile, role: Role, fired: Sequence[Trigger], *, begins: bool) -> None:
        """What the triggers do to the pauses that hold the moment, whether or not it runs."""
        stands = self._stands[moment.id]
        if role is Role.RESUME:
            stands -= kinds_of(moment, fired)
        elif role is Role.PAUSE:
            stands |= {kind for kind in kinds_of(moment, fired) if kind or moment.resumes}
        elif role in (Role.END, Role.CANCEL) and not begins:
            stands.clear()

    def _begin(self, moment: MomentFile, at: int) -> None:
        terms = self._law.terms(moment, at, self.look)
        if terms.off:
            return
        clocks = self.clocks[moment.id]
        due = due_of(terms.allows, terms.opening, at, self.look)
        clock = Clock(self.name, moment.id, len(clocks) + 1, at, due, terms.opening, holds=set(self._stands[moment.id]))
        if clock.paused:
            clock.left, clock.due = _left(clock, at), None
        clocks.append(clock)

    def _reopen(self, moment: MomentFile, clock: Clock, at: int) -> None:
        how = moment.reopening or "new"
        if how != "nothing":
            self._stands[moment.id].clear()
        if how == "new":
            self._begin(moment, at)
        elif how == "continue":
            clock.ended, clock.kept, clock.holds = None, False, set()
            clock.openings += 1
            clock.seen.clear()
            if clock.broke is None:
                clock.due, clock.left = None if clock.left is None else clock.opening.add(at, clock.left), None

    def _move(self, moment: MomentFile, clock: Clock, role: Role, fired: Sequence[Trigger], at: int) -> None:
        if role is Role.PAUSE:
            if not clock.paused:
                clock.left, clock.due = _left(clock, at), None
            clock.holds |= kinds_of(moment, fired)
        elif role is Role.RESUME and clock.paused:
            clock.holds -= kinds_of(moment, fired)
            if not clock.holds and clock.left is not None:
                clock.due, clock.left = clock.opening.add(at, clock.left), None
        elif role is Role.REVISE and isinstance(fired[0], Revision):
            allows = self._law.terms(moment, at, self.look).allows
            due = revised(moment, fired[0], allows, self.look)
            if due is not None:
                clock.due, clock.left = due, None


def _left(clock: Clock, at: int) -> int | None:
    """The open time that is left to it."""
    return None if clock.due is None else clock.opening.between(at, clock.due)


class Course:
    """All that belongs to one subject: its own case, and one for each promise that has an id."""

    def __init__(self, law: Law, subject: str) -> None:
        self._law, self._subject = law, subject
        self.cases: dict[str, Case] = {}

    def happen(self, happening: Happening) -> None:
        """The next event of any of them, later than all before."""
        promise = happening.fields.get("promise_id") if happening.kind.startswith("promise.") else None
        name = self._subject if promise is None else f"{self._subject}#{promise}"
        if name not in self.cases:
            self.cases[name] = Case(self._law, name)
        self.cases[name].happen(happening)

    def pass_to(self, at: int) -> None:
        """Let the time pass in all of them."""
        for case in self.cases.values():
            case.pass_to(at)

    def all(self) -> Iterator[Clock]:
        """Every occurrence so far."""
        for case in self.cases.values():
            yield from case.all()


def judge(law: Law, subject: str, history: Sequence[Happening], until: int | None = None) -> list[Clock]:
    """Every occurrence by the whole history of a subject, or by what of it had happened by the instant `until`, that one
    included, as it stood then. Without one, everything that can still break has."""
    course = Course(law, subject)
    for happening in history:
        if until is None or happening.at <= until:
            course.happen(happening)
    course.pass_to(_NEVER if until is None else until + 1)
    return list(course.all())


_NEVER = 1 << 62


def obligation(clock: Clock) -> Obligation | None:
    """A clock as the reckoning wants it; None for one that was never to end by any time."""
    if clock.broke is not None:
        return Obligation(clock.case, clock.name, clock.begun, clock.broke, clock.ended)
    if clock.due is None:
        return None
    # the event that moved a due into the past may have settled it at once: nothing was late then
    due = clock.due if clock.ended is None else max(clock.due, clock.ended)
    return Obligation(clock.case, clock.name, clock.begun, due, clock.ended)
