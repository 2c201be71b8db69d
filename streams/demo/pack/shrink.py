"""A pack made plain and quick: nobody ever closes, and every duration becomes some seconds, in the order of before."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, Final, Protocol

from streams.catalogue.include import PACK
from streams.catalogue.load import load
from streams.clock import DAY, MILLISECOND, SECOND, format_duration, parse_duration

SHORTEST: Final = 4 * SECOND
LONGEST: Final = 20 * SECOND
_FORGOTTEN: Final = "10m"
"""Far longer than any journey: what is over stays known for so long, and what never ends is given up so late."""

_SPANS: Final = frozenset({"after", "lead", "every", "within", "beyond"})
_LEFT_OUT: Final = frozenset({"calendars", "stores", "includes", "overrides", "policies"})

Data = Mapping[str, Any]


def source_of_pack(pack: str) -> tuple[str, list[dict[str, Any]]]:
    """The name and the catalogues, as plain data with all that they include, of a shipped pack (its name) or of a
    catalogue file (its path). CatalogueError where there is none or it has faults."""
    path = pack if pack.startswith(PACK) or pack.endswith((".yaml", ".yml")) else f"{PACK}{pack}"
    name = path.removeprefix(PACK) if path.startswith(PACK) else PurePath(path).stem
    return name, json.loads(load([path]).source)["catalogues"]


def shrink(catalogues: Sequence[Data]) -> list[dict[str, Any]]:
    """The same catalogues with times for a demo.

    The shortest duration of all becomes four seconds, the longest twenty, the others lie between in their order.
    Business days count as days; calendars, stores and policies are left out; warnings become shares of the time allowed.
    """
    found = sorted({span for catalogue in catalogues for span in _spans(catalogue["moments"])})
    scale = _Shorter(found[0], found[-1]) if found else _Shorter(1, 1)
    return [_catalogue(catalogue, scale) for catalogue in catalogues]


def plain(catalogues: Sequence[Data]) -> list[dict[str, Any]]:
    """The same catalogues without calendars, stores and policies, at their own times."""
    return [_catalogue(catalogue, _AsItIs()) for catalogue in catalogues]


class _Scale(Protocol):
    def shorten(self, span: int, part: float = 1.0) -> str:
        """What becomes of a duration above zero; `part` is for those that shall be shorter still."""


class _AsItIs:
    def shorten(self, span: int, part: float = 1.0) -> str:  # noqa: ARG002  (the protocol's)
        return format_duration(span)


class _Shorter:
    """Logarithmic, so that minutes stay apart although there are days beside them."""

    def __init__(self, least: int, most: int) -> None:
        self._least, self._width = math.log(least), math.log(most) - math.log(least)

    def shorten(self, span: int, part: float = 1.0) -> str:
        place = (math.log(span) - self._least) / self._width if self._width else 0.5
        short = (SHORTEST + place * (LONGEST - SHORTEST)) * part
        return format_duration(round(short / MILLISECOND) * MILLISECOND)


def _catalogue(catalogue: Data, scale: _Scale) -> dict[str, Any]:
    kept = {key: value for key, value in catalogue.items() if key not in _LEFT_OUT}
    moments = [_moment(moment, scale) for moment in catalogue["moments"]]
    own = {"name": f"{catalogue['name']}_demo", "allowed_lateness": "300ms", "corrections": _FORGOTTEN}
    return {**kept, **own, "time_to_live": _FORGOTTEN, "moments": moments}


def _moment(moment: Data, scale: _Scale) -> dict[str, Any]:
    short: dict[str, Any] = {}
    for key, value in moment.items():
        if key == "warnings":
            short[key] = _shares(value)
        elif key == "rises":
            short[key] = [{**rise, "after": scale.shorten(parse_duration(rise["after"]), 0.5)} for rise in value]
        elif key == "deadline":
            short[key] = _short({"after": value} if isinstance(value, str) else value, scale)
        elif key not in {"calendar", "time_to_live"}:
            short[key] = _short(value, scale)
    return short


def _shares(warnings: Sequence[str]) -> list[str]:
    """As many as there were, spread over the second half of the time; a share stays as it is."""
    if all(warning.endswith("%") for warning in warnings):
        return list(warnings)
    return [f"{50 + 40 * (place + 1) // (len(warnings) + 1)}%" for place in range(len(warnings))]


def _short(value: Any, scale: _Scale) -> Any:
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
            elif key != "calendar":
                short[key] = _short(inner, scale)
        return short
    if isinstance(value, list):
        return [_short(inner, scale) for inner in value]
    return value


def _parts(value: Any, scale: _Scale) -> Any:
    """Deadlines within a deadline, each of which may be a duration alone."""
    if isinstance(value, list):
        return [_parts(part, scale) for part in value]
    return _short({"after": value} if isinstance(value, str) else value, scale)


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
