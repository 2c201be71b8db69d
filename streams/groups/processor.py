"""The group stage of one shard: asks and mutes in; notices, groups, mutes and audit out. Pure, like the other stages.

Its clock is the wall clock that `decide` is handed. What is due speaks after the records of the decision, and not while
records are known to wait unread: what is gathered must not be told while its end lies unread.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from schemas.command import Mute, Unmute
from streams.alerts.intake import read_command
from streams.alerts.journal import Place
from streams.alerts.organisation import Directory
from streams.alerts.unread import Unread
from streams.errors import InvariantError
from streams.groups.hear import Hearing
from streams.groups.hours import StoreHours
from streams.groups.incident import Incidents
from streams.groups.intake import read_ask
from streams.groups.journal import GroupTopics, Journal
from streams.groups.judge import Judge
from streams.groups.mutes import Mutes
from streams.groups.policy import GroupPolicy
from streams.groups.records import Told
from streams.groups.rollup import RollUp
from streams.groups.speaker import Speaker
from streams.groups.store import Store
from streams.groups.tally import GroupTally
from streams.groups.timers import Timers
from streams.groups.watch import Watch
from streams.ingest.event import Record, Rejection
from streams.state.decision import Batch, Decision

__all__ = ["GroupPolicy", "GroupProcessor", "GroupTopics"]

_WATCH, _GROUP = b"i/", b"g/"


class GroupProcessor:
    """State and judgement of one shard of groups.

    With a `place`, asks of a partition that there is not are refused. `watch` takes the place of the watch for incidents.
    `open_groups` has how many groups and incidents are not over, by (tenant, kind), as of the last decision; 0 where
    there were some.
    """

    def __init__(
        self,
        directory: Directory,
        topics: GroupTopics,
        *,
        policy: GroupPolicy | None = None,
        place: Place | None = None,
        watch: Watch | None = None,
    ) -> None:
        self.tally = GroupTally()
        self._directory, self._topics = directory, topics
        self._policy = policy or GroupPolicy()
        self._partitions = None if place is None else place.partitions
        self._store = Store(self._policy.kept_for)
        self._watch = Incidents(self._policy.incidents) if watch is None else watch
        self._unread = Unread((topics.asks, topics.commands), self._policy.settle)
        self._firing: dict[bytes, tuple[str, str]] = {}
        self.open_groups: Counter[tuple[str, str]] = Counter()

    def __len__(self) -> int:
        """Alerts in memory."""
        return len(self._store.notes)

    def use(self, directory: Directory) -> None:
        """From the next decision on, these stores and people count. Openings that are waited for keep their instants."""
        self._directory = directory

    def restore(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """See streams.runtime.processor.Processor."""
        for key, value in records:
            if key.startswith(_WATCH):
                self._watch.restore(key, value)
            else:
                self._store.restore(key, value)

    def ready(self) -> None:
        """See streams.runtime.processor.Processor."""
        self._store.ready()
        self._watch.ready()
        self._firing.clear()
        self.open_groups.clear()
        for key, told in self._store.groups.items():
            self._count(key, told)

    def decide(self, batches: Sequence[Batch], now: int) -> Decision:
        """See streams.runtime.processor.Processor."""
        store, policy, tally, watch = self._store, self._policy, self.tally, self._watch
        journal = Journal(self._topics, tally, now)
        speaker = Speaker(store, policy, journal, tally)
        mutes = Mutes(store, policy, journal, tally)
        judge = Judge(store, policy, journal, tally, speaker, mutes, StoreHours(self._directory, now), watch)
        rollup = RollUp(store, policy, journal, self._directory, watch)
        hearing = Hearing(store, policy, journal, tally, speaker, judge, rollup, watch)
        for batch in batches:
            if batch.topic == self._topics.asks:
                for record in batch.records:
                    self._hear(record, hearing, journal)
            elif batch.topic == self._topics.commands:
                for record in batch.records:
                    self._obey(record, mutes)
            else:
                raise InvariantError(f"the group stage does not read {batch.topic}")
        if self._unread.has_read_all(batches, now):
            Timers(store, policy, journal, speaker, judge, mutes, rollup, watch).fire()
        mutes.publish()
        changes = store.take_changes()
        for key in changes:
            if key.startswith(_GROUP):
                self._count(key, store.groups.get(key))
        return Decision(changes | watch.take_changes(), journal.outputs)

    def _count(self, key: bytes, told: Told | None) -> None:
        """A group has changed. A digest is none: it lists what one person was spared."""
        before = self._firing.pop(key, None)
        if before is not None:
            self.open_groups[before] -= 1
        if told is not None and told.over_at is None and told.kind != "digest":
            now = self._firing[key] = told.tenant, told.kind
            self.open_groups[now] += 1

    def _hear(self, record: Record, hearing: Hearing, journal: Journal) -> None:
        ask = read_ask(record, self._policy.ask_bytes, self._partitions)
        if isinstance(ask, Rejection):
            journal.bury(record, ask)
        else:
            hearing.hear(ask)

    def _obey(self, record: Record, mutes: Mutes) -> None:
        """Only mutes are this stage's; the alert stage sees to the rest, and buries what cannot be read."""
        command = read_command(record, self._policy.command_bytes)
        if isinstance(command, Mute | Unmute):
            mutes.obey(command)
