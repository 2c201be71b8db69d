"""Policies: what is other for a tenant, a brand, a region or a store. The nearest level wins, field by field.

A policy holds where all of its keys do. Of two that hold for a case the nearer one counts: the one with a store before
the one without, then the one with a region, a brand, a tenant. No two sets of keys are equally near, so nothing depends
on the order of files; the same keys may say a thing once.

For each moment that policies speak of there is a `Rule`. It looks at where a case is (tenant, store, and with the store's
brand and region from `stores`) and remembers what it found for each place.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final, NamedTuple

from streams.catalogue.conditions import all_hold, atoms
from streams.catalogue.deadline import Picked
from streams.catalogue.document.deadlines import DeadlineClause
from streams.catalogue.document.places import Policy
from streams.catalogue.entries import Document, Entry, clauses_in
from streams.catalogue.grades import NO_DAYS, check_warnings
from streams.catalogue.model import Deadline, Level, Look, Ruling, Severity, level_words
from streams.catalogue.place import Path, Problems, nearest
from streams.catalogue.shelf import Shelf
from streams.catalogue.stores import ALWAYS, Stores
from streams.catalogue.values import Ahead

LEVELS: Final = ("tenant", "brand", "region", "store")
"""From the farthest to the nearest."""
FIELDS: Final = ("deadline", "calendar", "severity", "off")
"""What of a moment a policy may set."""

_REMEMBERED: Final = 4096
"""Bound of each memory of places; the names of stores and regions come from producers."""

Place = tuple[str | None, ...]
"""Where a case is: tenant, brand, region and store, None where that is not known."""


class Said(NamedTuple):
    """What a policy says of one thing, where it holds, and where it is written."""

    value: Any
    level: Level
    document: Document
    path: Path


def level_of(keys: Mapping[str, str | None]) -> Level:
    """The level of a policy with these keys."""
    return tuple((name, value) for name in reversed(LEVELS) if (value := keys.get(name)) is not None)


def holds(level: Level, place: Place) -> bool:
    """Whether a policy of this level holds at the place."""
    return all(place[LEVELS.index(name)] == value for name, value in level)


def nearness(level: Level) -> int:
    """More for the nearer one; the same only for the same keys."""
    return sum(1 << LEVELS.index(name) for name, _ in level)


@dataclass(slots=True)
class Table:
    """All that is said of one thing, found by place without going through it."""

    _by: dict[tuple[int, ...], dict[Place, Said]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self._by)

    def __iter__(self) -> Iterator[Said]:
        for found in self._by.values():
            yield from found.values()

    def add(self, said: Said) -> Said | None:
        """Take it in; what the same keys have said before, which then stays."""
        keys = tuple(LEVELS.index(name) for name, _ in said.level)
        found = self._by.setdefault(keys, {})
        if len(found) == 0:  # a new set of keys: nearest first
            self._by = dict(sorted(self._by.items(), key=lambda item: -sum(1 << key for key in item[0])))
        before = found.setdefault(tuple(value for _, value in said.level), said)
        return None if before is said else before

    def find(self, place: Place) -> Said | None:
        """What counts at the place."""
        for keys, found in self._by.items():
            said = found.get(tuple([place[key] for key in keys]))
            if said is not None:
                return said
        return None


class Verdict(NamedTuple):
    """What counts for a moment at one place, its calendar aside."""

    deadline: int | None  # which of the rule's deadlines; None for the moment's own
    calendar: Said | None
    severity: Severity
    off: bool
    levels: Mapping[str, Level]


Targets = Sequence[tuple[Callable[[Look], bool], str | None]]
"""Conditions of a deadline's targets in their order, each with the key of a calendar of its own."""


