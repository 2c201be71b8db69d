"""The alert stage of one shard: transitions and commands in; alerts, audit, asks out. Pure, like the detect stage.

Its clock is the wall clock that `decide` is handed. What is due speaks after the records of the decision, and not while
records are known to wait unread: a worker that catches up must not tell of alerts whose end it has not read yet.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from schemas.command import AlertCommand, Mute, Unmute
from schemas.transition import Transition
from streams.alerts.audience import Audience
from streams.alerts.commands import Desk
from streams.alerts.escalate import wake
from streams.alerts.intake import read_command, read_transition
from streams.alerts.journal import ALONE, AlertTopics, Journal, Place
from streams.alerts.lifecycle import is_over
from streams.alerts.policy import AlertPolicy
from streams.alerts.record import Record, alert_id, decode, encode, wake_of
from streams.alerts.tally import AlertTally
from streams.alerts.transitions import Intake, PlaybookOf
from streams.alerts.unread import Unread
from streams.errors import InvariantError, StateError
from streams.ingest import event
from streams.state.codec import NO_WAKE
from streams.state.deadlines import DeadlineQueue
from streams.state.decision import Batch, Decision

if TYPE_CHECKING:
    from streams.alerts.organisation import Directory

__all__ = ["AlertProcessor", "AlertTopics", "Place"]


def no_playbook(_moment: str) -> Mapping[str, Sequence[str]]:
    """For a catalogue that says nothing of what to do."""
    return {}


Standing = tuple[str, str, str]
"""Tenant, severity and state of an alert that is not over."""


class _Touched(msgspec.Struct, gc=False):
    """An alert in hand, the instant under which the queue knows it, and how it stood when it was taken. None: there is no
    such alert (any more)."""

    record: Record | None
    queued: int
    stood: Standing | None
    changed: bool = False


class AlertProcessor:
    """State and judgement of one shard of alerts."""

    def __init__(
        self,
        directory: "Directory",
        topics: AlertTopics,
        *,
        policy: AlertPolicy | None = None,
        playbook_of: PlaybookOf = no_playbook,
        place: Place = ALONE,
    ) -> None:
        self.tally = AlertTally()
        self._directory, self._topics, self._place = directory, topics, place
        self._policy = policy or AlertPolicy()
        self._transitions = Intake(self._policy, playbook_of)
        self._alerts: dict[bytes, bytes] = {}
        self._queue = DeadlineQueue()
        self._touched: dict[bytes, _Touched] = {}
        self._open: Counter[Standing] = Counter()
        self._unread = Unread((topics.transitions, topics.commands), self._policy.settle)

    def __len__(self) -> int:
        """Alerts in memory."""
        return len(self._alerts)

    @property
    def open_alerts(self) -> Mapping[Standing, int]:
        """How many alerts are not over, as of the last decision; 0 where there were some."""
        return self._open

    def use(self, directory: "Directory") -> None:
        """From the next decision on, these people answer. Steps that are already planned keep their instants."""
        self._directory = directory

    def restore(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """See streams.runtime.processor.Processor."""
        for key, value in records:
            if key.startswith(b"~"):
                raise StateError(f"the state has a record {key!r} that this release does not know; start a later release")
            if value is None:
                self._alerts.pop(key, None)
            else:
                self._alerts[key] = value

    def ready(self) -> None:
        """See streams.runtime.processor.Processor."""
        self._open.clear()
        self._queue.rebuild(self._look_through())

    def _look_through(self) -> Iterator[tuple[int, bytes]]:
        """When each alert wants a look; on the way they are counted anew."""
        for key, value in self._alerts.items():
            record = decode(value)
            if (standing := _standing(record)) is not None:
                self._open[standing] += 1
            yield wake_of(record, self._policy.kept_for), key

    def alert(self, name: str) -> Record | None:
        """The record of an alert by id; None where there is none."""
        value = self._alerts.get(name.encode())
        return None if value is None else decode(value)

    def decide(self, batches: Sequence[Batch], now: int) -> Decision:
        """See streams.runtime.processor.Processor."""
        journal = Journal(self._topics, self.tally, now, self._place, self._policy.prompt)
        audience = Audience(self._directory, self._policy, self.tally)
        desk = Desk(self._policy, self.tally)
        said = self._read(batches, journal)
        following = Counter(_alert_of(value) for value in said if isinstance(value, Transition))
        for value in said:
            if isinstance(value, Transition):
                name = _alert_of(value)
                following[name] -= 1
                self._hear(name.encode(), value, audience, journal, more=following[name] > 0)
            else:
                self._obey(value, desk, audience, journal)
        if self._unread.has_read_all(batches, now):
            self._fire(audience, journal)
        return Decision(self._store(), journal.outputs)

    def _read(self, batches: Sequence[Batch], journal: Journal) -> list[Transition | AlertCommand]:
        """All that can be read, in order; the rest is buried."""
        said: list[Transition | AlertCommand] = []
        for batch in batches:
            for record in batch.records:
                value: Transition | AlertCommand | Mute | Unmute | event.Rejection
                if batch.topic == self._topics.transitions:
                    value = read_transition(record, self._policy.transition_bytes)
                elif batch.topic == self._topics.commands:
                    value = read_command(record, self._policy.command_bytes)
                else:
                    raise InvariantError(f"the alert stage does not read {batch.topic}")
                if isinstance(value, event.Rejection):
                    journal.bury(record, value)
                elif not isinstance(value, Mute | Unmute):  # those are for the stage that groups
                    said.append(value)
        return said

    def _hear(self, key: bytes, said: Transition, audience: Audience, journal: Journal, *, more: bool) -> None:
        touched = self._hold(key)
        without_effect = self._transitions.counts(touched.record, said)
        if without_effect is not None:
            self.tally.without_effect[without_effect] += 1
            return
        touched.record = self._transitions.apply(touched.record, said, audience, journal, more=more)
        self._requeue(key, touched)

    def _obey(self, command: AlertCommand, desk: Desk, audience: Audience, journal: Journal) -> None:
        key = command.alert.encode()
        touched = self._hold(key)
        if desk.apply(touched.record, command, audience, journal):
            self._requeue(key, touched)

    def _fire(self, audience: Audience, journal: Journal) -> None:
        """Let every alert whose time has come speak."""
        now, kept_for = journal.now, self._policy.kept_for
        while (due := self._queue.pop_before(now + 1)) is not None:
            at, key = due
            touched = self._hold(key)
            record = touched.record
            if record is None or wake_of(record, kept_for) != at:
                continue  # the alert has moved on; a stale entry is harmless
            touched.queued = NO_WAKE
            if is_over(record.state):
                journal.forget(record)
                touched.record, touched.changed = None, True
            else:
                wake(record, audience, self._policy, journal)
                self._requeue(key, touched)

    def _hold(self, key: bytes) -> _Touched:
        """The alert in hand, taken from the store where it is not yet."""
        touched = self._touched.get(key)
        if touched is None:
            value = self._alerts.get(key)
            record = None if value is None else decode(value)
            queued = NO_WAKE if record is None else wake_of(record, self._policy.kept_for)
            touched = self._touched[key] = _Touched(record, queued, _standing(record))
        return touched

    def _requeue(self, key: bytes, touched: _Touched) -> None:
        touched.changed = True
        at = NO_WAKE if touched.record is None else wake_of(touched.record, self._policy.kept_for)
        if at != touched.queued:
            touched.queued = at
            if at != NO_WAKE:
                self._queue.push(at, key)

    def _store(self) -> dict[bytes, bytes | None]:
        """Put what was touched back, and say what changed."""
        changes: dict[bytes, bytes | None] = {}
        for key, touched in self._touched.items():
            if not touched.changed:
                continue
            self._count(touched.stood, _standing(touched.record))
            if touched.record is not None:
                self._alerts[key] = changes[key] = encode(touched.record)
            elif self._alerts.pop(key, None) is not None:
                changes[key] = None
        self._touched = {}
        if self._queue.crowded(len(self._alerts)):
            self.ready()
        return changes

    def _count(self, before: Standing | None, after: Standing | None) -> None:
        if before != after:
            if before is not None:
                self._open[before] -= 1
            if after is not None:
                self._open[after] += 1


def _standing(record: Record | None) -> Standing | None:
    """How an alert stands; None for one that is over, or is not there."""
    if record is None or is_over(record.state):
        return None
    return record.tenant, record.severity, record.state


def _alert_of(said: Transition) -> str:
    return alert_id(said.tenant, said.case, said.moment, said.occurrence)
