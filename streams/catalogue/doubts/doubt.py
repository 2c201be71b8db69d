"""One thing that a catalogue may say and that is yet hardly meant."""

from typing import Literal, NamedTuple

from streams.catalogue.entries import Document
from streams.catalogue.place import Path

Level = Literal["error", "warning", "note"]
"""An error cannot work, a warning is hardly what was meant, a note is nothing the author can help and should yet know."""


class Doubt(NamedTuple):
    """What it is and where it stands."""

    document: Document
    path: Path
    text: str
    level: Level = "warning"
