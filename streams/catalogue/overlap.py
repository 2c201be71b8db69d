"""Which triggers and conditions take the cases of others, and which can take none."""

from collections.abc import Iterable, Sequence

from streams.catalogue.conditions import Atom, atoms
from streams.catalogue.document import Trigger


def impossible(conditions: Iterable[Atom]) -> str | None:
    """Words for conditions on one field that no value meets, as far as that can be seen."""
    by_path: dict[str, list[Atom]] = {}
    for atom in conditions:
        by_path.setdefault(atom.path, []).append(atom)
    for found in by_path.values():
        tests = [atom.test() for atom in found]
        listed = [value for atom in found if atom.kind == "in" for value in atom.values]
        low = [atom.values[0] for atom in found if atom.kind in ("gt", "ge")]
        high = [atom.values[0] for atom in found if atom.kind in ("lt", "le")]
        # bounds meet, if anywhere, at one of them or between the two innermost ones
        edges = [float(value) for value in (*low, *high)]
        middle = [(max(map(float, low)) + min(map(float, high))) / 2] if low and high else []
        candidates = listed or ([*edges, *middle] if low and high else [])
        if candidates and not any(all(test(value) for test in tests) for value in candidates):
            return " and ".join(atom.words() for atom in found)
        if any(atom.kind == "exists" and atom.values == (False,) for atom in found) and (listed or low or high):
            return " and ".join(atom.words() for atom in found)
    return None


def covers(broad: Trigger, narrow: Trigger) -> bool:
    """Whether every event that `narrow` takes is taken by `broad` as well."""
    if broad.moment is not None or narrow.moment is not None:
        return broad.moment is not None and broad.moment == narrow.moment
    wide, slim = broad.on or "", narrow.on or ""
    taken = slim.startswith(wide[:-1]) if wide.endswith("*") else wide == slim
    return taken and implied(atoms(broad.where), atoms(narrow.where))


def implied(broad: Sequence[Atom], narrow: Sequence[Atom]) -> bool:
    """Whether `narrow` holding means that `broad` holds."""
    keys = {atom.key for atom in narrow}
    listed = {atom.path: set(atom.values) for atom in narrow if atom.kind == "in"}

    def sure(atom: Atom) -> bool:
        if atom.key in keys:
            return True
        if atom.kind == "exists":
            return bool(atom.values[0]) and any(other.path == atom.path and other.kind != "not" for other in narrow)
        values = listed.get(atom.path)
        return values is not None and all(map(atom.test(), values))

    return all(map(sure, broad))


def spoken(trigger: Trigger) -> str:
    """The trigger as a person would say it."""
    if trigger.on is None:
        return f"the end of '{trigger.moment}'"
    where = " and ".join(atom.words() for atom in atoms(trigger.where))
    return f"'{trigger.on}' where {where}" if where else f"'{trigger.on}'"
