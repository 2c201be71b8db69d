"""The instant that a field's value means: the one way in which deadlines, revisions and conditions read a time."""

from datetime import datetime

from streams.clock import EPOCH, instant, parse_rfc3339

_EARLIEST = instant(EPOCH.replace(year=1900))
_LATEST = instant(EPOCH.replace(year=9000))


def as_instant(value: object) -> int | None:
    """The instant that a field's value means, or None where it means none.

    Read are whole numbers of microseconds, aware datetimes, and RFC 3339 texts with an offset. Instants before 1900 or
    after 9000 count as unreadable, so that no date can overflow what comes after.
    """
    at: int | None = None
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        at = value
    elif isinstance(value, datetime):
        at = instant(value) if value.tzinfo is not None else None
    elif isinstance(value, str):
        try:
            at = parse_rfc3339(value)
        except (ValueError, OverflowError):
            return None
    return at if at is not None and _EARLIEST <= at <= _LATEST else None
