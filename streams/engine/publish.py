"""A transition as the bytes that are published: JSON, as schemas.transition.Transition reads it."""

from typing import Any

import msgspec

from streams.clock import rfc3339
from streams.engine.case import KIND_NAMES
from streams.engine.proof import cause
from streams.engine.transition import Transition

_encode = msgspec.json.Encoder().encode


def encode_transition(said: Transition) -> bytes:
    """UTF-8 JSON, keys in a fixed order: the same transition gives the same bytes."""
    return _encode(as_document(said))


def as_document(said: Transition) -> dict[str, Any]:
    """The published form: instants in RFC 3339, UTC."""
    return {
        "id": said.id,
        "kind": KIND_NAMES[said.kind],
        "tenant": said.tenant,
        "case": said.case,
        "moment": said.moment,
        "occurrence": said.occurrence,
        "revision": said.revision,
        "at": rfc3339(said.at),
        "found_at": rfc3339(said.found_at),
        "due_at": None if said.due_at is None else rfc3339(said.due_at),
        "stage": said.stage,
        "severity": said.severity,
        "owner": said.owner,
        "title": said.title,
        "labels": said.labels,
        "cause": None if said.cause is None else cause(said.cause),
        "catalogue": said.catalogue,
        "proof": said.proof,
        "sentence": said.sentence,
        "chain": said.chain,
        "promise": said.promise,
    }
