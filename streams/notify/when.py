"""Times and spans as a person reads them: local, short, and no more exact than is of use on the way to the counter."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from schemas.organisation import Language
from streams.clock import DAY, HOUR, MINUTE, SECOND

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNITS: tuple[tuple[int, dict[Language, str]], ...] = (
    (DAY, {"zh": "天", "en": "d"}),
    (HOUR, {"zh": "小时", "en": "h"}),
    (MINUTE, {"zh": "分", "en": "min"}),
    (SECOND, {"zh": "秒", "en": "s"}),
)
_INSTANT: dict[Language, str] = {"zh": "不到 1 秒", "en": "under 1 s"}


def zone_of(name: str) -> tuple[tzinfo, bool]:
    """The time zone, and whether the name is one. A page in UTC is better than none, so a wrong name gives UTC."""
    try:
        return ZoneInfo(name), True
    except (KeyError, ValueError, OSError):  # no such zone; not a name at all; a name of a folder of zones
        return UTC, False


def local(at: datetime, zone_name: str, now: datetime, language: Language) -> str:
    """`18:30`, with the date where it is not today's, the year where it is not this one, and `UTC` where the zone was
    not known. Seconds only where there are any.
    """
    zone, known = zone_of(zone_name)
    try:
        moment, today = at.astimezone(zone), now.astimezone(zone)
    except OverflowError:  # the first or last hours of the calendar
        moment, today, known = at.astimezone(UTC), now.astimezone(UTC), False
    clock = f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"
    if not known:
        clock += " UTC"
    if moment.date() == today.date():
        return clock
    if language == "zh":
        day = f"{moment.month} 月 {moment.day} 日"
        return f"{day} {clock}" if moment.year == today.year else f"{moment.year} 年 {day} {clock}"
    day = f"{moment.day} {_MONTHS[moment.month - 1]}"
    return f"{day} {clock}" if moment.year == today.year else f"{day} {moment.year} {clock}"


def span(microseconds: int, language: Language) -> str:
    """The two largest units of a span that is not negative: `1 d 2 h`, `5 min 12 s`; beyond an hour no seconds."""
    rest = microseconds if microseconds < HOUR else microseconds // MINUTE * MINUTE
    parts = []
    for unit, names in _UNITS:
        count, rest = divmod(rest, unit)
        if count:
            parts.append(f"{count} {names[language]}")
    return " ".join(parts[:2]) or _INSTANT[language]
