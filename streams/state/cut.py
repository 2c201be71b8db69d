"""An event cut down to what the catalogue looks at: the fact that is kept of it."""

from collections.abc import Mapping

from streams.ingest.event import Event

Scalar = str | int | float | bool


def kept_fields(event: Event, kept: frozenset[str]) -> dict[str, Scalar]:
    """The fields among `kept`, by path; what is null left out."""
    fields: dict[str, Scalar] = {}
    for name, value in event.fields.items():
        if name in kept:
            if isinstance(value, Scalar):
                fields[name] = value
        elif name == "attributes" and isinstance(value, Mapping):
            for inner, scalar in value.items():
                path = f"attributes.{inner}"
                if path in kept and isinstance(scalar, Scalar):
                    fields[path] = scalar
    if event.region is not None:
        fields["region"] = event.region
    if "tenant" in kept:
        fields["tenant"] = event.tenant
    if "source" in kept:
        fields["source"] = event.source
    return fields
