"""What is allowed in closings that take several events and yet is hardly meant: parts that add nothing, and those that
another trigger forestalls."""

from collections.abc import Iterator
from itertools import combinations

from streams.catalogue.document.moments import MomentFile
from streams.catalogue.document.triggers import Trigger
from streams.catalogue.entries import Part, several, triggers
from streams.catalogue.model import Role
from streams.catalogue.overlap import spoken, take, takes
from streams.catalogue.place import Path

_DOES = {Role.END: "ends", Role.CANCEL: "cancels"}


def of_several(moment: MomentFile) -> Iterator[tuple[Path, str]]:
    """What is to be said of the closings of a moment, with the path below it."""
    closings = list(several(moment))
    paths = {path for _, parts in closings for part in parts for path in part.paths}
    alone = [(role, trigger) for role, trigger, path in triggers(moment) if role in _DOES and path not in paths]
    for role, parts in closings:
        yield from _within(parts)
        yield from _forestalled(role, parts, alone)
    for one, two in combinations(closings, 2):
        if one[0] is two[0]:
            yield from _beside(one[1], two[1])


def _within(parts: list[Part]) -> Iterator[tuple[Path, str]]:
    """Of two parts, when each event of the one is the other as well."""
    for first, second in combinations(parts, 2):
        for one, other in ((first, second), (second, first)):
            if take(one.triggers, other.triggers):
                yield one.path, f"{_spoken(one)} adds nothing: it has come when {_spoken(other)} has"
                break


def _forestalled(role: Role, parts: list[Part], alone: list[tuple[Role, Trigger]]) -> Iterator[tuple[Path, str]]:
    """A part that closes the moment by itself: the others never matter."""
    each = [pair for part in parts for pair in zip(part.triggers, part.paths, strict=True)]
    for counted, path in each:
        for other, trigger in alone:
            if takes(trigger, counted):
                text = f"{spoken(counted)} is one of several here, and {spoken(trigger)} {_DOES[other]} at once"
                yield path, f"{text}; {'leave one of the two out' if other is role else 'decide for one'}"


def _spoken(part: Part) -> str:
    return " or ".join(map(spoken, part.triggers))


def _beside(one: list[Part], two: list[Part]) -> Iterator[tuple[Path, str]]:
    """Of two closings of the same kind, one that is complete whenever the other is."""
    for fewer, more in ((one, two), (two, one)):
        if all(
            any(take(part.triggers, other.triggers) and part.times <= other.times for other in more) for part in fewer
        ):
            text = "these add nothing: another list here is complete whenever they are; leave one of the two out"
            yield more[0].path[:2], text
            return
