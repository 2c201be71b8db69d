"""What an outbox is told at its making, what it counts, and what it asks the sender for."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from schemas.notice import Notice, Outcome
from streams.clock import DAY, HOUR


@dataclass(frozen=True, slots=True)
class OutboxTopics:
    """Names of the inputs. `receipts` is an output too: what is decided here is said there."""

    notices: str
    alerts: str
    receipts: str
    groups: str


@dataclass(frozen=True, slots=True)
class OutboxLimits:
    """Spans in microseconds. A notice older than `max_age` is given up. One that is done is known for `remember`, so
    that a repeated record of it sends nothing."""

    max_age: int = 6 * HOUR
    remember: int = DAY


@dataclass(slots=True)
class OutboxTally:
    """Counts since the last drain. outcomes: by (receiver, outcome), each one once however often its record came.
    delivered: from the breach to the delivery of the news of it, in microseconds. repeated: notices that came again.
    refused: records by (topic, reason)."""

    outcomes: Counter[tuple[str, Outcome]] = field(default_factory=Counter)
    delivered: list[int] = field(default_factory=list)
    repeated: int = 0
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)


class Attempt(NamedTuple):
    """Tell this notice by its contact with this index; `number` counts the attempts over all contacts from 1, `failures`
    those that failed since the last that did not: the more, the longer the next wait.

    What is told again names the present state of its alert; all else is as it stood when the notice was made.
    """

    notice: Notice
    contact: int
    number: int
    failures: int = 0
