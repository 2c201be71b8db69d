"""The detection stage of one shard: records in, case records and transitions out. Pure; the runtime stores and publishes.

One event goes this way: decode (ingest) -> clock (state) -> deadlines that its time has passed (state, engine) -> the
case's record (state) -> take (engine) -> record and transitions (here) -> decision.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from streams.catalogue.model import Catalogue
from streams.engine.case import KIND_NAMES, NEVER, Case, Fact
from streams.engine.detect import Taken, advance, is_over, open_case, take
from streams.engine.publish import encode_transition
from streams.engine.rules import Rules
from streams.engine.tell import Place, Teller
from streams.engine.transition import Transition
from streams.errors import StateError
from streams.ingest.dead_letter import bury
from streams.ingest.decode import decode
from streams.ingest.event import Event, Record, Rejection
from streams.state.clock import ShardClock
from streams.state.codec import NO_WAKE, wake_of
from streams.state.codec import encode as encode_case
from streams.state.cut import kept_fields
from streams.state.deadlines import DeadlineQueue
from streams.state.decision import Batch, Decision, Output
from streams.state.narrator import Narrator
from streams.state.plain import is_closed, is_plain
from streams.state.reader import CaseReader
from streams.state.tally import Tally

CLOCK_KEY = b"~clock"


HANDFUL = 100


Changes = dict[bytes, bytes | None]
Decode = Callable[[Sequence[Record]], list[Event | Rejection]]


class _Touched(msgspec.Struct, gc=False):
    """A case in hand: its record, and the instant under which the queue knows it."""

    case: Case
    rules: Rules
    queued: int
    changed: bool = False


class DetectProcessor:
    """State and judgement of one shard.

    `compile_source` makes a catalogue from the source stored with the state: cases run under the version they began
    with, also after the files on disk have moved on. `decode` reads the records (a policy is bound to it). `offline` is
    the mode of replay: every step is said, the quiet ones too (with their proofs, or without), and found when the clock
    of the events finds it. With `mine` only the cases are judged whose key it holds for; all records move the clock.
    """

    def __init__(
        self,
        topics: Sequence[str],
        catalogue: Catalogue,
        compile_source: Callable[[str], Catalogue],
        *,
        transitions: str,
        decode: Decode = decode,
        offline: Literal["steps", "proofs"] | None = None,
        mine: Callable[[bytes], bool] | None = None,
    ) -> None:
        self.tally = Tally()
        self._topics = tuple(topics)
        self._reader = CaseReader(compile_source)
        self._transitions = transitions
        self._decode = decode
        self._offline = offline
        self._mine = mine
        self._read = 0
        self._current = self._reader.use(catalogue)
        self._cases: dict[bytes, bytes] = {}
        self._queue = DeadlineQueue()
        self._clock = ShardClock(topics)
        self._until = NEVER
        self._touched: dict[bytes, _Touched | None] = {}
        self._changes: Changes = {}
        self._teller = Teller(0)
        self._narrator = Narrator()

    def __len__(self) -> int:
        """Cases in memory."""
        return len(self._cases)

    @property
    def clock(self) -> int:
        """How far this shard has judged, an instant; NEVER before it has heard every topic."""
        return self._until

    @property
    def said(self) -> list[Transition]:
        """What the last decision said."""
        return self._teller.said

    def write(self) -> tuple[list[int], list[bytes]]:
        """The same: the kinds, and the published form."""
        return self._teller.write()

    @property
    def places(self) -> list[Place]:
        """Where in the log each was said; known with `mine` only."""
        return self._teller.places

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue that new cases begin under."""
        return self._current.catalogue

    def use(self, catalogue: Catalogue) -> None:
        """New cases begin under this catalogue from now on; running ones keep theirs."""
        self._current = self._reader.use(catalogue)

    def restore(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """See streams.runtime.processor.Processor."""
        cases = self._cases
        for key, value in records:
            if key.startswith(b"~") and b"\x1f" not in key:
                self._restore_own(key, value)
            elif value is None:
                cases.pop(key, None)
            else:
                cases[key] = value

    def _restore_own(self, key: bytes, value: bytes | None) -> None:
        if value is None:
            return
        if key == CLOCK_KEY:
            stored = json.loads(value)
            self._clock = ShardClock(self._topics, stored["topics"])
            self._until = stored["until"]
        elif not self._reader.restore(key, value):
            raise StateError(f"the state has a record {key!r} that this release does not know; start a later release")

    def ready(self) -> None:
        """See streams.runtime.processor.Processor."""
        self._queue.rebuild((wake_of(value), key) for key, value in self._cases.items())

    def case(self, tenant: str, case_id: str) -> tuple[Rules, Case] | None:
        """The record of a case and the rules it runs under, for whoever explains it; None where there is none."""
        value = self._cases.get(f"{tenant}\x1f{case_id}".encode())
        if value is None:
            return None
        return self._reader.read(value)

    def decide(self, batches: Sequence[Batch], now: int) -> Decision:
        """See streams.runtime.processor.Processor. Offline nothing is published; `said` has what was said."""
        offline = self._offline
        found_at = now if offline is None else self._until
        self._teller = teller = Teller(found_at, everything=offline is not None, proofs=offline == "proofs")
        dead: list[Output] = []
        for batch in batches:
            self._apply(batch, dead)
            self._read += 1
            if batch.caught_up_at is not None and self._clock.caught_up(batch.topic, batch.caught_up_at):
                self._fire()
        changes = self._store()
        self._count()
        outputs = dead
        if offline is None:
            outputs += [Output(self._transitions, said.case.encode(), encode_transition(said)) for said in teller.said]
        if changes or outputs or any(batch.records for batch in batches):  # a restart must not set the clock back
            changes[CLOCK_KEY] = json.dumps({"topics": self._clock.known(), "until": self._until}).encode()
        return Decision(changes, outputs)

    def _apply(self, batch: Batch, dead: list[Output]) -> None:
        records, topic, tally, clock = batch.records, batch.topic, self.tally, self._clock
        if not records:
            return
        heard = clock.heard(topic)
        for record, event in self._decoded(records):
            self._read += 1
            if type(event) is Rejection:
                dead.append(Output(*bury(record, event)))
                tally.refused[topic, event.reason.value] += 1
                continue
            assert type(event) is Event
            if event.occurred_at > heard:  # most move the clock of their topic, and few that of the shard
                if clock.applied(topic, record.timestamp, event.occurred_at):
                    self._fire()
                heard = clock.heard(topic)
            if event.unknown:
                tally.unknown_fields += event.unknown
            key = f"{event.tenant}\x1f{event.case}".encode()
            if self._mine is not None:
                if not self._mine(key):
                    continue
                self._teller.place = (self._read, 1, 0, b"")
            if not self._take_short(key, event):
                self._take(key, event)
        tally.applied[topic] += len(records)

    def _decoded(self, records: Sequence[Record]) -> Iterator[tuple[Record, Event | Rejection]]:
        """Each record with what it says, decoded a handful at a time: what was decoded is used before it leaves the
        processor's cache, and the memory of the last handful serves the next."""
        for start in range(0, len(records), HANDFUL):
            some = records[start : start + HANDFUL]
            yield from zip(some, self._decode(some), strict=True)

    def _take_short(self, key: bytes, event: Event) -> bool:
        """Take an event the short way. False, and nothing has happened, where it has to go the long way."""
        if key in self._touched and self._touched[key] is not None:
            return False
        value = self._cases.get(key) if key not in self._touched else None
        if self._offline is not None and not self._can_narrate(key, value, event):
            return False
        lane = self._reader.lane(self._current) if value is None else self._reader.lane_of(value)
        if lane is None:
            return False
        if lane.rules.kept_of(event.type) is None:
            self.tally.unmentioned += 1
            return True
        done = lane.take(event, value, self._until)
        if done is None:
            return False
        if value is None:
            self._reader.keep_source(lane.rules)
            self._touched.pop(key, None)  # a case that was forgotten just now begins anew
        record, wake, moved, *_ = done
        self._cases[key] = self._changes[key] = record
        if moved:
            self._queue.push(wake, key)
        if self._offline is not None:
            self._teller.add(self._narrator.tell(lane, key, event, value, done, self._teller.now))
        return True

    def _can_narrate(self, key: bytes, value: bytes | None, event: Event) -> bool:
        """Whether the short way has all that replay says. What waits for the clock is said when the clock is there."""
        return (
            self._offline == "steps" and event.occurred_at <= self._until and (value is None or self._narrator.knows(key))
        )

    def _take(self, key: bytes, event: Event) -> None:
        touched = self._hold(key)
        rules = touched.rules if touched is not None else self._current
        kept = rules.kept_of(event.type)
        if kept is None:
            self.tally.unmentioned += 1
            return
        if touched is None:
            touched = self._touched[key] = _Touched(open_case(rules), rules, NO_WAKE)
        fact = Fact(event.occurred_at, event.id, event.source, event.type, kept_fields(event, kept))
        self._teller.begin(rules, touched.case, event.tenant, event.case)
        taken = take(rules, touched.case, fact, self._until, self._teller)
        if taken is Taken.NEW:
            self._requeue(key, touched, advance(rules, touched.case, self._until, self._teller))
        elif taken is Taken.DUPLICATE:
            self.tally.duplicates += 1
        else:
            self.tally.beyond += 1

    def _hold(self, key: bytes) -> _Touched | None:
        """The case in hand, taken from the store where it is not yet; None where there is no such case."""
        if key in self._touched:
            return self._touched[key]
        value = self._cases.get(key)
        if value is None:
            return None
        rules, case = self._reader.read(value)
        touched = self._touched[key] = _Touched(case, rules, wake_of(value))
        return touched

    def _requeue(self, key: bytes, touched: _Touched, wake: int | None) -> None:
        touched.changed = True
        if wake is None:
            touched.queued = NO_WAKE
        elif wake != touched.queued:
            touched.queued = wake
            self._queue.push(wake, key)

    def _fire(self) -> None:
        """Let every case whose time has come speak."""
        until = self._clock.now - self._current.catalogue.allowed_lateness
        if until <= self._until:
            return
        self._until = until
        if self._offline is not None:
            self._teller.now = until
        pop_before = self._queue.pop_before
        while (due := pop_before(until)) is not None:
            wake, key = due
            touched = self._still_due(wake, key)
            if touched is None:
                continue  # the case has moved on; a stale entry is harmless
            if self._mine is not None:
                self._teller.place = (self._read, 0, wake, key)
            tenant, _, case_id = key.decode().partition("\x1f")
            self._teller.begin(touched.rules, touched.case, tenant, case_id)
            wake_again = advance(touched.rules, touched.case, until, self._teller)
            if is_over(touched.case, until):
                self._touched[key] = None
            else:
                self._requeue(key, touched, wake_again)

    def _still_due(self, wake: int, key: bytes) -> _Touched | None:
        """The case of a queue entry, in hand, if it still wants a look at that instant."""
        if key not in self._touched:
            value = self._cases.get(key)
            if value is None or wake_of(value) != wake:
                return None
            if is_plain(value) and is_closed(value):  # all it waits for is to be forgotten
                self._touched[key] = None
                return None
        touched = self._hold(key)
        return touched if touched is not None and touched.queued == wake else None

    def _store(self) -> Changes:
        """Put what was touched back, and say what changed."""
        changes, self._changes = self._changes, {}
        cases = self._cases
        for key, touched in self._touched.items():
            if touched is None:
                self._narrator.forget(key)
                if cases.pop(key, None) is not None:
                    changes[key] = None
                continue
            if not touched.changed:
                continue
            self._narrator.forget(key)
            cases[key] = changes[key] = encode_case(touched.case, touched.queued)
            self._reader.keep_source(touched.rules)
        self._touched = {}
        changes |= self._reader.take_fresh()
        if self._queue.crowded(len(cases)):
            self.ready()
        return changes

    def _count(self) -> None:
        """Add to the tally what was said, on the long way and the short."""
        steps = self.tally.steps
        for (moment, kind), count in self._teller.counts.items():
            steps[moment, KIND_NAMES[kind]] += count
        for lane in self._reader.lanes():
            for moment, kind, count in lane.take_steps():
                steps[moment, KIND_NAMES[kind]] += count
