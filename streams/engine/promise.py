"""What the events of a promise say of it, for people to read: no rule goes by it."""

from collections.abc import Sequence
from typing import Any

from streams.catalogue.vocabulary import OF_PROMISES
from streams.engine.case import REFUSED, Base, Fact, Occurrence
from streams.ingest.promised import TYPES


def promise_of(
    facts: Sequence[Fact], base: Base | None, start: Fact | None, occurrence: Occurrence
) -> dict[str, str | None] | None:
    """The promise (schemas.transition.Promise) that began an occurrence with `start`, the last word of each that was said
    among `facts` while its clock ran, but by a revision that did not count; None where no promise began it."""
    if start is None or start.type not in TYPES:
        return None
    said: dict[str, Any] = {name: start.fields.get(name) for name in OF_PROMISES}
    if base is not None and start.at <= base.at:
        said |= {name: base.fields[name] for name in OF_PROMISES if name in base.fields}
    refused = {move.event for move in occurrence.moves if move.kind == REFUSED}
    for fact in facts:
        ours = fact.at > start.at and (occurrence.stopped is None or fact.at <= occurrence.stopped)
        if ours and fact.type in TYPES and fact.id not in refused:
            said |= {name: fact.fields[name] for name in OF_PROMISES if name in fact.fields}
    return {"id": said["promise_id"], "person": said["person"], "text": said["text"]}
