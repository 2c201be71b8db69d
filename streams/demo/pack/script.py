"""What can be played of a pack: its moments, what begins them, the values its conditions name, and events that fit."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from schemas.events import TOPICS
from streams.catalogue.document.moments import MomentFile
from streams.catalogue.document.triggers import Closing, Revision, Trigger
from streams.catalogue.model import Role
from streams.catalogue.vocabulary import ENVELOPE
from streams.clock import DAY, MINUTE, SECOND, format_duration, rfc3339
from streams.demo.pack.carried import carried, is_common, required, type_of
from streams.demo.pack.conditions import Value, Where, fits, fitting, named_values
from streams.demo.pack.dues import read_by, stated_by
from streams.demo.pack.law import Law, law_of, targets_of
from streams.demo.pack.roles import Happening, covers, triggers
from streams.errors import OperatorError

_INSTANTS: Final = frozenset({"promised_at", "promised_ready_at", "ship_by", "due_at"})
_OWN: Final = frozenset({*_INSTANTS, "by", "agreed", "score", *ENVELOPE})
"""Fields that belong to one event, and not to the case with all its events."""
_USUAL: Final[Mapping[str, Value]] = {"by": "human", "agreed": True, "score": 5, "locale": "zh-CN"}
_ZONES: Final = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu")
_AWAY: Final = 0.3
"""How often a case has a time zone of its own."""
CHANNELS: Final = ("app", "web", "phone", "counter")


class UnplayableError(OperatorError):
    """A moment asks for an event that cannot be made up."""


@dataclass(frozen=True)
class Script:
    """A shrunk pack, in the catalogue's order."""

    name: str
    law: Law
    pace: int = SECOND
    """What people take a second for in a shrunk pack, they take so long for in one that is not."""
    longest: int = 75 * SECOND
    """Nothing is begun to be done so long after the beginning of a journey."""
    language: str = "en"
    """Of the words that people use: zh or en."""

    @property
    def moments(self) -> tuple[MomentFile, ...]:
        """All of them."""
        return self.law.moments

    @property
    def tenant(self) -> str:
        """Whose events they are."""
        return self.law.tenant or self.name

    @cached_property
    def roots(self) -> tuple[tuple[MomentFile, Trigger], ...]:
        """Everything that an event alone begins."""
        found = ((moment, trigger) for moment in self.moments for trigger in plays(moment, Role.START))
        return tuple((moment, trigger) for moment, trigger in found if trigger.on is not None)

    @cached_property
    def topics(self) -> tuple[str, ...]:
        """The input topics that its events go to."""
        used = {TOPICS[pattern.partition(".")[0]] for pattern in self._patterns if pattern != "*"}
        return tuple(sorted(used | ({TOPICS["touchpoint"]} if "*" in self._patterns else set())))

    @cached_property
    def regions(self) -> frozenset[str]:
        """Regions that conditions, policies and stores name."""
        return self.law.regions | {str(value) for value in self.pool.get("region", ())}

    @cached_property
    def pool(self) -> Mapping[str, tuple[Value, ...]]:
        """By field, the values that some condition names."""
        found: dict[str, list[Value]] = {}
        for where in self._wheres:
            for path, condition in where.items():
                known = found.setdefault(path, [])
                known += [value for value in named_values(condition) if value not in known]
        return {path: tuple(values) for path, values in sorted(found.items())}

    @cached_property
    def _wheres(self) -> tuple[Where, ...]:
        found: list[Where] = []
        for moment in self.moments:
            for _, trigger in triggers(moment):
                found.append(trigger.where)
                found += [trigger.needs] if isinstance(trigger, Revision) else []
                found += [part.where for part in _parts(trigger)]
            found += [target.when for allows in self.law.deadlines(moment) for target in targets_of(allows)]
        return tuple(found)

    @cached_property
    def _patterns(self) -> frozenset[str]:
        found = (trigger for moment in self.moments for _, trigger in triggers(moment))
        return frozenset(part.on for trigger in found for part in (trigger, *_parts(trigger)) if part.on is not None)

    @cached_property
    def reads(self) -> Mapping[str, int]:
        """The fields that deadlines read, each with how far ahead of it a due may lie."""
        found: dict[str, int] = {}
        for moment in self.moments:
            for path, ahead in (one for allows in self.law.deadlines(moment) for one in read_by(allows)):
                found[path] = max(found.get(path, 0), -ahead)
            for _, trigger in triggers(moment):
                if isinstance(trigger, Revision) and trigger.due:
                    found.setdefault(trigger.due, 0)
        return found

    @cached_property
    def lengths(self) -> frozenset[str]:
        """The fields that say how long something may take."""
        allowed = (allows for moment in self.moments for allows in self.law.deadlines(moment))
        return frozenset(path for allows in allowed for path in stated_by(allows))

    def asks(self, kind: str) -> frozenset[str]:
        """The fields that anybody asks an event of the type for: conditions, and the deadlines of what it begins."""
        if kind not in self._asked:
            found: set[str] = set()
            for moment in self.moments:
                for role, trigger in triggers(moment):
                    for one in (trigger, *_parts(trigger)):
                        if one.on is not None and covers(one.on, kind):
                            found.update(one.where, one.needs if isinstance(one, Revision) else ())
                    if role is Role.START and self._begins(trigger, kind):
                        for allows in self.law.deadlines(moment):
                            found.update((path for path, _ in read_by(allows)), stated_by(allows))
                            found.update(*(target.when for target in targets_of(allows)))
            self._asked[kind] = frozenset(found)
        return self._asked[kind]

    @cached_property
    def _asked(self) -> dict[str, frozenset[str]]:
        return {}

    def _begins(self, trigger: Trigger, kind: str) -> bool:
        """Whether the trigger of a start may fire with an event of the type."""
        if trigger.on is not None:
            return covers(trigger.on, kind)
        followed = next(moment for moment in self.moments if moment.id == trigger.moment)
        ends = [part for one in plays(followed, Role.END) for part in (one, *_parts(one))]
        return any(one.on is not None and covers(one.on, kind) for one in ends)

    def traits(self, chance: random.Random) -> dict[str, Value]:
        """What a case is like: some of the values that conditions ask for, and some that they do not."""
        traits: dict[str, Value] = {"channel": chance.choice(CHANNELS)}
        if self.law.zones and chance.random() < _AWAY:
            traits["time_zone"] = chance.choice((*self.law.zones, *_ZONES))
        for path, values in self.pool.items():
            if path not in _OWN and path not in self.reads and chance.random() < 0.7:
                traits[path] = chance.choice(values or ("yes",))
        return traits

    def event(
        self,
        trigger: Trigger,
        at: int,
        traits: Mapping[str, Value],
        chance: random.Random,
        own: Mapping[str, Value | None] | None = None,
    ) -> Happening:
        """An event for which the trigger fires, with these traits where they fit, with the instants that deadlines read,
        and the fields of its `own` (None: without the field). UnplayableError where there is none."""
        assert trigger.on is not None
        kind = type_of(trigger.on, chance)
        asked = self.asks(kind)
        fields: dict[str, Value | None] = {
            path: value for path, value in traits.items() if carried(kind, path) and (path in asked or is_common(path))
        }
        for path in sorted(required(kind)):
            fields[path] = self._usual(path, at, chance)
        for path in self.reads:
            if path in asked and carried(kind, path) and path not in fields and chance.random() < 0.85:
                fields[path] = self._usual(path, at, chance)
        for path in sorted(self.lengths & asked):
            if carried(kind, path) and chance.random() < 0.5:
                fields[path] = format_duration(chance.randrange(5, 18) * self.pace)
        fields.update(own or {})
        for path, condition in trigger.where.items():
            given = fields.get(path)
            likely = given if fits(condition, given, at) else self._usual(path, at, chance)
            found, fields[path] = fitting(condition, at, chance, likely)
            if not found or not (carried(kind, path) or fields[path] is None):
                raise UnplayableError(f"no {kind} can be made up whose `{path}` is as the catalogue asks")
        return Happening(at, kind, {path: value for path, value in fields.items() if value is not None})

    def later(self, at: int) -> int:
        """The instant, or the one soon after it at which people note such things: at their real pace, whole seconds."""
        grain = 1 if self.pace == SECOND else SECOND
        return -(-at // grain) * grain

    def _usual(self, path: str, at: int, chance: random.Random) -> Value | None:
        """What the field has where nothing else is asked; an instant lies so far ahead that something is left to do."""
        if path in _INSTANTS or path in self.reads:
            ahead = max(0, self.reads.get(path, 0)) + round(chance.uniform(5, 14) * self.pace)
            return rfc3339(self.later(at + ahead))
        return _USUAL.get(path)


def read(name: str, catalogues: Sequence[dict[str, Any]], real: bool = False) -> Script:
    """The script, under that name, of catalogues that were made plain, shrunk or at their `real` times.

    UnplayableError names what nothing can begin.
    """
    law = law_of(catalogues)
    script = Script(name, law, MINUTE, 90 * DAY) if real else Script(name, law)
    for moment, trigger in script.roots:
        try:
            script.event(trigger, 0, {}, random.Random(0))
        except UnplayableError as error:
            raise UnplayableError(f"{moment.id} cannot be played: {error}") from None
    return script


def plays(moment: MomentFile, role: Role) -> list[Trigger]:
    """The triggers that play a role for the moment."""
    return [trigger for one, trigger in triggers(moment) if one is role]


def steps_of(trigger: Trigger) -> list[Trigger]:
    """The events, in some order, after which the trigger has fired."""
    if isinstance(trigger, Closing) and trigger.all_ is not None:
        return list(trigger.all_)
    if isinstance(trigger, Closing) and trigger.any_ is not None:
        return [trigger.any_[number % len(trigger.any_)] for number in range(trigger.times)]
    return [trigger] * (trigger.times if isinstance(trigger, Closing) else 1)


def refused(needs: Where, at: int) -> dict[str, Value | None]:
    """A value of one of these fields for which they do not all hold."""
    for path, condition in needs.items():
        for value in (None, False, "refused"):
            if not fits(condition, value, at):
                return {path: value}
    return {}


def granted(needs: Where, at: int, chance: random.Random) -> dict[str, Value | None]:
    """Values for which they all hold."""
    return {path: fitting(condition, at, chance, _USUAL.get(path))[1] for path, condition in needs.items()}


def _parts(trigger: Trigger) -> Iterator[Trigger]:
    if isinstance(trigger, Closing):
        yield from trigger.all_ or trigger.any_ or ()
