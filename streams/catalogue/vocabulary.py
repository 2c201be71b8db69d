"""The words a catalogue may use: event types and the fields that each of them carries.

They come from the event contract, so that a new event type or field is known to every catalogue at once. A
`touchpoint.*` type is open: any tail is a type, and it carries the shared fields and `attributes`.
"""

import difflib
import re
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import get_args, get_type_hints

from schemas.events import MODELS, TOPICS, data_fields
from schemas.events.touchpoint import PREFIX
from streams.catalogue.place import nearest

ENVELOPE = ("tenant", "region", "source")
"""Not fields of the data: every event has them from its envelope."""

LABELS = MappingProxyType(
    {
        "region": "region",
        "store": "store_id",
        "channel": "channel",
        "fleet": "courier_fleet",
        "provider": "payment_provider",
    }
)
"""The labels that every transition carries, each with the field it is taken from, whether a moment looks at it or not."""

OF_PROMISES = ("person", "promise_id", "text")
"""What is kept of every promise for people to read, whether a moment looks at it or not."""

_FEEDS = "feed."
_TAIL = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")


def families() -> tuple[str, ...]:
    """First words of the contract's types: `order`, `delivery`, ..., `touchpoint`."""
    return tuple(TOPICS)


@cache
def event_types() -> tuple[str, ...]:
    """The closed types of the contract, sorted."""
    return tuple(sorted(MODELS))


@cache
def fields_of(event_type: str) -> frozenset[str]:
    """Data fields that an event of this type can carry; `touchpoint.` stands for every touchpoint."""
    return data_fields(event_type)


@cache
def all_fields() -> frozenset[str]:
    """Every data field that some event type carries, and the envelope's."""
    return frozenset().union(*(fields_of(name) for name in (*event_types(), PREFIX)), ENVELOPE)


def full_type(text: str) -> str:
    """The pattern a trigger means: a bare domain name such as `room.prepared` is `touchpoint.room.prepared`."""
    family = text.partition(".")[0]
    return text if text == "*" or family in families() else PREFIX + text


def covers(pattern: str, of: str) -> bool:
    """Whether a trigger's pattern takes every event of the type, or of the pattern, `of`. `*` takes those of all cases;
    what a source says of itself (`feed.*`) is of none, and is taken only by its name."""
    if pattern == "*":
        return not of.startswith(_FEEDS)
    return of.startswith(pattern[:-1]) if pattern.endswith("*") else of == pattern


def check_type(text: str) -> str:
    """The full pattern of a trigger's `on`. ValueError, saying what would be right, where no event can ever match."""
    if "*" in text[:-1] or (text.endswith("*") and text != "*" and not text.endswith(".*")):
        raise ValueError(f"'{text}' is no event type; a wildcard is a prefix and '.*', such as ticket.*")
    pattern = full_type(text)
    if pattern.startswith(PREFIX):
        tail = pattern.removeprefix(PREFIX).removesuffix("*").removesuffix(".")
        if tail and not _TAIL.fullmatch(tail):
            raise ValueError(f"'{text}' is no event type; write small letters, digits, _ and dots, such as room.prepared")
        if "." not in text:
            hint = nearest(text, event_types(), "write it like order.placed, ticket.* or room.prepared")
            raise ValueError(f"'{text}' is no event type{hint}")
        if pattern != text and (close := difflib.get_close_matches(text, event_types(), n=1, cutoff=0.9)):
            raise ValueError(f"'{text}' is no event type; did you mean '{close[0]}'? If not, write {pattern}")
        return pattern
    if pattern.endswith("*"):
        if not any(name.startswith(pattern[:-1]) for name in event_types()):
            family = pattern.partition(".")[0]
            raise ValueError(f"no event type begins with '{pattern[:-1]}'; write {family}.* for all of that kind")
        return pattern
    if pattern not in MODELS:
        family = pattern.partition(".")[0]
        known = ", ".join(name for name in event_types() if name.startswith(family + "."))
        raise ValueError(f"there is no event type '{text}'{nearest(pattern, event_types(), f'{family} has {known}')}")
    return pattern


def check_field(path: str) -> str:
    """The field path itself. ValueError where no event type carries it."""
    head, _, name = path.partition(".")
    if head == "attributes" and name:
        return path
    if path in all_fields() - {"attributes"}:
        return path
    known = sorted(all_fields() - {"attributes"})
    hint = nearest(path, known, f"write attributes.{path} for a publisher's own field, or one of {', '.join(known)}")
    raise ValueError(f"no event type carries a field '{path}'{hint}")


@cache
def instants() -> frozenset[str]:
    """Data fields that hold an instant. An attribute may hold one as well."""
    found = set()
    for model in MODELS.values():
        for name, kind in get_type_hints(get_type_hints(model)["data"]).items():
            if datetime in (kind, *get_args(kind)):
                found.add(name)
    return frozenset(found)


def carries(event_type: str, path: str) -> bool:
    """Whether the data of an event of this type can carry the field."""
    return path.partition(".")[0] in fields_of(PREFIX if event_type.startswith(PREFIX) else event_type)


def carriers(path: str) -> list[str]:
    """The closed types that carry the field, a whole kind of them as `ticket.*`."""
    found: list[str] = []
    for family in families():
        kinds = [kind for kind in event_types() if kind.startswith(family + ".")]
        having = [kind for kind in kinds if carries(kind, path)]
        found += [f"{family}.*"] if having and having == kinds and len(kinds) > 1 else having
    return found
