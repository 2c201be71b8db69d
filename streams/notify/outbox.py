"""The outbox of one shard: which notice is to be told to whom now, and what became of those that were. Pure.

    notice comes      queued behind earlier ones of the same alert and person
    its turn          `due` names the attempt; the sender makes it and writes a receipt
    receipt comes     delivered: done. deferred: again at next_at. refused: the next contact, none left: given_up
    alert moves on    what has become pointless is overtaken, unless an attempt of it is under way
    too old           given_up

What is under way is known in memory only. A restart forgets it, and the attempt is made again: every notice is told at
least once, under one id, or its receipt says why not.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from schemas.notice import Notice, Outcome, Receipt
from streams.clock import DAY, HOUR, MINUTE, as_datetime, instant
from streams.ingest.dead_letter import bury
from streams.ingest.event import Record, Rejection
from streams.notify import backoff
from streams.notify.outbox_intake import read, read_alert
from streams.notify.outbox_ledger import Ledger
from streams.notify.outbox_queue import DueQueue, Entry, Lanes
from streams.notify.outbox_records import Done, Known, Waiting, is_moot, open_notice
from streams.state.decision import Batch, Decision, Output

_UNANSWERED = MINUTE
"""An attempt under way holds back the end of a notice that grew too old for so long."""


@dataclass(frozen=True, slots=True)
class OutboxTopics:
    """Names of the inputs. `receipts` is an output too: what is decided here is said there."""

    notices: str
    alerts: str
    receipts: str


@dataclass(frozen=True, slots=True)
class OutboxLimits:
    """Spans in microseconds. A notice older than `max_age` is given up. One that is done is known for `remember`, so
    that a repeated record of it sends nothing."""

    max_age: int = 6 * HOUR
    remember: int = DAY


@dataclass(slots=True)
class OutboxTally:
    """Counts since the last drain. outcomes: by (receiver, outcome), each one once however often its record came.
    repeated: notices that came again. refused: records by (topic, reason)."""

    outcomes: Counter[tuple[str, Outcome]] = field(default_factory=Counter)
    repeated: int = 0
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)


class Attempt(NamedTuple):
    """Tell this notice by its contact with this index; `number` counts the attempts over all contacts from 1."""

    notice: Notice
    contact: int
    number: int


class OutboxProcessor:
    """State and judgement of one shard; a streams.runtime.processor.Processor. `partition` is the shard's number, to
    which receipts have to go back."""

    def __init__(self, partition: int, topics: OutboxTopics, limits: OutboxLimits | None = None) -> None:
        self.partition = partition
        self.tally = OutboxTally()
        self._topics = topics
        self._limits = limits or OutboxLimits()
        self._takers = {
            topics.notices: self._take_notice,
            topics.alerts: self._take_alert,
            topics.receipts: self._take_receipt,
        }
        self._ledger, self._lanes, self._queue = Ledger(), Lanes(), DueQueue()
        self._under_way: set[str] = set()
        self._untried: set[str] = set()  # came in this life of the shard, and nothing was begun since
        self._freed: list[tuple[str, str]] = []  # lanes whose first notice may have changed
        self._outputs: list[Output] = []
        self._now = 0

    def __len__(self) -> int:
        """Notices still to be delivered."""
        return len(self._ledger.waiting)

    def restore(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """See streams.runtime.processor.Processor."""
        self._ledger.restore(records)

    def ready(self) -> None:
        """See streams.runtime.processor.Processor."""
        waiting = self._ledger.waiting.values()
        self._lanes, self._queue = Lanes(), DueQueue()
        for one in waiting:
            self._lanes.add(one.alert, one.person, one.order, one.id)
        self._freed = list(dict.fromkeys((one.alert, one.person) for one in waiting))
        self._ledger.wind_up(self._limits.max_age)

    def receivers(self) -> tuple[str, ...]:
        """Names of receivers that something may wait for."""
        return self._queue.receivers()

    def due(self, now: int, limit: int, receiver: str | None = None) -> list[Attempt]:
        """Attempts whose time has come and that are not under way, soonest first, for one receiver or for all.

        The present state of their alerts was read: none of them is pointless. They stay due until they have `begun`.
        After a restore nothing is due before the first decision.
        """
        names = self._queue.receivers() if receiver is None else (receiver,)
        entries = [
            entry for name in names for entry in self._queue.ready(name, now, limit, partial(self._holds, name, now))
        ]
        return [_attempt(self._ledger.waiting[notice]) for _, _, notice in sorted(entries)[:limit]]

    def begun(self, attempt: Attempt) -> None:
        """The attempt is being made. Its receipt ends that, or a restart."""
        if attempt.notice.id in self._ledger.waiting:
            self._under_way.add(attempt.notice.id)
            self._untried.discard(attempt.notice.id)

    def decide(self, batches: Sequence[Batch], now: int) -> Decision:
        """See streams.runtime.processor.Processor."""
        self._now, self._outputs = now, []
        self._settle()  # after a restore: what was under way in an earlier life may be pointless by now
        for batch in batches:
            take = self._takers[batch.topic]
            for record in batch.records:
                take(record)
                self._settle()
        self._fire()
        return Decision(self._ledger.take_changes(), self._outputs)

    # what comes in

    def _take_notice(self, record: Record) -> None:
        notice = read(Notice, record)
        if isinstance(notice, Rejection):
            self._bury(record, notice)
        elif notice.id in self._ledger.waiting or notice.id in self._ledger.done:
            self.tally.repeated += 1
        else:
            waiting = open_notice(notice, record.offset, self._now)
            self._ledger.waiting[waiting.id] = waiting
            self._ledger.touch("notice", waiting.id, waiting.at + self._limits.max_age)
            self._untried.add(waiting.id)
            self._lanes.add(waiting.alert, waiting.person, waiting.order, waiting.id)
            self._freed.append((waiting.alert, waiting.person))
            self._learn(waiting.alert, Known(notice.alert.version, notice.alert.state, shown=False))
            if waiting.id in self._ledger.waiting:
                self._judge(waiting)

    def _take_alert(self, record: Record) -> None:
        if record.value is None:
            self._forget_alert((record.key or b"").decode(errors="replace"))
            return
        alert = read_alert(record.value)
        if isinstance(alert, Rejection):
            self._bury(record, alert)
            return
        news = Known(alert.version, alert.state, shown=True)
        long_over = not news.open and instant(alert.changed_at) + self._limits.remember <= self._now
        if alert.id in self._ledger.alerts or not long_over:  # its notices are too old by themselves
            self._learn(alert.id, news)

    def _take_receipt(self, record: Record) -> None:
        receipt = read(Receipt, record)
        if isinstance(receipt, Rejection):
            self._bury(record, receipt)
            return
        if receipt.outcome in {"delivered", "deferred"}:
            self._note_told(receipt.alert, receipt.person)
        waiting = self._ledger.waiting.get(receipt.notice)
        if waiting is None:
            if receipt.outcome == "delivered" and receipt.notice not in self._ledger.done:
                # sent by a life of this shard that ended before it had stored the notice, which will come again
                self._remember(receipt.notice, receipt.receiver, "delivered")
        elif receipt.outcome not in {"deferred", "refused"}:
            self._finish(waiting, receipt.outcome)
        elif receipt.attempt == waiting.attempts + 1:  # any other speaks of an attempt that is accounted for
            self._put_off(waiting, receipt)

    def _put_off(self, waiting: Waiting, receipt: Receipt) -> None:
        self._under_way.discard(waiting.id)
        self._untried.discard(waiting.id)
        self._ledger.touch("notice", waiting.id)
        self.tally.outcomes[waiting.receiver, receipt.outcome] += 1
        waiting.attempts = receipt.attempt
        waiting.next_at = self._now
        if receipt.outcome == "deferred":
            own = self._now + backoff.delay(waiting.id, receipt.attempt)
            asked = instant(receipt.next_at) if receipt.next_at is not None else own
            waiting.next_at = min(asked, self._now + backoff.LONGEST_ASKED)
        elif waiting.contact + 1 < len(waiting.receivers):
            waiting.contact += 1
        elif not self._judge(waiting):
            self._finish(waiting, "given_up", "no contact of the person took it")
            return
        if waiting.id in self._ledger.waiting and not self._judge(waiting):
            self._offer(waiting)

    def _bury(self, record: Record, rejection: Rejection) -> None:
        self._outputs.append(Output(*bury(record, rejection)))
        self.tally.refused[record.topic, rejection.reason.value] += 1

    # what is known of alerts

    def _learn(self, alert: str, news: Known) -> None:
        """Take what a record says of an alert if it is newer than what is known, and judge its notices again."""
        forget_at = self._now + self._limits.max_age
        known = self._ledger.alerts.get(alert)
        if known is None:
            known = self._ledger.alerts[alert] = news
            known.until = None if known.open and known.shown else forget_at
        elif not known.learn(news, forget_at):
            return
        self._ledger.touch("alert", alert, known.until)
        for notice in self._lanes.of(alert):
            self._judge(self._ledger.waiting[notice])

    def _forget_alert(self, alert: str) -> None:
        """Its tombstone. What is known of it stays while a notice waits."""
        known = self._ledger.alerts.get(alert)
        if known is not None:
            known.until = self._now
            self._ledger.touch("alert", alert, known.until)

    def _note_told(self, alert: str, person: str) -> None:
        known = self._ledger.alerts.get(alert)
        if known is not None and person not in known.told:
            known.told.append(person)
            self._ledger.touch("alert", alert)

    # what becomes of notices

    def _judge(self, waiting: Waiting) -> bool:
        """End a notice that is pointless or too old. True if it is ended. What is under way is judged by its receipt."""
        if waiting.id in self._under_way:
            return False
        known = self._ledger.alerts[waiting.alert]
        if is_moot(waiting.reason, known.state):
            self._finish(waiting, "overtaken", f"the alert is {known.state}")
        elif waiting.says_over and self._is_first(waiting) and known.never_told(waiting.person, waiting.order):
            self._finish(waiting, "overtaken", "the person was never told of the alert")
        elif waiting.at + self._limits.max_age <= self._now:
            self._finish(waiting, "given_up", "too old")
        else:
            return False
        return True

    def _finish(self, waiting: Waiting, outcome: Outcome, detail: str | None = None) -> None:
        """The notice needs nothing more. With a detail this is decided here, and a receipt says so."""
        if waiting.id in self._untried and outcome != "delivered" and not waiting.says_over:
            self._ledger.alerts[waiting.alert].spared.setdefault(waiting.person, waiting.order)
            self._ledger.touch("alert", waiting.alert)
        del self._ledger.waiting[waiting.id]
        self._under_way.discard(waiting.id)
        self._untried.discard(waiting.id)
        self._lanes.remove(waiting.alert, waiting.person, waiting.order, waiting.id)
        self._freed.append((waiting.alert, waiting.person))
        self._remember(waiting.id, waiting.receiver, outcome)
        if detail is not None:
            self._say(waiting, outcome, detail)

    def _remember(self, notice: str, receiver: str, outcome: Outcome) -> None:
        done = self._ledger.done[notice] = Done(outcome, self._now + self._limits.remember)
        self._ledger.touch("notice", notice, done.until)
        self.tally.outcomes[receiver, outcome] += 1

    def _say(self, waiting: Waiting, outcome: Outcome, detail: str) -> None:
        receipt = Receipt(
            notice=waiting.id,
            tenant=waiting.tenant,
            case=waiting.case,
            alert=waiting.alert,
            person=waiting.person,
            receiver=waiting.receiver,
            attempt=max(1, waiting.attempts),
            outcome=outcome,
            at=as_datetime(self._now),
            detail=detail,
        )
        self._outputs.append(Output(self._topics.receipts, waiting.case.encode(), receipt.model_dump_json().encode()))

    # whose turn it is, and the clock

    def _settle(self) -> None:
        """Where a notice has gone, the one behind it is next; where none is left, the alert may be forgotten."""
        while self._freed:
            alert, person = self._freed.pop()
            first = self._lanes.first(alert, person)
            if first is not None:
                waiting = self._ledger.waiting[first]
                if not self._judge(waiting):
                    self._offer(waiting)
            self._let_go(alert)

    def _fire(self) -> None:
        ledger = self._ledger
        for at, kind, name in ledger.ringing(self._now):
            if kind == "alert":
                self._let_go(name)
            elif (waiting := ledger.waiting.get(name)) is not None:
                self._grow_old(waiting)
                self._settle()
            elif (done := ledger.done.get(name)) is not None and done.until <= at:
                del ledger.done[name]
                ledger.touch("notice", name)

    def _grow_old(self, waiting: Waiting) -> None:
        if waiting.id in self._under_way:
            last = waiting.at + self._limits.max_age + _UNANSWERED
            if self._now < last:
                self._ledger.look("notice", waiting.id, last)
                return
            self._under_way.discard(waiting.id)
        self._judge(waiting)

    def _let_go(self, alert: str) -> None:
        known = self._ledger.alerts.get(alert)
        if known is not None and known.until is not None and known.until <= self._now and alert not in self._lanes:
            del self._ledger.alerts[alert]
            self._ledger.touch("alert", alert)

    def _is_first(self, waiting: Waiting) -> bool:
        return self._lanes.first(waiting.alert, waiting.person) == waiting.id

    def _offer(self, waiting: Waiting) -> None:
        """Put it in the queue. If it is not its turn, the entry will not hold, and `_settle` offers it again."""
        self._queue.put(waiting.receiver, (waiting.next_at, waiting.order, waiting.id))

    def _holds(self, receiver: str, now: int, entry: Entry) -> bool:
        """Whether an entry of the queue still means what it says."""
        next_at, _, notice = entry
        waiting = self._ledger.waiting.get(notice)
        return (
            waiting is not None
            and notice not in self._under_way
            and (waiting.next_at, waiting.receiver) == (next_at, receiver)
            and self._is_first(waiting)
            and waiting.at + self._limits.max_age > now
        )


def _attempt(waiting: Waiting) -> Attempt:
    return Attempt(Notice.model_validate_json(bytes(waiting.notice)), waiting.contact, waiting.attempts + 1)