class Rule:
    """What policies say of one moment."""

    def __init__(self, fields: Mapping[str, Table], swaps: Mapping[str, Table], stores: Stores, entry: Entry) -> None:
        self._fields, self._swaps, self._stores = fields, swaps, stores
        self._severity: Severity = entry.moment.severity.default
        self._entry = entry
        self._standard, self._targets = ALWAYS, list[Targets]()
        self._clauses = list(fields["deadline"])
        self._numbers = {said.level: number for number, said in enumerate(self._clauses)}
        self._verdicts: dict[Place, Verdict] = {}
        self._parts: dict[str, tuple[str, ...]] = {}  # of unions
        self._united: dict[tuple[str, ...], str] = {}  # and what they are with others in the place of their parts
        self._nameless: frozenset[str] = frozenset()

    def open_in(self, standard: str, own: Targets, shelf: Shelf, problems: Problems) -> set[str]:
        """The keys of all calendars that may count. `standard` is the moment's, `own` are the targets of its own
        deadline. Faults of the policies' deadlines go to `problems`."""
        self._standard = standard
        self._targets = [*(self._targets_of(said, shelf, problems) for said in self._clauses), own]
        used = {standard, *(said.value for said in self._fields["calendar"])}
        used |= {key for targets in self._targets for _, key in targets if key is not None}
        if any(self._days()):
            words = [*self._fields["calendar"], *(said for key in used for said in self._swaps.get(key, ()))]
            for said in words:
                if said.value == ALWAYS:
                    problems.add(said.document.places, said.path, NO_DAYS)
        swapped = {swap for key in used for swap in self._instead_of(key)}
        for key in used:
            self._parts[key] = shelf.parts_of(key)
            options = [(part, *sorted(self._instead_of(part))) for part in self._parts[key]]
            for some in product(*options) if options else ():
                self._united[some] = shelf.united(some) if some != self._parts[key] else key
        self._nameless = frozenset(shelf.united_keys)
        return used | swapped | set(self._united.values())

    def _instead_of(self, calendar: str) -> set[str]:
        """The keys of all calendars that count somewhere instead of this one."""
        return self._stores.swapped(calendar) | {said.value for said in self._swaps.get(calendar, ())}

    def _days(self) -> Iterator[int | None]:
        """The workdays of every deadline that may count."""
        for top in (self._entry.moment.allows, *(said.value for said in self._clauses)):
            for clause, _ in clauses_in(top, ()):
                yield clause.workdays
                yield from (target.workdays for target in clause.targets)
                for leads in (self._entry.moment.warnings, *(target.warnings or () for target in clause.targets)):
                    yield from (lead.days for lead in leads if isinstance(lead, Ahead))

    def _targets_of(self, said: Said, shelf: Shelf, problems: Problems) -> Targets:
        found: list[tuple[Callable[[Look], bool], str | None]] = []
        spans = 0
        for clause, path in clauses_in(said.value, said.path):
            spans += clause.is_length
            if clause.workdays is not None and self._standard == ALWAYS and not self._fields["calendar"]:
                problems.add(said.document.places, (*path, "workdays"), NO_DAYS)
            for index, target in enumerate(clause.targets):
                where = (*path, "targets", index, "calendar")
                key = None if target.calendar is None else shelf.find(target.calendar, said.document, where)
                if target.warnings is not None:
                    spot = (*path, "targets", index, "warnings")
                    always = key == ALWAYS or (key is None and self._standard == ALWAYS and not self._fields["calendar"])
                    check_warnings(target.warnings, said.document.places, spot, problems, always=always)
                found.append((self._stores.aware(all_hold(atoms(target.when))), key))
        if spans > 1 and any(key is not None for _, key in found):
            text = "targets with a calendar of their own need a deadline with a single length; put them into two moments"
            problems.add(said.document.places, said.path, text)
        return found

    def deadline(self, own: Deadline, compiled: Callable[[DeadlineClause], Deadline]) -> Deadline:
        """The moment's deadline: that of the policy that counts, else its own."""
        if not self._clauses:
            return own
        others = tuple(compiled(said.value) for said in self._clauses)
        return Picked(own, others, lambda look: own if (index := self._at(look).deadline) is None else others[index])

    def calendar(self, look: Look) -> str:
        """The key of the calendar that counts; for `zone_of`."""
        return self._calendar(look)[0]

    def _calendar(self, look: Look) -> tuple[str, Level | None]:
        verdict = self._at(look)
        targets = self._targets[-1 if verdict.deadline is None else verdict.deadline]
        key, level = next((key for holds, key in targets if holds(look)), None), None
        if key is None:
            said = verdict.calendar
            key, level = (self._standard, None) if said is None else (said.value, said.level)
        instead = self._instead(key, look)
        if instead is not None:
            return instead
        parts = self._parts.get(key, ())
        own = [self._instead(part, look) for part in parts]
        levels = [found[1] for found in own if found is not None]
        if not levels:
            return key, level
        united = tuple(part if found is None else found[0] for part, found in zip(parts, own, strict=True))
        return self._united[united], max(levels, key=nearness)

    def _instead(self, calendar: str, look: Look) -> tuple[str, Level] | None:
        """The calendar that counts instead of this one by itself, and the level that says so."""
        if calendar in self._swaps:
            said = self._swaps[calendar].find(self._place(look))
            return None if said is None else (said.value, said.level)
        own = self._stores.of(look).swaps.get(calendar)
        return None if own is None or own in self._nameless else (own, level_of({"store": _text(look("store_id"))}))

    @property
    def severities(self) -> list[Severity]:
        """The severities that policies set anywhere."""
        return [said.value for said in self._fields["severity"]]

    @property
    def may_be_off(self) -> bool:
        """Whether there is a case for which the moment is off."""
        return any(said.value for said in self._fields["off"])

    def off(self, look: Look) -> bool:
        """For `Moment.off`."""
        return self._at(look).off

    def ruling(self, look: Look) -> Ruling:
        """For `Moment.ruling`."""
        verdict = self._at(look)
        _, level = self._calendar(look)
        return Ruling(verdict.severity, verdict.levels if level is None else {**verdict.levels, "calendar": level})

    def _at(self, look: Look) -> Verdict:
        place = self._place(look)
        verdict = self._verdicts.get(place)
        if verdict is None:
            verdict = self._judge(place)
            if len(self._verdicts) < _REMEMBERED:
                self._verdicts[place] = verdict
        return verdict

    def _place(self, look: Look) -> Place:
        store, region = self._stores.of(look), look("region")
        return (
            _text(look("tenant")),
            store.brand,
            _text(store.region if region is None else region),
            _text(look("store_id")),
        )

    def _judge(self, place: Place) -> Verdict:
        deadline, calendar, severity, off = (self._fields[name].find(place) for name in FIELDS)
        said = {"deadline": deadline, "severity": severity}
        return Verdict(
            None if deadline is None else self._numbers[deadline.level],
            calendar,
            self._severity if severity is None else severity.value,
            off is not None and off.value,
            {name: found.level for name, found in said.items() if found is not None},
        )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


