"""The records of an outbox by name, what of them has changed, and when each wants a look."""

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush
from typing import Any, Literal, NamedTuple

from streams.errors import StateError
from streams.notify.outbox_records import Done, Known, Remembered, Waiting, decode, encode

Kind = Literal["notice", "alert", "standing"]
"""`alert` are the subjects, alerts and groups alike: their ids are hashes, so one table holds both."""


class Alarm(NamedTuple):
    """This record wanted a look at that instant; whoever takes it asks the record whether it still does."""

    at: int
    kind: Kind
    name: str


class Ledger:
    """A notice is `waiting` or `done`, under one key either way; beside being done it may be `standing`. Whoever changes
    a record says so to `touch`."""

    __slots__ = ("_alarms", "_tables", "_touched", "done", "standing", "subjects", "waiting")

    def __init__(self) -> None:
        self.waiting: dict[str, Waiting] = {}
        self.done: dict[str, Done] = {}
        self.standing: dict[str, Waiting] = {}
        self.subjects: dict[str, Known] = {}
        self._alarms: list[Alarm] = []
        self._touched: dict[tuple[Kind, str], None] = {}
        self._tables: dict[str, tuple[dict[str, Any], ...]] = {
            "notice": (self.waiting, self.done),
            "alert": (self.subjects,),
            "standing": (self.standing,),
        }

    def restore(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Take stored records in log order; None deletes."""
        for key, value in records:
            kind, _, name = key.decode().partition("/")
            if kind not in self._tables:
                raise StateError(f"the outbox has a record {key!r} that this release does not know")
            for table in self._tables[kind]:
                table.pop(name, None)
            if value is None:
                continue
            match decode(key, value):
                case Waiting() as waiting:
                    (self.standing if kind == "standing" else self.waiting)[name] = waiting
                case Done() as done:
                    self.done[name] = done
                case Known() as known:
                    self.subjects[name] = known

    def find(self, notice: str) -> Waiting | None:
        """The record of a notice of which there is something to send, now or later."""
        return self.waiting.get(notice) or self.standing.get(notice)

    def wind_up(self, max_age: int) -> None:
        """Set the alarms of all records anew: waiting notices once they are `max_age` old, the others at their end."""
        alarms = [Alarm(waiting.at + max_age, "notice", name) for name, waiting in self.waiting.items()]
        alarms += [Alarm(done.until, "notice", name) for name, done in self.done.items()]
        alarms += [Alarm(known.until, "alert", name) for name, known in self.subjects.items() if known.until is not None]
        heapify(alarms)
        self._alarms = alarms

    def touch(self, kind: Kind, name: str, look: int | None = None) -> None:
        """The record has changed, or is gone. With `look`, it wants a look at that instant."""
        self._touched[kind, name] = None
        if look is not None:
            self.look(kind, name, look)

    def look(self, kind: Kind, name: str, at: int) -> None:
        """Set an alarm."""
        heappush(self._alarms, Alarm(at, kind, name))

    def ringing(self, now: int) -> Iterator[Alarm]:
        """Alarms whose time has come, taken out one by one; some are stale."""
        while self._alarms and self._alarms[0].at <= now:
            yield heappop(self._alarms)

    def take_changes(self) -> dict[bytes, bytes | None]:
        """What is to be stored since the last call."""
        touched, self._touched = self._touched, {}
        return {f"{kind}/{name}".encode(): self._stored(kind, name) for kind, name in touched}

    def _stored(self, kind: Kind, name: str) -> bytes | None:
        record: Remembered | None = next((table[name] for table in self._tables[kind] if name in table), None)
        return None if record is None else encode(record)
