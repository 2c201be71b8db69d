"""The case of a promise: where it has an id, one of its own within the case that its subject names.

The key of the record is the subject all the same, so that a promise lies in the partition of its case.
"""

from typing import Final

import msgspec

from schemas.events import MODELS
from schemas.events.promise import PREFIX
from streams.ingest.event import Event

TYPES: Final = frozenset(name for name in MODELS if name.startswith(PREFIX))
"""The types of the events that may have a case of their own."""

_BETWEEN: Final = "#"


def apart(event: Event) -> Event:
    """An event of one of the TYPES, whose case is its subject, under the case that it belongs to."""
    name = event.fields.get("promise_id")
    return event if name is None else msgspec.structs.replace(event, case=f"{event.case}{_BETWEEN}{name}")


def subject_of(event: Event) -> str:
    """The subject of a decoded event: the key of its record."""
    name = event.fields.get("promise_id") if event.type in TYPES else None
    return event.case if name is None else whole(event.case, str(name))


def whole(case: str, promise: str | None) -> str:
    """The case that a promise of this id was made in, by the promise's own case."""
    return case if promise is None else case.removesuffix(_BETWEEN + promise)
