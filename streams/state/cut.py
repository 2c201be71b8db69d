"""An event cut down to what the catalogue looks at: the fact that is kept of it."""

from collections.abc import Mapping
from datetime import datetime

from streams.clock import instant
from streams.ingest.event import Event

Scalar = str | int | float | bool


def kept_fields(event: Event, kept: frozenset[str]) -> dict[str, Scalar]:
    """The fields among `kept`, by path; instants as integers, what is null left out."""
    fields: dict[str, Scalar] = {}
    for name, value in event.fields.items():
        if name in kept:
            if type(value) is str:
                fields[name] = value
            elif value is not None:
                fields[name] = _plain(value)
        elif name == "attributes" and isinstance(value, Mapping):
            for inner, scalar in value.items():
                path = f"attributes.{inner}"
                if path in kept and scalar is not None:
                    fields[path] = _plain(scalar)
    if event.region is not None:
        fields["region"] = event.region
    if "tenant" in kept:
        fields["tenant"] = event.tenant
    if "source" in kept:
        fields["source"] = event.source
    return fields


def _plain(value: object) -> Scalar:
    if isinstance(value, datetime):
        return instant(value)
    return value if isinstance(value, str | int | float | bool) else str(value)
