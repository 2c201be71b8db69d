"""An outbox led by hand: records in, attempts out, restarts from what was stored, a clock that a test moves."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from schemas.alert import Alert, State
from schemas.group import Group, GroupKind
from schemas.notice import Notice, Outcome, Reason, Receipt
from schemas.organisation import Contact
from schemas.transition import Labels, Text
from streams.clock import as_datetime
from streams.notify.base import FollowUp
from streams.notify.outbox import Attempt, OutboxLimits, OutboxProcessor, OutboxTally, OutboxTopics
from streams.state.decision import Batch, Output
from tests.support.record import Made

TOPICS = OutboxTopics("moments.notices.v1", "moments.alerts.v1", "moments.receipts.v1", "moments.groups.v1")
BEGIN = 1_793_600_000_000_000


def make_alert(version: int = 1, state: State = "firing", *, id: str = "a1", at: int = BEGIN) -> Alert:
    """An alert as it stood at that version."""
    return Alert(
        id=id,
        version=version,
        state=state,
        kind="breached",
        tenant="acme",
        case=f"case of {id}",
        moment="delivery",
        occurrence=1,
        stage="execution",
        severity="high",
        owner="stores",
        title=Text(zh="送达", en="Delivery"),
        labels=Labels(store="s1"),
        transition="t1",
        raised_at=as_datetime(at),
        changed_at=as_datetime(at),
    )


def make_group(
    version: int = 1,
    state: Literal["firing", "resolved"] = "firing",
    *,
    id: str = "g1",
    kind: GroupKind = "group",
    at: int = BEGIN,
) -> Group:
    """A group as it stood at that version."""
    return Group(
        id=id,
        version=version,
        kind=kind,
        state=state,
        tenant="acme",
        region="east",
        moment="delivery",
        title=Text(zh="送达", en="Delivery"),
        severity="high",
        since=as_datetime(at),
        changed_at=as_datetime(at),
        open=3,
        broken=3,
        ended=0,
    )


def make_notice(
    id: str = "n1",
    reason: Reason = "broke",
    *,
    person: str = "lin",
    contacts: Sequence[str] = ("wecom",),
    at: int = BEGIN,
    alert: Alert | None = None,
    group: Group | None = None,
) -> Notice:
    """A notice to that person; contacts are names of receivers."""
    return Notice(
        id=id,
        reason=reason,
        person=person,
        name=person.title(),
        language="zh",
        time_zone="Asia/Shanghai",
        contacts=[Contact(receiver=name, address=f"{person}@{name}") for name in contacts],
        at=as_datetime(at),
        step=0,
        alert=alert or make_alert(),
        group=group,
    )


def make_receipt(attempt: Attempt, outcome: Outcome, at: int, next_at: int | None = None) -> Receipt:
    """What a sender would write of the attempt."""
    notice = attempt.notice
    return Receipt(
        notice=notice.id,
        tenant=notice.alert.tenant,
        case=notice.alert.case,
        alert=notice.subject,
        person=notice.person,
        receiver=notice.contacts[attempt.contact].receiver,
        attempt=attempt.number,
        outcome=outcome,
        at=as_datetime(at),
        next_at=None if next_at is None else as_datetime(next_at),
    )


class Shard:
    """An outbox with what it has stored and said. Instants are spans since BEGIN."""

    def __init__(
        self,
        limits: OutboxLimits | None = None,
        partition: int = 0,
        follow_ups: Mapping[str, FollowUp] | None = None,
    ) -> None:
        self.limits, self.partition, self.follow_ups = limits, partition, follow_ups
        self.now = 0
        self.stored: dict[bytes, bytes] = {}
        self.said: list[Receipt] = []
        self.last: list[Receipt] = []
        self.buried: list[Output] = []
        self.offsets = dict.fromkeys((TOPICS.notices, TOPICS.alerts, TOPICS.receipts, TOPICS.groups), 0)
        self.processor = OutboxProcessor(self.partition, TOPICS, limits, follow_ups)

    @property
    def tally(self) -> OutboxTally:
        return self.processor.tally

    def at(self, span: int) -> "Shard":
        """The clock shows this; nothing is decided yet."""
        self.now = span
        return self

    def take(self, *given: Notice | Alert | Group | Receipt) -> list[Receipt]:
        """One decision on these records, in this order; what it said. Without records only the clock moves."""
        topics: dict[type[Any], tuple[str, bytes]] = {
            Notice: (TOPICS.notices, b"case"),
            Alert: (TOPICS.alerts, b"a1"),
            Group: (TOPICS.groups, b"g1"),
            Receipt: (TOPICS.receipts, b"case"),
        }
        batches = []
        for one in given:
            topic, key = topics[type(one)]
            batches.append(self._batch(topic, key, one.model_dump_json().encode()))
        return self.decide(batches)

    def take_raw(self, topic: str, value: bytes | None, key: bytes = b"case") -> list[Receipt]:
        """One decision on a record as it is."""
        return self.decide([self._batch(topic, key, value)])

    def _batch(self, topic: str, key: bytes, value: bytes | None) -> Batch:
        offset = self.offsets[topic]
        self.offsets[topic] += 1
        return Batch(topic, [Made(topic, 0, offset, -1, key, value)], offset, offset + 1, None)

    def decide(self, batches: Sequence[Batch]) -> list[Receipt]:
        decision = self.processor.decide(batches, BEGIN + self.now)
        for key, value in decision.changes.items():
            self.stored.pop(key, None)  # a changelog is read in the order of the last writes
            if value is not None:
                self.stored[key] = value
        said = [Receipt.model_validate_json(out.value or b"") for out in decision.outputs if out.topic == TOPICS.receipts]
        self.buried += [out for out in decision.outputs if out.topic != TOPICS.receipts]
        self.said += said
        self.last = said
        return said

    def restart(self) -> "Shard":
        """The shard is taken by another worker, which makes its first decision."""
        self.processor = OutboxProcessor(self.partition, TOPICS, self.limits, self.follow_ups)
        self.processor.restore(self.stored.items())
        self.processor.ready()
        assert self.due() == []
        self.take()
        return self

    def due(self, receiver: str | None = None, limit: int = 100) -> list[Attempt]:
        return self.processor.due(BEGIN + self.now, limit, receiver)

    def names(self) -> list[str]:
        """Ids of what is due, soonest first."""
        return [attempt.notice.id for attempt in self.due()]

    def begin(self) -> Attempt:
        """Begin the first attempt that is due."""
        attempt = self.due()[0]
        self.processor.begun(attempt)
        return attempt

    def answer(self, outcome: Outcome, after: int | None = None) -> list[Receipt]:
        """Make the first attempt that is due and take its receipt; deferred for `after`."""
        next_at = None if after is None else BEGIN + self.now + after
        return self.take(make_receipt(self.begin(), outcome, BEGIN + self.now, next_at))
