"""Recorded events in another time: when to send each, and what its stamps say then. Pure; the caller waits."""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic_core import from_json

from streams.clock import instant, parse_rfc3339

_STAMP = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Timeline:
    """How the time of a recording is laid over the time of its publication.

    first: instant of the first event. start: instant at which it is published. speed: how many recorded seconds pass in
    one; None publishes without waiting. shift: stamps are rewritten, so that the first event is `start` and every other
    instant keeps its distance, divided by the speed: at speed 60 a promise of 30 minutes becomes one of 30 seconds.
    """

    first: int
    start: int
    speed: float | None
    shift: bool

    def move(self, at: int) -> int:
        """The instant that takes the place of a recorded one."""
        return self.start + round((at - self.first) / (self.speed or 1))

    def due(self, at: int) -> int:
        """When to send an event that happened at the recorded instant; never before `start`."""
        return self.start if self.speed is None else max(self.start, self.move(at))

    def rewrite(self, value: bytes) -> bytes:
        """The event with its stamps moved: `time`, and every RFC 3339 text with an offset in its data.

        What is not a JSON object is returned as it is, and so is everything where stamps are kept.
        """
        if not self.shift:
            return value
        try:
            event = from_json(value)
        except ValueError:
            return value
        if not isinstance(event, dict):
            return value
        moved = {name: self._moved(held) if name in ("time", "data") else held for name, held in event.items()}
        return json.dumps(moved, ensure_ascii=False, separators=(",", ":")).encode()

    def _moved(self, held: object) -> object:
        if isinstance(held, dict):
            return {name: self._moved(inner) for name, inner in held.items()}
        if isinstance(held, list):
            return [self._moved(inner) for inner in held]
        if isinstance(held, str) and _STAMP.fullmatch(held):
            return self._moved_stamp(held)
        return held

    def _moved_stamp(self, text: str) -> str:
        try:
            stamp = datetime.fromisoformat(text)
            moved = stamp + timedelta(microseconds=self.move(instant(stamp)) - instant(stamp))
        except (ValueError, OverflowError):
            return text
        return moved.isoformat()


def time_of(value: bytes) -> int | None:
    """Instant of an event's `time`, or None where it has none that can be read."""
    try:
        event = from_json(value)
        return parse_rfc3339(event["time"])
    except (ValueError, TypeError, KeyError):
        return None
