"""The record of a plain case as bytes (layout 3): what the short way needs in front, then nothing but the facts.

    byte 0       version of the layout, 3
    1-8          the instant the clock must pass before the case needs a look
    9-16         the instant of the last fact
    17-24        the moments that have begun, bit i for moment i; 25-32: those of them that are open
    33-34        the lane: catalogue version, tenant and region, a number of the dictionary
    35           how many moments are open; then for each its index (a byte), its next timer and its start (8 each)
    then         the facts, a MessagePack array of arrays: shape, source, instant, id, values

A shape is the type of a fact and the names of its fields; shapes and sources are numbers of the dictionary (a source that
found no number stands there itself). All integers in front are big-endian.

Layout 2 had the catalogue version alone for the lane, and no starts. It is read still, and written as something else.
"""

from collections.abc import Sequence
from struct import Struct
from typing import Any, Final, NamedTuple

import msgspec

from streams.catalogue.model import Look
from streams.engine.case import NEVER, Fact
from streams.engine.plain import MOST_MOMENTS
from streams.errors import StateError
from streams.state.dictionary import Dictionary

LAYOUT: Final = 3
OLD_LAYOUT: Final = 2
LANE: Final = slice(33, 35)
"""Where the number of the lane stands."""
STANDING: Final = slice(25, 35)
"""The open moments and the lane: all of what a plain case counts for."""

_OPEN_AT: Final = 35
_FRONTS: Final = [Struct(">BqqQQHB" + "Bqq" * count + "BH") for count in range(MOST_MOMENTS + 1)]
_OLD_FRONTS: Final = [Struct(">BqqQQHB" + "Bq" * count + "BH") for count in range(MOST_MOMENTS + 1)]
_ARRAY_16: Final = 0xDC

encode_fact = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode


class Front(NamedTuple):
    """What stands before the facts. timers: moment, next timer and start, in turn, for each open moment; many: how many
    facts; size: bytes before the first fact."""

    wake: int
    last: int
    begun: int
    open: int
    timers: tuple[int, ...]
    many: int
    size: int


NOTHING: Final = Front(NEVER, NEVER, 0, 0, (), 0, 0)
"""The front of a case that nothing is known of."""


def front_of(value: bytes) -> Front:
    """The front of a record of this layout."""
    struct = _FRONTS[value[_OPEN_AT]]
    _, wake, last, begun, opened, _, _, *timers, _, count = struct.unpack_from(value)
    return Front(wake, last, begun, opened, tuple(timers), count, struct.size)


def pack(wake: int, last: int, begun: int, opened: int, lane: int, timers: Sequence[int], count: int) -> bytes:
    """The front, to be followed by `count` facts."""
    many = len(timers) // 3
    return _FRONTS[many].pack(LAYOUT, wake, last, begun, opened, lane, many, *timers, _ARRAY_16, count)


def is_plain(value: bytes) -> bool:
    """Whether this is the record of a plain case, in the layout of today or the old one."""
    return value[0] in (LAYOUT, OLD_LAYOUT)


def lane_number(value: bytes) -> int:
    """The number of the lane of a plain case; in the old layout, of the catalogue version."""
    return int.from_bytes(value[LANE], "big")


def open_moments(standing: bytes) -> tuple[int, int]:
    """The open moments as a mask, and the number of the lane, of the STANDING of a record."""
    return int.from_bytes(standing[:8], "big"), int.from_bytes(standing[8:], "big")


def is_closed(value: bytes) -> bool:
    """Whether no moment of a plain case is open."""
    return value[_OPEN_AT] == 0


def facts_of(value: bytes, dictionary: Dictionary) -> list[Fact]:
    """The facts of a plain case. StateError if the bytes are damaged or of another dictionary."""
    facts = []
    for shape, source, at, name, *values in _stored(value):
        event_type, *names = dictionary.texts(shape)
        said_by = source if isinstance(source, str) else dictionary.text(source)
        facts.append(Fact(at, name, said_by, event_type, dict(zip(names, values, strict=True))))
    return facts


def look_into(value: bytes, dictionary: Dictionary) -> Look:
    """A look at the facts of a plain case, the latest first."""
    stored = _stored(value)

    def look(path: str) -> Any:
        for shape, _, _, _, *values in reversed(stored):
            names = dictionary.texts(shape)
            if path in names[1:]:
                return values[names.index(path, 1) - 1]
        return None

    return look


def _stored(value: bytes) -> list[list[Any]]:
    fronts = _FRONTS if value[0] == LAYOUT else _OLD_FRONTS
    try:
        stored: list[list[Any]] = _decode(memoryview(value)[fronts[value[_OPEN_AT]].size - 3 :])
    except (msgspec.MsgspecError, IndexError) as error:
        raise StateError(f"a case record cannot be read: {error}") from error
    return stored
