"""Which moments of a case break, and when: the rules of `docs/rules.md` once more, in the plainest way.

The whole true history of a case is walked event by event, in the order in which it happened. What is told late, told
twice or not told at all makes no difference here; nor do warnings, which change nothing of what breaks. Times are those
of a pack made plain: every calendar is open day and night, no two events of a case share an instant, and no journey lasts
so long that a clock is given up.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from streams.catalogue.document import Closing, DeadlineClause, MomentFile, Revision, Trigger
from streams.catalogue.entries import clauses
from streams.catalogue.model import Role
from streams.demo.pack.conditions import Look, Value, holds, instant_of
from streams.demo.truth import Obligation, numbered

_ORDER = (Role.RESUME, Role.REVISE, Role.END, Role.CANCEL, Role.REOPEN, Role.START, Role.PAUSE)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that really happened in a case at the instant `at`. `fields` are by path, with those of the envelope."""

    at: int
    kind: str
    fields: Mapping[str, Value]


@dataclass(slots=True)
class Clock:
    """One occurrence of a moment in a case, in instants and spans; `broke` is the due that passed, `kept` how it `ended`.

    `due` is None while the clock is paused or has none; `left` is what was left when it was paused or closed. `holds` are
    the kinds of pauses that hold it (see `kinds_of`). `openings` counts how often it was opened, for one that is opened
    again goes on.
    """

    case: str
    moment: str
    number: int
    begun: int
    due: int | None
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


Rule = tuple[MomentFile, Sequence[tuple[Role, Trigger]]]
"""A moment with everything that plays a role for it."""


class Case:
    """One case from its first event on. `clocks` are its occurrences by moment, in their order."""

    def __init__(self, rules: Sequence[Rule], name: str) -> None:
        self._rules, self.name = rules, name
        self._past: list[Happening] = []
        self.clocks: dict[str, list[Clock]] = {moment.id: [] for moment, _ in rules}

    def happen(self, happening: Happening) -> None:
        """The next event, later than all before."""
        self.pass_to(happening.at)
        self._past.append(happening)
        kept: set[str] = set()
        for moment, roles in self._rules:
            fired: dict[Role, list[Trigger]] = {}
            following: dict[str, dict[Role, list[Trigger]]] = {}
            for place, (role, trigger) in enumerate(roles):
                if trigger.moment is not None:
                    if trigger.moment in kept:
                        following.setdefault(trigger.moment, {}).setdefault(role, []).append(trigger)
                elif self._fires(moment, role, trigger, place, happening):
                    fired.setdefault(role, []).append(trigger)
            # what it follows comes after what the event itself does, in the catalogue's order
            for found in (fired, *(following[one.id] for one, _ in self._rules if one.id in following)):
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
            parts = trigger.all_ if trigger.all_ is not None else [trigger]
            for number, part in enumerate(parts):
                clock.seen[place, number] += matches(part, happening)
            enough = all(clock.seen[place, number] >= trigger.times for number in range(len(parts)))
            return enough and any(matches(part, happening) for part in parts)
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
            if role is Role.START:
                if clock is None or (not clock.open and (moment.repeats or moment.expects is not None)):
                    self._begin(moment, at)
            elif role is Role.REOPEN:
                if clock is not None and not clock.open:
                    self._reopen(moment, clock, at)
            elif clock is not None and clock.open:
                if role is Role.END or role is Role.CANCEL:
                    clock.ended, clock.kept = at, role is Role.END
                    clock.left = clock.left if clock.paused else _apart(at, clock.due)
                    kept = kept or clock.kept
                elif clock.broke is None:
                    self._move(moment, clock, role, fired, at)
        return kept

    def _begin(self, moment: MomentFile, at: int) -> None:
        clocks = self.clocks[moment.id]
        clocks.append(Clock(self.name, moment.id, len(clocks) + 1, at, due_of(moment, at, self.look)))

    def _reopen(self, moment: MomentFile, clock: Clock, at: int) -> None:
        how = moment.reopening or "new"
        if how == "new":
            self._begin(moment, at)
        elif how == "continue":
            clock.ended, clock.kept, clock.holds = None, False, set()
            clock.openings += 1
            clock.seen.clear()
            if clock.broke is None:
                clock.due, clock.left = None if clock.left is None else at + clock.left, None

    def _move(self, moment: MomentFile, clock: Clock, role: Role, fired: Sequence[Trigger], at: int) -> None:
        if role is Role.PAUSE:
            if not clock.paused:
                clock.left, clock.due = _apart(at, clock.due), None
            clock.holds |= kinds_of(moment, fired)
        elif role is Role.RESUME and clock.paused:
            clock.holds -= kinds_of(moment, fired)
            if not clock.holds and clock.left is not None:
                clock.due, clock.left = at + clock.left, None
        elif role is Role.REVISE and isinstance(fired[0], Revision):
            due = revised(moment, fired[0], self.look)
            if due is not None:
                clock.due, clock.left = due, None


