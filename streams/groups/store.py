"""The state of one shard of groups, and what is derived from it: what waits where, and when something wants a look.

The records are the truth. The index and the queue are rebuilt from them on restore.
"""

from collections import Counter
from typing import Any

from streams.errors import StateError
from streams.groups.note import Hold, Note
from streams.groups.records import Facts, Lane, Person, Silence, Told, mute_name, person_key
from streams.groups.shelf import Shelf
from streams.state.deadlines import DeadlineQueue


class Store:
    """Records by kind; their keys begin with `a/` (notes of alerts), `l/`, `p/`, `g/`, `m/` and `k/`."""

    def __init__(self, kept_for: int) -> None:
        self._queue = DeadlineQueue()
        self.notes = Shelf(Note, self._queue, kept_for, _tidy)
        self.lanes = Shelf(Lane, self._queue, kept_for)
        self.persons = Shelf(Person, self._queue, kept_for)
        self.groups = Shelf(Told, self._queue, kept_for)
        self.mutes = Shelf(Silence, self._queue, kept_for)
        self.facts = Shelf(Facts, self._queue, kept_for)
        self._shelves: dict[bytes, Shelf[Any]] = {
            b"a/": self.notes,
            b"l/": self.lanes,
            b"p/": self.persons,
            b"g/": self.groups,
            b"m/": self.mutes,
            b"k/": self.facts,
        }
        self._forget()

    def _forget(self) -> None:
        self._places: dict[bytes, dict[bytes, None]] = {}
        self._named: Counter[bytes] = Counter()
        self._firing: dict[bytes, bytes] = {}
        self._incidents: dict[str, set[str]] = {}
        self._mutes_of: dict[str, dict[bytes, None]] = {}

    def restore(self, key: bytes, value: bytes | None) -> None:
        """Take a stored record. StateError for one of a kind that is not known."""
        shelf = self._shelves.get(key[:2])
        if shelf is None:
            raise StateError(f"the state has a record {key!r} that this release does not know; start a later release")
        shelf.restore(key, value)

    def ready(self) -> None:
        """Everything is restored: work out what is derived."""
        self._forget()
        for key, note in self.notes.items():
            for hold in note.holds:
                self._index(key, note, hold)
            for group in note.groups:
                self._places.setdefault(group_key(group), {})[key] = None
        for key, told in self.groups.items():
            if told.over_at is None:
                self._note_firing(key, told)
        for key, mute in self.mutes.items():
            self._mutes_of.setdefault(mute.tenant, {})[key] = None
        self._queue.rebuild(entry for shelf in self._shelves.values() for entry in shelf.wakes())

    # what waits

    def hold(self, key: bytes, note: Note, hold: Hold) -> None:
        """This person waits to be told of the alert."""
        note.holds = [*note.holds, hold]
        self._index(key, note, hold)
        self.notes.touch(key)

    def release(self, key: bytes, note: Note, hold: Hold) -> None:
        """They wait no longer."""
        note.holds = [other for other in note.holds if other is not hold]
        if hold.place and not any(other.place == hold.place for other in note.holds):
            self._leave(hold.place, key)
        self._unname(person_key(note.tenant, hold.person))
        self.notes.touch(key)

    def waiting(self, place: bytes) -> list[tuple[bytes, Note]]:
        """The alerts with something that waits at a place, or the open members of a group; in no order that counts."""
        return [(key, self.notes.need(key)) for key in self._places.get(place, ())]

    def is_empty(self, place: bytes) -> bool:
        """Whether nothing waits there."""
        return place not in self._places

    def _index(self, key: bytes, note: Note, hold: Hold) -> None:
        if hold.place:
            self._places.setdefault(hold.place, {})[key] = None
        self._named[person_key(note.tenant, hold.person)] += 1

    def _leave(self, place: bytes, key: bytes) -> None:
        waiting = self._places.get(place)
        if waiting is not None:
            waiting.pop(key, None)
            if not waiting:
                del self._places[place]

    # groups

    def join(self, key: bytes, note: Note, told: Told) -> None:
        """The alert is told of as one of the group."""
        if told.id not in note.groups:
            note.groups = [*note.groups, told.id]
            self._places.setdefault(group_key(told.id), {})[key] = None
        self.notes.touch(key)

    def leave(self, key: bytes, note: Note, group: str) -> None:
        """The alert is over."""
        note.groups = [other for other in note.groups if other != group]
        self._leave(group_key(group), key)
        self.notes.touch(key)

    def firing(self, origin: bytes) -> Told | None:
        """The group of this lane, or the digest of this person, of which something is still open."""
        key = self._firing.get(origin)
        return None if key is None else self.groups.need(key)

    def open_group(self, told: Told) -> Told:
        """A group, an incident or a digest begins, or is open again."""
        key = group_key(told.id)
        self._note_firing(key, told)
        return self.groups.put(key, told)

    def close_group(self, told: Told, now: int) -> None:
        """All of it is over."""
        told.over_at = now
        self.groups.touch(group_key(told.id))
        if told.kind == "incident":
            self._incidents[told.tenant].discard(told.id)
            return
        self._firing.pop(told.origin, None)
        for person in told.persons:
            self._unname(person_key(told.tenant, person))

    def has_incident(self, tenant: str) -> bool:
        """Whether an incident of the tenant is open."""
        return bool(self._incidents.get(tenant))

    def is_named(self, person: bytes) -> bool:
        """Whether something waits for this person, or a group that they were told of is open."""
        return self._named[person] > 0

    def _note_firing(self, key: bytes, told: Told) -> None:
        if told.kind == "incident":
            self._incidents.setdefault(told.tenant, set()).add(told.id)
            return
        self._firing[told.origin] = key
        for person in told.persons:
            self._named[person_key(told.tenant, person)] += 1

    def _unname(self, person: bytes) -> None:
        self._named[person] -= 1
        if not self._named[person]:
            del self._named[person]

    # mutes

    def mutes_of(self, tenant: str) -> list[Silence]:
        """The mutes of a tenant, those that have ended among them; by id."""
        keys = self._mutes_of.get(tenant)
        return [self.mutes.need(key) for key in sorted(keys)] if keys else []

    def add_mute(self, key: bytes, mute: Silence) -> None:
        """A mute that was not known."""
        self._mutes_of.setdefault(mute.tenant, {})[key] = None
        self.mutes.put(key, mute)

    def drop_mute(self, key: bytes, mute: Silence) -> None:
        """It ended long ago."""
        self._mutes_of[mute.tenant].pop(key, None)
        self.mutes.drop(key)

    # time, and the end of a decision

    def due(self, now: int) -> list[bytes]:
        """The keys of what wants a look by now, soonest first, each once."""
        self.requeue()
        keys = []
        while (entry := self._queue.pop_before(now + 1)) is not None:
            at, key = entry
            if self._shelves[key[:2]].is_due(key, at):
                keys.append(key)
        return keys

    def requeue(self) -> None:
        """Let the queue know of what has changed."""
        for shelf in self._shelves.values():
            shelf.requeue()

    def take_changes(self) -> dict[bytes, bytes | None]:
        """What the decision changed, as stored."""
        self.requeue()
        changes: dict[bytes, bytes | None] = {}
        for shelf in self._shelves.values():
            shelf.store(changes)
        if self._queue.crowded(sum(len(shelf) for shelf in self._shelves.values())):
            self._queue.rebuild(entry for shelf in self._shelves.values() for entry in shelf.wakes())
        return changes


def group_key(group: str) -> bytes:
    """The key of a group by its id."""
    return b"g/" + group.encode()


def note_key(alert: str) -> bytes:
    """The key of the note of an alert by its id."""
    return b"a/" + alert.encode()


def mute_key(tenant: str, mute: str) -> bytes:
    """The key of a mute by its tenant and its id; those of one tenant lie in the order of their ids."""
    return b"m/" + mute_name(tenant, mute)


def _tidy(note: Note) -> None:
    """The sentence is long, and only what has yet to be told needs it."""
    if not note.holds:
        note.sentence = None
