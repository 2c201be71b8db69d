"""What an including file says otherwise, written into the parts that it includes: head values, calendars, moments."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from streams.catalogue.place import Path, Places, Problems, Spot, nearest

HEAD: Final = ("time_zone", "allowed_lateness", "corrections", "time_to_live")
"""Head values that an including file gives to what it includes, where it has them."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file's share of a catalogue, as plain data that may still have faults.

    `origin` is the same for every way in which the file comes in, `via` the file that includes it (empty where it is
    given itself), `off` has the moments that includers leave out, with where they say so.
    """

    origin: str
    path: str
    data: dict[str, Any]
    places: Places
    via: str = ""
    off: Mapping[str, Spot] = field(default_factory=dict)


def alter(own: Part, parts: Sequence[Part], problems: Problems, *, whole: bool) -> list[Part]:
    """The parts that a file includes, with what that file says otherwise. Where not all of them could be read (`whole`
    is False), an override of a moment that is not there is no fault."""
    overrides = {key: value for key, value in _mapping(own.data.get("overrides")).items() if isinstance(value, dict)}
    declared = {name for _, name, _ in _moments(own.data)}
    ids = {name: part for part in parts for _, name, _ in _moments(part.data)}
    for name, override in overrides.items():
        _check(own, name, override, problems)
        if name not in ids and whole:
            _report_unknown(own, name, parts, ids, declared, problems)
    for index, name, _ in _moments(own.data):
        if name in ids and overrides.get(name, {}).get("off") is not True:
            text = (
                f"'{name}' comes in by {ids[name].path} already; change it under overrides:, leave it out there with "
                f"off: true, or give this one another id"
            )
            problems.add(own.places, ("moments", index, "id"), text)
    return [_altered(own, part, overrides, declared) for part in parts]


def _check(own: Part, name: str, override: Mapping[str, Any], problems: Problems) -> None:
    path = ("overrides", name)
    off = override.get("off")
    if off is not None and not isinstance(off, bool):
        problems.add(own.places, (*path, "off"), "`off` is true or false")
    if off is True and len(override) > 1:
        problems.add(own.places, (*path, "off"), "`off` leaves the whole moment out; leave its other fields out here")
    if "id" in override:
        text = "an id stays; to replace a moment, leave it out with off: true and declare another"
        problems.add(own.places, (*path, "id"), text, key=True)


def _report_unknown(
    own: Part, name: str, parts: Sequence[Part], ids: Iterable[str], declared: set[str], problems: Problems
) -> None:
    spots = [part.off[name] for part in parts if name in part.off]
    if name in declared:
        text = f"'{name}' is this file's own; change it where it is declared"
    elif spots:
        text = f"'{name}' is left out already, at {spots[0].file}:{spots[0].value[0]}:{spots[0].value[1]}"
    elif not parts:
        text = "there is nothing to override, as nothing is included; write includes: with a pack or a file"
    else:
        files = ", ".join(dict.fromkeys(part.path for part in parts))
        text = f"there is no moment '{name}' in {files}{nearest(name, ids, 'name one of the moments included')}"
    problems.add(own.places, ("overrides", name), text, key=True)


def _altered(own: Part, part: Part, overrides: Mapping[str, dict[str, Any]], declared: set[str]) -> Part:
    data = dict(part.data)
    grafts: list[tuple[Path, Path]] = []  # where it stands in the including file, where it counts here
    for key in HEAD:
        if key in own.data:
            data[key] = own.data[key]
            grafts.append(((key,), (key,)))
    here = {name: (index, moment) for index, name, moment in _moments(part.data)}
    changed = {name: fields for name, fields in overrides.items() if name in here}
    calendars = _mapping(own.data.get("calendars"))
    taken = _reached({*_mapping(data.get("calendars")), *_named(changed)}, calendars)
    if taken:
        data["calendars"] = {**_mapping(data.get("calendars")), **{name: calendars[name] for name in taken}}
        grafts += [(("calendars", name), ("calendars", name)) for name in taken]
    moments = list(data.get("moments") or ())
    gone: set[int] = set()
    off = dict(part.off)
    for name, fields in changed.items():
        index, moment = here[name]
        moments[index] = {**moment, **{key: value for key, value in fields.items() if key not in ("off", "id")}}
        grafts += [(("overrides", name, key), ("moments", index, key)) for key in fields]
        if fields.get("off") is True:
            gone.add(index)
            off[name] = own.places.spots["overrides", name, "off"].within(own.places.file)
    gone |= {index for name, (index, _) in here.items() if name in declared}  # said, or left out for the file's own
    places = _grafted(own.places, part.places, grafts)
    marks: dict[Path, Spot] = {
        ("moments", here[name][0]): own.places.spots["overrides", name].within(own.places.file) for name in changed
    }
    places = Places(places.file, {**places.spots, **marks})
    if "moments" in data and isinstance(data["moments"], list):
        kept = [index for index in range(len(moments)) if index not in gone]
        data["moments"] = [moments[index] for index in kept]
        places = places.keep(kept) if gone else places
    return replace(part, data=data, places=places, off=off)


def _grafted(source: Places, target: Places, grafts: Sequence[tuple[Path, Path]]) -> Places:
    """The places of `target` where the values at some paths have come from `source`."""
    if not grafts:
        return target
    moved = {to for _, to in grafts}
    spots = {path: spot for path, spot in target.spots.items() if not any(path[:length] in moved for length in (1, 2, 3))}
    for from_, to in grafts:
        for path, spot in source.spots.items():
            if path[: len(from_)] == from_:
                spots[(*to, *path[len(from_) :])] = spot.within(source.file)
    return Places(target.file, spots)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _moments(data: Mapping[str, Any]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    found = data.get("moments")
    for index, moment in enumerate(found if isinstance(found, list) else ()):
        if isinstance(moment, dict) and isinstance(moment.get("id"), str):
            yield index, moment["id"], moment


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
        made_of = _mapping(calendars[name]).get("any")
        waiting += [one for one in (made_of if isinstance(made_of, list) else ()) if one in calendars]
    return [name for name in calendars if name in reached]


def report_differences(parts: Sequence[Part], problems: Problems) -> list[Part]:
    """One part for each file. Where a file comes in by two ways that do not come to the same, that is a fault."""
    kept: list[Part] = []
    for part in parts:
        # the same path given twice with other words is two files of one name, and that is told of elsewhere
        first = next((one for one in kept if one.origin == part.origin and (one.via or part.via)), None)
        if first is None:
            kept.append(part)
            continue
        for what, spot, other in _differences(first, part):
            way = f"through {other.via}" if other.via else "by itself"
            text = f"{what} is other here than where {part.path} comes in {way}; include it in one way only"
            problems.add_at(spot.file, *spot.value, text)
    return kept


def _differences(one: Part, two: Part) -> Iterator[tuple[str, Spot, Part]]:
    """What differs, where an including file says so, and the part in which it is not so."""

    def told(what: str, path_one: Path, path_two: Path) -> tuple[str, Spot, Part]:
        for part, other, path in ((two, one, path_two), (one, two, path_one)):
            spot = part.places.spots.get(path)
            if spot is not None and spot.file:
                return what, spot, other
        return what, two.places.spots[()].within(two.path), one

    for key in HEAD:
        if one.data.get(key) != two.data.get(key):
            yield told(key, (key,), (key,))
    first, second = _mapping(one.data.get("calendars")), _mapping(two.data.get("calendars"))
    for name in sorted(first.keys() | second.keys()):
        if first.get(name) != second.get(name):
            yield told(f"calendar '{name}'", ("calendars", name), ("calendars", name))
    here, there = ({name: (index, moment) for index, name, moment in _moments(part.data)} for part in (one, two))
    for name in sorted(here.keys() & there.keys()):
        if here[name][1] != there[name][1]:
            yield told(f"'{name}'", ("moments", here[name][0]), ("moments", there[name][0]))
    for part, other, names in ((one, two, there.keys() - here.keys()), (two, one, here.keys() - there.keys())):
        for name in sorted(names & part.off.keys()):
            yield f"'{name}'", part.off[name], other
