"""Which types of events there are for a pattern, and which fields they can carry: by the contract."""

import random
from functools import cache
from typing import get_type_hints

from schemas.events import model_of
from streams.catalogue.vocabulary import ENVELOPE, carries, event_types


def type_of(pattern: str, chance: random.Random) -> str:
    """A type that the pattern takes."""
    if not pattern.endswith("*"):
        return pattern
    known = [name for name in event_types() if name.startswith(pattern[:-1]) and not name.startswith("feed.")]
    if known and pattern != "*":
        return chance.choice(known)
    return "touchpoint.contact.made" if pattern in ("*", "touchpoint.*") else pattern[:-1] + "done"


def is_common(path: str) -> bool:
    """Whether any event may carry the field, asked for or not."""
    return "." not in path and path not in ("category", "reason")


def carried(kind: str, path: str) -> bool:
    """Whether an event of the type can have the field."""
    return path in ENVELOPE or carries(kind, path)


@cache
def required(kind: str) -> frozenset[str]:
    """Fields without which the contract refuses an event of the type."""
    model = model_of(kind)
    return frozenset(get_type_hints(model)["data"].__required_keys__) if model else frozenset()
