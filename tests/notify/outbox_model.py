"""The outbox as one would write it without caring for speed: lists, and every rule asked anew of everything.

It judges record by record like the outbox, has no indexes and no alarms. What it knows
of restarts is what the outbox must not keep: what was under way, and what came in this life.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from schemas.alert import Alert, State
from schemas.group import Group
from schemas.notice import Notice, Outcome, Receipt
from streams.clock import HOUR, MINUTE, instant
from streams.notify.base import FollowUp
from streams.notify.outbox import Attempt

OVER = ("ended", "retracted", "group_over", "incident_over")
SILENT_ONCE_TAKEN = ("warned", "broke", "worsened", "escalated", "again")
CLOSED = ("resolved", "retracted", "found_late")
Ended = tuple[str, Outcome]


@dataclass
class Entry:
    """A notice and all that happened to it."""

    notice: Notice
    next_at: int
    contact: int = 0
    attempts: int = 0
    outcome: Outcome | None = None
    under_way: bool = False
    untried: bool = True
    order: int = 0


@dataclass
class Stand:
    """A notice that a receiver took and wants to hear more of. `order` is when it arrived; no `next_at` is never."""

    notice: Notice
    receiver: str
    attempts: int
    next_at: int | None
    order: int
    failures: int = 0
    under_way: bool = False

    @property
    def lane(self) -> tuple[str, str]:
        return self.notice.subject, self.notice.person


@dataclass
class Seen:
    """An alert or a group as far as it is known; `heard_at` is when anything new was heard of it."""

    version: int
    state: State
    heard_at: int
    shown: bool = False
    told: set[str] = field(default_factory=set)
    spared: dict[str, int] = field(default_factory=dict)


@dataclass
class Model:
    """All notices in the order they came. Instants, not spans."""

    follow_ups: Mapping[str, FollowUp] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    stands: list[Stand] = field(default_factory=list)
    subjects: dict[str, Seen] = field(default_factory=dict)
    early: dict[str, str] = field(default_factory=dict)
    ended: list[Ended] = field(default_factory=list)
    arrived: int = -1

    def restart(self) -> None:
        for stand in self.stands:
            stand.under_way = False
        for entry in self.entries:
            entry.under_way = entry.untried = False

    def take(self, given: Notice | Alert | Group | Receipt, now: int) -> None:
        match given:
            case Notice():
                self._take_notice(given, now)
            case Alert() | Group():
                self._learn(given, now, shown=True)
            case Receipt():
                self._take_receipt(given, now)
        self.judge(now)

    def _take_notice(self, notice: Notice, now: int) -> None:
        self.arrived += 1
        if notice.id in self.early:
            receiver, self.early[notice.id] = self.early[notice.id], ""
            if receiver in self.follow_ups:
                self._learn(notice.group or notice.alert, now, shown=False)
                self._stand(Entry(notice, now, order=self.arrived), receiver, 1, now)
        elif all(entry.notice.id != notice.id for entry in self.entries):
            self.entries.append(Entry(notice, now, order=self.arrived))
            self._learn(notice.group or notice.alert, now, shown=False)

    def _learn(self, said: Alert | Group, now: int, *, shown: bool) -> None:
        seen = self.subjects.setdefault(said.id, Seen(0, "firing", now))
        if said.version > seen.version or shown > seen.shown:
            seen.heard_at, seen.shown = now, seen.shown or shown
        if said.version > seen.version:
            before, seen.version, seen.state = seen.state, said.version, said.state
            if seen.state == "acknowledged" != before:
                for stand in self.stands:
                    if stand.notice.subject == said.id and self.follow_ups[stand.receiver].acknowledgements:
                        stand.next_at = now

    def _forget(self, now: int) -> None:
        """What is over, or what only notices spoke of, is known for six hours and while a notice waits."""
        waiting = {entry.notice.subject for entry in self.entries if entry.outcome is None}
        for name, seen in list(self.subjects.items()):
            closed = not seen.shown or seen.state in CLOSED
            if closed and name not in waiting and now - seen.heard_at >= 6 * HOUR:
                del self.subjects[name]

    def _take_receipt(self, receipt: Receipt, now: int) -> None:
        if receipt.outcome in ("delivered", "deferred") and receipt.alert in self.subjects:
            self.subjects[receipt.alert].told.add(receipt.person)
        for stand in self.stands:
            if stand.notice.id == receipt.notice:
                self._take_answer(stand, receipt, now)
                return
        known = [entry for entry in self.entries if entry.notice.id == receipt.notice]
        if not known and receipt.outcome == "delivered":
            self.early.setdefault(receipt.notice, receipt.receiver)
        for entry in known:
            if entry.outcome is not None:
                continue
            if receipt.outcome not in ("deferred", "refused"):
                entry.outcome = receipt.outcome
                if receipt.outcome == "delivered":
                    self._stand(entry, receipt.receiver, receipt.attempt, now)
            elif receipt.attempt == entry.attempts + 1:
                entry.attempts, entry.under_way, entry.untried = receipt.attempt, False, False
                if receipt.outcome == "deferred":
                    assert receipt.next_at is not None
                    entry.next_at = min(instant(receipt.next_at), now + HOUR)
                    continue
                entry.next_at = now
                if entry.contact + 1 < len(entry.notice.contacts):
                    entry.contact += 1
                elif not self._end(entry, now):
                    self._say(entry, "given_up")

    def _stand(self, entry: Entry, receiver: str, attempt: int, now: int) -> None:
        lane = (entry.notice.subject, entry.notice.person)
        if entry.notice.reason in OVER:
            self.stands = [stand for stand in self.stands if stand.lane != lane]
        seen = self.subjects.get(entry.notice.subject)
        passing = entry.notice.reason in (*OVER, "test")
        if receiver not in self.follow_ups or passing or seen is None or seen.state in CLOSED:
            return
        self.stands = [stand for stand in self.stands if (stand.lane, stand.receiver) != (lane, receiver)]
        stand = Stand(entry.notice, receiver, max(entry.attempts, attempt), self._again(receiver, now), entry.order)
        if self.follow_ups[receiver].acknowledgements and seen.state == "acknowledged":
            stand.next_at = now
        self.stands.append(stand)

    def _again(self, receiver: str, now: int) -> int | None:
        every = self.follow_ups[receiver].repeat_every
        return None if every is None else now + every

    def _take_answer(self, stand: Stand, receipt: Receipt, now: int) -> None:
        if receipt.attempt != stand.attempts + 1:
            return
        stand.attempts, stand.under_way = receipt.attempt, False
        if receipt.outcome == "delivered":
            stand.failures, stand.next_at = 0, self._again(stand.receiver, now)
        elif receipt.outcome == "deferred":
            assert receipt.next_at is not None
            stand.failures, stand.next_at = stand.failures + 1, min(instant(receipt.next_at), now + HOUR)
        else:
            self.stands.remove(stand)

    def judge(self, now: int) -> None:
        """End whatever is to be ended, until nothing more is."""
        again = True
        while again:
            again = any([self._end(entry, now) for entry in self.entries if entry.outcome is None])  # noqa: C419 all
        self._forget(now)
        self.stands = [stand for stand in self.stands if stand.under_way or self._is_open(stand.notice.subject)]

    def _is_open(self, subject: str) -> bool:
        return subject in self.subjects and self.subjects[subject].state not in CLOSED

    def _end(self, entry: Entry, now: int) -> bool:
        notice, age = entry.notice, now - min(instant(entry.notice.at), now)
        if entry.under_way and age < 6 * HOUR + MINUTE:
            return False
        seen = self.subjects[notice.subject]
        moot = (seen.state in CLOSED and notice.reason != "digest") or (
            seen.state in ("acknowledged", "snoozed") and notice.reason in SILENT_ONCE_TAKEN
        )
        if notice.reason in OVER:
            spared = seen.spared.get(notice.person, len(self.entries)) < self.entries.index(entry)
            moot = self.first(entry) and spared and notice.person not in seen.told
        if not moot and age < 6 * HOUR:
            return False
        if entry.untried and notice.reason not in OVER:
            seen.spared.setdefault(notice.person, self.entries.index(entry))
        self._say(entry, "overtaken" if moot else "given_up")
        return True

    def _say(self, entry: Entry, outcome: Outcome) -> None:
        entry.outcome = outcome
        self.ended.append((entry.notice.id, outcome))

    def first(self, entry: Entry) -> bool:
        """Whether no earlier notice of its subject and person waits."""
        for other in self.entries:
            if other is entry:
                return True
            same = (other.notice.subject, other.notice.person) == (entry.notice.subject, entry.notice.person)
            if same and other.outcome is None:
                return False
        raise AssertionError("an entry of another model")

    def due(self, now: int) -> list[Attempt]:
        """In the order of the outbox: by time, then by arrival."""
        found: list[tuple[int, int, Attempt]] = []
        for entry in self.entries:
            lane = (entry.notice.subject, entry.notice.person)
            if entry.outcome is not None or entry.under_way or entry.next_at > now or not self.first(entry):
                continue
            if now - instant(entry.notice.at) < 6 * HOUR and not self._busy(lane, "stands"):
                attempt = Attempt(entry.notice, entry.contact, entry.attempts + 1, entry.attempts)
                found.append((entry.next_at, entry.order, attempt))
        for stand in self.stands:
            if stand.next_at is None or stand.next_at > now:
                continue
            state = self.subjects[stand.notice.subject].state if stand.notice.subject in self.subjects else "resolved"
            wanted = self.follow_ups[stand.receiver].repeat_every is not None or state == "acknowledged"
            if wanted and not self._busy(stand.lane, "stands") and not self._busy(stand.lane, "entries"):
                found.append((stand.next_at, stand.order, self._again_as(stand, state)))
        return [attempt for _, _, attempt in sorted(found, key=lambda one: one[:2])]

    def _busy(self, lane: tuple[str, str], which: Literal["stands", "entries"]) -> bool:
        """Whether something of that lane is being told."""
        if which == "stands":
            return any(stand.under_way for stand in self.stands if stand.lane == lane)
        return any(
            entry.under_way and entry.outcome is None and self.first(entry)
            for entry in self.entries
            if (entry.notice.subject, entry.notice.person) == lane
        )

    @staticmethod
    def _again_as(stand: Stand, state: State) -> Attempt:
        notice = stand.notice
        if notice.group is None:
            notice = notice.model_copy(update={"alert": notice.alert.model_copy(update={"state": state})})
        contact = [contact.receiver for contact in notice.contacts].index(stand.receiver)
        return Attempt(notice, contact, stand.attempts + 1, stand.failures)

    def begun(self, attempt: Attempt) -> None:
        for stand in self.stands:
            if stand.notice.id == attempt.notice.id:
                stand.under_way = True
                return
        for entry in self.entries:
            if entry.notice.id == attempt.notice.id:
                entry.under_way, entry.untried = True, False
