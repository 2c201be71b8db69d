"""What all parts of a catalogue file have in common: nothing but what is declared, of the very type, for good."""

from typing import Final

from pydantic import ConfigDict

STRICT: Final = ConfigDict(
    extra="forbid", strict=True, frozen=True, populate_by_name=False, use_attribute_docstrings=True
)
