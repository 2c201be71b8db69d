"""Records of one kind: bytes at rest, values in hand during a decision."""

from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar

import msgspec

from streams.errors import StateError
from streams.state.codec import NO_WAKE
from streams.state.deadlines import DeadlineQueue

VERSION = b"\x01"


class Wakeful(Protocol):
    """A record that may want a look at an instant."""

    def wake(self, kept_for: int) -> int:
        """When; NO_WAKE for never."""


R = TypeVar("R", bound=Wakeful)


class _InHand(Generic[R]):
    """A record taken from the shelf, and the instant under which the queue knows it."""

    __slots__ = ("queued", "record")

    def __init__(self, record: R | None, queued: int) -> None:
        self.record, self.queued = record, queued


class Shelf(Generic[R]):
    """The records whose keys begin with one prefix. `tidy` is done to a changed record before it is stored."""

    def __init__(
        self, kind: type[R], queue: DeadlineQueue, kept_for: int, tidy: Callable[[R], None] | None = None
    ) -> None:
        self._stored: dict[bytes, bytes] = {}
        self._hand: dict[bytes, _InHand[R]] = {}
        self._changed: dict[bytes, None] = {}
        self._moved: dict[bytes, None] = {}
        self._queue, self._kept_for, self._tidy = queue, kept_for, tidy
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(kind).decode

    def __len__(self) -> int:
        return len(self._stored)

    def restore(self, key: bytes, value: bytes | None) -> None:
        """Take a stored record; None takes it away."""
        if value is None:
            self._stored.pop(key, None)
        else:
            self._stored[key] = value

    def get(self, key: bytes) -> R | None:
        """The record; None where there is none. What is done to it has to be told by `touch`."""
        held = self._hand.get(key)
        if held is None:
            value = self._stored.get(key)
            if value is None:
                return None
            record = self._read(key, value)
            held = self._hand[key] = _InHand(record, record.wake(self._kept_for))
        return held.record

    def need(self, key: bytes) -> R:
        """The record, which is there. StateError if it is not: then the stored state contradicts itself."""
        record = self.get(key)
        if record is None:
            raise StateError(f"the state of the groups names {key!r} and has no such record")
        return record

    def touch(self, key: bytes) -> None:
        """The record in hand has changed."""
        self._changed[key] = self._moved[key] = None

    def put(self, key: bytes, record: R) -> R:
        """A new record, or another in its place."""
        held = self._hand.get(key)
        if held is None:
            known = self.get(key)
            held = self._hand[key] = _InHand(record, NO_WAKE if known is None else known.wake(self._kept_for))
        held.record = record
        self.touch(key)
        return record

    def drop(self, key: bytes) -> None:
        """Take the record away."""
        self.get(key)
        self._hand[key].record = None
        self._hand[key].queued = NO_WAKE
        self._changed[key] = None
        self._moved.pop(key, None)

    def requeue(self) -> None:
        """Note in the queue when what has changed wants a look."""
        for key in self._moved:
            held = self._hand[key]
            wake = NO_WAKE if held.record is None else held.record.wake(self._kept_for)
            if wake != held.queued:
                held.queued = wake
                if wake != NO_WAKE:
                    self._queue.push(wake, key)
        self._moved = {}

    def is_due(self, key: bytes, at: int) -> bool:
        """Whether an entry of the queue still means something. It is then gone from the queue."""
        record = self.get(key)
        if record is None or record.wake(self._kept_for) != at:
            return False
        held = self._hand[key]
        if held.queued != at:  # a second entry of one instant
            return False
        held.queued = NO_WAKE
        self._moved[key] = None
        return True

    def items(self) -> Iterator[tuple[bytes, R]]:
        """All that is stored; between decisions only."""
        for key, value in self._stored.items():
            yield key, self._read(key, value)

    def wakes(self) -> Iterator[tuple[int, bytes]]:
        """When what is stored wants a look; between decisions only."""
        for key, record in self.items():
            yield record.wake(self._kept_for), key

    def store(self, changes: dict[bytes, bytes | None]) -> None:
        """End of the decision: put back what was in hand, and say what changed."""
        for key in self._changed:
            record = self._hand[key].record
            if record is not None:
                if self._tidy is not None:
                    self._tidy(record)
                self._stored[key] = changes[key] = VERSION + self._encode(record)
            elif self._stored.pop(key, None) is not None:
                changes[key] = None
        self._hand, self._changed = {}, {}

    def _read(self, key: bytes, value: bytes) -> R:
        if value[:1] != VERSION:
            raise StateError(f"the state has a record {key!r} that this release cannot read; start a later release")
        try:
            return self._decode(value[1:])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise StateError(f"the state has a record {key!r} that is not readable: {error}") from error
