"""A pack made quick: every duration becomes some seconds, in the order of before, and hours are those of minutes."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from pathlib import PurePath
from typing import Any, Final
from zlib import crc32

from streams.catalogue.include import PACK
from streams.catalogue.load import load
from streams.clock import DAY, MILLISECOND, SECOND, as_datetime, format_duration, parse_duration

SHORTEST: Final = 4 * SECOND
LONGEST: Final = 20 * SECOND
_FORGOTTEN: Final = "10m"
"""Far longer than any journey: what is over stays known for so long, and what never ends is given up so late."""

_ENDLESS: Final = "3650d"

_SPANS: Final = frozenset({"after", "lead", "every", "within", "beyond"})
_LEFT_OUT: Final = frozenset({"calendars", "stores", "includes", "overrides", "policies"})
_MINUTES: Final = (True, True, False, True, False, True, False)
"""Whether a calendar is open in each of so many minutes, over and over. Whole hours are no multiple of it, so it is open
otherwise in other time zones."""
_A_DAY: Final = 24 * 60

_OF_THE_STORE: Final = "opening_hours"

Data = Mapping[str, Any]


def source_of_pack(pack: str) -> tuple[str, list[dict[str, Any]]]:
    """The name and the catalogues, as plain data with all that they include, of a shipped pack (its name) or of a
    catalogue file (its path). CatalogueError where there is none or it has faults."""
    path = pack if pack.startswith(PACK) or pack.endswith((".yaml", ".yml")) else f"{PACK}{pack}"
    name = path.removeprefix(PACK) if path.startswith(PACK) else PurePath(path).stem
    # a catalogue that only includes others has no moments of its own
    return name, [{"moments": [], **catalogue} for catalogue in json.loads(load([path]).source)["catalogues"]]


def shrink(catalogues: Sequence[Data], at: int) -> list[dict[str, Any]]:
    """The same catalogues with times for a demo that begins at about the instant `at`.

    The shortest duration of all becomes four seconds, the longest twenty, the others lie between in their order; warnings
    become shares of the time allowed. Stores and policies stay as they are. The hours of calendars and stores are made
    up: on the dates around the demo's they open and close every minute or two, each in its own way and time zone, unions
    whenever a part of them does. A minute has no dates to count, so business days become open time, and weekdays and
    holidays make no difference (at a pack's own pace they do: see `weeks`).
    """
    found = sorted({span for catalogue in catalogues for span in _all_spans(catalogue)})
    scale = _Shorter(found[0], found[-1]) if found else _Shorter(1, 1)
    today = as_datetime(at).date()
    return [_catalogue(catalogue, scale) | _places(catalogue, scale, today) for catalogue in catalogues]


def _places(catalogue: Data, scale: "_Shorter", today: date) -> dict[str, Any]:
    """Calendars, stores and policies, with hours of minutes."""
    calendars = {name: _calendar(name, calendar, today) for name, calendar in catalogue.get("calendars", {}).items()}
    stores = {}
    for store_id, store in catalogue.get("stores", {}).items():
        stores[store_id] = {key: value for key, value in store.items() if key != "hours"}
        if store.get("hours"):
            own = f"hours_{crc32(store_id.encode())}"
            calendars[own] = _calendar(own, {}, today)
            stores[store_id]["calendars"] = {**store.get("calendars", {}), _OF_THE_STORE: own}
    policies = [_policy(policy, scale) for policy in catalogue.get("policies", ())]
    found = {"calendars": calendars, "stores": stores, "policies": policies}
    return {key: value for key, value in found.items() if value}


def _calendar(name: str, data: Data, today: date) -> dict[str, Any]:
    """Open and closed by the minute on the dates around today, elsewhere day and night; a union stays what it is."""
    if "any" in data:
        return dict(data)
    days = [today + timedelta(days=number) for number in (-1, 0, 1)]
    first = crc32(name.encode()) % len(_MINUTES)
    spells = groupby(range(_A_DAY), key=lambda minute: _MINUTES[(minute + first) % len(_MINUTES)])
    shifts = [
        f"{_clock(minutes[0])}-{_clock(minutes[-1] + 1)}" for open_, spell in spells if open_ and (minutes := [*spell])
    ]
    own = {"time_zone": data["time_zone"]} if "time_zone" in data else {}
    return {"weekly": {"mon-sun": ["00:00-24:00"]}, "open": {f"{day}": shifts for day in days}, **own}


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _policy(policy: Data, scale: "_Shorter") -> dict[str, Any]:
    moments = {
        moment_id: {key: _parts(value, scale) if key == "deadline" else value for key, value in own.items()}
        for moment_id, own in policy.get("moments", {}).items()
    }
    return {**policy, "moments": moments}


def at_own_pace(catalogues: Sequence[Data]) -> list[dict[str, Any]]:
    """The same catalogues as they are, with calendars, stores and policies; but for patience, which never ends."""
    found = []
    for catalogue in catalogues:
        kept = {key: value for key, value in catalogue.items() if key not in ("includes", "overrides")}
        moments = [{key: value for key, value in one.items() if key != "time_to_live"} for one in catalogue["moments"]]
        found.append({**kept, "corrections": _ENDLESS, "time_to_live": _ENDLESS, "moments": moments})
    return found


class _Shorter:
    """Logarithmic, so that minutes stay apart although there are days beside them."""

    def __init__(self, least: int, most: int) -> None:
        self._least, self._width = math.log(least), math.log(most) - math.log(least)

    def shorten(self, span: int, part: float = 1.0) -> str:
        place = (math.log(span) - self._least) / self._width if self._width else 0.5
        short = (SHORTEST + place * (LONGEST - SHORTEST)) * part
        return format_duration(round(short / MILLISECOND) * MILLISECOND)


def _catalogue(catalogue: Data, scale: _Shorter) -> dict[str, Any]:
    kept = {key: value for key, value in catalogue.items() if key not in _LEFT_OUT}
    moments = [_moment(moment, scale) for moment in catalogue["moments"]]
    own = {"name": f"{catalogue['name']}_demo", "allowed_lateness": "300ms", "corrections": _FORGOTTEN}
    return {**kept, **own, "time_to_live": _FORGOTTEN, "moments": moments}


def _moment(moment: Data, scale: _Shorter) -> dict[str, Any]:
    short: dict[str, Any] = {}
    for key, value in moment.items():
        if key == "warnings":
            short[key] = _shares(value)
        elif key == "rises":
            short[key] = [{**rise, "after": scale.shorten(parse_duration(rise["after"]), 0.5)} for rise in value]
        elif key == "deadline":
            short[key] = _short({"after": value} if isinstance(value, str) else value, scale)
        elif key != "time_to_live":
            short[key] = _short(value, scale)
    return short


def _shares(warnings: Sequence[str | Data]) -> list[str]:
    """As many as there were, spread over the second half of the time; a share stays as it is."""
    shares = [warning for warning in warnings if isinstance(warning, str) and warning.endswith("%")]
    if len(shares) == len(warnings):
        return shares
    return [f"{50 + 40 * (place + 1) // (len(warnings) + 1)}%" for place in range(len(warnings))]


def _short(value: Any, scale: _Shorter) -> Any:
    """Everything below a key of a moment, its durations shortened."""
    if isinstance(value, Mapping):
        short: dict[str, Any] = {}
        for key, inner in value.items():
            if key == "workdays":
                short["after"] = scale.shorten(inner * DAY)
            elif key == "plus":
                sign, text = ("-", inner[1:]) if inner.startswith("-") else ("", inner)
                span = parse_duration(text)
                short[key] = sign + scale.shorten(span, 0.25) if span else inner
            elif key in _SPANS and isinstance(inner, str):
                short[key] = scale.shorten(parse_duration(inner))
            elif key in {"else", "earliest", "latest"}:
                short[key] = _parts(inner, scale)
            elif key == "warnings":
                short[key] = _shares(inner)
            else:
                short[key] = _short(inner, scale)
        return short
    if isinstance(value, list):
        return [_short(inner, scale) for inner in value]
    return value


def _parts(value: Any, scale: _Shorter) -> Any:
    """Deadlines within a deadline, each of which may be a duration alone."""
    if isinstance(value, list):
        return [_parts(part, scale) for part in value]
    return _short({"after": value} if isinstance(value, str) else value, scale)


def _all_spans(catalogue: Data) -> Iterator[int]:
    yield from _spans(catalogue["moments"])
    for policy in catalogue.get("policies", ()):
        yield from _spans([{**own} for own in policy.get("moments", {}).values()])


def _spans(value: Any) -> Iterator[int]:
    """Every duration above zero below some key, whatever it is for; warnings and the end of patience aside."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "workdays":
                yield inner * DAY
            elif key in _SPANS | {"plus", "deadline", "else"} and isinstance(inner, str):
                if span := parse_duration(inner.removeprefix("-")):
                    yield span
            elif key in {"earliest", "latest"}:
                for part in inner:
                    yield from _spans({"after": part} if isinstance(part, str) else part)
            elif key not in {"warnings", "time_to_live"}:
                yield from _spans(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _spans(inner)
