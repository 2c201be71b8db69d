"""The cases of one shard: in memory as bytes, in hand while a decision touches them, and judged one event or one timer at
a time. Pure.

An event goes the short way (lane.py) where nothing out of the ordinary happens to its case, else the long way: the record
is made, the engine judges, and the record is stored again at the end of the decision.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

import msgspec

from streams.catalogue.model import Catalogue
from streams.engine.case import KIND_NAMES, NEVER, Case, Fact
from streams.engine.detect import Taken, advance, is_over, open_case, take
from streams.engine.followed import Followed, differences, follow
from streams.engine.late import review
from streams.engine.rules import Rules
from streams.engine.tell import Teller
from streams.ingest.event import Event
from streams.state.codec import NO_WAKE, wake_of
from streams.state.codec import encode as encode_case
from streams.state.cut import kept_fields
from streams.state.deadlines import DeadlineQueue
from streams.state.lane import SAID, Lane
from streams.state.narrator import Narrator
from streams.state.plain import LAYOUT, STANDING, is_closed, is_plain, open_moments
from streams.state.reader import CaseReader
from streams.state.standing import Share, Standing, shares_of
from streams.state.tally import Tally

Changes = dict[bytes, bytes | None]
Offline = Literal["steps", "proofs"] | None


class _Touched(msgspec.Struct, gc=False):
    """A case in hand: its record, the instant under which the queue knows it, and what it is counted as."""

    case: Case
    rules: Rules
    queued: int
    shares: list[Share]
    changed: bool = False


class Judge:
    """The cases of one shard. `until` is how far time has been judged, `teller` takes what is said; both belong to the
    decision under way. `read` counts what was read, `mine` is as in DetectProcessor."""

    def __init__(
        self,
        catalogue: Catalogue,
        reader: CaseReader,
        *,
        offline: Offline = None,
        mine: Callable[[bytes], bool] | None = None,
    ) -> None:
        self.tally = Tally()
        self.teller = Teller(0)
        self.until = NEVER
        self.read = 0
        self.reader = reader
        self.current = reader.use(catalogue)
        self.cases: dict[bytes, bytes] = {}
        self._offline, self._mine = offline, mine
        self._queue = DeadlineQueue()
        self._touched: dict[bytes, _Touched | None] = {}
        self._changes: Changes = {}
        self._narrator = Narrator()
        self.standing = Standing()
        self._doubted: set[bytes] = set()
        self._followed: dict[bytes, Followed] = {}

    def ready(self) -> None:
        """Make what is derived anew from the records: the deadline queue, and how the occurrences stand. Versions of the
        catalogue that no record needs any more are forgotten."""
        self._rebuild_queue()
        self.standing = Standing()
        plain: Counter[bytes] = Counter()
        used = {self.current.version}
        for key, value in self.cases.items():
            if value[0] == LAYOUT:
                plain[value[STANDING]] += 1
            else:
                rules, case = self.reader.read(value)
                used.add(rules.version)
                self.standing.add(shares_of(_tenant(key), case))
                if _in_doubt(case):
                    self._doubted.add(key)
        for standing, count in plain.items():
            opened, number = open_moments(standing)
            lane = self.reader.lane_by(number)
            used.add(lane.rules.version)
            self._run(lane, opened, count)
        self.reader.forget(used)

    def _rebuild_queue(self) -> None:
        self._queue.rebuild((wake_of(value), key) for key, value in self.cases.items())

    def _run(self, lane: Lane, moments: int, count: int) -> None:
        """So many more plain cases of a lane have these moments running."""
        for index, moment in enumerate(lane.rules.moments):
            if moments >> index & 1:
                self.standing.run((lane.tenant, lane.region, moment.id), count)

    def take(self, event: Event) -> None:
        """Let an event count in its case: the short way where that will do, else the long way."""
        key = f"{event.tenant}\x1f{event.case}".encode()
        if self._mine is not None:
            if not self._mine(key):
                return
            self.teller.place = (self.read, 1, 0, b"")
        if key in self._touched:
            if self._touched[key] is not None:
                self._take_long(key, event)
                return
            value = None
        else:
            value = self.cases.get(key)
        reader = self.reader
        lane = reader.lane(self.current, event.tenant, event.region) if value is None else reader.lane_of(value)
        if lane is None or (self._offline is not None and not self._can_narrate(key, value, event)):
            self._take_long(key, event)
            return
        if lane.rules.kept_of(event.type) is None:
            self.tally.unmentioned += 1
            return
        done = lane.take(event, value, self.until)
        if done is None:
            self._take_long(key, event)
            return
        if value is None:
            self.reader.keep_source(lane.rules)
            self._touched.pop(key, None)  # a case that was forgotten just now begins anew
        record, wake, moved, *_ = done
        self.cases[key] = self._changes[key] = record
        if moved:
            self._queue.push(wake, key)
        if self._offline is not None:
            self.teller.add(self._narrator.tell(lane, key, event, value, done, self.teller.now))

    def _can_narrate(self, key: bytes, value: bytes | None, event: Event) -> bool:
        """Whether the short way has all that replay says. What waits for the clock is said when the clock is there."""
        return (
            self._offline == "steps" and event.occurred_at <= self.until and (value is None or self._narrator.knows(key))
        )

    def _take_long(self, key: bytes, event: Event) -> None:
        touched = self._hold(key)
        rules = touched.rules if touched is not None else self.current
        kept = rules.kept_of(event.type)
        if kept is None:
            self.tally.unmentioned += 1
            return
        if touched is None:
            touched = self._touched[key] = _Touched(open_case(rules, event.region or ""), rules, NO_WAKE, [])
        fact = Fact(event.occurred_at, event.id, event.source, event.type, kept_fields(event, kept))
        self.teller.begin(rules, touched.case, event.tenant, event.case)
        taken = take(rules, touched.case, fact, self.until, self.teller)
        if taken is Taken.NEW:
            self._requeue(key, touched, advance(rules, touched.case, self.until, self.teller))
        elif taken is Taken.DUPLICATE:
            self.tally.duplicates += 1
        else:
            self.tally.beyond += 1

    def _hold(self, key: bytes) -> _Touched | None:
        """The case in hand, taken from the store where it is not yet; None where there is no such case."""
        if key in self._touched:
            return self._touched[key]
        value = self.cases.get(key)
        if value is None:
            return None
        rules, case = self.reader.read(value)
        touched = self._touched[key] = _Touched(case, rules, wake_of(value), shares_of(_tenant(key), case))
        if rules.followed and self._offline is None:
            self._followed.setdefault(key, _follow(key, rules, case))
        return touched

    def _requeue(self, key: bytes, touched: _Touched, wake: int | None) -> None:
        touched.changed = True
        if wake is None:
            touched.queued = NO_WAKE
        elif wake != touched.queued:
            touched.queued = wake
            self._queue.push(wake, key)

    def review(self) -> None:
        """What is known of a feed has changed: say what is owed and can be believed now, or that it is unknown."""
        for key in sorted(self._doubted):
            touched = self._hold(key)
            if touched is None:
                self._doubted.discard(key)
                continue
            tenant, _, case_id = key.decode().partition("\x1f")
            self.teller.begin(touched.rules, touched.case, tenant, case_id)
            review(touched.rules, touched.case, self.until, self.teller.level, self.teller)
            touched.changed = True

    def fire(self, until: int) -> None:
        """Let every case whose time has come by `until` speak."""
        self.until = until
        if self._offline is not None:
            self.teller.now = until
        pop_before = self._queue.pop_before
        while (due := pop_before(until)) is not None:
            wake, key = due
            touched = self._still_due(wake, key)
            if touched is None:
                continue  # the case has moved on; a stale entry is harmless
            if self._mine is not None:
                self.teller.place = (self.read, 0, wake, key)
            tenant, _, case_id = key.decode().partition("\x1f")
            self.teller.begin(touched.rules, touched.case, tenant, case_id)
            wake_again = advance(touched.rules, touched.case, until, self.teller)
            if is_over(touched.case, until):
                self.standing.remove(touched.shares)
                self._touched[key] = None
            else:
                self._requeue(key, touched, wake_again)

    def _still_due(self, wake: int, key: bytes) -> _Touched | None:
        """The case of a queue entry, in hand, if it still wants a look at that instant."""
        if key not in self._touched:
            value = self.cases.get(key)
            if value is None or wake_of(value) != wake:
                return None
            if is_plain(value) and is_closed(value):  # all it waits for is to be forgotten
                self._touched[key] = None
                return None
        touched = self._hold(key)
        return touched if touched is not None and touched.queued == wake else None

    def store(self) -> Changes:
        """Put what was touched back, and say what changed."""
        changes, self._changes = self._changes, {}
        cases = self.cases
        for key, touched in self._touched.items():
            if touched is None:
                self._narrator.forget(key)
                self._doubted.discard(key)
                if cases.pop(key, None) is not None:
                    changes[key] = None
                continue
            if not touched.changed:
                continue
            self._narrator.forget(key)
            shares = shares_of(_tenant(key), touched.case)
            if shares != touched.shares:
                self.standing.remove(touched.shares)
                self.standing.add(shares)
            cases[key] = changes[key] = encode_case(touched.case, touched.queued)
            self.reader.keep_source(touched.rules)
            if self._doubted or self.teller.doubt is not None:
                (self._doubted.add if _in_doubt(touched.case) else self._doubted.discard)(key)
        self._touched = {}
        changes |= self.reader.take_fresh()
        if self._queue.crowded(len(cases)):
            self._rebuild_queue()
        return changes

    def take_followed(self) -> list[tuple[bytes, bytes | None]]:
        """What has changed of the clocks that people follow, to be asked before `store`."""
        found: list[tuple[bytes, bytes | None]] = []
        if self._offline is None:
            for key, touched in self._touched.items():
                before = self._followed.pop(key, {})
                if touched is None:
                    found += differences(before, {})
                elif touched.changed and (before or touched.rules.followed):
                    found += differences(before, _follow(key, touched.rules, touched.case))
            for before in self._followed.values():  # forgotten, and begun anew without any
                found += differences(before, {})
            self._followed = {}
        return found

    def followed_of(self, keys: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
        """The clocks of these cases that people follow, as they stand in what is stored."""
        for key in keys:
            value = self.cases.get(key)
            if value is None:
                continue
            lane = self.reader.lane_of(value)
            if lane is None or lane.rules.followed:
                yield from _follow(key, *self.reader.read(value)).items()

    def count(self) -> None:
        """Add to the tally what was said, on the long way and the short."""
        tally, teller = self.tally, self.teller
        for (tenant, region, moment, kind), count in teller.counts.items():
            tally.steps[tenant, region, moment, KIND_NAMES[kind]] += count
        for begun, count in teller.started.items():
            tally.started[begun] += count
        for saved, count in teller.saved.items():
            tally.saved[saved] += count
        for place, spans in teller.spans.items():
            tally.spans.setdefault(place, []).extend(spans)
        for lane in self.reader.lanes():
            if lane.steps:
                self._count_lane(lane)

    def _count_lane(self, lane: Lane) -> None:
        tally, tenant, region, moments = self.tally, lane.tenant, lane.region, lane.rules.moments
        steps, started, spans = lane.drain()
        for masks, count in steps.items():
            for mask, kind in zip(masks, SAID, strict=True):
                for index, moment in enumerate(moments):
                    if mask >> index & 1:
                        tally.steps[tenant, region, moment.id, KIND_NAMES[kind]] += count
            self._run(lane, masks[0], count)
            self._run(lane, masks[1] | masks[2], -count)
        for store, count in started.items():
            tally.started[tenant, region, store] += count
        for moment, taken in zip(moments, spans, strict=True):
            if taken:
                tally.spans.setdefault((tenant, moment.id), []).extend(taken)


def _follow(key: bytes, rules: Rules, case: Case) -> Followed:
    tenant, _, case_id = key.decode().partition("\x1f")
    return follow(rules, tenant, case_id, case)


def _in_doubt(case: Case) -> bool:
    return any(occurrence.doubt for track in case.tracks for occurrence in track.occurrences)


def _tenant(key: bytes) -> str:
    return key.partition(b"\x1f")[0].decode()
