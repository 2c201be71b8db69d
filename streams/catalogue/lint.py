"""What is allowed in a catalogue and yet is hardly meant.

Three levels: an `error` cannot work, a `warning` is hardly what was meant, a `note` is nothing the author can help and
yet should know. `load` refuses what it cannot understand; everything here is about files that it understands.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, NamedTuple

from streams.catalogue.attainable import beyond_reach, lengths, never_opens, usual_wait
from streams.catalogue.compile import compile_documents
from streams.catalogue.conditions import atoms
from streams.catalogue.document import MomentFile, Revision, Trigger
from streams.catalogue.entries import Document, Entry, bits, clauses, entries, several, triggers
from streams.catalogue.lint_several import of_several
from streams.catalogue.load import beside, parse, read_texts
from streams.catalogue.model import Role
from streams.catalogue.organisation import Part
from streams.catalogue.overlap import alike, asked, covers, implied, impossible, spoken, takes
from streams.catalogue.place import Path, Problem, Problems
from streams.catalogue.policy_chain import doubts
from streams.catalogue.shelf import Shelf
from streams.catalogue.vocabulary import ENVELOPE, carriers, carries, event_types, instants
from streams.catalogue.workdays import PublicDays, Workdays, expand_weekly
from streams.clock import DAY, as_datetime, format_duration
from streams.errors import CatalogueError

Level = Literal["error", "warning", "note"]

AHEAD = 60 * DAY
"""How far ahead of now a calendar is looked at."""

# Kinds of events that share a case id. Feedback, promises and touchpoints are keyed by whatever they are about.
_KEYS = {"order": "order", "delivery": "order", "ticket": "ticket"}
_SEVERITIES = ("low", "medium", "high", "critical")


class Finding(NamedTuple):
    """One thing found, with its place."""

    level: Level
    problem: Problem

    def line(self) -> str:
        """`file:line:column: warning: what; what would be right`"""
        return f"{self.problem.place}: {self.level}: {self.problem.text}"


def lint(paths: Sequence[str], now: int, organisation: Sequence[Part] = ()) -> list[Finding]:
    """Everything found in these files together, in reading order. `now` (an instant) says which years are meant;
    `organisation` are organisation files, whose stores and policies count."""
    problems = Problems()
    try:
        texts = read_texts(paths)
        documents, elsewhere = parse(texts, problems)
        documents += beside(documents, organisation, problems)
        policies = compile_documents(documents, problems, elsewhere).policies
    except CatalogueError as error:
        if problems.found:
            return [Finding("error", problem) for problem in sorted(set(problems.found))]
        unread = (line.split(": ", 1) for line in error.problems)
        return [Finding("error", Problem(file, (0, 0), file, "".join(text))) for file, *text in unread]
    notes = _Notes()
    everything = entries(documents)
    by_id = {entry.moment.id: entry for entry in everything}
    mentioned = {pattern for entry in everything for pattern in _patterns(entry.moment)}
    shelf = Shelf(sorted(documents, key=lambda document: document.file.name), Problems())
    for entry in everything:
        _lengths(entry, shelf, now, notes)
        for check in (_ends, _instants, _pairs, _shadows, _clashes, _together, _targets, _warnings, _rises, _languages):
            check(entry, notes)
        _fields(entry, mentioned, notes)
        _keys(entry, by_id, notes)
    _doubles(everything, notes)
    for document, path, text in doubts(policies):
        notes.say("warning", document, path, text)
    for document in documents:
        _years(document, now, notes)
        _openings(document, shelf, now, notes)
        _unguided(document, notes)
    # a calendar that an including file replaces stands in several documents, and is told of once
    return sorted(dict.fromkeys(notes.found), key=lambda finding: finding.problem)


@dataclass(slots=True)
class _Notes:
    found: list[Finding]

    def __init__(self) -> None:
        self.found = []

    def say(self, level: Level, document: Document, path: Path, text: str) -> None:
        problems = Problems()
        problems.add(document.places, path, text)
        self.found.append(Finding(level, problems.found[0]))


def _patterns(moment: MomentFile) -> set[str]:
    return {trigger.on for _, trigger, _ in triggers(moment) if trigger.on is not None}


def _of(moment: MomentFile, role: Role) -> list[tuple[Trigger, Path]]:
    """The triggers that play the role by themselves: no parts of closings, nor pauses that name their end."""
    own = {path for path, bit in bits(moment).items() if bit >= Role.COUNT}
    return [(trigger, path) for found, trigger, path in triggers(moment) if found is role and path not in own]


def _ends(entry: Entry, notes: _Notes) -> None:
    moment = entry.moment
    ends = [[end] for end, _ in _of(moment, Role.END)]
    ends += [[part.trigger for part in parts] for role, parts in several(moment) if role is Role.END]
    if not ends:
        text = f"nothing ends '{moment.id}': every occurrence would break; write ends: with the event that meets it"
        notes.say("error", entry.document, (*entry.path, "id"), text)
    for role, trigger, path in triggers(moment):
        never = impossible(asked(trigger))
        if never is not None:
            useless = role is Role.END and all(any(impossible(asked(each)) for each in end) for end in ends)
            text = f"this can never hold: {never}{f'; so nothing ends {moment.id!r}' if useless else ''}"
            notes.say("error" if useless else "warning", entry.document, (*entry.path, *path), text)


def _instants(entry: Entry, notes: _Notes) -> None:
    asked = [(trigger.where, (*path, "where")) for _, trigger, path in triggers(entry.moment)]
    asked += [
        (target.when, (*path, "targets", index, "when"))
        for clause, path in clauses(entry.moment)
        for index, target in enumerate(clause.targets)
    ]
    for conditions, path in asked:
        for atom in atoms(conditions):
            if atom.dated and atom.path not in instants() and not atom.path.startswith("attributes."):
                known = ", ".join(sorted(instants()))
                text = f"'{atom.path}' holds no instant, so this can never hold; name {known} or an attribute"
                notes.say("warning", entry.document, (*entry.path, *path, atom.path), text)


def _pairs(entry: Entry, notes: _Notes) -> None:
    moment = entry.moment
    plain = [pause for pause in moment.pauses if not pause.until]
    if plain and not moment.resumes:
        text = (
            "there are pauses and no resumes: a clock once paused stands still until it expires; write resumes:, "
            "or until: with the pause"
        )
        notes.say("warning", entry.document, (*entry.path, "pauses"), text)
    if moment.resumes and not moment.pauses:
        text = "there are resumes and no pauses, so nothing can be resumed; write pauses:, or leave resumes out"
        notes.say("warning", entry.document, (*entry.path, "resumes"), text)
    elif moment.resumes and not plain:
        text = "every pause says its own end with until:, so there is nothing that resumes could end; leave them out"
        notes.say("warning", entry.document, (*entry.path, "resumes"), text)
    for index, pause in enumerate(moment.pauses):
        for number, end in enumerate(pause.until):
            if takes(end, pause):
                text = f"{spoken(pause)} ends its own pause and begins it again at once; say what else ends it"
                notes.say("warning", entry.document, (*entry.path, "pauses", index, "until", number), text)


def _shadows(entry: Entry, notes: _Notes) -> None:
    moment = entry.moment
    for role in Role:
        _shadows_among(entry, _of(moment, role), notes, in_order=role is Role.REVISE)
    for index, pause in enumerate(moment.pauses):
        ends: list[tuple[Trigger, Path]] = [
            (end, ("pauses", index, "until", number)) for number, end in enumerate(pause.until)
        ]
        _shadows_among(entry, ends, notes)
    own = [(pause, ("pauses", index)) for index, pause in enumerate(moment.pauses) if pause.until]
    for first, second in combinations(own, 2):
        if first[0].until == second[0].until:
            _shadows_among(entry, [first, second], notes)


def _shadows_among(entry: Entry, those: Sequence[tuple[Trigger, Path]], notes: _Notes, *, in_order: bool = False) -> None:
    for (first, _), (second, path) in combinations(those, 2):
        _shadow(entry, first, second, path, notes)
    for (first, path), (second, _) in combinations(those, 2):
        if not in_order and not covers(first, second):
            _shadow(entry, second, first, path, notes)


def _shadow(entry: Entry, broad: Trigger, narrow: Trigger, path: Path, notes: _Notes) -> None:
    if covers(broad, narrow):
        text = f"{spoken(narrow)} adds nothing: {spoken(broad)} takes all of its events; leave one of the two out"
        notes.say("warning", entry.document, (*entry.path, *path), text)


def _clashes(entry: Entry, notes: _Notes) -> None:
    for end, _ in _of(entry.moment, Role.END):
        for cancel, path in _of(entry.moment, Role.CANCEL):
            if covers(end, cancel) or covers(cancel, end):
                text = f"{spoken(cancel)} both ends and cancels this moment; decide for one"
                notes.say("warning", entry.document, (*entry.path, *path), text)


def _together(entry: Entry, notes: _Notes) -> None:
    for path, text in of_several(entry.moment):
        notes.say("warning", entry.document, (*entry.path, *path), text)


def _targets(entry: Entry, notes: _Notes) -> None:
    for clause, path in clauses(entry.moment):
        indexed = list(enumerate(clause.targets))
        for (_, first), (index, second) in combinations(indexed, 2):
            if implied(atoms(first.when), atoms(second.when)):
                text = "this target never counts: one before it takes all of its cases; put the narrower one first"
                notes.say("warning", entry.document, (*entry.path, *path, "targets", index), text)


def _lengths(entry: Entry, shelf: Shelf, now: int, notes: _Notes) -> None:
    """Lengths that a calendar cannot give, and warnings that come at once since the days that are allowed are short."""
    for length in lengths(entry, shelf):
        calendar = shelf.calendars[length.calendar]
        why = beyond_reach(length, calendar, now)
        if why is not None:
            notes.say("warning", entry.document, length.path, why)
        if length.days is None or why is not None or calendar.always:
            continue
        wait = usual_wait(length, calendar, now)
        for index, lead in enumerate(entry.moment.warnings):
            if isinstance(lead, int) and lead >= wait:
                text = (
                    f"this warning comes {format_duration(lead)} ahead of a deadline that is mostly only "
                    f"{format_duration(wait)} away when the day begins; write a shorter lead, or a share such as 80%"
                )
                notes.say("warning", entry.document, (*entry.path, "warnings", index), text)


def _openings(document: Document, shelf: Shelf, now: int, notes: _Notes) -> None:
    for name in document.file.calendars:
        key = shelf.find(name, document, ())
        if never_opens(shelf.calendars[key], shelf.zones.get(key, document.file.time_zone), now):
            text = f"'{name}' does not open within a year from now, so a clock in it stands still; give it more hours"
            notes.say("warning", document, ("calendars", name), text)


def _warnings(entry: Entry, notes: _Notes) -> None:
    moment = entry.moment
    spans = [moment.expects.every] if moment.expects is not None else []
    if moment.deadline is not None and (moment.deadline.after or moment.deadline.workdays) is not None:
        given = (moment.deadline.after, *(target.after for target in moment.deadline.targets))
        spans = [span for span in given if span is not None]
    for index, lead in enumerate(moment.warnings):
        if isinstance(lead, int) and spans and lead >= min(spans):
            text = (
                f"this warning comes {format_duration(lead)} ahead of a deadline that is only "
                f"{format_duration(min(spans))} long; write a shorter lead, or a share such as 80%"
            )
            notes.say("warning", entry.document, (*entry.path, "warnings", index), text)


def _rises(entry: Entry, notes: _Notes) -> None:
    rank = _SEVERITIES.index(entry.moment.severity)
    for _, index, rise in sorted((rise.after, index, rise) for index, rise in enumerate(entry.moment.rises)):
        if _SEVERITIES.index(rise.to) <= rank:
            text = f"the severity is {_SEVERITIES[rank]} by then and does not rise to {rise.to}"
            notes.say("warning", entry.document, (*entry.path, "rises", index), text)
        rank = max(rank, _SEVERITIES.index(rise.to))


def _languages(entry: Entry, notes: _Notes) -> None:
    playbook = entry.moment.playbook.by_language()
    for language in ("zh", "en"):
        if not getattr(entry.moment.title, language):
            notes.say("warning", entry.document, (*entry.path, "title"), f"the title is missing in '{language}'")
        if playbook and language not in playbook:
            notes.say("warning", entry.document, (*entry.path, "playbook"), f"the playbook is missing in '{language}'")


def _unguided(document: Document, notes: _Notes) -> None:
    without = [moment.id for moment in document.file.moments if not moment.playbook.by_language()]
    if without:
        text = f"no playbook, so that whoever takes the alert reads no steps: {', '.join(without)}"
        notes.say("note", document, ("moments",), text)


def _doubles(everything: Sequence[Entry], notes: _Notes) -> None:
    """Two clocks for the same stretch of the same case are hardly meant, whatever their deadlines."""
    for first, second in combinations(everything, 2):
        one, two = first.moment, second.moment
        if alike(_begins(one), _begins(two)) and alike(_closes(one), _closes(two)):
            text = (
                f"'{two.id}' starts and ends with the same events as '{one.id}' "
                f"({first.document.places.at((*first.path, 'id'))}), so both run for the same case; tell them apart with "
                f"where:, or join them with targets:"
            )
            notes.say("warning", second.document, (*second.path, "id"), text)


def _begins(moment: MomentFile) -> list[Trigger]:
    return [
        *moment.starts,
        *(moment.expects.from_ if moment.expects else ()),
        *(moment.expects.on if moment.expects and moment.expects.begins == "any" else ()),
    ]


def _closes(moment: MomentFile) -> list[Trigger]:
    return [*moment.ends, *(moment.expects.on if moment.expects else ())]


def _looked(entry: Entry) -> Iterator[tuple[str, Path]]:
    """Every field path that deadline and revisions look at, in the case's events so far, with where it says so."""
    for _, trigger, path in triggers(entry.moment):
        if isinstance(trigger, Revision) and trigger.due is not None:
            yield trigger.due, (*path, "due")
    for clause, path in clauses(entry.moment):
        for key in ("at", "before"):
            field = getattr(clause, key)
            if field is not None:
                yield field, (*path, key)
        for index, target in enumerate(clause.targets):
            for field in target.when:
                yield field, (*path, "targets", index, "when", field)


