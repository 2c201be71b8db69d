"""A case record as bytes: what is stored in the changelog is what is kept in memory.

    byte 0       version of the layout, 1
    bytes 1-8    the instant the clock must pass before the case needs a look (signed, big-endian; NO_WAKE for never)
    bytes 9-     the record, MessagePack arrays (engine/case.py)

The instant stands in front so that a restore can rebuild the deadline queue without decoding the records. Fields are
only ever added at the end of an array, with a default; a layout that breaks this takes the next version, and this
reader keeps the old.
"""

from struct import Struct
from typing import Final

import msgspec

from streams.engine.case import Case
from streams.errors import StateError

VERSION: Final = 1
NO_WAKE: Final = (1 << 63) - 1
_HEADER: Final = Struct(">Bq")
_encode_into = msgspec.msgpack.Encoder().encode_into
_buffer = bytearray(
    4096
)  # one for all: the core runs in one thread, and a fresh buffer a record costs as much as the encoding
_decode = msgspec.msgpack.Decoder(Case).decode


def encode(case: Case, wake: int | None) -> bytes:
    """The bytes of a record."""
    _encode_into(case, _buffer, _HEADER.size)
    _HEADER.pack_into(_buffer, 0, VERSION, NO_WAKE if wake is None else wake)
    return bytes(_buffer)


def decode(value: bytes) -> Case:
    """The record of the bytes. StateError if they are of a later layout or damaged."""
    if not value or value[0] != VERSION:
        raise StateError(
            f"a case record has layout {value[0] if value else 'nothing'}, this release reads {VERSION}: "
            "start the release that wrote it, or a later one"
        )
    try:
        return _decode(memoryview(value)[_HEADER.size :])
    except msgspec.MsgspecError as error:
        raise StateError(f"a case record cannot be read: {error}") from error


def wake_of(value: bytes) -> int:
    """The instant in front of the bytes, NO_WAKE for never; without decoding the rest."""
    wake: int = _HEADER.unpack_from(value)[1]
    return wake
