"""Whether the stages do their work, judged from what the brokers know of their consumer groups. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from schemas.transition import Text
from streams.stages import Role

Spot = tuple[str, int]
"""Topic and partition."""

NAMES: Final[Mapping[Role, Text]] = {
    "detect": Text(zh="判定环节", en="detection"),
    "feed": Text(zh="数据源监测环节", en="the watch over feeds"),
    "alert": Text(zh="告警环节", en="alerting"),
    "group": Text(zh="归并环节", en="grouping"),
    "notify": Text(zh="通知环节", en="notification"),
}


class Reach(NamedTuple):
    """How far a group has come in one partition: its offset (None: it never had one) and the ends of the log."""

    offset: int | None
    start: int
    end: int

    @property
    def lag(self) -> int:
        """Offsets that are still to be read."""
        return max(0, self.end - (self.start if self.offset is None else self.offset))


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of a stage. `members`: how many workers its group has, None where the brokers cannot tell."""

    role: Role
    reaches: Mapping[Spot, Reach]
    members: int | None

    @property
    def lag(self) -> int:
        """Offsets to be read in all its inputs."""
        return sum(reach.lag for reach in self.reaches.values())

    @property
    def known(self) -> bool:
        """Whether the group has ever been anywhere."""
        return any(reach.offset is not None for reach in self.reaches.values())


class Watch:
    """Looks at one stage again and again, and says when it stands still.

    A stage is stale that has something to read and has not moved on in one partition for `patience` (microseconds), or
    that has been at work before and has had no worker for so long: its deadlines and escalations do not run either. One
    that never was, and has nothing to read, is not.
    """

    def __init__(self, patience: int) -> None:
        self._patience = patience
        self._waiting: dict[Spot, tuple[int | None, int]] = {}
        self._alone_since: int | None = None

    def look(self, sight: Sight, at: int) -> Text | None:
        """What is wrong at the instant, in words; None where nothing is, or not for long enough."""
        self._note(sight, at)
        alone = self._alone_since is not None and at - self._alone_since >= self._patience
        stuck = sum(sight.reaches[spot].lag for spot, (_, since) in self._waiting.items() if at - since >= self._patience)
        name = NAMES[sight.role]
        if alone and sight.lag:
            return Text(
                zh=f"{name.zh}没有在运行，有 {sight.lag} 条记录等待处理",
                en=f"{name.en} is not running; {sight.lag} records wait for it",
            )
        if alone and sight.known:
            return Text(zh=f"{name.zh}没有在运行", en=f"{name.en} is not running")
        if stuck:
            return Text(
                zh=f"{name.zh}没有进展，有 {stuck} 条记录等待处理",
                en=f"{name.en} stands still; {stuck} records wait for it",
            )
        return None

    def _note(self, sight: Sight, at: int) -> None:
        for spot, reach in sight.reaches.items():
            before = self._waiting.get(spot)
            if not reach.lag:
                self._waiting.pop(spot, None)
            elif before is None or before[0] != reach.offset:
                self._waiting[spot] = reach.offset, at
        if sight.members != 0:
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = at
