"""The fold of section 2 to 4 of docs/rules.md, done slowly: all facts of a case, from the first, as of one clock.

Nothing is kept between two folds and nothing is optimised. The words are those of the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from streams.catalogue.deadline import revised_due
from streams.catalogue.instants import as_instant
from streams.catalogue.model import OCCURRED_AT, Catalogue, Look, Moment, Role, Warning
from streams.clock import rfc3339
from streams.engine.case import Fact

OPEN = ("running", "at_risk", "paused", "breached")
ORDER = (Role.RESUME, Role.REVISE, Role.REFUSE, Role.END, Role.CANCEL, Role.REOPEN, Role.START, Role.PAUSE)
_GRAVITY = ("low", "medium", "high", "critical")
_RANKS = ("warning", "breach", "rise", "expiry")


class Notes(NamedTuple):
    """What proof and sentence tell beside the due: how many facts counted towards a closing, how many revisions were
    refused, how often the due has moved, and since when which facts hold the clock.
    """

    came: int
    refused: int
    moved: int
    held: tuple[tuple[str, str], ...]


@dataclass
class Clock:
    """One occurrence. `due` is None while it is undated, and while it is paused unless it was revised in the pause."""

    number: int
    zone: str
    started: int
    due: int | None
    span: int | None
    anchor: int
    phase: str = "running"
    warned: int = 0
    risen: int = 0
    broken: int | None = None
    paused_at: int | None = None
    left: int | None = None
    revised_in_pause: bool = False
    closed_at: int | None = None
    closed_paused: bool = False
    counted: list[tuple[Fact, int]] = field(default_factory=list)
    """Which fact counted for which part of the moment's closings."""
    refused: int = 0
    held_by: dict[int, Fact] = field(default_factory=dict)
    """The kinds of pauses that hold, each with the fact that began it."""
    known_due: int | None = None
    """The due that was known last."""
    moved: int = 0
    severity: str = "low"
    """With which it began."""
    warnings: Sequence[Warning] = ()
    """Those that count for it."""

    @property
    def notes(self) -> Notes:
        """What only proof and sentence tell."""
        held = sorted((rfc3339(fact.at), fact.id) for fact in self.held_by.values())
        return Notes(len(self.counted), self.refused, self.moved, tuple(held))

    def note_due(self) -> None:
        """The due is what it is now; a move of it is counted."""
        if self.due is not None:
            self.moved += self.known_due not in {None, self.due}
            self.known_due = self.due

    @property
    def is_open(self) -> bool:
        return self.phase in OPEN


@dataclass(frozen=True)
class Step:
    """Something that is said: of which moment and occurrence, what, dated when, under which due, with which severity."""

    moment: int
    number: int
    kind: str
    at: int
    due: int | None
    severity: str
    notes: Notes
    cause: Fact | None = field(compare=False)


@dataclass
class Track:
    """The occurrences of one moment, and the ends, cancellations and parts of closings that found nothing open."""

    clocks: list[Clock] = field(default_factory=list)
    loose: list[tuple[Fact, str]] = field(default_factory=list)
    loose_parts: list[tuple[Fact, int]] = field(default_factory=list)
    pauses: dict[int, Fact] = field(default_factory=dict)
    """The kinds of lasting pauses that hold the moment, each with the fact that began it."""

    @property
    def current(self) -> Clock | None:
        return self.clocks[-1] if self.clocks else None


def severity_of(moment: Moment, first: str, risen: int) -> str:
    """The severity after so many rises of one that began with `first`: the graver of both."""
    return max(first, moment.rises[risen - 1].to, key=_GRAVITY.index) if risen else first


