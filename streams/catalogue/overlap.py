"""Which triggers and conditions take the cases of others, and which can take none."""

from collections.abc import Iterable, Sequence

from streams.catalogue.conditions import Atom, atoms
from streams.catalogue.document.triggers import Closing, Revision, Trigger
from streams.catalogue.vocabulary import covers as covers_type

_END = "\uffff"


def impossible(conditions: Iterable[Atom]) -> str | None:
    """Words for conditions on one field that no value meets, as far as that can be seen."""
    by_path: dict[str, list[Atom]] = {}
    for atom in conditions:
        by_path.setdefault(atom.path, []).append(atom)
    for found in by_path.values():
        tests = [atom.test() for atom in found if not atom.dated]
        listed = [value for atom in found if atom.kind == "in" for value in atom.values]
        low = [atom.values[0] for atom in found if atom.kind in ("gt", "ge")]
        high = [atom.values[0] for atom in found if atom.kind in ("lt", "le")]
        # bounds meet, if anywhere, at one of them or between the two innermost ones
        edges = [float(value) for value in (*low, *high)]
        middle = [(max(map(float, low)) + min(map(float, high))) / 2] if low and high else []
        # behind a prefix comes what no list has
        prefixes = [f"{prefix}{_END}" for atom in found if atom.kind == "starts" for prefix in atom.values]
        candidates = listed or prefixes or ([*edges, *middle] if low and high else [])
        if candidates and not any(all(test(value) for test in tests) for value in candidates):
            return " and ".join(atom.words() for atom in found)
        near = [int(atom.values[0]) for atom in found if atom.kind == "within"]
        far = [int(atom.values[0]) for atom in found if atom.kind == "beyond"]
        if near and far and max(far) >= min(near):
            return " and ".join(atom.words() for atom in found)
        absent = any(atom.kind == "exists" and atom.values == (False,) for atom in found)
        if absent and (listed or prefixes or low or high or near or far):
            return " and ".join(atom.words() for atom in found)
    return None


def covers(broad: Trigger, narrow: Trigger) -> bool:
    """Whether `narrow` never counts before `broad` does: for single events, whether every event of the one is one of the
    other; where several are needed, whether none of `broad` is missing when all of `narrow` have come."""
    wanted, come = _parts(broad), _parts(narrow)
    return all(any(take(part, other) and times <= often for other, often in come) for part, times in wanted)


def _parts(trigger: Trigger) -> list[tuple[Sequence[Trigger], int]]:
    if not isinstance(trigger, Closing):
        return [((trigger,), 1)]
    if trigger.all_ is not None:
        return [((part,), 1) for part in trigger.all_]
    return [(trigger.any_ or (trigger,), trigger.times)]


def take(broad: Sequence[Trigger], narrow: Sequence[Trigger]) -> bool:
    """Whether every event of any of `narrow` is one of some of `broad`."""
    return all(any(takes(one, other) for one in broad) for other in narrow)


def takes(broad: Trigger, narrow: Trigger) -> bool:
    """Whether every event of `narrow` is one of `broad`, however many either needs."""
    if broad.moment is not None or narrow.moment is not None:
        return broad.moment is not None and broad.moment == narrow.moment
    return covers_type(broad.on or "", narrow.on or "") and implied(asked(broad), asked(narrow))


def needed(trigger: Trigger) -> tuple[Atom, ...]:
    """What a revision needs beside its `where`."""
    return atoms(trigger.needs) if isinstance(trigger, Revision) else ()


def asked(trigger: Trigger) -> tuple[Atom, ...]:
    """All that must hold of an event for the trigger to count."""
    return atoms(trigger.where) + needed(trigger)


def implied(broad: Sequence[Atom], narrow: Sequence[Atom]) -> bool:
    """Whether `narrow` holding means that `broad` holds."""
    keys = {atom.key for atom in narrow}
    listed = {atom.path: set(atom.values) for atom in narrow if atom.kind == "in"}

    def sure(atom: Atom) -> bool:
        if atom.key in keys:
            return True
        if atom.dated:
            spans = [int(other.values[0]) for other in narrow if (other.path, other.kind) == (atom.path, atom.kind)]
            least = int(atom.values[0])
            return any(span <= least if atom.kind == "within" else span >= least for span in spans)
        if atom.kind == "exists":
            return bool(atom.values[0]) and any(other.path == atom.path and other.kind != "not" for other in narrow)
        values = listed.get(atom.path)
        if values is None and atom.kind == "starts":
            tested = atom.test()
            others = [other.values for other in narrow if (other.path, other.kind) == (atom.path, atom.kind)]
            return any(all(map(tested, prefixes)) for prefixes in others)
        return values is not None and all(map(atom.test(), values))

    return all(map(sure, broad))


def alike(some: Sequence[Trigger], others: Sequence[Trigger]) -> bool:
    """Whether the triggers are of the same events, and one of them takes all that one of the others takes: what they ask
    beside the event does not tell them apart."""
    kinds = {_kind(trigger) for trigger in some}
    return kinds == {_kind(trigger) for trigger in others} != set() and any(
        _kind(one) == _kind(other) and (covers(one, other) or covers(other, one)) for one in some for other in others
    )


def _kind(trigger: Trigger) -> str:
    """What a trigger waits for, apart from its conditions."""
    if isinstance(trigger, Closing) and trigger.all_ is not None:
        return " and ".join(sorted(spoken(part) for part in trigger.all_))
    times = trigger.times if isinstance(trigger, Closing) else 1
    if isinstance(trigger, Closing) and trigger.any_ is not None:
        return f"{times} times " + " or ".join(sorted(str(one.on) for one in trigger.any_))
    return f"{times} times {trigger.on}" if trigger.on is not None else f"the end of {trigger.moment}"


def spoken(trigger: Trigger) -> str:
    """The trigger as a person would say it."""
    if trigger.on is None:
        return f"the end of '{trigger.moment}'"
    where = " and ".join(atom.words() for atom in asked(trigger))
    return f"'{trigger.on}' where {where}" if where else f"'{trigger.on}'"
