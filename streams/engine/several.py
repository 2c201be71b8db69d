"""Closings that take several events: what has come of them, and what is missing (docs/rules.md, section 3, COUNT)."""

from collections.abc import Iterable
from typing import Final

from streams.catalogue.model import Moment, Part, Role, Several
from streams.engine.case import Came, Fact

_FIRST: Final = int(Role.COUNT)
_SHIFT: Final = _FIRST.bit_length() - 1


def count(moment: Moment, came: tuple[Came, ...], fact: Fact, roles: int) -> tuple[tuple[Came, ...], int]:
    """What has come with this fact, and the roles that it plays: without its parts, but with END or CANCEL where every
    part of such a closing has come with it.
    """
    parts, roles = roles >> _SHIFT, roles & _FIRST - 1
    for several in moment.several:
        counts = False
        for number, part in enumerate(several.parts, several.first):
            if parts >> number & 1 and len(those(came, number)) < part.times:
                came += (Came(number, fact.at, fact.id, fact.source),)
                counts = True
        if counts and not missing(several, came):
            roles |= several.role
    return came, roles


def those(came: Iterable[Came], number: int) -> list[Came]:
    """What has come for one part."""
    return [one for one in came if one.part == number]


def missing(several: Several, came: Iterable[Came]) -> list[tuple[Part, int]]:
    """The parts that have not come as often as they must, each with how often it has."""
    found = [(part, len(those(came, number))) for number, part in enumerate(several.parts, several.first)]
    return [(part, times) for part, times in found if times < part.times]
