"""The shape of a catalogue file, as pydantic models: what may stand where. What it means is in `compile`.

Everything that can be judged by looking at one place is judged here, so that all of it is reported at once; what needs
a second look elsewhere in the file is judged by `compile`. Descriptions and examples go into the JSON Schema that
editors complete from, and into error messages.
"""

from typing import Annotated, Any

from pydantic import BaseModel

from streams.catalogue.document.moments import MomentFile, Text
from streams.catalogue.document.places import CalendarFile, Policy, StoreFile
from streams.catalogue.document.strict import STRICT
from streams.catalogue.values import MomentId, Name, PositiveSpan, Short, Span, Zone
from streams.clock import parse_duration


class _Model(BaseModel):
    model_config = STRICT


def _everywhere(value: Any) -> Any:
    return {"zh": value, "en": value} if isinstance(value, str) and value else value


class CatalogueFile(_Model):
    """A catalogue of moments of truth."""

    name: Name
    description: Annotated[Text, Short(_everywhere, {"type": "string"})] | None = None
    """What the catalogue is about; one text for all languages, or `{zh: .., en: ..}`."""
    time_zone: Zone = "UTC"
    allowed_lateness: Span = 0
    corrections: Span = parse_duration("24h")
    time_to_live: PositiveSpan = parse_duration("30d")
    calendars: dict[Name, CalendarFile] = {}
    stores: dict[str, StoreFile] = {}
    names: dict[str, Text] = {}
    """What owners and chains are called, by id."""
    includes: list[str] = []
    """Packs (`pack:hotel`) and files, relative to this one, whose moments are this file's too."""
    overrides: dict[MomentId, dict[str, Any]] = {}
    """Fields of included moments that are other here; `off: true` leaves the moment out."""
    policies: list[Policy] = []
    """What is other for a tenant, a brand, a region or a store; the nearest level wins, field by field."""
    moments: list[MomentFile] = []


def json_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a catalogue file, for editors."""
    schema = CatalogueFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
