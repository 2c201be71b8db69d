"""The outbox of one shard: which notice is to be told to whom now, and what became of those that were. Pure.

    notice comes      queued behind earlier ones of the same subject (an alert, or a group of them) and person
    its turn          `due` names the attempt; the sender makes it and writes a receipt
    receipt comes     delivered: done. deferred: again at next_at. refused: the next contact, none left: given_up
    subject moves on  what has become pointless is overtaken, unless an attempt of it is under way
    too old           given_up
    taken             some receivers are told again while it is not over (outbox_standing)

What is under way is known in memory only. A restart forgets it, and the attempt is made again: every notice is told at
least once, under one id, or its receipt says why not.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from schemas.notice import Notice, Outcome, Receipt
from streams.clock import MINUTE, as_datetime, instant
from streams.ingest.dead_letter import bury
from streams.ingest.event import Record, Rejection
from streams.notify.backoff import try_at
from streams.notify.base import FollowUp
from streams.notify.outbox_intake import Shown, read, read_alert, read_broken_at, read_group, read_notice
from streams.notify.outbox_ledger import Ledger
from streams.notify.outbox_queue import DueQueue, Entry, Lanes
from streams.notify.outbox_records import Done, Known, Waiting, is_moot, known_by, open_notice
from streams.notify.outbox_standing import Standing
from streams.notify.outbox_terms import Attempt, OutboxLimits, OutboxTally, OutboxTopics
from streams.state.decision import Batch, Decision, Output

__all__ = ["Attempt", "OutboxLimits", "OutboxProcessor", "OutboxTally", "OutboxTopics"]

_UNANSWERED = MINUTE
"""An attempt under way holds back the end of a notice that grew too old for so long."""


class OutboxProcessor:
    """State and judgement of one shard; a streams.runtime.processor.Processor. `partition` is the shard's number, to
    which receipts have to go back. `follow_ups`: by name, receivers that want to hear more of what they have taken.
    `waiting`: how many notices are still to be delivered, by the receiver whose turn it is; 0 where there were some."""

    def __init__(
        self,
        partition: int,
        topics: OutboxTopics,
        limits: OutboxLimits | None = None,
        follow_ups: Mapping[str, FollowUp] | None = None,
    ) -> None:
        self.partition = partition
        self.tally = OutboxTally()
        self._topics = topics
        self._limits = limits or OutboxLimits()
        self._takers: Mapping[str, Callable[[Record], None]] = {
            topics.notices: self._take_notice,
            topics.alerts: partial(self._take_subject, read_alert),
            topics.groups: partial(self._take_subject, read_group),
            topics.receipts: self._take_receipt,
        }
        self._ledger, self._lanes, self._queue = Ledger(), Lanes(), DueQueue()
        self._standing = Standing(self._ledger, follow_ups or {})
        self._under_way: set[str] = set()
        self._untried: set[str] = set()  # came in this life of the shard, and nothing was begun since
        self._freed: list[tuple[str, str]] = []  # lanes whose first notice may have changed
        self._outputs: list[Output] = []
        self._now = 0
        self.waiting: Counter[str] = Counter()

    def __len__(self) -> int:
        """Notices still to be delivered."""
        return len(self._ledger.waiting)

    def restore(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """See streams.runtime.processor.Processor."""
        self._ledger.restore(records)

    def ready(self) -> None:
        """See streams.runtime.processor.Processor."""
        waiting = self._ledger.waiting.values()
        self._lanes, self._queue, self.waiting = Lanes(), DueQueue(), Counter(one.receiver for one in waiting)
        for one in waiting:
            self._lanes.add(one.subject, one.person, one.order, one.id)
        self._standing.rebuild()
        both = (*waiting, *self._ledger.standing.values())
        self._freed = list(dict.fromkeys((one.subject, one.person) for one in both))
        self._ledger.wind_up(self._limits.max_age)

    def receivers(self) -> tuple[str, ...]:
        """Names of receivers that something may wait for."""
        return self._queue.receivers()

    def due(self, now: int, limit: int, receiver: str | None = None) -> list[Attempt]:
        """Attempts whose time has come and that are not under way, soonest first, for one receiver or for all.

        The present state of their subjects was read: none of them is pointless. They stay due until they have `begun`.
        After a restore nothing is due before the first decision.
        """
        names = self._queue.receivers() if receiver is None else (receiver,)
        entries = [
            entry for name in names for entry in self._queue.ready(name, now, limit, partial(self._holds, name, now))
        ]
        return [self._attempt(notice) for _, _, notice in sorted(entries)[:limit]]

    def begun(self, attempt: Attempt) -> None:
        """The attempt is being made. Its receipt ends that, or a restart."""
        if self._ledger.find(attempt.notice.id) is not None:
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
        notice = read_notice(record)
        if isinstance(notice, Rejection):
            self._bury(record, notice)
        elif self._ledger.find(notice.id) is not None or notice.id in self._ledger.done:
            self.tally.repeated += 1
            self._catch_up(notice, record.offset)
        else:
            waiting = open_notice(notice, record.offset, self._now)
            self._ledger.waiting[waiting.id] = waiting
            self.waiting[waiting.receiver] += 1
            self._ledger.touch("notice", waiting.id, waiting.at + self._limits.max_age)
            self._untried.add(waiting.id)
            self._lanes.add(waiting.subject, waiting.person, waiting.order, waiting.id)
            self._freed.append((waiting.subject, waiting.person))
            self._learn(waiting.subject, known_by(notice))
            if waiting.id in self._ledger.waiting:
                self._judge(waiting)

    def _catch_up(self, notice: Notice, order: int) -> None:
        """A notice whose delivery was heard of before itself may stand from now on."""
        done = self._ledger.done.get(notice.id)
        if done is None or not done.early:
            return
        receiver, done.early = done.early, ""
        self._ledger.touch("notice", notice.id)
        self._learn(notice.subject, known_by(notice))
        self._stand(open_notice(notice, order, self._now), receiver, 1)

    def _take_subject(self, read_shown: Callable[[bytes], Shown | Rejection], record: Record) -> None:
        """An alert or a group as it stands now."""
        if record.value is None:
            self._forget((record.key or b"").decode(errors="replace"))
            return
        shown = read_shown(record.value)
        if isinstance(shown, Rejection):
            self._bury(record, shown)
            return
        news = Known(shown.version, shown.state, shown=True)
        long_over = not news.open and instant(shown.changed_at) + self._limits.remember <= self._now
        if shown.id in self._ledger.subjects or not long_over:  # its notices are too old by themselves
            self._learn(shown.id, news)

    def _take_receipt(self, record: Record) -> None:
        receipt = read(Receipt, record)
        if isinstance(receipt, Rejection):
            self._bury(record, receipt)
            return
        if receipt.outcome in {"delivered", "deferred"}:
            self._note_told(receipt.alert, receipt.person)
        waiting = self._ledger.waiting.get(receipt.notice)
        if (standing := self._ledger.standing.get(receipt.notice)) is not None:
            self._take_answer(standing, receipt)
        elif waiting is None:
            if receipt.outcome == "delivered" and receipt.notice not in self._ledger.done:
                # sent by a life of this shard that ended before it had stored the notice, which will come again
                self._remember(receipt.notice, receipt.receiver, "delivered")
                if self._standing.wants(receipt.receiver):
                    self._ledger.done[receipt.notice].early = receipt.receiver
        elif receipt.outcome not in {"deferred", "refused"}:
            self._finish(waiting, receipt.outcome)
            if receipt.outcome == "delivered":
                self._measure(waiting, receipt)
                self._stand(waiting, receipt.receiver, receipt.attempt)
        elif receipt.attempt == waiting.attempts + 1:  # any other speaks of an attempt that is accounted for
            self._put_off(waiting, receipt)

    def _put_off(self, waiting: Waiting, receipt: Receipt) -> None:
        self._under_way.discard(waiting.id)
        self._untried.discard(waiting.id)
        self._ledger.touch("notice", waiting.id)
        self.tally.outcomes[waiting.receiver, receipt.outcome] += 1
        waiting.attempts = receipt.attempt
        waiting.failures += 1
        waiting.next_at = self._now
        if receipt.outcome == "deferred":
            waiting.next_at = try_at(self._now, waiting.id, waiting.failures, receipt.next_at)
        elif waiting.contact + 1 < len(waiting.receivers):
            self.waiting[waiting.receiver] -= 1
            waiting.contact += 1
            self.waiting[waiting.receiver] += 1
        elif not self._judge(waiting):
            self._finish(waiting, "given_up", "no contact of the person took it")
            return
        if waiting.id in self._ledger.waiting and not self._judge(waiting):
            self._offer(waiting)
        self._freed.append((waiting.subject, waiting.person))  # what stands there had to wait for this

    def _measure(self, told: Waiting, receipt: Receipt) -> None:
        """How long after the breach the news of it was delivered."""
        broken_at = read_broken_at(told.notice) if told.reason == "broke" else None
        if broken_at is not None:
            self.tally.delivered.append(max(0, instant(receipt.at) - instant(broken_at)))

    def _bury(self, record: Record, rejection: Rejection) -> None:
        self._outputs.append(Output(*bury(record, rejection)))
        self.tally.refused[record.topic, rejection.reason.value] += 1

    # what is known of alerts and groups

    def _learn(self, subject: str, news: Known) -> None:
        """Take what a record says of a subject if it is newer than what is known, and judge its notices again."""
        forget_at = self._now + self._limits.max_age
        known = self._ledger.subjects.get(subject)
        before = None if known is None else known.state
        if known is None:
            known = self._ledger.subjects[subject] = news
            known.until = None if known.open and known.shown else forget_at
        elif not known.learn(news, forget_at):
            return
        self._ledger.touch("alert", subject, known.until)
        for notice in self._lanes.of(subject):
            self._judge(self._ledger.waiting[notice])
        if known.state == "acknowledged" != before:
            self._standing.hear_of_acknowledgement(subject, self._now)
        for standing in self._standing.of(subject):
            self._judge_standing(standing)

    def _forget(self, subject: str) -> None:
        """Its tombstone. What is known of it stays while a notice waits."""
        known = self._ledger.subjects.get(subject)
        if known is not None:
            known.until = self._now
            self._ledger.touch("alert", subject, known.until)

    def _note_told(self, subject: str, person: str) -> None:
        known = self._ledger.subjects.get(subject)
        if known is not None and person not in known.told:
            known.told.append(person)
            self._ledger.touch("alert", subject)

    # what becomes of notices

    def _judge(self, waiting: Waiting) -> bool:
        """End a notice that is pointless or too old. True if it is ended. What is under way is judged by its receipt."""
        if waiting.id in self._under_way:
            return False
        known = self._ledger.subjects[waiting.subject]
        if is_moot(waiting.reason, known.state):
            self._finish(waiting, "overtaken", f"the {waiting.about} is {known.state}")
        elif waiting.says_over and self._is_first(waiting) and known.never_told(waiting.person, waiting.order):
            self._finish(waiting, "overtaken", f"the person was never told of the {waiting.about}")
        elif waiting.at + self._limits.max_age <= self._now:
            self._finish(waiting, "given_up", "too old")
        else:
            return False
        return True

    def _finish(self, waiting: Waiting, outcome: Outcome, detail: str | None = None) -> None:
        """The notice needs nothing more. With a detail this is decided here, and a receipt says so."""
        if waiting.id in self._untried and outcome != "delivered" and not waiting.says_over:
            self._ledger.subjects[waiting.subject].spared.setdefault(waiting.person, waiting.order)
            self._ledger.touch("alert", waiting.subject)
        del self._ledger.waiting[waiting.id]
        self.waiting[waiting.receiver] -= 1
        self._under_way.discard(waiting.id)
        self._untried.discard(waiting.id)
        self._lanes.remove(waiting.subject, waiting.person, waiting.order, waiting.id)
        self._freed.append((waiting.subject, waiting.person))
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
            alert=waiting.subject,
            person=waiting.person,
            receiver=waiting.receiver,
            attempt=max(1, waiting.attempts),
            outcome=outcome,
            at=as_datetime(self._now),
            detail=detail,
        )
        self._outputs.append(Output(self._topics.receipts, waiting.case.encode(), receipt.model_dump_json().encode()))

    # what is told again while it is not over

    def _stand(self, told: Waiting, receiver: str, attempt: int) -> None:
        """A notice was delivered: it may stand, or end what stands for its person."""
        if told.says_over:
            for standing in self._standing.of(told.subject, told.person):
                self._standing.end(standing)
        elif (known := self._ledger.subjects.get(told.subject)) is not None:
            self._standing.begin(told, receiver, attempt, known, self._now)
        self._freed.append((told.subject, told.person))

    def _take_answer(self, standing: Waiting, receipt: Receipt) -> None:
        if receipt.attempt == standing.attempts + 1:  # any other speaks of an attempt that is accounted for
            self._under_way.discard(standing.id)
            self.tally.outcomes[standing.receiver, receipt.outcome] += 1
            self._standing.answer(standing, receipt, self._now)
            self._freed.append((standing.subject, standing.person))

    def _judge_standing(self, standing: Waiting) -> None:
        """End what stands for nothing any more, or queue it. What is under way is judged by its receipt."""
        if standing.id not in self._under_way and self._standing.judge(standing):
            self._offer(standing)

    # whose turn it is, and the clock

    def _settle(self) -> None:
        """Where a notice has gone, the one behind it is next; where none is left, the subject may be forgotten."""
        while self._freed:
            subject, person = self._freed.pop()
            first = self._lanes.first(subject, person)
            if first is not None:
                waiting = self._ledger.waiting[first]
                if not self._judge(waiting):
                    self._offer(waiting)
            for standing in self._standing.of(subject, person):
                self._judge_standing(standing)
            self._let_go(subject)

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

    def _let_go(self, subject: str) -> None:
        known = self._ledger.subjects.get(subject)
        if known is not None and known.until is not None and known.until <= self._now and subject not in self._lanes:
            del self._ledger.subjects[subject]
            self._ledger.touch("alert", subject)
            for standing in self._standing.of(subject):
                self._judge_standing(standing)

    def _is_first(self, waiting: Waiting) -> bool:
        return self._lanes.first(waiting.subject, waiting.person) == waiting.id

    def _offer(self, waiting: Waiting) -> None:
        """Put it in the queue. If it is not its turn, the entry will not hold, and `_settle` offers it again."""
        self._queue.put(waiting.receiver, (waiting.next_at, waiting.order, waiting.id))

    def _holds(self, receiver: str, now: int, entry: Entry) -> bool:
        """Whether an entry of the queue still means what it says.

        Of one subject a person is told one thing at a time, so that nothing told again comes after the news that it is
        over; what had to wait is offered again once the other has its receipt.
        """
        next_at, _, notice = entry
        one = self._ledger.find(notice)
        if one is None or notice in self._under_way or (one.next_at, one.receiver) != (next_at, receiver):
            return False
        others = self._standing.of(one.subject, one.person)
        if any(other.id in self._under_way for other in others):
            return False
        if notice in self._ledger.waiting:
            return self._is_first(one) and one.at + self._limits.max_age > now
        return self._lanes.first(one.subject, one.person) not in self._under_way and self._standing.holds(one)

    def _attempt(self, name: str) -> Attempt:
        one = self._ledger.find(name)
        assert one is not None, "an entry of the queue was just asked"
        notice = Notice.model_validate_json(bytes(one.notice))
        if name in self._ledger.standing and notice.group is None:
            state = self._ledger.subjects[one.subject].state
            notice = notice.model_copy(update={"alert": notice.alert.model_copy(update={"state": state})})
        return Attempt(notice, one.contact, one.attempts + 1, one.failures)
