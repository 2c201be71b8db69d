"""Files that come in by several ways: what each way says otherwise, joined, and written into one part for each file.

Of two files that say the same item otherwise, the one that includes the other counts; where neither does, they must
agree. The file itself, given plainly, says nothing otherwise, so that whoever overrides it wins.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from streams.catalogue.override import HEAD, OFF, Claim, Item, Part, Reach, left_out, mapping, moments
from streams.catalogue.place import Path, Places, Problems, Spot


def joined(parts: Iterable[Part], reach: Reach) -> list[Part]:
    """One part for each file, with what is said of it in every way that it comes in."""
    found: dict[tuple[str, str], Part] = {}
    for part in parts:
        key = (part.origin, part.text)  # one path given with two texts is two files of one name, and told of elsewhere
        first = found.setdefault(key, part)
        if first is not part and first.claims != part.claims:
            items = dict.fromkeys([*first.claims, *part.claims])
            claims = {item: _foremost([*first.claims.get(item, ()), *part.claims.get(item, ())], reach) for item in items}
            found[key] = replace(first, claims=claims)
    return list(found.values())


def _foremost(claims: Sequence[Claim], reach: Reach) -> tuple[Claim, ...]:
    """Those that no file overrides which includes theirs."""
    by = {claim.by: claim for claim in claims}
    return tuple(claim for claim in by.values() if not any(claim.by in reach[other] for other in by))


def write(part: Part, reach: Reach, problems: Problems) -> tuple[Part, dict[str, Spot]]:
    """The part with what is said of it written into its data; the moments left out, with where that is said. Where
    files do not agree, that is a fault."""
    off: dict[str, Spot] = {}
    for name in dict.fromkeys(item[1] for item in part.claims if item[2:] == (OFF,)):
        out = left_out(part, name, reach)
        by_place = sorted(part.claims["moments", name, OFF], key=lambda claim: claim.place)
        said = next((claim for claim in by_place if claim.value), None)
        if out is None and said is not None:
            _report_doubt(part, name, said, reach, problems)
        if out is not False and said is not None:
            off[name] = said.places.spots[said.places.find(said.path)].within(said.places.file)
    for item, claims in part.claims.items():
        if item[2:] != (OFF,) and not (item[0] == "moments" and item[1] in off):
            _report_differences(item, claims, problems)
    counts = {item: min(claims, key=lambda claim: claim.place) for item, claims in part.claims.items()}
    return _written(part, dict(sorted(counts.items(), key=lambda said: said[1].place)), off), off


def _report_differences(item: Item, claims: Sequence[Claim], problems: Problems) -> None:
    first, *others = sorted(claims, key=lambda claim: claim.place)
    what = (
        f"{_NAMED[item[0]]} '{item[1]}'"
        if item[0] in _NAMED
        else item[0]
        if len(item) == 1
        else f"{item[2]} of '{item[1]}'"
    )
    for claim in others:
        if claim.value != first.value:
            problems.add(claim.places, claim.path, f"{what} is other here than at {first.place}; {_SETTLE}", key=True)


_NAMED = {"calendars": "calendar", "names": "the name of"}
_SETTLE = "keep one of the two, or say what counts in a file that includes both"


def _report_doubt(part: Part, name: str, out: Claim, reach: Reach, problems: Problems) -> None:
    """Of a moment that one file leaves out and another, which does not know of that, changes or keeps."""
    others = [claim for item, claims in part.claims.items() if item[:2] == ("moments", name) for claim in claims]
    known = reach[out.by] | {out.by}
    other = min((claim for claim in others if claim.by not in known), key=lambda claim: claim.place)
    text = f"'{name}' is left out here, and stays in at {other.place}; {_SETTLE}"
    problems.add(out.places, out.path, text, key=True)


def _written(part: Part, claims: dict[Item, Claim], off: dict[str, Spot]) -> Part:
    if not claims:
        return part
    data: dict[str, Any] = dict(part.data)
    named = {key: dict(mapping(data.get(key))) for key in _NAMED}
    changed = list(data.get("moments") or ())
    here = {name: index for index, name, _ in moments(data)}
    grafts: list[tuple[Claim, Path]] = []
    marks: dict[Path, Spot] = {}
    for item, claim in claims.items():
        if item[0] in HEAD:
            data[item[0]] = claim.value
            grafts.append((claim, item))
        elif item[0] in named:
            named[item[0]][item[1]] = claim.value
            grafts.append((claim, item))
        elif item[2:] != (OFF,):
            index = here[item[1]]
            changed[index] = {**changed[index], item[2]: claim.value}
            grafts.append((claim, ("moments", index, item[2])))
            marks["moments", index] = claim.places.spots[claim.path[:2]].within(claim.places.file)
    data |= {key: values for key, values in named.items() if values}
    places = _grafted(part.places, grafts)
    places = Places(places.file, {**places.spots, **marks})
    if here:
        kept = [index for index in range(len(changed)) if index not in {here[name] for name in off}]
        data["moments"] = [changed[index] for index in kept]
        places = places.keep(kept) if off else places
    return replace(part, data=data, places=places)


def _grafted(target: Places, grafts: Sequence[tuple[Claim, Path]]) -> Places:
    """The places of `target` where the values at some paths have come from other files."""
    moved = {to for _, to in grafts}
    spots = {path: spot for path, spot in target.spots.items() if not any(path[:length] in moved for length in (1, 2, 3))}
    for claim, to in grafts:
        from_ = claim.path
        for path, spot in claim.places.spots.items():
            if path[: len(from_)] == from_:
                spots[(*to, *path[len(from_) :])] = spot.within(claim.places.file)
    return Places(target.file, spots)
