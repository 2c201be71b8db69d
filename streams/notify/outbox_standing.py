"""What receivers have taken and want to hear more of for as long as it is not over. Pure.

    delivered                  to a receiver with a FollowUp: the notice stands, beside being done
    repeat_every has passed    it is due again, under its id, and its attempts go on being counted
    somebody has the alert     it is due once, if the receiver wants to hear of that
    delivered again            it stands on. deferred: again at next_at. refused: it stands no more
    subject is over            it stands no more; so does, for its person, what is told to be over

One notice stands for each subject, person and receiver, the last one that was delivered.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from schemas.notice import Reason, Receipt
from streams.notify.backoff import try_at
from streams.notify.base import OVER, FollowUp
from streams.notify.outbox_ledger import Ledger
from streams.notify.outbox_records import Known, Waiting

NEVER: Final = 1 << 62
"""The instant of what is not due by itself."""
_NEVER_STAND: Final[frozenset[Reason]] = OVER | {"test"}
"""Reasons of notices that tell of nothing that goes on."""


class Standing:
    """The notices that stand, by subject; an index over the ledger's records of them, which it keeps."""

    def __init__(self, ledger: Ledger, follow_ups: Mapping[str, FollowUp]) -> None:
        self._ledger, self._follow_ups = ledger, follow_ups
        self._subjects: dict[str, dict[tuple[str, str], str]] = {}

    def rebuild(self) -> None:
        """Take up what the ledger has restored. What no receiver wants any more stands no more."""
        self._subjects = {}
        for one in list(self._ledger.standing.values()):
            self._subjects.setdefault(one.subject, {})[one.person, one.receiver] = one.id
            if one.receiver not in self._follow_ups:
                self.end(one)

    def of(self, subject: str, person: str | None = None) -> list[Waiting]:
        """What stands of a subject, for one person or for all."""
        found = self._subjects.get(subject)
        if not found:
            return []
        return [self._ledger.standing[one] for (whose, _), one in found.items() if person in (None, whose)]

    def wants(self, receiver: str) -> bool:
        """Whether what this receiver takes may stand."""
        return receiver in self._follow_ups

    def begin(self, told: Waiting, receiver: str, attempt: int, known: Known, now: int) -> None:
        """A notice was delivered by this receiver with this attempt: it stands if it may, in place of an earlier one;
        whoever calls this judges it next."""
        follow_up = self._follow_ups.get(receiver)
        if follow_up is None or receiver not in told.receivers or told.reason in _NEVER_STAND:
            return
        due_now = follow_up.acknowledgements and known.state == "acknowledged"
        one = msgspec.structs.replace(
            told,
            contact=told.receivers.index(receiver),
            attempts=max(told.attempts, attempt),
            failures=0,
            next_at=now if due_now else self._next(receiver, now),
        )
        lanes = self._subjects.setdefault(one.subject, {})
        earlier = lanes.get((one.person, receiver))
        if earlier is not None:
            del self._ledger.standing[earlier]
            self._ledger.touch("standing", earlier)
        lanes[one.person, receiver] = one.id
        self._ledger.standing[one.id] = one
        self._ledger.touch("standing", one.id)

    def end(self, one: Waiting) -> None:
        """It stands no more."""
        del self._ledger.standing[one.id]
        self._ledger.touch("standing", one.id)
        lanes = self._subjects[one.subject]
        del lanes[one.person, one.receiver]
        if not lanes:
            del self._subjects[one.subject]

    def hear_of_acknowledgement(self, subject: str, now: int) -> None:
        """Somebody has this alert now; whoever wants to hear of that is told at once."""
        for one in self.of(subject):
            if self._follow_ups[one.receiver].acknowledgements:
                one.next_at = now
                self._ledger.touch("standing", one.id)

    def answer(self, one: Waiting, receipt: Receipt, now: int) -> None:
        """What came of the next attempt at it."""
        self._ledger.touch("standing", one.id)
        one.attempts = receipt.attempt
        if receipt.outcome == "delivered":
            one.failures, one.next_at = 0, self._next(one.receiver, now)
        elif receipt.outcome == "deferred":
            one.failures += 1
            one.next_at = try_at(now, one.id, one.failures, receipt.next_at)
        else:
            self.end(one)

    def judge(self, one: Waiting) -> bool:
        """End it if its subject is over or forgotten. True if it stands on and will be due."""
        known = self._ledger.subjects.get(one.subject)
        if known is None or not known.open:
            self.end(one)
            return False
        return one.next_at < NEVER

    def holds(self, one: Waiting) -> bool:
        """Whether there is anything to tell: what is not repeated is told again only while somebody has the alert."""
        if self._follow_ups[one.receiver].repeat_every is not None:
            return True
        return self._ledger.subjects[one.subject].state == "acknowledged"

    def _next(self, receiver: str, now: int) -> int:
        every = self._follow_ups[receiver].repeat_every
        return NEVER if every is None else now + every