def kinds_of(moment: MomentFile, those: Sequence[Trigger]) -> set[int]:
    """The kinds of these pauses, or ends of pauses: 0 for those that `resumes` ends, else the place of the pause, from 1
    on."""
    kinds: set[int] = set()
    for one in those:
        own = {
            kind
            for kind, pause in enumerate(moment.pauses, 1)
            if pause.until and any(one is found for found in (pause, *pause.until))
        }
        kinds |= own or {0}
    return kinds


def triggers(moment: MomentFile) -> list[tuple[Role, Trigger]]:
    """Everything that plays a role for the moment; a closing of several events is one, and rounds are written out."""
    found: list[tuple[Role, Trigger]] = [(Role.START, one) for one in moment.starts]
    found += [(Role.END, one) for one in moment.ends]
    found += [(Role.CANCEL, one) for one in moment.cancels]
    found += [(Role.PAUSE, one) for one in moment.pauses]
    found += [(Role.RESUME, one) for one in moment.resumes]
    found += [(Role.RESUME, one) for pause in moment.pauses for one in pause.until]
    found += [(Role.REVISE, one) for one in moment.revises]
    found += [(Role.REOPEN, one) for one in moment.reopens]
    if moment.expects is not None:
        on = moment.expects.on if moment.expects.begins == "any" else []
        found += [(Role.START, one) for one in (*moment.expects.from_, *on)]
        found += [(Role.END, one) for one in moment.expects.on]
        found += [(Role.CANCEL, one) for one in moment.expects.until]
    return found


def matches(trigger: Trigger, happening: Happening) -> bool:
    """Whether an event is of the trigger's type and fits its conditions."""
    if trigger.on is None or not covers(trigger.on, happening.kind):
        return False
    return holds(trigger.where, happening.fields.get, happening.at)


def covers(pattern: str, kind: str) -> bool:
    """Whether a trigger's pattern takes events of the type."""
    return kind.startswith(pattern[:-1]) if pattern.endswith("*") else kind == pattern


def due_of(moment: MomentFile, at: int, look: Look) -> int | None:
    """By when a clock that begins at that instant must have ended; None while that cannot be known."""
    if moment.expects is not None:
        return at + moment.expects.every
    assert moment.deadline is not None  # the model sees to it
    return _due(moment.deadline, at, look)


def _due(clause: DeadlineClause, at: int, look: Look) -> int | None:
    if clause.after is not None:
        target = next((target for target in clause.targets if holds(target.when, look, at)), None)
        return at + (clause.after if target is None or target.after is None else target.after)
    if clause.at is not None or clause.before is not None:
        named = instant_of(look(clause.at or clause.before or ""))
        if named is not None:
            return named + shift(clause)
        return None if clause.else_ is None else _due(clause.else_, at, look)
    parts = [due for part in clause.latest or clause.earliest or () if (due := _due(part, at, look)) is not None]
    if not parts:
        return None
    return max(parts) if clause.latest else min(parts)


def shift(clause: DeadlineClause) -> int:
    """How far the due lies after the instant in the field."""
    return -(clause.lead or 0) if clause.before is not None else clause.plus or 0


def revised(moment: MomentFile, trigger: Revision, look: Look) -> int | None:
    """The new due that a revision gives; None where its field says nothing."""
    reads: dict[str, int] = {}
    for clause, _ in clauses(moment):
        if path := clause.at or clause.before:
            reads.setdefault(path, shift(clause))
    path = trigger.due or next(iter(reads))
    named = instant_of(look(path))
    return None if named is None else named + reads.get(path, 0)


def _apart(at: int, due: int | None) -> int | None:
    return None if due is None else max(0, due - at)


class Course:
    """All that belongs to one subject: its own case, and one for each promise that has an id."""

    def __init__(self, moments: Sequence[MomentFile], subject: str) -> None:
        self._rules = [(moment, triggers(moment)) for moment in moments]
        self._subject = subject
        self.cases: dict[str, Case] = {}

    def happen(self, happening: Happening) -> None:
        """The next event of any of them, later than all before."""
        promise = happening.fields.get("promise_id") if happening.kind.startswith("promise.") else None
        name = self._subject if promise is None else f"{self._subject}#{promise}"
        if name not in self.cases:
            self.cases[name] = Case(self._rules, name)
        self.cases[name].happen(happening)

    def pass_to(self, at: int) -> None:
        """Let the time pass in all of them."""
        for case in self.cases.values():
            case.pass_to(at)

    def all(self) -> Iterator[Clock]:
        """Every occurrence so far."""
        for case in self.cases.values():
            yield from case.all()


def judge(
    moments: Sequence[MomentFile], subject: str, history: Sequence[Happening], until: int | None = None
) -> list[Clock]:
    """Every occurrence by the whole history of a subject, or by what of it had happened by the instant `until`, that one
    included, as it stood then. Without one, everything that can still break has."""
    course = Course(moments, subject)
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