def _fields(entry: Entry, mentioned: set[str], notes: _Notes) -> None:
    """`where` is asked of the event itself; all else of the case's events, as far as some moment mentions their type:
    the others leave no trace."""

    def missing(field: str, path: Path, who: str) -> None:
        known = ", ".join(carriers(field)) or "touchpoints only"
        text = f"{who} carries '{field}', so it is always missing; it comes with {known}"
        notes.say("warning", entry.document, (*entry.path, *path), text)

    for _, trigger, path in triggers(entry.moment):
        fields = [("where", field) for field in trigger.where]
        fields += [("needs", field) for field in trigger.needs] if isinstance(trigger, Revision) else []
        for key, field in fields:
            if trigger.on is not None and field not in ENVELOPE and not _carried(trigger.on, field):
                missing(field, (*path, key, field), f"no '{trigger.on}'")
    own = _patterns(entry.moment)
    families = {_KEYS.get(pattern.partition(".")[0]) for pattern in own} - {None}
    near = {pattern for pattern in mentioned if not families or _KEYS.get(pattern.partition(".")[0]) in families}
    for field, path in _looked(entry):
        if field not in ENVELOPE and not any(_carried(pattern, field) for pattern in own | near):
            missing(field, path, "no event that these moments mention")


def _carried(pattern: str, field: str) -> bool:
    if not pattern.endswith("*") or pattern.startswith("touchpoint."):
        return carries(pattern, field)
    return any(carries(kind, field) for kind in event_types() if kind.startswith(pattern[:-1]))


