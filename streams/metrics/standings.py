"""What is worked out when it is asked for: where each shard stands in its inputs, and what the shards of this worker have
between them. A shard that leaves takes its part with it, so that over all workers the sums are right.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from streams.clock import SECOND

K = TypeVar("K")


@dataclass(slots=True)
class Standing:
    """Where a shard stands in one topic; `moved` is monotonic seconds."""

    position: int
    end: int | None
    caught_up_at: int | None
    moved: float

    @property
    def lag(self) -> int:
        return 0 if self.end is None else max(0, self.end - self.position)


class Standings:
    """The standings of a worker's shards."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = Lock()
        self._all: dict[tuple[str, int], Standing] = {}

    def progress(self, topic: str, partition: int, position: int, end: int | None, caught_up_at: int | None) -> None:
        """See streams.runtime.meter.Meter."""
        at = self._monotonic()
        with self._lock:
            known = self._all.get((topic, partition))
            if known is None:
                self._all[topic, partition] = Standing(position, end, caught_up_at, at)
                return
            if position != known.position or known.lag == 0:
                known.moved = at
            known.position, known.end = position, end
            known.caught_up_at = caught_up_at or known.caught_up_at

    def gone(self, partition: int) -> None:
        """The shard has left this worker."""
        with self._lock:
            self._all = {key: standing for key, standing in self._all.items() if key[1] != partition}

    def stalled(self, after: int) -> list[str]:
        """Where there is something to read and no position has moved for `after` microseconds: `topic/partition`."""
        at = self._monotonic()
        return sorted(
            f"{topic}/{partition}"
            for (topic, partition), standing in self.snapshot().items()
            if standing.lag and (at - standing.moved) * SECOND > after
        )

    def snapshot(self) -> dict[tuple[str, int], Standing]:
        """By topic and partition, as they are now."""
        with self._lock:
            return dict(self._all)

    def shards(self) -> int:
        """How many shards are judged here."""
        return len({partition for _, partition in self.snapshot()})

    def behind(self, now: int, after: int) -> list[str]:
        """The shards whose last proof is older than that, or that have none yet."""
        ages = self.ages(now)
        shards = sorted({partition for _, partition in self.snapshot()})
        return [f"shard {shard} is behind" for shard in shards if shard not in ages or ages[shard] > after]

    def ages(self, now: int) -> dict[int, int]:
        """How old each shard's last proof is of having read every input to its end, in microseconds. Without a proof
        there is no age to tell; the lag tells enough."""
        proofs: dict[int, int] = {}
        for (_, partition), standing in self.snapshot().items():
            proofs[partition] = min(proofs.get(partition, standing.caught_up_at or 0), standing.caught_up_at or 0)
        return {partition: max(0, now - proof) for partition, proof in proofs.items() if proof}


class ByShard(Generic[K]):
    """Numbers that every shard has its own part of."""

    def __init__(self) -> None:
        self._parts: dict[int, dict[K, int]] = {}

    def put(self, partition: int, part: Mapping[K, int]) -> None:
        """This is the part of the shard now. It is copied: whoever hands it over may go on counting in it."""
        self._parts[partition] = dict(part)

    def gone(self, partition: int) -> None:
        """The shard has left this worker."""
        self._parts.pop(partition, None)

    def sums(self) -> dict[K, int]:
        """What all shards have together."""
        return self._together(int.__add__)

    def least(self) -> dict[K, int]:
        """The least that any shard has."""
        return self._together(min)

    def _together(self, join: Callable[[int, int], int]) -> dict[K, int]:
        parts = list(self._parts.copy().values())
        found = parts[0].copy() if parts else {}
        for part in parts[1:]:
            for key, number in part.items():
                known = found.get(key)
                found[key] = number if known is None else join(known, number)
        return found
