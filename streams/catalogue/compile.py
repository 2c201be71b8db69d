"""From documents to the catalogue in force: names are resolved, short forms written out, moments put in order.

What one value cannot show by itself is judged here: a calendar, store or moment that does not exist, a circle of
moments, a revision without a field. Everything wrong is collected; nothing is compiled by halves.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

from streams.catalogue import deadline as deadlines
from streams.catalogue.calendar import Switch
from streams.catalogue.conditions import all_hold, atoms, words
from streams.catalogue.document.deadlines import DeadlineClause, Target
from streams.catalogue.document.moments import MomentFile, Text
from streams.catalogue.document.triggers import Revision, Trigger
from streams.catalogue.entries import (
    Document,
    Entry,
    bits,
    canonical,
    clauses,
    entries,
    holds,
    in_order,
    several,
    triggers,
)
from streams.catalogue.grades import NO_DAYS, Grades, check_warnings
from streams.catalogue.grades import in_order as in_order_of_time
from streams.catalogue.match import Link, Matcher
from streams.catalogue.model import Deadline, Hit, Look, Moment, Part, Pausing, Rise, Role, Several
from streams.catalogue.overlap import needed
from streams.catalogue.place import Problems
from streams.catalogue.policy import Policies
from streams.catalogue.shelf import Shelf
from streams.catalogue.stores import ALWAYS, zone_of


@dataclass(frozen=True, slots=True)
class Compiled:
    """The catalogue in force; see `model.Catalogue` for what each part guarantees."""

    version: str
    source: str
    moments: tuple[Moment, ...]
    allowed_lateness: int
    corrections: int
    matcher: Matcher
    positions: dict[str, int]
    policies: Policies
    dated: bool = False

    @property
    def hits(self) -> Callable[[str, Look], tuple[Hit, ...]]:
        return self.matcher.hits

    def decisive(self, event_type: str) -> tuple[str, ...] | None:
        return self.matcher.decisive(event_type)

    def keeps(self, event_type: str) -> tuple[str, ...] | None:
        return self.matcher.keeps(event_type)

    def can_begin(self, moment: int, event_type: str) -> bool:
        return self.matcher.can_begin(moment, event_type)

    def can_end(self, moment: int, event_type: str) -> bool:
        return self.matcher.can_end(moment, event_type)

    def position(self, moment_id: str) -> int | None:
        return self.positions.get(moment_id)


def compile_documents(
    documents: Sequence[Document], problems: Problems, elsewhere: frozenset[str] = frozenset()
) -> Compiled:
    """The catalogue that these documents make together.

    `problems` may come with what was found before; everything found here is added, and CatalogueError carries all of
    it. `elsewhere` are ids of moments that could not be read: they are known, so naming them is no second fault.
    """
    documents = sorted(documents, key=lambda document: document.file.name)
    for before, after in pairwise(documents):
        if before.file.name == after.file.name:
            problems.add(after.places, ("name",), f"two catalogues are named '{after.file.name}'; names must differ")
    shelf = Shelf(documents, problems)
    ordered = in_order(entries(documents), problems, elsewhere)
    if not ordered and not problems.found:
        problems.add(documents[0].places, (), "no moment is declared; write at least one under moments:")
    positions = {entry.moment.id: index for index, entry in enumerate(ordered)}
    stores = shelf.stores()
    policies = Policies(documents, ordered, shelf, stores, problems, elsewhere)
    named = _named_everywhere(documents)
    moments = [_moment(entry, shelf, policies, positions, named, problems) for entry in ordered]
    links = [
        link for index, entry in enumerate(ordered) for link in _links(index, entry, moments[index].deadline, problems)
    ]
    problems.raise_any()
    source = canonical(documents)
    digest = hashlib.blake2b(source.encode(), digest_size=6).hexdigest()
    return Compiled(
        version=f"{'+'.join(document.file.name for document in documents)}@{digest}",
        source=source,
        moments=tuple(moments),
        allowed_lateness=max(document.file.allowed_lateness for document in documents),
        corrections=max(document.file.corrections for document in documents),
        matcher=Matcher(
            links,
            _looked(ordered, moments, links) | stores.looked() | policies.looked(),
            stores.widen if stores.regions else None,
        ),
        positions=positions,
        policies=policies,
        dated=_dated(moments, links),
    )


def _named_everywhere(documents: Sequence[Document]) -> dict[str, Text]:
    """What owners and chains are called, by the first file that says it."""
    named: dict[str, Text] = {}
    for document in documents:
        named = {**document.file.names, **named}
    return named


def _moment(
    entry: Entry,
    shelf: Shelf,
    policies: Policies,
    positions: dict[str, int],
    named: Mapping[str, Text],
    problems: Problems,
) -> Moment:
    moment, document, stores = entry.moment, entry.document, policies.stores
    places = document.places

    standard = shelf.find(moment.calendar, document, (*entry.path, "calendar"))
    check_warnings(moment.warnings, places, (*entry.path, "warnings"), problems, always=standard == ALWAYS)
    own: list[tuple[tuple[Any, ...], str]] = []  # targets with a calendar of their own
    spans = []
    for clause, path in clauses(moment):
        spans.extend([clause] if clause.is_length else [])
        if clause.workdays is not None and standard == ALWAYS:
            problems.add(places, (*entry.path, *path, "workdays"), NO_DAYS)
        for index, target in enumerate(clause.targets):
            where = (*entry.path, *path, "targets", index)
            key = shelf.find(target.calendar, document, (*where, "calendar"))
            own.append((atoms(target.when), standard if target.calendar is None else key))
            check_warnings(target.warnings or (), places, (*where, "warnings"), problems, always=own[-1][1] == ALWAYS)
            if target.workdays is not None and own[-1][1] == ALWAYS:
                problems.add(places, (*entry.path, *path, "targets", index, "workdays"), NO_DAYS)
    if any(key != standard for _, key in own) and len(spans) > 1:
        text = "targets with a calendar of their own need a deadline with a single length; put them into two moments"
        problems.add(places, (*entry.path, "deadline"), text)
    used = {standard, *(key for _, key in own)}
    rule = policies.rule(entry, used)
    if rule is not None:
        targets = [(stores.aware(all_hold(found)), None if key == standard else key) for found, key in own]
        used |= rule.open_in(standard, targets, shelf, problems)
    used |= {swap for key in used for swap in stores.swapped(key)}
    calendar = shelf.calendars[standard]
    if len(used) > 1:
        calendar = Switch(calendar, {key: shelf.calendars[key] for key in used})

    def compiled(clause: DeadlineClause) -> Deadline:
        if clause.after is not None or clause.workdays is not None:
            targets = tuple(
                deadlines.Target(
                    found := atoms(target.when),
                    stores.aware(all_hold(found)),
                    _length(target),
                    target.severity,
                    grades.number(target),
                )
                for target in clause.targets
            )
            return deadlines.After(_length(clause), targets, calendar)
        otherwise = compiled(clause.else_) if clause.else_ is not None else None
        if clause.field is not None:
            return deadlines.Stated(clause.field, clause.unit, otherwise, calendar)
        if clause.at is not None:
            return deadlines.Field(clause.at, clause.plus or 0, False, otherwise)
        if clause.before is not None:
            return deadlines.Field(clause.before, -(clause.lead or 0), True, otherwise)
        return deadlines.Choice(
            clause.latest is not None, tuple(compiled(p) for p in clause.latest or clause.earliest or ())
        )

    def title(name: str | None) -> Mapping[str, str] | None:
        found = document.file.names.get(name or "") or named.get(name or "")
        return None if found is None else found.by_language()

    grades = Grades(moment.severity)
    deadline = compiled(moment.allows)
    if rule is not None:
        deadline = rule.deadline(deadline, compiled)
    return Moment(
        id=moment.id,
        title=moment.title.by_language(),
        playbook=moment.playbook.by_language(),
        stage=moment.stage,
        owner=moment.owner,
        severity=moment.severity.default,
        customer_class=moment.customer_class,
        deadline=deadline,
        calendar=calendar,
        zone=zone_of(
            standard,
            tuple((stores.aware(all_hold(conditions)), key) for conditions, key in own),
            shelf.zones,
            stores,
            document.file.time_zone,
            None if rule is None else rule.calendar,
        ),
        warnings=in_order_of_time(moment.warnings),
        rises=_rises(entry, problems),
        reopening=moment.reopening or ("new" if moment.reopens else "nothing"),
        repeats=moment.repeats or moment.expects is not None,
        journal=moment.journal,
        time_to_live=moment.time_to_live or document.file.time_to_live,
        follows=_follows(moment, positions),
        objective=moment.objective,
        several=tuple(_several(moment)),
        alone=tuple(_alone(moment)),
        holds=tuple(holds(moment)),
        pauses=tuple(_pauses(moment)),
        lasting=sum({1 << pausing.kind for pausing in _pauses(moment) if pausing.kind or moment.resumes}),
        needs=tuple(dict.fromkeys(words(needed(revision)) for revision in moment.revises if revision.needs)),
        chain=None if moment.chain is None else (moment.chain.name, moment.chain.step),
        ruling=None if rule is None else rule.ruling,
        off=rule.off if rule is not None and rule.may_be_off else None,
        grade=grades.grade(deadline, None if rule is None else rule.ruling),
        own_warnings=grades.own_warnings,
        severities=grades.severities(deadline, [] if rule is None else rule.severities),
        owner_title=title(moment.owner),
        chain_title=title(None if moment.chain is None else moment.chain.name),
    )


def _length(says: DeadlineClause | Target) -> deadlines.Length:
    return deadlines.Length(says.after or 0, says.workdays or 0)


def _follows(moment: MomentFile, positions: dict[str, int]) -> tuple[Hit, ...]:
    roles: dict[int, int] = {}
    own = bits(moment)
    for role, trigger, path in triggers(moment):
        if trigger.moment in positions:
            index = positions[trigger.moment]
            roles[index] = roles.get(index, 0) | own.get(path, int(role))
    return tuple(Hit(index, roles[index]) for index in sorted(roles))


def _rises(entry: Entry, problems: Problems) -> tuple[Rise, ...]:
    rises = entry.moment.rises
    for index, rise in enumerate(rises):
        if any(rise.after == before.after for before in rises[:index]):
            text = "the severity rises twice at this time; leave one out"
            problems.add(entry.document.places, (*entry.path, "rises", index), text)
    return tuple(Rise(rise.after, rise.to) for rise in sorted(rises, key=lambda rise: rise.after))


def _several(moment: MomentFile) -> Iterator[Several]:
    first = 0
    for role, parts in several(moment):
        named = (" or ".join(map(_named, part.triggers)) for part in parts)
        yield Several(int(role), first, tuple(map(Part, named, (part.times for part in parts))))
        first += len(parts)


def _alone(moment: MomentFile) -> Iterator[str]:
    """What ends it by itself, where several events together do as well."""
    ways = [parts[0].path[:2] for role, parts in several(moment) if role is Role.END]
    for role, trigger, path in triggers(moment):
        if ways and role is Role.END and path[:2] not in ways:
            yield _named(trigger)


def _pauses(moment: MomentFile) -> Iterator[Pausing]:
    own = 0
    for pause in moment.pauses:
        own += bool(pause.until)
        yield Pausing(own if pause.until else 0, pause.on or "", _named(pause))


def _named(trigger: Trigger) -> str:
    if trigger.on is None:
        return f"the end of {trigger.moment}"
    return " where ".join(filter(None, (trigger.on, words(atoms(trigger.where)))))


def _links(index: int, entry: Entry, deadline: Deadline, problems: Problems) -> Iterator[Link]:
    own = bits(entry.moment)
    for role, trigger, path in triggers(entry.moment):
        if isinstance(trigger, Revision) and trigger.moment is not None:
            text = "a moment's end carries no new due; revise on an event type"
            problems.add(entry.document.places, (*entry.path, *path), text)
        if trigger.on is None:
            continue
        due = None
        if isinstance(trigger, Revision):
            due = trigger.due or deadlines.own_field(deadline)
            if due is None:
                text = "the deadline reads no field to read again; say which one holds the new due, like due: due_at"
                problems.add(entry.document.places, (*entry.path, *path), text)
        yield Link(index, role, trigger.on, atoms(trigger.where) + needed(trigger), due, own.get(path))
        if needed(trigger):
            yield Link(index, Role.REFUSE, trigger.on, atoms(trigger.where), due)


def _looked(ordered: Sequence[Entry], moments: Sequence[Moment], links: Sequence[Link]) -> frozenset[str]:
    """Every field path that some moment looks at: conditions, targets, deadlines, revisions, and calendars' zones."""
    paths = {atom.path for link in links for atom in link.conditions} | {link.due for link in links if link.due}
    for entry in ordered:
        for clause, _ in clauses(entry.moment):
            paths.update(path for path in (clause.at, clause.before, clause.field) if path)
            paths.update(chain.from_iterable(target.when for target in clause.targets))
        paths.update(filter(None, [entry.moment.severity.field]))
    if not all(moment.calendar.always for moment in moments):
        paths.add("time_zone")
    return frozenset(paths)


def _dated(moments: Sequence[Moment], links: Sequence[Link]) -> bool:
    """Whether some trigger or target asks for the event's own instant."""
    lengths = [
        clause
        for moment in moments
        for clause in deadlines.clauses(moment.deadline)
        if isinstance(clause, deadlines.After)
    ]
    asked = chain.from_iterable(target.conditions for after in lengths for target in after.targets)
    return any(atom.dated for atom in chain(asked, *(link.conditions for link in links)))
