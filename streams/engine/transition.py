"""A transition as the engine makes it: the values of schemas.transition.Transition, quick to build and to encode."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from streams.engine.case import KIND_NAMES, Fact


class Transition(msgspec.Struct, frozen=True, gc=False, omit_defaults=False):
    """One dated change of one occurrence; instants in microseconds, `kind` a number of engine.case.Kind. The fields are
    those of schemas.transition.Transition; a quiet step that only `replay` writes has no proof and no sentence.
    """

    id: str
    kind: int
    tenant: str
    case: str
    moment: str
    occurrence: int
    revision: int
    at: int
    found_at: int
    due_at: int | None
    stage: str
    severity: str
    owner: str
    title: Mapping[str, str]
    labels: dict[str, str | None]
    cause: Fact | None
    catalogue: str
    proof: dict[str, Any] | None
    sentence: dict[str, str] | None
    chain: dict[str, str | int] | None = None
    promise: dict[str, str | None] | None = None


def transition_id(tenant: str, case: str, moment: str, occurrence: int, kind: int, revision: int) -> str:
    """128 bits in hex over what makes a transition itself: the same on every replay."""
    text = f"{tenant}\x1f{case}\x1f{moment}\x1f{occurrence}\x1f{KIND_NAMES[kind]}\x1f{revision}"
    return blake2b(text.encode(), digest_size=16).hexdigest()
