"""What an including file says otherwise of the parts that it includes: head values, calendars, names, moments.

It is noted beside each part as claims, and written into it (`write`) when all ways in which the file comes in are known.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from streams.catalogue.place import Path, Places, Problems, nearest

HEAD: Final = ("time_zone", "allowed_lateness", "corrections", "time_to_live")
"""Head values that an including file gives to what it includes, where it has them."""

OFF: Final = "off"

Item = tuple[str, ...]
"""What may be said otherwise: `("time_zone",)`, `("calendars", name)`, `("names", id)`, `("moments", id, field)`; whether
the moment is left out is its field `off`."""

Reach = Mapping[str, frozenset[str]]
"""The origins of all that a file includes, and of what that includes, by the file's own."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one file (`by`, its origin) says of an item, and where it stands there."""

    by: str
    value: Any
    places: Places
    path: Path

    @property
    def place(self) -> str:
        """`file:line:column`"""
        return self.places.at(self.path, key=True)


@dataclass(frozen=True, slots=True)
class Part:
    """One file's share of a catalogue, as plain data that may still have faults.

    `origin` is the same for every way in which the file comes in. `claims` is what other files say of it: of each item
    those of which none includes another.
    """

    origin: str
    path: str
    text: str
    data: dict[str, Any]
    places: Places
    claims: Mapping[Item, tuple[Claim, ...]] = field(default_factory=dict)


def mapping(value: Any) -> dict[str, Any]:
    """The value where it is a mapping, which a file that has faults need not have here."""
    return value if isinstance(value, dict) else {}


def moments(data: Mapping[str, Any]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """The moments that a file declares, as far as they can be told: position, id, fields."""
    found = data.get("moments")
    for index, moment in enumerate(found if isinstance(found, list) else ()):
        if isinstance(moment, dict) and isinstance(moment.get("id"), str):
            yield index, moment["id"], moment


def left_out(part: Part, name: str, reach: Reach) -> bool | None:
    """Whether an included moment is left out; None where files of which neither includes the other do not agree."""
    said = part.claims.get(("moments", name, OFF), ())
    out = [claim for claim in said if claim.value]
    if not out:
        return False
    others = [claim for item, claims in part.claims.items() if item[:2] == ("moments", name) for claim in claims]
    known = {claim.by for claim in out}.union(*(reach[claim.by] for claim in out))
    return True if all(claim.by in known for claim in others) and len(out) == len(said) else None


def alter(own: Part, parts: Sequence[Part], reach: Reach, problems: Problems, *, whole: bool) -> list[Part]:
    """The parts that a file includes, with what that file says otherwise. Where not all of them could be read (`whole`
    is False), an override of a moment that is not there is no fault."""
    overrides = {key: value for key, value in mapping(own.data.get("overrides")).items() if isinstance(value, dict)}
    declared = {name: index for index, name, _ in moments(own.data)}
    ids = {name: part for part in parts for _, name, _ in moments(part.data) if not left_out(part, name, reach)}
    for name, override in overrides.items():
        _check(own, name, override, problems)
        if name not in ids and whole:
            _report_unknown(own, name, parts, ids, declared, problems)
    for name, index in declared.items():
        if name in ids and overrides.get(name, {}).get(OFF) is not True:
            text = (
                f"'{name}' comes in by {ids[name].path} already; change it under overrides:, leave it out there with "
                f"off: true, or give this one another id"
            )
            problems.add(own.places, ("moments", index, "id"), text)
    return [_altered(own, part, overrides, declared, reach) for part in parts]


def _check(own: Part, name: str, override: Mapping[str, Any], problems: Problems) -> None:
    path = ("overrides", name)
    off = override.get(OFF)
    if off is not None and not isinstance(off, bool):
        problems.add(own.places, (*path, OFF), "`off` is true or false")
    if off is True and len(override) > 1:
        problems.add(own.places, (*path, OFF), "`off` leaves the whole moment out; leave its other fields out here")
    if "id" in override:
        text = "an id stays; to replace a moment, leave it out with off: true and declare another"
        problems.add(own.places, (*path, "id"), text, key=True)


def _report_unknown(
    own: Part, name: str, parts: Sequence[Part], ids: Iterable[str], declared: Iterable[str], problems: Problems
) -> None:
    gone = [claim for part in parts for claim in part.claims.get(("moments", name, OFF), ())]
    if name in declared:
        text = f"'{name}' is this file's own; change it where it is declared"
    elif gone:
        text = f"'{name}' is left out already, at {gone[0].places.at(gone[0].path)}"
    elif not parts:
        text = "there is nothing to override, as nothing is included; write includes: with a pack or a file"
    else:
        files = ", ".join(dict.fromkeys(part.path for part in parts))
        text = f"there is no moment '{name}' in {files}{nearest(name, ids, 'name one of the moments included')}"
    problems.add(own.places, ("overrides", name), text, key=True)


def _altered(
    own: Part, part: Part, overrides: Mapping[str, dict[str, Any]], declared: Mapping[str, int], reach: Reach
) -> Part:
    claims = dict(part.claims)

    def claim(item: Item, value: Any, path: Path) -> None:
        claims[item] = (Claim(own.origin, value, own.places, path),)

    for key in HEAD:
        if key in own.data:
            claim((key,), own.data[key], (key,))
    here = [name for _, name, _ in moments(part.data) if left_out(part, name, reach) is not True]
    changed = {name: overrides[name] for name in here if name in overrides}
    calendars = mapping(own.data.get("calendars"))
    known = {*mapping(part.data.get("calendars")), *(item[1] for item in part.claims if item[0] == "calendars")}
    for name in _reached({*known, *_named(changed)}, calendars):
        claim(("calendars", name), calendars[name], ("calendars", name))
    names = mapping(own.data.get("names"))
    for name in sorted({*mapping(part.data.get("names")), *_bearers(part.data)} & names.keys()):
        claim(("names", name), names[name], ("names", name))
    for name, fields in changed.items():
        for key, value in fields.items():
            if key not in (OFF, "id"):
                claim(("moments", name, key), value, ("overrides", name, key))
        if fields.get(OFF) is True:
            claim(("moments", name, OFF), True, ("overrides", name, OFF))
        elif left_out(part, name, reach) is None:  # whoever says something of it decides that it stays
            claim(("moments", name, OFF), False, ("overrides", name))
    for name in here:
        if name in declared and name not in overrides:  # which is a fault, and told of
            claim(("moments", name, OFF), True, ("moments", declared[name], "id"))
    return replace(part, claims=claims)


def _bearers(data: Mapping[str, Any]) -> Iterator[str]:
    """The owners and chains that a file speaks of, which may have names."""
    for _, _, moment in moments(data):
        for one in (moment.get("owner"), mapping(moment.get("chain")).get("name")):
            if isinstance(one, str):
                yield one


def _named(value: Any) -> set[str]:
    """The calendars that overrides name, wherever in them."""
    found: set[str] = set()
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if key == "calendar" and isinstance(inner, str):
            found.add(inner)
        found |= _named(inner)
    return found


def _reached(names: set[str], calendars: Mapping[str, Any]) -> list[str]:
    """Those of the calendars that go by these names, and those that they are made of; in the order of the file."""
    reached: set[str] = set()
    waiting = list(names & calendars.keys())
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        made_of = mapping(calendars[name]).get("any")
        waiting += [one for one in (made_of if isinstance(made_of, list) else ()) if one in calendars]
    return [name for name in calendars if name in reached]
