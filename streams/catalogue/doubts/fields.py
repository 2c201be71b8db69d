"""Fields that no event brings, and events that never meet in one case."""

from collections.abc import Iterator, Sequence

from streams.catalogue.document.moments import MomentFile
from streams.catalogue.document.triggers import Revision
from streams.catalogue.doubts.doubt import Doubt
from streams.catalogue.entries import Entry, clauses, triggers
from streams.catalogue.place import Path
from streams.catalogue.vocabulary import ENVELOPE, carriers, carries, event_types

# Kinds of events that share a case id. Feedback, promises and touchpoints are keyed by whatever they are about.
_KEYS = {"order": "order", "delivery": "order", "ticket": "ticket"}


def of_fields(everything: Sequence[Entry]) -> Iterator[Doubt]:
    """`where` is asked of the event itself; all else of the case's events, as far as some moment mentions their type:
    the others leave no trace."""
    mentioned = {pattern for entry in everything for pattern in _patterns(entry.moment)}
    by_id = {entry.moment.id: entry for entry in everything}
    for entry in everything:
        yield from _asked_of_events(entry)
        yield from _asked_of_cases(entry, mentioned)
        yield from _keys(entry, by_id)


def _patterns(moment: MomentFile) -> set[str]:
    return {trigger.on for _, trigger, _ in triggers(moment) if trigger.on is not None}


def _missing(entry: Entry, field: str, path: Path, who: str) -> Doubt:
    known = ", ".join(carriers(field)) or "touchpoints only"
    text = f"{who} carries '{field}', so it is always missing; it comes with {known}"
    return Doubt(entry.document, (*entry.path, *path), text)


def _asked_of_events(entry: Entry) -> Iterator[Doubt]:
    for _, trigger, path in triggers(entry.moment):
        fields = [("where", field) for field in trigger.where]
        fields += [("needs", field) for field in trigger.needs] if isinstance(trigger, Revision) else []
        for key, field in fields:
            if trigger.on is not None and field not in ENVELOPE and not _carried(trigger.on, field):
                yield _missing(entry, field, (*path, key, field), f"no '{trigger.on}'")


def _asked_of_cases(entry: Entry, mentioned: set[str]) -> Iterator[Doubt]:
    own = _patterns(entry.moment)
    families = {_KEYS.get(pattern.partition(".")[0]) for pattern in own} - {None}
    near = {pattern for pattern in mentioned if not families or _KEYS.get(pattern.partition(".")[0]) in families}
    for field, path in looked(entry):
        if field not in ENVELOPE and not any(_carried(pattern, field) for pattern in own | near):
            yield _missing(entry, field, path, "no event that these moments mention")


def looked(entry: Entry) -> Iterator[tuple[str, Path]]:
    """Every field path that deadline and revisions look at, in the case's events so far, with where it says so."""
    for _, trigger, path in triggers(entry.moment):
        if isinstance(trigger, Revision) and trigger.due is not None:
            yield trigger.due, (*path, "due")
    for clause, path in clauses(entry.moment):
        for key in ("field", "at", "before"):
            field = getattr(clause, key)
            if field is not None:
                yield field, (*path, key)
        for index, target in enumerate(clause.targets):
            for field in target.when:
                yield field, (*path, "targets", index, "when", field)
    if entry.moment.severity.field is not None:
        yield entry.moment.severity.field, ("severity", "field")


def _carried(pattern: str, field: str) -> bool:
    if not pattern.endswith("*") or pattern.startswith("touchpoint."):
        return carries(pattern, field)
    return any(carries(kind, field) for kind in event_types() if kind.startswith(pattern[:-1]))


def _keys(entry: Entry, by_id: dict[str, Entry]) -> Iterator[Doubt]:
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
                yield Doubt(entry.document, (*entry.path, *path), text)
                return
