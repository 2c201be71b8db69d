"""Names that are hardly two different ones: of touchpoints, attributes, owners and chains. No contract lists these, so
that a misspelt one is simply never heard, or nobody's."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from schemas.events.touchpoint import PREFIX
from streams.catalogue.doubts.doubt import Doubt
from streams.catalogue.doubts.fields import looked
from streams.catalogue.entries import Entry, triggers
from streams.catalogue.place import Path
from streams.catalogue.vocabulary import event_types

_ATTRIBUTE = "attributes."
_SHORTEST = 4
"""Letters that a word has at least where one more or less, or another one, is taken for a slip."""


class Use(NamedTuple):
    """Where a name stands. `moments` tells how many moments use it."""

    entry: Entry
    path: Path
    moments: int


def misspelt(everything: Sequence[Entry]) -> Iterator[Doubt]:
    """Of two names that one slip of the hand apart, the one that fewer moments use; and touchpoints that are such a slip
    away from an event of the contract."""
    found: dict[str, list[Named]] = {
        "events": list(_touchpoints(everything)),
        "attributes": list(_attributes(everything)),
        "owners": [(entry.moment.owner, entry, ("owner",)) for entry in everything],
        "chains": [(entry.moment.chain.name, entry, ("chain", "name")) for entry in everything if entry.moment.chain],
    }
    for kind, names in found.items():
        yield from _near(names, _TOLD[kind])
    yield from _near_the_contract(found["events"])


Named = tuple[str, Entry, Path]

_TOLD = {
    "events": "an event that goes by another name is never heard",
    "attributes": "a field that goes by another name is always missing",
    "owners": "what is owned under another name reaches somebody else, or nobody",
    "chains": "steps of two chains are not shown together",
}


def _touchpoints(everything: Sequence[Entry]) -> Iterator[Named]:
    for entry in everything:
        for _, trigger, path in triggers(entry.moment):
            if trigger.on is not None and trigger.on.startswith(PREFIX) and trigger.on != f"{PREFIX}*":
                yield trigger.on.removeprefix(PREFIX), entry, path


def _attributes(everything: Sequence[Entry]) -> Iterator[Named]:
    for entry in everything:
        for field, path in _fields(entry):
            if field.startswith(_ATTRIBUTE):
                yield field.removeprefix(_ATTRIBUTE), entry, path


def _fields(entry: Entry) -> Iterator[tuple[str, Path]]:
    """Every field that the moment names, with its path."""
    for _, trigger, path in triggers(entry.moment):
        for key in ("where", "needs"):
            yield from ((field, (*path, key, field)) for field in getattr(trigger, key, ()))
    yield from looked(entry)


def _uses(names: Iterable[Named]) -> dict[str, Use]:
    """Each name with its first place."""
    found: dict[str, Use] = {}
    moments: dict[str, set[str]] = {}
    for name, entry, path in names:
        moments.setdefault(name, set()).add(entry.moment.id)
        first = found.get(name, Use(entry, path, 0))
        found[name] = first._replace(moments=len(moments[name]))
    return found


def _near(names: Iterable[Named], told: str) -> Iterator[Doubt]:
    uses, said = _uses(names), set[str]()
    for first, second in combinations(uses, 2):
        if not _is_another(first, second, uses):
            continue
        # a prefix that no name has is the slip, else the rarer one, else the later one
        ranks = [(not name.endswith("*"), uses[name].moments) for name in (first, second)]
        wrong, right = (first, second) if ranks[0] < ranks[1] else (second, first)
        if wrong in said:
            continue
        said.add(wrong)
        entry, path, _ = uses[right]
        where = entry.document.places.at((*entry.path, *path))
        text = f"'{wrong}' is hardly another name than '{right}' ({where}), and {told}; write one of the two"
        yield Doubt(uses[wrong].entry.document, (*uses[wrong].entry.path, *uses[wrong].path), text)


def _is_another(one: str, other: str, uses: Iterable[str]) -> bool:
    """Whether one name is a slip for the other; of a prefix (`guest.*`) that no name has, for the beginning of a name."""
    for prefix, name in ((one, other), (other, one)):
        if prefix.endswith("*"):
            begins = prefix[:-1]
            idle = not any(each.startswith(begins) for each in uses if each != prefix)
            head = ".".join(name.split(".")[: begins.count(".")])
            return idle and is_slip(begins.removesuffix("."), head)
    return is_slip(one, other)


def _near_the_contract(names: Iterable[Named]) -> Iterator[Doubt]:
    for name, use in _uses(names).items():
        for kind in event_types() if not name.endswith("*") else ():
            if name == kind or is_slip(name, kind):
                text = f"'{PREFIX}{name}' is no event of the contract, and '{kind}' is; write '{kind}' if that is meant"
                yield Doubt(use.entry.document, (*use.entry.path, *use.path), text)
                break


def is_slip(one: str, other: str) -> bool:
    """Whether two names differ by a single letter in a single word, by the order of their words, or by what stands
    between these."""
    if one == other:
        return False
    words, others = _words(one), _words(other)
    if "".join(words) == "".join(others) or sorted(words) == sorted(others):
        return True
    differing = [(word, than) for word, than in zip(words, others, strict=False) if word != than]
    return len(words) == len(others) and len(differing) == 1 and _one_letter(*differing[0])


def _words(name: str) -> list[str]:
    return [word for word in name.replace("_", ".").split(".") if word]


def _one_letter(word: str, other: str) -> bool:
    """Whether a letter too many, too few or another, or two that change places, make one of the other. Numbers count."""
    if min(len(word), len(other)) < _SHORTEST or abs(len(word) - len(other)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    a, b = word[start:], other[start:]
    if any(letter.isdigit() for letter in (*a[:1], *b[:1])):
        return False
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
