"""The instant, or the length, that a field's value means: the one way in which deadlines, revisions and conditions read
them."""

from datetime import datetime

from streams.clock import DAY, EPOCH, instant, parse_duration, parse_rfc3339

_EARLIEST = instant(EPOCH.replace(year=1900))
_LATEST = instant(EPOCH.replace(year=9000))
_LONGEST = 3660 * DAY


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


def as_length(value: object, unit: int | None) -> int | None:
    """The length that a field's value means, in microseconds, or None where it means none.

    Read are durations as catalogues write them (`1h30m`), and numbers of `unit`, if there is one. A length is above zero
    and at most ten years.
    """
    length = 0
    if isinstance(value, str):
        try:
            length = parse_duration(value)
        except ValueError:
            return None
    elif isinstance(value, int | float) and not isinstance(value, bool) and unit is not None and 0 < value <= _LONGEST:
        length = round(value * unit)
    return length if 0 < length <= _LONGEST else None
