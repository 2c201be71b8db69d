"""Whose turn it is: the notices of one subject and person in their order, and by receiver those whose time comes next.

Both are indexes over the waiting notices, rebuilt from them on restore. An entry of the due queue is a hint: whoever
takes one asks the record whether it still means anything.
"""

from bisect import insort
from collections.abc import Callable, Iterator
from heapq import heappop, heappush

Entry = tuple[int, int, str]
"""next_at, order, notice id."""


class Lanes:
    """Notice ids by subject and person, each lane in the order in which they are told."""

    __slots__ = ("_subjects",)

    def __init__(self) -> None:
        self._subjects: dict[str, dict[str, list[tuple[int, str]]]] = {}

    def add(self, subject: str, person: str, order: int, notice: str) -> None:
        """Queue a notice behind those that came before it."""
        insort(self._subjects.setdefault(subject, {}).setdefault(person, []), (order, notice))

    def remove(self, subject: str, person: str, order: int, notice: str) -> None:
        """Take a notice out, wherever it stands."""
        people = self._subjects[subject]
        people[person].remove((order, notice))
        if not people[person]:
            del people[person]
        if not people:
            del self._subjects[subject]

    def first(self, subject: str, person: str) -> str | None:
        """The notice whose turn it is; None where none waits."""
        lane = self._subjects.get(subject, {}).get(person)
        return lane[0][1] if lane else None

    def of(self, subject: str) -> list[str]:
        """All notices of a subject, each person's in their order."""
        return [notice for lane in self._subjects.get(subject, {}).values() for _, notice in lane]

    def __contains__(self, subject: object) -> bool:
        """Whether a notice of the subject waits."""
        return subject in self._subjects


class DueQueue:
    """Entries by receiver, soonest first."""

    __slots__ = ("_heaps",)

    def __init__(self) -> None:
        self._heaps: dict[str, list[Entry]] = {}

    def put(self, receiver: str, entry: Entry) -> None:
        """Note that a notice wants this receiver at `entry[0]`."""
        heappush(self._heaps.setdefault(receiver, []), entry)

    def receivers(self) -> tuple[str, ...]:
        """Receivers that something may wait for."""
        return tuple(self._heaps)

    def ready(self, receiver: str, now: int, limit: int, holds: Callable[[Entry], bool]) -> list[Entry]:
        """Up to `limit` entries whose time has come and that still hold. They stay; those that do not hold go."""
        heap = self._heaps.get(receiver)
        if heap is None:
            return []
        found: list[Entry] = []
        for entry in self._pop(heap, now):
            if found and found[-1] == entry:
                continue  # put twice
            if holds(entry):
                found.append(entry)
            if len(found) >= limit:
                break
        for entry in found:
            heappush(heap, entry)
        if not heap:
            del self._heaps[receiver]
        return found

    @staticmethod
    def _pop(heap: list[Entry], now: int) -> Iterator[Entry]:
        while heap and heap[0][0] <= now:
            yield heappop(heap)
