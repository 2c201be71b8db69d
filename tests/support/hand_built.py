"""Catalogues built by hand, not by the loader: the protocols of streams/catalogue/model.py in their plainest form.

So the engine can be compared under rules that the loader would not even let through. Instants are small whole numbers of
microseconds; shops are open twelve of every twenty-four.
"""

from dataclasses import dataclass
from typing import Any

from streams.catalogue.model import OCCURRED_AT, Calendar, Deadline, Due, Hit, Look, Moment, Role, Trace

FIELDS = ("due", "eta", "mood", "length")


@dataclass(frozen=True)
class DayAndNight:
    """Always open."""

    id: str = "always"
    always: bool = True

    def add(self, at: int, span: int, zone: str) -> int:
        return at + span

    def between(self, start: int, end: int, zone: str) -> int:
        return max(0, end - start)

    def spans(self, start: int, end: int, zone: str) -> list[tuple[int, int]]:
        return [(start, end)] if start < end else []

    def closing(self, at: int, days: int, zone: str) -> int:
        return (at // 24 + days + 1) * 24

    def ahead(self, due: int, days: int, zone: str) -> int:
        return due - 24 * days


@dataclass(frozen=True)
class ShopHours:
    """Open in the second half of every day of twenty-four; counted one microsecond after the other."""

    id: str = "shop"
    always: bool = False

    def is_open(self, at: int) -> bool:
        return at % 24 >= 12

    def add(self, at: int, span: int, zone: str) -> int:
        while span > 0:
            span -= self.is_open(at)
            at += 1
        return at

    def between(self, start: int, end: int, zone: str) -> int:
        return sum(self.is_open(at) for at in range(start, end))

    def spans(self, start: int, end: int, zone: str) -> list[tuple[int, int]]:
        return [(at, at + 1) for at in range(start, end) if self.is_open(at)]

    def closing(self, at: int, days: int, zone: str) -> int:
        return (at // 24 + days + 1) * 24

    def ahead(self, due: int, days: int, zone: str) -> int:
        """The shop's day is over at midnight, so what is due then is due on the day before."""
        then = (due - 1) // 24 - days
        return max(then * 24 + 12, due - 24 * days)


@dataclass(frozen=True)
class After:
    """A span of open time."""

    calendar: Calendar
    span: int

    def resolve(self, at: int, look: Look, zone: str) -> Due:
        return Due(self.calendar.add(at, self.span, zone), self.span)

    def trace(self, at: int, look: Look, zone: str) -> Trace:
        return Trace("after", self.resolve(at, look, zone).at, span=self.span)


@dataclass(frozen=True)
class Days:
    """Until closing on some open day after that of the start."""

    calendar: Calendar
    days: int

    def resolve(self, at: int, look: Look, zone: str) -> Due:
        due = self.calendar.closing(at, self.days, zone)
        return Due(due, self.calendar.between(at, due, zone))

    def trace(self, at: int, look: Look, zone: str) -> Trace:
        return Trace("workdays", self.resolve(at, look, zone).at, days=self.days)


@dataclass(frozen=True)
class Stated:
    """The span of open time that a field says, else another deadline, else undated."""

    calendar: Calendar
    field: str
    otherwise: Deadline | None = None

    def resolve(self, at: int, look: Look, zone: str) -> Due:
        value = look(self.field)
        if isinstance(value, int) and value > 0:
            return After(self.calendar, value).resolve(at, look, zone)
        return Due(None, None) if self.otherwise is None else self.otherwise.resolve(at, look, zone)

    def trace(self, at: int, look: Look, zone: str) -> Trace:
        return Trace("after", self.resolve(at, look, zone).at, field=self.field)


@dataclass(frozen=True)
class At:
    """The instant in a field, else another deadline, else undated."""

    field: str
    otherwise: Deadline | None = None

    def resolve(self, at: int, look: Look, zone: str) -> Due:
        value = look(self.field)
        if isinstance(value, int):
            return Due(value, None)
        return Due(None, None) if self.otherwise is None else self.otherwise.resolve(at, look, zone)

    def trace(self, at: int, look: Look, zone: str) -> Trace:
        return Trace("at", self.resolve(at, look, zone).at, field=self.field)


@dataclass(frozen=True)
class Trigger:
    """Events of `type`, and with `mood` only those whose own mood it is, play `roles` for a moment. With `needs`, REVISE
    only where that is the own mood, else REFUSE. With `near`, only those whose own due lies less than that after them."""

    moment: int
    type: str
    roles: int
    mood: str | None = None
    due: str | None = None
    needs: str | None = None
    near: int | None = None

    def takes(self, look: Look) -> bool:
        """Whether the event is one of those, as far as its own fields and its instant say."""
        if self.mood is not None and look("mood") != self.mood:
            return False
        due, at = look("due"), look(OCCURRED_AT)
        return self.near is None or (isinstance(due, int) and isinstance(at, int) and due - at < self.near)

    def roles_for(self, mood: object) -> int:
        refused = self.roles & Role.REVISE and self.needs is not None and mood != self.needs
        return self.roles ^ (Role.REVISE | Role.REFUSE) if refused else self.roles


@dataclass(frozen=True)
class HandBuilt:
    """A catalogue of moments and triggers."""

    moments: tuple[Moment, ...]
    triggers: tuple[Trigger, ...]
    corrections: int = 1_000_000
    allowed_lateness: int = 0
    version: str = "by-hand@000000000000"
    source: str = "{}"

    @property
    def dated(self) -> bool:
        return any(trigger.near is not None for trigger in self.triggers)

    def hits(self, event_type: str, look: Look) -> tuple[Hit, ...]:
        hits = []
        for index in range(len(self.moments)):
            mine = [
                trigger
                for trigger in self.triggers
                if (trigger.moment, trigger.type) == (index, event_type) and trigger.takes(look)
            ]
            played = [trigger.roles_for(look("mood")) for trigger in mine]
            roles = 0
            for role in played:
                roles |= int(role)
            asking = Role.REVISE if roles & Role.REVISE else Role.REFUSE
            if asking is Role.REVISE:
                roles &= ~int(Role.REFUSE)
            moving = (trigger for trigger, role in zip(mine, played, strict=True) if role & asking)
            due = next((trigger.due for trigger in moving if trigger.due is not None), None)
            if mine:
                hits.append(Hit(index, roles, due))
        return tuple(hits)

    def decisive(self, event_type: str) -> tuple[str, ...] | None:
        if any(trigger.near is not None for trigger in self.triggers if trigger.type == event_type):
            return None
        choosy = any(trigger.mood or trigger.needs for trigger in self.triggers if trigger.type == event_type)
        return ("mood",) if choosy else ()

    def keeps(self, event_type: str) -> tuple[str, ...] | None:
        return FIELDS if any(trigger.type == event_type for trigger in self.triggers) else None

    def can_begin(self, moment: int, event_type: str) -> bool:
        return any(
            trigger.type == event_type and trigger.moment == moment and trigger.roles & (Role.START | Role.NEXT)
            for trigger in self.triggers
        )

    def can_end(self, moment: int, event_type: str) -> bool:
        closing = int(Role.END | Role.NEXT)
        for several in self.moments[moment].several:
            if several.role == Role.END:
                for part in range(len(several.parts)):
                    closing |= int(Role.COUNT) << several.first + part
        return any(
            trigger.type == event_type and trigger.moment == moment and trigger.roles & closing
            for trigger in self.triggers
        )

    def position(self, moment_id: str) -> int | None:
        return next((index for index, moment in enumerate(self.moments) if moment.id == moment_id), None)


def utc(look: Look) -> str:
    """The zone of every generated moment."""
    return "UTC"


def moment(number: int, deadline: Deadline, calendar: Calendar, **more: Any) -> Moment:
    """A moment with what the tests do not vary filled in."""
    values: dict[str, Any] = {
        "warnings": (),
        "rises": (),
        "reopening": "nothing",
        "repeats": False,
        "journal": False,
        "time_to_live": 60,
        "follows": (),
        **more,
    }
    return Moment(
        id=f"m{number}",
        title={"zh": f"时刻{number}", "en": f"Moment {number}"},
        playbook={"zh": (), "en": ()},
        stage="execution",
        owner="team",
        severity="low",
        customer_class="basic",
        deadline=deadline,
        calendar=calendar,
        zone=utc,
        **values,
    )