class Fold:
    """What is known of a case at `until`: `tracks`, the `steps` that led there, and when timers `spoke`."""

    def __init__(self, catalogue: Catalogue, tenant: str, facts: Sequence[Fact], until: int) -> None:
        self.catalogue = catalogue
        self.tenant = tenant
        self.facts = facts
        self.tracks = [Track() for _ in catalogue.moments]
        self.steps: list[Step] = []
        self.spoke: list[int] = []
        for position, fact in enumerate(facts):
            self._speak_before(fact.at)
            self._apply(position)
        self._speak_before(until)

    # ---- facts

    def _apply(self, position: int) -> None:
        fact = self.facts[position]

        def own(path: str) -> object:
            return self._own(fact, path)

        def look(path: str) -> object:
            for earlier in reversed(self.facts[: position + 1]):
                value = self._own(earlier, path)
                if value is not None:
                    return value
            return None

        direct = {hit.moment: hit for hit in self.catalogue.hits(fact.type, own)}
        for index, moment in enumerate(self.catalogue.moments):
            if index in direct:
                self._play(index, fact, look, direct[index].roles, direct[index].due)
            for leader in range(index):
                roles = 0
                for hit in moment.follows:
                    if hit.moment == leader:
                        roles |= hit.roles
                for _ in self._ends_of(leader, fact):
                    self._play(index, fact, look, roles, None)

    def _ends_of(self, leader: int, fact: Fact) -> list[Step]:
        """The closings, as met or recovered, that the fact has brought about in another moment."""
        said = [step for step in self.steps if step.moment == leader and step.cause is fact]
        return [step for step in said if step.kind in {"met", "recovered"}]

    def _own(self, fact: Fact, path: str) -> object:
        if path == "tenant":
            return self.tenant
        if path == OCCURRED_AT:
            return fact.at
        return fact.source if path == "source" else fact.fields.get(path)

    def _play(self, index: int, fact: Fact, look: Look, roles: int, due_field: str | None) -> None:
        roles |= self._count(index, fact, roles)
        current = self.tracks[index].current
        if roles & Role.NEXT and current is not None and current.is_open:
            roles |= Role.END | Role.START
        holds = self.catalogue.moments[index].holds
        held = {kind for kind, hold in enumerate(holds, 1) if roles & hold.begins} | (
            {0} if roles & Role.PAUSE else set()
        )
        freed = {kind for kind, hold in enumerate(holds, 1) if roles & hold.ends} | (
            {0} if roles & Role.RESUME else set()
        )
        roles |= (Role.PAUSE if held else 0) | (Role.RESUME if freed else 0)
        for role in ORDER:
            if roles & role:
                kinds = held if role is Role.PAUSE else freed
                self._let_pauses_go(self.tracks[index], role, kinds, begins=bool(roles & Role.START))
                closed_at_once = self._role(index, role, fact, look, due_field, kinds)
                if closed_at_once:
                    return
                if role is Role.PAUSE:
                    lasting = {kind: fact for kind in kinds if self.catalogue.moments[index].lasting >> kind & 1}
                    self.tracks[index].pauses = lasting | self.tracks[index].pauses

    def _let_pauses_go(self, track: Track, role: Role, kinds: set[int], *, begins: bool) -> None:
        """Which pauses hold the moment no more once a fact plays the role; `begins` where it plays START, too."""
        if role is Role.RESUME:
            for kind in kinds:
                track.pauses.pop(kind, None)
        elif role in {Role.END, Role.CANCEL} and not begins:
            track.pauses = {}

    def _role(self, index: int, role: Role, fact: Fact, look: Look, due_field: str | None, kinds: set[int]) -> bool:
        """One role; True where the new occurrence was closed at once, and so no further role is taken."""
        track, moment = self.tracks[index], self.catalogue.moments[index]
        current = track.current
        running = current if current is not None and current.is_open else None
        off = moment.off is not None and role in {Role.START, Role.REOPEN} and moment.off(look)
        if role is Role.START:
            if not off and (current is None or (running is None and moment.repeats)):
                return self._begin(index, fact, look)
        elif role is Role.REOPEN:
            if current is not None and running is None:
                if moment.reopening == "continue" or (moment.reopening == "new" and not off):
                    track.pauses = {}
                if moment.reopening == "new" and not off:
                    return self._begin(index, fact, look)
                if moment.reopening == "continue":
                    self._go_on(index, current, fact)
        elif role in {Role.END, Role.CANCEL}:
            if running is None:
                track.loose.append((fact, "met" if role is Role.END else "cancelled"))
            elif role is Role.CANCEL:
                self._close(index, running, "cancelled", fact.at, fact)
            else:
                self._close(index, running, "recovered" if running.phase == "breached" else "met", fact.at, fact)
        elif running is not None:
            if role is Role.PAUSE:
                self._pause(index, running, fact, kinds)
            elif role is Role.RESUME:
                self._resume(index, running, fact, kinds)
            else:
                self._revise(index, running, fact, look, due_field, refused=role is Role.REFUSE)
        return False

    def _count(self, index: int, fact: Fact, roles: int) -> int:
        """COUNT: the roles of the closings that have all their parts with this fact."""
        track, current, closing = self.tracks[index], self.tracks[index].current, 0
        if current is not None and current.is_open:
            counted = current.counted
        else:
            counted = track.loose_parts = [(other, part) for other, part in track.loose_parts if other.at == fact.at]
        for several in self.catalogue.moments[index].several:
            must = {several.first + place: part.times for place, part in enumerate(several.parts)}
            came = {part: sum(part == other for _, other in counted) for part in must}
            new = [part for part in must if roles & (Role.COUNT << part) and came[part] < must[part]]
            counted += [(fact, part) for part in new]
            if new and all(came[part] + (part in new) == must[part] for part in must):
                closing |= several.role
        return closing

    def _begin(self, index: int, fact: Fact, look: Look) -> bool:
        track, moment = self.tracks[index], self.catalogue.moments[index]
        zone = moment.zone(look)
        due, span = moment.deadline.resolve(fact.at, look, zone)
        clock = Clock(len(track.clocks) + 1, zone, fact.at, due, span, anchor=fact.at)
        clock.severity, clock.warnings = moment.severity, moment.warnings
        if moment.grade is not None:
            own, clock.severity, _ = moment.grade(fact.at, look, zone)
            clock.warnings = moment.own_warnings[own - 1] if own else moment.warnings
        clock.counted = [(other, part) for other, part in track.loose_parts if other.at == fact.at and other is not fact]
        track.loose_parts = []
        track.clocks.append(clock)
        self._say(index, clock, "opened", fact.at, fact)
        waiting = [kind for other, kind in track.loose if other.at == fact.at and other is not fact]
        if track.pauses and not waiting:
            self._stop(index, clock, fact.at, dict(track.pauses), fact)
        if waiting:
            track.pauses = {}
            self._close(index, clock, waiting[0], fact.at, fact)
        track.loose = []
        return bool(waiting)

    def _close(self, index: int, clock: Clock, kind: str, at: int, fact: Fact | None) -> None:
        clock.closed_paused = clock.phase == "paused"
        clock.phase = kind
        clock.closed_at = at
        self._say(index, clock, kind, at, fact)

    def _pause(self, index: int, clock: Clock, fact: Fact, kinds: set[int]) -> None:
        if clock.phase == "paused":
            clock.held_by = dict.fromkeys(kinds, fact) | clock.held_by
        elif clock.phase in {"running", "at_risk"}:
            self._stop(index, clock, fact.at, dict.fromkeys(kinds, fact), fact)

    def _stop(self, index: int, clock: Clock, at: int, held_by: dict[int, Fact], fact: Fact) -> None:
        """The clock stands."""
        calendar = self.catalogue.moments[index].calendar
        clock.left = None if clock.due is None else calendar.between(at, clock.due, clock.zone)
        clock.phase, clock.paused_at, clock.due, clock.revised_in_pause = "paused", at, None, False
        clock.held_by = held_by
        self._say(index, clock, "paused", at, fact)

    def _resume(self, index: int, clock: Clock, fact: Fact, kinds: set[int]) -> None:
        if clock.phase != "paused" or not clock.held_by.keys() & kinds:
            return
        clock.held_by = {kind: began for kind, began in clock.held_by.items() if kind not in kinds}
        if clock.held_by:
            return
        moment = self.catalogue.moments[index]
        clock.anchor = fact.at
        if clock.revised_in_pause:
            self._count_anew(moment, clock, fact.at)
        elif clock.left is not None:
            clock.due = moment.calendar.add(fact.at, clock.left, clock.zone)
        clock.phase = "at_risk" if clock.warned else "running"
        self._say(index, clock, "resumed", fact.at, fact)

    def _revise(self, index: int, clock: Clock, fact: Fact, look: Look, due_field: str | None, *, refused: bool) -> None:
        moment = self.catalogue.moments[index]
        value = None if due_field is None else as_instant(look(due_field))
        if clock.phase == "breached" or due_field is None or value is None:
            return
        due = revised_due(moment.deadline, due_field, value)
        if due == clock.due:
            return
        if refused:
            clock.refused += 1
            return
        clock.due, clock.span = due, None
        if clock.phase == "paused":
            clock.revised_in_pause = True
        else:
            clock.anchor = fact.at
            self._count_anew(moment, clock, fact.at)
            clock.phase = "at_risk" if clock.warned else "running"
        self._say(index, clock, "revised", fact.at, fact)

    def _go_on(self, index: int, clock: Clock, fact: Fact) -> None:
        """Reopening: the old clock goes on."""
        calendar = self.catalogue.moments[index].calendar
        if clock.broken is not None:
            clock.phase = "breached"
        else:
            left = None
            if clock.due is not None and clock.closed_at is not None:
                left = calendar.between(clock.closed_at, clock.due, clock.zone)
            elif clock.closed_paused:
                left = clock.left
            clock.due = None if left is None else calendar.add(fact.at, left, clock.zone)
            clock.phase = "at_risk" if clock.warned else "running"
        clock.anchor = fact.at
        clock.held_by = {}
        clock.counted = []
        self.tracks[index].loose, self.tracks[index].loose_parts = [], []
        self._say(index, clock, "opened", fact.at, fact)

    # ---- timers

    def _speak_before(self, limit: int) -> None:
        while True:
            timers = [
                (at, _RANKS.index(rank), index, clock)
                for index, track in enumerate(self.tracks)
                for clock in track.clocks[-1:]
                for rank, at in self._timers(self.catalogue.moments[index], clock)
                if at < limit
            ]
            if not timers:
                return
            at, rank, index, clock = min(timers, key=lambda timer: timer[:3])
            self.spoke.append(at)
            self._speak(index, clock, _RANKS[rank], at)

    def _timers(self, moment: Moment, clock: Clock) -> list[tuple[str, int]]:
        timers: list[tuple[str, int]] = []
        if clock.phase in {"running", "at_risk"}:
            if clock.due is None:
                timers.append(("expiry", clock.anchor + moment.time_to_live))
            else:
                if clock.warned < len(clock.warnings):
                    warning = self._warning(moment, clock, clock.warned)
                    if warning < clock.due:
                        timers.append(("warning", warning))
                timers.append(("breach", clock.due))
        elif clock.phase == "paused" and clock.paused_at is not None:
            timers.append(("expiry", clock.paused_at + moment.time_to_live))
        elif clock.phase == "breached" and clock.broken is not None:
            if clock.risen < len(moment.rises):
                timers.append(("rise", clock.broken + moment.rises[clock.risen].after))
            timers.append(("expiry", max(clock.broken, clock.anchor) + moment.time_to_live))
        return timers

    def _warning(self, moment: Moment, clock: Clock, k: int) -> int:
        """The instant of a warning under the present due."""
        warning, due, calendar = clock.warnings[k], clock.due, moment.calendar
        assert due is not None
        if warning.lead is not None:
            return max(clock.anchor, due - warning.lead)
        if warning.days is not None:
            return max(clock.anchor, calendar.ahead(due, warning.days, clock.zone))
        assert warning.share is not None
        span = calendar.between(clock.started, due, clock.zone) if clock.span is None else clock.span
        rest = span - round(warning.share * span)
        left = calendar.between(clock.anchor, due, clock.zone)
        return calendar.add(clock.anchor, max(0, left - rest), clock.zone)

    def _count_anew(self, moment: Moment, clock: Clock, at: int) -> None:
        given = 0
        while given < clock.warned and self._warning(moment, clock, given) <= at:
            given += 1
        clock.warned = given

    def _speak(self, index: int, clock: Clock, rank: str, at: int) -> None:
        moment = self.catalogue.moments[index]
        if rank == "warning":
            clock.warned += 1
            while clock.warned < len(clock.warnings) and self._warning(moment, clock, clock.warned) <= at:
                clock.warned += 1
            clock.phase = "at_risk"
            self._say(index, clock, "at_risk", at, None)
        elif rank == "breach":
            clock.phase, clock.broken = "breached", at
            self._say(index, clock, "breached", at, None)
        elif rank == "rise":
            after = moment.rises[clock.risen].after
            while clock.risen < len(moment.rises) and moment.rises[clock.risen].after == after:
                clock.risen += 1
            self._say(index, clock, "worsened", at, None)
        else:
            self.tracks[index].pauses = {}
            self._close(index, clock, "expired", at, None)

    def _say(self, index: int, clock: Clock, kind: str, at: int, cause: Fact | None) -> None:
        clock.note_due()
        severity = severity_of(self.catalogue.moments[index], clock.severity, clock.risen)
        self.steps.append(Step(index, clock.number, kind, at, clock.due, severity, clock.notes, cause))
