"""What the documents declare, laid out for whoever goes through it: moments, their triggers, their deadline clauses."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from streams.catalogue.document.deadlines import DeadlineClause
from streams.catalogue.document.file import CatalogueFile
from streams.catalogue.document.moments import MomentFile
from streams.catalogue.document.triggers import Closing, Pause, Trigger
from streams.catalogue.model import Hold, Role
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
    """Every trigger of a moment with its role and its path below the moment; `expects` written out, of a closing that
    takes several events (see `several`) each part, and the end that a pause has of its own as RESUME.
    """
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
            yield from ((role, one, (key, index, *more)) for one, more in _written_out(trigger))
            if isinstance(trigger, Pause):
                for number, end in enumerate(trigger.until):
                    yield Role.RESUME, end, (key, index, "until", number)
    if moment.expects is not None:
        for index, trigger in enumerate(moment.expects.from_):
            yield Role.START, trigger, ("expects", "from", index)
        for index, trigger in enumerate(moment.expects.on):
            if moment.expects.begins == "any":
                yield Role.START, trigger, ("expects", "on", index)
            yield Role.END, trigger, ("expects", "on", index)
        for index, trigger in enumerate(moment.expects.until):
            yield Role.CANCEL, trigger, ("expects", "until", index)


def _written_out(trigger: Trigger) -> list[tuple[Trigger, Path]]:
    """The events of a trigger, each with its path below it."""
    if isinstance(trigger, Closing):
        for key, those in (("all", trigger.all_), ("on", trigger.any_)):
            if those is not None:
                return [(one, (key, number)) for number, one in enumerate(those)]
    return [(trigger, ())]


class Part(NamedTuple):
    """One of several events that close together: any of its triggers, how often they must come, and their paths below the
    moment."""

    triggers: tuple[Trigger, ...]
    times: int
    paths: tuple[Path, ...]

    @property
    def path(self) -> Path:
        """The path of the first trigger."""
        return self.paths[0]


def several(moment: MomentFile) -> Iterator[tuple[Role, list[Part]]]:
    """The closings that take several events, in the order of `triggers`, with their parts."""
    for role, key in ((Role.END, "ends"), (Role.CANCEL, "cancels")):
        for index, closing in enumerate(getattr(moment, key)):
            if closing.all_ is not None:
                parts = enumerate(closing.all_)
                yield role, [Part((part,), 1, ((key, index, "all", number),)) for number, part in parts]
            elif closing.any_ is not None:
                paths = tuple((key, index, "on", number) for number in range(len(closing.any_)))
                yield role, [Part(tuple(closing.any_), closing.times, paths)]
            elif closing.times > 1:
                yield role, [Part((closing,), closing.times, ((key, index),))]


def bits(moment: MomentFile) -> dict[Path, int]:
    """The role that is a trigger's own, by its path: of parts of closings, pauses that name their end, and their ends;
    and of events that begin a round only where they end one.
    """
    paths: list[tuple[Path, ...]] = [part.paths for _, parts in several(moment) for part in parts]
    for index, pause in enumerate(moment.pauses):
        if pause.until:
            paths += [(("pauses", index),), tuple(("pauses", index, "until", end) for end in range(len(pause.until)))]
    found = {path: int(Role.COUNT) << number for number, those in enumerate(paths) for path in those}
    if moment.expects is not None and moment.expects.begins == "from":
        found |= {("expects", "on", index): int(Role.NEXT) for index in range(len(moment.expects.on))}
    return found


def holds(moment: MomentFile) -> Iterator[Hold]:
    """The pauses with an end of their own."""
    own = bits(moment)
    for index, pause in enumerate(moment.pauses):
        if pause.until:
            yield Hold(own["pauses", index], own["pauses", index, "until", 0])


def clauses(moment: MomentFile) -> Iterator[tuple[DeadlineClause, Path]]:
    """Every clause of a moment's deadline, outermost first, with its path below the moment."""
    yield from clauses_in(moment.allows, ("deadline",) if moment.expects is None else ("expects", "every"))


def clauses_in(clause: DeadlineClause, path: Path) -> Iterator[tuple[DeadlineClause, Path]]:
    """A clause, which stands at the path, and everything inside it, outermost first."""
    yield clause, path
    if clause.else_ is not None:
        yield from clauses_in(clause.else_, (*path, "else"))
    for key, parts in (("earliest", clause.earliest), ("latest", clause.latest)):
        for index, part in enumerate(parts or ()):
            yield from clauses_in(part, (*path, key, index))


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
