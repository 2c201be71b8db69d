"""Catalogues built by hand, not by the loader: the protocols of streams/catalogue/model.py in their plainest form.

So the engine can be compared under rules that the loader would not even let through. Instants are small whole numbers of
microseconds; shops are open twelve of every twenty-four.
"""

from dataclasses import dataclass
from typing import Any

from streams.catalogue.model import Calendar, Deadline, Due, Hit, Look, Moment, Role, Trace

FIELDS = ("due", "eta", "mood")


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
    """Events of `type`, and with `mood` only those whose own mood it is, play `roles` for a moment."""

    moment: int
    type: str
    roles: int
    mood: str | None = None
    due: str | None = None


@dataclass(frozen=True)
class HandBuilt:
    """A catalogue of moments and triggers."""

    moments: tuple[Moment, ...]
    triggers: tuple[Trigger, ...]
    corrections: int = 1_000_000
    allowed_lateness: int = 0
    version: str = "by-hand@000000000000"
    source: str = "{}"

    def hits(self, event_type: str, look: Look) -> tuple[Hit, ...]:
        hits = []
        for index in range(len(self.moments)):
            mine = [
                trigger
                for trigger in self.triggers
                if (trigger.moment, trigger.type) == (index, event_type)
                and (trigger.mood is None or look("mood") == trigger.mood)
            ]
            roles = 0
            for trigger in mine:
                roles |= trigger.roles
            due = next((trigger.due for trigger in mine if trigger.due is not None), None)
            if mine:
                hits.append(Hit(index, roles, due))
        return tuple(hits)

    def decisive(self, event_type: str) -> tuple[str, ...] | None:
        choosy = any(trigger.mood is not None for trigger in self.triggers if trigger.type == event_type)
        return ("mood",) if choosy else ()

    def keeps(self, event_type: str) -> tuple[str, ...] | None:
        return FIELDS if any(trigger.type == event_type for trigger in self.triggers) else None

    def can_end(self, moment: int, event_type: str) -> bool:
        return any(
            trigger.type == event_type and trigger.moment == moment and trigger.roles & Role.END
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