def _keys(entry: Entry, by_id: dict[str, Entry], notes: _Notes) -> None:
    if entry.moment.case is not None:
        return
    keys: dict[str, str] = {}
    for _, trigger, path in triggers(entry.moment):
        patterns = {trigger.on} if trigger.on else _patterns(by_id[trigger.moment or ""].moment)
        for pattern in sorted(filter(None, patterns)):
            key = _KEYS.get(pattern.partition(".")[0])
            if key is None:
                continue
            keys.setdefault(key, pattern)
            if len(keys) > 1:
                (first, one), (second, other) = keys.items()
                text = (
                    f"'{one}' is keyed by the {first} and '{other}' by the {second}, so they never meet in one case; "
                    f"if they do share a key here, say which: case: {first}"
                )
                notes.say("warning", entry.document, (*entry.path, *path), text)
                return


def _years(document: Document, now: int, notes: _Notes) -> None:
    years = range(as_datetime(now).year, as_datetime(now + AHEAD).year + 1)
    for name, file in document.file.calendars.items():
        if file.holidays is None:
            continue
        public = PublicDays(file.holidays.country, file.holidays.region)
        days = Workdays(expand_weekly(file.weekly), public, file.makeup, frozenset(file.closed), dict(file.open))
        for year in years:
            if not days.knows(year):
                text = (
                    f"the make-up workdays of {file.holidays.country} for {year} are not known yet; "
                    f"until a newer version knows them, list that year's days under closed: and open:"
                )
                notes.say("note", document, ("calendars", name, "holidays"), text)
