"""Instants and durations: whole microseconds, UTC, as plain integers.

Everything inside the monitor counts in microseconds since 1970-01-01T00:00:00Z ("an instant") or in microseconds
("a span"). Kafka counts in milliseconds, producers write RFC 3339; both are turned into instants at the edge and never
rounded afterwards, because `end <= due` is decided to the last digit a producer can send.
"""

import re
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MILLISECOND = 1_000

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {"ms": MILLISECOND, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_DURATION = re.compile(r"(?:\d+(?:ms|[smhdw]))+")
_PART = re.compile(r"(\d+)(ms|[smhdw])")


def now() -> int:
    """The wall clock as an instant. Only the rim calls it; the core is handed `now`."""
    return time.time_ns() // 1_000


def instant(moment: datetime) -> int:
    """Instant of an aware datetime, exact to the microsecond. A naive datetime is a TypeError."""
    apart = moment - EPOCH
    return (apart.days * 86_400 + apart.seconds) * SECOND + apart.microseconds


def as_datetime(at: int) -> datetime:
    """The aware UTC datetime of an instant."""
    return EPOCH + timedelta(microseconds=at)


@lru_cache(4096)  # a transition names the same few instants many times
def rfc3339(at: int) -> str:
    """`2026-11-01T08:00:00Z`; the fraction (six digits) is written only where it is not zero."""
    minute, rest = divmod(at, MINUTE)
    second, fraction = divmod(rest, SECOND)
    return f"{_minute(minute)}{second:02}.{fraction:06}Z" if fraction else f"{_minute(minute)}{second:02}Z"


@lru_cache(8192)  # a transition writes a handful of instants, mostly of minutes that were written just before
def _minute(minute: int) -> str:
    return as_datetime(minute * MINUTE).strftime("%Y-%m-%dT%H:%M:")


def parse_rfc3339(text: str) -> int:
    """Instant of an RFC 3339 text with an offset. ValueError for anything else, naive stamps included."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset; write it like 2026-11-01T08:00:00+08:00")
    return instant(moment)


def parse_duration(text: str) -> int:
    """Span of a text such as `90s`, `1h30m`, `2d`, `500ms`. ValueError for anything else."""
    if not _DURATION.fullmatch(text):
        raise ValueError(f"{text!r} is not a duration; write it like 90s, 15m, 1h30m or 2d")
    return sum(int(count) * _UNITS[unit] for count, unit in _PART.findall(text))


def format_duration(span: int) -> str:
    """The shortest text that `parse_duration` reads back, largest unit first (`1d2h`, `90ms`, `0s`).

    Spans below a millisecond are cut to whole milliseconds; a negative span is written with a leading minus.
    """
    if span < 0:
        return "-" + format_duration(-span)
    parts = []
    for unit in ("d", "h", "m", "s", "ms"):
        count, span = divmod(span, _UNITS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
