"""What can be played of a pack: its moments, what begins them, the values its conditions name, and events that fit."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final, get_type_hints

from schemas.events import TOPICS, model_of
from streams.catalogue.document import CatalogueFile, Closing, MomentFile, Revision, Trigger
from streams.catalogue.entries import Document, clauses, entries, in_order
from streams.catalogue.model import Role
from streams.catalogue.place import Places, Problems
from streams.catalogue.vocabulary import ENVELOPE, carries, event_types
from streams.clock import DAY, MINUTE, SECOND, rfc3339
from streams.demo.pack.conditions import Value, Where, fits, fitting, named_values
from streams.demo.pack.truth import Happening, covers, shift, triggers
from streams.errors import OperatorError

_INSTANTS: Final = frozenset({"promised_at", "promised_ready_at", "ship_by", "due_at"})
_OWN: Final = frozenset({*_INSTANTS, "by", "agreed", "score", *ENVELOPE})
"""Fields that belong to one event, and not to the case with all its events."""
_USUAL: Final[Mapping[str, Value]] = {"by": "human", "agreed": True, "score": 5, "locale": "zh-CN"}
CHANNELS: Final = ("app", "web", "phone", "counter")


class UnplayableError(OperatorError):
    """A moment asks for an event that cannot be made up."""


@dataclass(frozen=True)
class Script:
    """A shrunk pack, in the catalogue's order."""

    name: str
    moments: tuple[MomentFile, ...]
    pace: int = SECOND
    """What people take a second for in a shrunk pack, they take so long for in one that is not."""
    longest: int = 75 * SECOND
    """Nothing is begun to be done so long after the beginning of a journey."""

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
        """Regions that conditions name."""
        return frozenset(str(value) for value in self.pool.get("region", ()))

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
            found += [target.when for clause, _ in clauses(moment) for target in clause.targets]
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
            for clause, _ in clauses(moment):
                if path := clause.at or clause.before:
                    found[path] = max(found.get(path, 0), -shift(clause))
            for _, trigger in triggers(moment):
                if isinstance(trigger, Revision) and trigger.due:
                    found.setdefault(trigger.due, 0)
        return found

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
                        for clause, _ in clauses(moment):
                            found.update(path for path in (clause.at, clause.before) if path)
                            found.update(*(target.when for target in clause.targets))
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
        kind = _type_of(trigger.on, chance)
        asked = self.asks(kind)
        fields: dict[str, Value | None] = {
            path: value for path, value in traits.items() if _carried(kind, path) and (path in asked or _is_common(path))
        }
        for path in sorted(_required(kind)):
            fields[path] = self._usual(path, at, chance)
        for path in self.reads:
            if path in asked and _carried(kind, path) and path not in fields and chance.random() < 0.85:
                fields[path] = self._usual(path, at, chance)
        fields.update(own or {})
        for path, condition in trigger.where.items():
            given = fields.get(path)
            likely = given if fits(condition, given, at) else self._usual(path, at, chance)
            found, fields[path] = fitting(condition, at, chance, likely)
            if not found or not (_carried(kind, path) or fields[path] is None):
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
    documents = [Document(data, CatalogueFile.model_validate(data), Places(data["name"])) for data in catalogues]
    documents.sort(key=lambda document: document.file.name)
    ordered = in_order(entries(documents), Problems(), frozenset())
    moments = tuple(entry.moment for entry in ordered)
    script = Script(name, moments, MINUTE, 90 * DAY) if real else Script(name, moments)
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
        yield from trigger.all_ or ()


def _type_of(pattern: str, chance: random.Random) -> str:
    """A type that the pattern takes."""
    if not pattern.endswith("*"):
        return pattern
    known = [name for name in event_types() if name.startswith(pattern[:-1]) and not name.startswith("feed.")]
    if known and pattern != "*":
        return chance.choice(known)
    return "touchpoint.contact.made" if pattern in ("*", "touchpoint.*") else pattern[:-1] + "done"


def _is_common(path: str) -> bool:
    """Whether any event may carry the field, asked for or not."""
    return "." not in path and path not in ("category", "reason")


def _carried(kind: str, path: str) -> bool:
    return path in ENVELOPE or carries(kind, path)


@cache
def _required(kind: str) -> frozenset[str]:
    """Fields without which the contract refuses an event of the type."""
    model = model_of(kind)
    return frozenset(get_type_hints(model)["data"].__required_keys__) if model else frozenset()