class Policies:
    """The policies of all documents together. `fields` by moment and field, `swaps` by the key of a calendar."""

    def __init__(
        self,
        documents: Sequence[Document],
        ordered: Sequence[Entry],
        shelf: Shelf,
        stores: Stores,
        problems: Problems,
        elsewhere: Iterable[str] = (),
    ) -> None:
        """Faults are added to `problems`; `elsewhere` are ids of moments that are known to exist besides."""
        self.entries = {entry.moment.id: entry for entry in ordered}
        self.stores = stores
        self.fields: dict[str, dict[str, Table]] = {}
        self.swaps: dict[str, Table] = {}
        self.declared: list[tuple[Document, Path, Policy]] = [
            (document, ("policies", index), policy)
            for document in documents
            for index, policy in enumerate(document.file.policies)
        ]
        self._shelf, self._problems, self._elsewhere = shelf, problems, frozenset(elsewhere)
        for document, path, policy in self.declared:
            level = level_of(policy.model_dump(include=set(LEVELS)))
            for moment_id, own in policy.moments.items():
                if self._knows(moment_id, document, (*path, "moments", moment_id)):
                    self._add(moment_id, own.model_dump(include={"off", "severity"}), own, level, document, path)
            for key, value in shelf.swaps(policy.calendars, document, (*path, "calendars")).items():
                named = next(name for name in policy.calendars if key.rpartition(".")[2] == name)
                self._swap(key, Said(value, level, document, (*path, "calendars", named)))
        if self.swaps:
            self._add_stores(documents)

    def _knows(self, moment_id: str, document: Document, path: Path) -> bool:
        if moment_id in self.entries:
            return True
        if moment_id not in self._elsewhere:
            hint = nearest(moment_id, self.entries, "name one of those declared")
            self._problems.add(document.places, path, f"there is no moment '{moment_id}'{hint}", key=True)
        return False

    def _add(self, moment_id: str, plain: dict[str, Any], own: Any, level: Level, document: Document, path: Path) -> None:
        where = (*path, "moments", moment_id)
        values = {**plain, "deadline": own.deadline}
        if own.calendar is not None:
            values["calendar"] = self._shelf.find(own.calendar, document, (*where, "calendar"))
        tables = self.fields.setdefault(moment_id, {name: Table() for name in FIELDS})
        for name, value in values.items():
            if value is not None:
                said = Said(value, level, document, (*where, name))
                self._once(tables[name].add(said), said)

    def _swap(self, key: str, said: Said) -> None:
        self._once(self.swaps.setdefault(key, Table()).add(said), said)

    def _add_stores(self, documents: Sequence[Document]) -> None:
        """What stores have instead of a calendar is the word of the nearest level."""
        for document in documents:
            for store_id, file in document.file.stores.items():
                level = level_of({"store": store_id, "tenant": file.tenant})
                swaps = self.stores.get(store_id, file.tenant).swaps
                own = {key for key, swap in swaps.items() if swap not in self._shelf.united_keys}
                for key in sorted(self.swaps.keys() & own):
                    said = Said(swaps[key], level, document, ("stores", store_id, "calendars", key.rpartition(".")[2]))
                    self._swap(key, said)

    def _once(self, before: Said | None, said: Said) -> None:
        if before is not None:
            first = before.document.places.at(before.path, key=True)
            text = f"for {level_words(said.level)} this is said already, at {first}; keep one of the two"
            self._problems.add(said.document.places, said.path, text, key=True)

    def rule(self, entry: Entry, calendars: Iterable[str]) -> Rule | None:
        """The rule of a moment that runs in one of these calendars (by key); None where no policy speaks of it."""
        fields = self.fields.get(entry.moment.id)
        keys = set(calendars)
        keys |= {part for key in keys for part in self._shelf.parts_of(key)}
        if fields is None and not self.swaps.keys() & keys:
            return None
        return Rule(fields or {name: Table() for name in FIELDS}, self.swaps, self.stores, entry)

    def calendar_of(self, entry: Entry) -> str:
        """The key of a moment's own calendar."""
        return self._shelf.find(entry.moment.calendar, entry.document, (*entry.path, "calendar"))

    def calendars(self) -> frozenset[str]:
        """The keys of all calendars."""
        return frozenset(self._shelf.calendars)

    def looked(self) -> frozenset[str]:
        """The fields that policies look at."""
        if not self.declared:
            return frozenset()
        paths = {"tenant", "region", "store_id"}
        for tables in self.fields.values():
            for said in tables["deadline"]:
                for clause, _ in clauses_in(said.value, said.path):
                    paths.update(path for path in (clause.at, clause.before, clause.field) if path)
                    paths.update(path for target in clause.targets for path in target.when)
        return frozenset(paths)
