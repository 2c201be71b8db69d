"""What the documents declare, laid out for whoever goes through it: moments, their triggers, their deadline clauses."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from streams.catalogue.document import CatalogueFile, DeadlineClause, MomentFile, Trigger
from streams.catalogue.model import Role
from streams.catalogue.place import Path, Places, Problems, nearest


@dataclass(frozen=True, slots=True)
class Document:
    """One catalogue file: as written (plain data), as a model, and where everything stands."""

    data: dict[str, Any]
    file: CatalogueFile
    places: Places


@dataclass(frozen=True, slots=True)
class Entry:
    """A moment as its file declares it, with its path there."""

    document: Document
    path: Path
    moment: MomentFile


def triggers(moment: MomentFile) -> Iterator[tuple[Role, Trigger, Path]]:
    """Every trigger of a moment with its role and its path below the moment; `expects` written out."""
    for role, key in (
        (Role.START, "starts"),
        (Role.END, "ends"),
        (Role.CANCEL, "cancels"),
        (Role.PAUSE, "pauses"),
        (Role.RESUME, "resumes"),
        (Role.REVISE, "revises"),
        (Role.REOPEN, "reopens"),
    ):
        for index, trigger in enumerate(getattr(moment, key)):
            yield role, trigger, (key, index)
    if moment.expects is not None:
        for index, trigger in enumerate(moment.expects.from_):
            yield Role.START, trigger, ("expects", "from", index)
        for index, trigger in enumerate(moment.expects.on):
            yield Role.START, trigger, ("expects", "on", index)
            yield Role.END, trigger, ("expects", "on", index)
        for index, trigger in enumerate(moment.expects.until):
            yield Role.CANCEL, trigger, ("expects", "until", index)


def clauses(moment: MomentFile) -> Iterator[tuple[DeadlineClause, Path]]:
    """Every clause of a moment's deadline, outermost first, with its path below the moment."""

    def walk(clause: DeadlineClause, path: Path) -> Iterator[tuple[DeadlineClause, Path]]:
        yield clause, path
        if clause.else_ is not None:
            yield from walk(clause.else_, (*path, "else"))
        for key, parts in (("earliest", clause.earliest), ("latest", clause.latest)):
            for index, part in enumerate(parts or ()):
                yield from walk(part, (*path, key, index))

    if moment.deadline is not None:
        yield from walk(moment.deadline, ("deadline",))


def entries(documents: Sequence[Document]) -> list[Entry]:
    """The moments of all documents, in the order of the files."""
    return [
        Entry(document, ("moments", index), moment)
        for document in documents
        for index, moment in enumerate(document.file.moments)
    ]


def canonical(documents: Sequence[Document]) -> str:
    """One text for one meaning: keys sorted, comments and layout gone."""
    data = {"catalogues": [document.data for document in documents], "format": 1}
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def in_order(found: list[Entry], problems: Problems, elsewhere: frozenset[str]) -> list[Entry]:
    """The moments so that each comes after those it follows; otherwise as the files have them."""
    by_id: dict[str, Entry] = {}
    for entry in found:
        if entry.moment.id in by_id:
            text = f"moment '{entry.moment.id}' is declared twice; ids must differ"
            problems.add(entry.document.places, (*entry.path, "id"), text)
        by_id.setdefault(entry.moment.id, entry)
    follows: dict[str, list[str]] = {}
    for entry in by_id.values():
        ids = follows[entry.moment.id] = []
        for _, trigger, path in triggers(entry.moment):
            other = trigger.moment
            if other is None or other in elsewhere - set(by_id):
                continue
            if other in by_id:
                ids.append(other)
                continue
            text = f"there is no moment '{other}'{nearest(other, by_id, 'declare it, or name one of those declared')}"
            problems.add(entry.document.places, (*entry.path, *path, "moment"), text)
    ordered: list[Entry] = []
    placed: set[str] = set()
    waiting = list(by_id.values())
    while waiting:
        ready = next((entry for entry in waiting if placed.issuperset(follows[entry.moment.id])), None)
        if ready is None:
            _report_circle(waiting, follows, problems)
            return ordered
        waiting.remove(ready)
        ordered.append(ready)
        placed.add(ready.moment.id)
    return ordered


def _report_circle(waiting: list[Entry], follows: dict[str, list[str]], problems: Problems) -> None:
    stuck = {entry.moment.id for entry in waiting}
    steps = [waiting[0].moment.id]
    while steps[-1] not in steps[:-1]:
        steps.append(next(other for other in follows[steps[-1]] if other in stuck))
    circle = steps[steps.index(steps[-1]) :]
    first = next(entry for entry in waiting if entry.moment.id == circle[0])
    text = f"these moments wait for each other: {' -> '.join(circle)}; one of them must start with an event"
    problems.add(first.document.places, (*first.path, "id"), text)
