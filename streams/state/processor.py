"""The detection stage of one shard: records in, case records and transitions out. Pure; the runtime stores and publishes.

One event goes this way: decode (ingest) -> clock (state) -> deadlines that its time has passed (state, engine) -> the
case's record (state) -> take (engine) -> record and transitions (here) -> decision.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal

from streams.catalogue.model import Catalogue
from streams.clock import MILLISECOND
from streams.engine.case import Case
from streams.engine.publish import encode_transition
from streams.engine.rules import Rules
from streams.engine.tell import Place, Teller
from streams.engine.transition import Transition
from streams.errors import StateError
from streams.ingest.dead_letter import bury
from streams.ingest.decode import decode
from streams.ingest.event import Event, Record, Rejection
from streams.state.clock import ShardClock
from streams.state.decision import Batch, Decision, Output
from streams.state.feeds import Feeds
from streams.state.judge import Judge
from streams.state.reader import CaseReader
from streams.state.standing import Standing
from streams.state.tally import Tally

CLOCK_KEY = b"~clock"
FEEDS_KEY = b"~feeds"

HANDFUL = 100

_AT_ONCE = 1000
"""Of so many cases a decision looks for clocks that were never published."""

Decode = Callable[[Sequence[Record]], list[Event | Rejection]]


class DetectProcessor:
    """State and judgement of one shard.

    `compile_source` makes a catalogue from the source stored with the state: cases run under the version they began
    with, also after the files on disk have moved on. `decode` reads the records (a policy is bound to it). `offline` is
    the mode of replay: every step is said, the quiet ones too (with their proofs, or without), and found when the clock
    of the events finds it. With `mine` only the cases are judged whose key it holds for; all records move the clock. With
    `feeds` absence counts only where a feed is heard; the words about feeds come by one more topic. `followed` is the
    topic of the clocks that people follow; without one they are not published. A shard that has never done so
    publishes those of all its cases, by and by.
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
        feeds: Feeds | None = None,
        followed: str | None = None,
    ) -> None:
        self._topics = tuple(topics) if feeds is None else (*topics, feeds.topic)
        self._feeds = feeds
        self._judge = Judge(catalogue, CaseReader(compile_source), offline=offline, mine=mine)
        self._transitions = transitions
        self._decode = decode
        self._offline = offline
        self._followed = followed
        self._clock = ShardClock(self._topics)
        self._all_followed = False  # whether the topic has the clocks of every case
        self._unfollowed: list[bytes] = []

    @property
    def tally(self) -> Tally:
        """What was counted since it was last replaced."""
        return self._judge.tally

    @tally.setter
    def tally(self, tally: Tally) -> None:
        self._judge.tally = tally

    def __len__(self) -> int:
        """Cases in memory."""
        return len(self._judge.cases)

    @property
    def standing(self) -> Standing:
        """How many occurrences are in each state now."""
        return self._judge.standing

    @property
    def clock(self) -> int:
        """How far this shard has judged, an instant; NEVER before it has heard every topic."""
        return self._judge.until

    @property
    def said(self) -> list[Transition]:
        """What the last decision said."""
        return self._judge.teller.said

    def write(self) -> tuple[list[int], list[bytes]]:
        """The same: the kinds, and the published form."""
        return self._judge.teller.write()

    @property
    def places(self) -> list[Place]:
        """Where in the log each was said; known with `mine` only."""
        return self._judge.teller.places

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue that new cases begin under."""
        return self._judge.current.catalogue

    def use(self, catalogue: Catalogue) -> None:
        """New cases begin under this catalogue from now on; running ones keep theirs."""
        self._judge.current = self._judge.reader.use(catalogue)

    def restore(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """See streams.runtime.processor.Processor."""
        cases = self._judge.cases
        for key, value in records:
            if key.startswith(b"~") and b"\x1f" not in key:
                self._restore_own(key, value)
            elif value is None:
                cases.pop(key, None)
            else:
                cases[key] = value

    def _restore_own(self, key: bytes, value: bytes | None) -> None:
        if self._judge.reader.restore(key, value) or value is None:
            return
        if key == CLOCK_KEY:
            stored = json.loads(value)
            self._clock = ShardClock(self._topics, stored["topics"])
            self._judge.until = stored["until"]
            self._all_followed = stored.get("followed", False)
        elif key == FEEDS_KEY:
            if self._feeds is not None:
                self._feeds.restore(value)
        else:
            raise StateError(f"the state has a record {key!r} that this release does not know; start a later release")

    def ready(self) -> None:
        """See streams.runtime.processor.Processor."""
        self._judge.ready()
        if self._followed is not None and not self._all_followed:
            self._unfollowed = list(self._judge.cases)

    def case(self, tenant: str, case_id: str) -> tuple[Rules, Case] | None:
        """The record of a case and the rules it runs under, for whoever explains it; None where there is none."""
        value = self._judge.cases.get(f"{tenant}\x1f{case_id}".encode())
        if value is None:
            return None
        return self._judge.reader.read(value)

    def decide(self, batches: Sequence[Batch], now: int) -> Decision:
        """See streams.runtime.processor.Processor. Offline nothing is published; `said` has what was said."""
        offline, judge = self._offline, self._judge
        found_at = now if offline is None else judge.until
        judge.teller = teller = Teller(found_at, everything=offline is not None, proofs=offline == "proofs")
        self._doubt()
        dead: list[Output] = []
        for batch in batches:
            if self._feeds is not None and batch.topic == self._feeds.topic:
                self._learn(self._feeds, batch, dead)
            else:
                self._apply(batch, dead)
            judge.read += 1
            if batch.caught_up_at is not None and self._clock.caught_up(batch.topic, batch.caught_up_at):
                self._move()
        followed = judge.take_followed()
        changes = judge.store()
        judge.count()
        outputs = dead
        if offline is None:
            outputs += [Output(self._transitions, said.case.encode(), encode_transition(said)) for said in teller.said]
        if self._followed is not None:
            outputs += [Output(self._followed, key, value) for key, value in (*followed, *self._follow_more())]
        if self._feeds is not None:
            outputs += self._feeds.speak(now, self._clock.now)
            if (known := self._feeds.changes()) is not None:
                changes[FEEDS_KEY] = known
        if changes or outputs or any(batch.records for batch in batches):  # a restart must not set the clock back
            stored = {"topics": self._clock.known(), "until": judge.until, "followed": self._all_followed}
            changes[CLOCK_KEY] = json.dumps(stored).encode()
        return Decision(changes, outputs)

    def _follow_more(self) -> list[tuple[bytes, bytes]]:
        """Of the cases that were there before this shard ever published, the clocks of the next ones."""
        if self._all_followed:
            return []
        some = self._unfollowed[-_AT_ONCE:]
        del self._unfollowed[-_AT_ONCE:]
        self._all_followed = not self._unfollowed
        return list(self._judge.followed_of(some))

    def _doubt(self) -> None:
        feeds = self._feeds
        self._judge.teller.doubt = feeds.level if feeds is not None and feeds.doubted else None

    def _learn(self, feeds: Feeds, batch: Batch, dead: list[Output]) -> None:
        """Words about feeds: from here on absence counts, or does not, and what was owed is said."""
        for record in batch.records:
            rejection = feeds.take(record)
            if rejection is not None:
                dead.append(Output(*bury(record, rejection)))
                self._judge.tally.refused[batch.topic, rejection.reason.value] += 1
            if self._clock.applied(batch.topic, record.timestamp, record.timestamp * MILLISECOND):
                self._move()
        if batch.records:
            self._doubt()
            self._judge.review()

    def _apply(self, batch: Batch, dead: list[Output]) -> None:
        records, topic, clock, judge = batch.records, batch.topic, self._clock, self._judge
        if not records:
            return
        heard, tally, take, feeds = clock.heard(topic), judge.tally, judge.take, self._feeds
        for record, event in self._decoded(records):
            judge.read += 1
            if type(event) is Rejection:
                dead.append(Output(*bury(record, event)))
                tally.refused[topic, event.reason.value] += 1
                continue
            assert type(event) is Event
            if event.occurred_at > heard:  # most move the clock of their topic, and few that of the shard
                if clock.applied(topic, record.timestamp, event.occurred_at):
                    self._move()
                heard = clock.heard(topic)
            if event.unknown:
                tally.unknown_fields += event.unknown
            if feeds is not None:
                feeds.hear(event)
            take(event)
        tally.applied[topic] += len(records)

    def _move(self) -> None:
        """The shard's clock has moved: so does time for its cases."""
        judge = self._judge
        until = self._clock.now - judge.current.catalogue.allowed_lateness
        if until > judge.until:
            judge.fire(until)

    def _decoded(self, records: Sequence[Record]) -> Iterator[tuple[Record, Event | Rejection]]:
        """Each record with what it says, decoded a handful at a time: what was decoded is used before it leaves the
        processor's cache, and the memory of the last handful serves the next."""
        for start in range(0, len(records), HANDFUL):
            some = records[start : start + HANDFUL]
            yield from zip(some, self._decode(some), strict=True)
