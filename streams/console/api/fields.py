"""The plain values that calls bring, each with its limits, declared once.

What is checked is also what the document says: a value that fits the published schema is taken. Texts have no characters
that cannot be seen or that turn the direction of writing, so that what one person wrote is what the next one reads.
"""

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from schemas.events.fields import PRINTABLE
from streams.clock import instant

_UNSEEN = r"\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff"
LINE = rf"^[^\x00-\x1f{_UNSEEN}]*[^\x00-\x1f{_UNSEEN}\s][^\x00-\x1f{_UNSEEN}]*$"
TEXT = rf"^[^\x00-\x08\x0b-\x1f{_UNSEEN}]*[^\x00-\x1f{_UNSEEN}\s][^\x00-\x08\x0b-\x1f{_UNSEEN}]*$"
INSTANT = (
    r"^(19[7-9][0-9]|2[01][0-9][0-9])-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
_INSTANT = re.compile(INSTANT[:-1] + r"\Z", re.ASCII)
_WHOLE = re.compile(r"(0|[1-9][0-9]{0,17})\Z", re.ASCII)


def _instant(value: Any) -> int:
    """Only a text with an offset: a number would pass for seconds since 1970."""
    if not isinstance(value, str) or not _INSTANT.match(value):
        raise ValueError("an instant is RFC 3339 with an offset, within 1970 to 2199: 2026-11-01T08:00:00+08:00")
    try:
        return instant(datetime.fromisoformat(value))
    except ValueError as error:
        raise ValueError("there is no such day") from error


def _whole(value: Any) -> Any:
    """A whole number of a query, written plainly: what `int` would read besides (1_0, ' 1', ١) is none."""
    if isinstance(value, str):
        if not _WHOLE.match(value):
            raise ValueError("write a whole number in plain digits")
        return int(value)
    return value


def _yes_or_no(value: Any) -> Any:
    if isinstance(value, str):
        if value not in ("true", "false"):
            raise ValueError("write true or false")
        return value == "true"
    return value


Instant = Annotated[
    int,
    BeforeValidator(_instant),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "pattern": INSTANT, "examples": ["2026-11-01T08:00:00+08:00"]}
    ),
]
"""An instant (microseconds UTC), written as RFC 3339 with an offset."""

PLAIN_DIGITS = BeforeValidator(_whole)
"""For a whole number in a query. It stands behind the bounds of the field."""

YesNo = Annotated[bool, BeforeValidator(_yes_or_no)]
"""true or false, in a query."""

Id = Annotated[str, Field(min_length=1, max_length=256, pattern=PRINTABLE)]
"""An identifier as upstream systems may choose it: no control characters, and that is all that is asked."""

CaseId = Annotated[str, Field(min_length=1, max_length=513, pattern=PRINTABLE)]
"""A case, which may be a promise: its subject, `#` and its id."""

Word = Annotated[str, Field(min_length=1, max_length=256, pattern=LINE)]
"""One line of 1 to 256 characters that can be seen, at least one of them no space."""

Text = Annotated[str, Field(min_length=1, max_length=4000, pattern=TEXT)]
"""Up to 4000 characters on any number of lines."""
