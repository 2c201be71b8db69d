"""Policies of organisation data: where each holds, several for one place as one, and what is wrong with them.

A record of the topic is all that is said of one place, and its key names the place. So no two records can speak of the
same thing, and in which order they came means nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from schemas.organisation import OwnMoment, Policy
from streams.catalogue.document.places import Policy as Compiled
from streams.catalogue.model import level_words
from streams.catalogue.organisation import Part
from streams.catalogue.place import Path, Problems
from streams.catalogue.policy import LEVELS, level_of

WHOLE = "tenant"
"""The id of the policy that holds for the whole tenant."""
_ESCAPED = {"%": "%25", "&": "%26", "=": "%3D"}


def where(policy: Policy) -> str:
    """Where it holds, as the id of its record: `store=SH01`, `region=east&brand=fresh`, or `tenant`."""
    keys = level_of({name: getattr(policy, name) for name in LEVELS if name != "tenant"})
    return "&".join(f"{name}={_escaped(value)}" for name, value in keys) or WHOLE


def joined(policies: Iterable[Policy]) -> list[Policy]:
    """One policy a place, in the order of the places; of two that say the same thing of one place the later counts."""
    found: dict[str, dict[str, Any]] = {}
    for policy in policies:
        said = policy.model_dump(exclude_unset=True, exclude={"tenant"})
        whole = found.setdefault(where(policy), {})
        for key, value in said.items():
            if key == "moments":
                moments = whole.setdefault(key, {})
                for moment, own in value.items():
                    moments[moment] = {**moments.get(moment, {}), **own}
            elif key == "calendars":
                whole[key] = {**whole.get(key, {}), **value}
            else:
                whole[key] = value
    return [Policy.model_validate(found[place]) for place in sorted(found)]


def flaws(policy: Policy, tenant: str) -> Iterator[ErrorDetails]:
    """What a catalogue would not take of it by itself; what it names there is known to whoever loads the catalogue."""
    try:
        Compiled.model_validate({**policy.model_dump(exclude_unset=True), "tenant": tenant})
    except ValidationError as error:
        yield from error.errors(include_url=False)


def check_twice(parts: Sequence[Part], problems: Problems) -> None:
    """Of the parts of one tenant: what is said twice for one place."""
    first: dict[tuple[str, ...], str] = {}
    for part in parts:
        for index, policy in enumerate(part.data.policies):
            for path in _things(policy):
                where_it_stands: Path = ("policies", index, *path)
                thing = (where(policy), *path)
                if thing in first:
                    keys = policy.model_dump(include=set(LEVELS))
                    level = level_words(level_of({**keys, "tenant": part.data.tenant}))
                    text = f"for {level} this is said already, at {first[thing]}; keep one of the two"
                    problems.add(part.places, where_it_stands, text, key=True)
                first.setdefault(thing, part.places.at(where_it_stands, key=True))


def _things(policy: Policy) -> Iterator[tuple[str, ...]]:
    for moment, own in policy.moments.items():
        yield from (("moments", moment, name) for name in OwnMoment.model_fields if getattr(own, name) is not None)
    yield from (("calendars", name) for name in policy.calendars)


def _escaped(value: str) -> str:
    return "".join(_ESCAPED.get(char, char) for char in value)
