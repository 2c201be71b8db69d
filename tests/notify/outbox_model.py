"""The outbox as one would write it without caring for speed: lists, and every rule asked anew of everything.

It judges record by record like the outbox, has no indexes and no alarms. What it knows
of restarts is what the outbox must not keep: what was under way, and what came in this life.
"""

from dataclasses import dataclass, field

from schemas.alert import Alert, State
from schemas.notice import Notice, Outcome, Receipt
from streams.clock import HOUR, MINUTE, instant
from streams.notify.outbox import Attempt

OVER = ("ended", "retracted")
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


@dataclass
class Seen:
    """An alert as far as it is known; `heard_at` is when anything new was heard of it."""

    version: int
    state: State
    heard_at: int
    shown: bool = False
    told: set[str] = field(default_factory=set)
    spared: dict[str, int] = field(default_factory=dict)


@dataclass
class Model:
    """All notices in the order they came. Instants, not spans."""

    entries: list[Entry] = field(default_factory=list)
    alerts: dict[str, Seen] = field(default_factory=dict)
    early: set[str] = field(default_factory=set)
    ended: list[Ended] = field(default_factory=list)

    def restart(self) -> None:
        for entry in self.entries:
            entry.under_way = entry.untried = False

    def take(self, given: Notice | Alert | Receipt, now: int) -> None:
        match given:
            case Notice():
                if given.id not in self.early and all(entry.notice.id != given.id for entry in self.entries):
                    self.entries.append(Entry(given, now))
                    self._learn(given.alert, now, shown=False)
            case Alert():
                self._learn(given, now, shown=True)
            case Receipt():
                self._take_receipt(given, now)
        self.judge(now)

    def _learn(self, alert: Alert, now: int, *, shown: bool) -> None:
        seen = self.alerts.setdefault(alert.id, Seen(0, "firing", now))
        if alert.version > seen.version or shown > seen.shown:
            seen.heard_at, seen.shown = now, seen.shown or shown
        if alert.version > seen.version:
            seen.version, seen.state = alert.version, alert.state

    def _forget(self, now: int) -> None:
        """Alerts that are over, or that only notices spoke of, are known for six hours and while a notice waits."""
        waiting = {entry.notice.alert.id for entry in self.entries if entry.outcome is None}
        for name, seen in list(self.alerts.items()):
            closed = not seen.shown or seen.state in ("resolved", "retracted", "found_late")
            if closed and name not in waiting and now - seen.heard_at >= 6 * HOUR:
                del self.alerts[name]

    def _take_receipt(self, receipt: Receipt, now: int) -> None:
        if receipt.outcome in ("delivered", "deferred") and receipt.alert in self.alerts:
            self.alerts[receipt.alert].told.add(receipt.person)
        known = [entry for entry in self.entries if entry.notice.id == receipt.notice]
        if not known and receipt.outcome == "delivered":
            self.early.add(receipt.notice)
        for entry in known:
            if entry.outcome is not None:
                continue
            if receipt.outcome not in ("deferred", "refused"):
                entry.outcome = receipt.outcome
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

    def judge(self, now: int) -> None:
        """End whatever is to be ended, until nothing more is."""
        again = True
        while again:
            again = any([self._end(entry, now) for entry in self.entries if entry.outcome is None])  # noqa: C419 all
        self._forget(now)

    def _end(self, entry: Entry, now: int) -> bool:
        notice, age = entry.notice, now - min(instant(entry.notice.at), now)
        if entry.under_way and age < 6 * HOUR + MINUTE:
            return False
        seen = self.alerts[notice.alert.id]
        moot = seen.state in ("resolved", "retracted", "found_late") or (
            seen.state in ("acknowledged", "snoozed") and notice.reason != "test"
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
        """Whether no earlier notice of its alert and person waits."""
        for other in self.entries:
            if other is entry:
                return True
            same = (other.notice.alert.id, other.notice.person) == (entry.notice.alert.id, entry.notice.person)
            if same and other.outcome is None:
                return False
        raise AssertionError("an entry of another model")

    def due(self, now: int) -> list[Attempt]:
        """In the order of the outbox: by time, then by arrival."""
        found = [
            entry
            for entry in self.entries
            if entry.outcome is None and not entry.under_way and entry.next_at <= now and self.first(entry)
            if now - instant(entry.notice.at) < 6 * HOUR
        ]
        found.sort(key=lambda entry: entry.next_at)
        return [Attempt(entry.notice, entry.contact, entry.attempts + 1) for entry in found]

    def begun(self, attempt: Attempt) -> None:
        for entry in self.entries:
            if entry.notice.id == attempt.notice.id:
                entry.under_way, entry.untried = True, False
