"""What a pulse does: it brings news of feeds, and with the least clock of all shards it moves the tenant's time."""

from schemas.feed import Heard, Pulse
from streams.clock import MINUTE, SECOND, instant
from streams.feeds.journal import Journal, Subject
from streams.feeds.judge import Judge
from streams.feeds.policy import FeedPolicy
from streams.feeds.records import Ear, Standing, Tenant, feed_name
from streams.feeds.store import Circle, Known, Store
from streams.feeds.tally import FeedTally


class Hearing:
    """Applies pulses."""

    def __init__(self, store: Store, policy: FeedPolicy, journal: Journal, tally: FeedTally, judge: Judge) -> None:
        self._store, self._policy, self._journal, self._tally, self._judge = store, policy, journal, tally, judge

    def hear(self, pulse: Pulse) -> None:
        """Take the pulse of one shard. One with a clock that is not later was heard before: what it counts does not."""
        clock = instant(pulse.clock)
        circle = self._store.circles.get(pulse.tenant)
        if circle is None:
            circle = self._store.circles[pulse.tenant] = Circle(Tenant(pulse.tenant, clock, clock // MINUTE - 1))
        tenant = circle.tenant
        again = clock <= tenant.clocks.get(pulse.shard, -1)
        for heard in pulse.feeds:
            if heard.retired:
                if not again:
                    self._retire(circle, heard)
            elif heard.count:
                self._note(circle, heard, clock, again)
        if again:
            self._tally.repeated += 1
            return
        tenant.clocks[pulse.shard] = clock
        self._store.touch_tenant(circle)
        time = min(tenant.clocks.values())
        if time > tenant.time:
            self._judge.advance(circle, time)

    def _retire(self, circle: Circle, heard: Heard) -> None:
        """Nothing more is to come, so nothing is waited for; events in the same pulse are the last of it. A feed that is
        not known is none, and what comes in later pulses is of another."""
        known = circle.feeds.get(feed_name(circle.tenant.name, heard.source, heard.region or ""))
        if known is not None:
            self._judge.forget(circle, known, retired=True)

    def _note(self, circle: Circle, heard: Heard, clock: int, again: bool) -> None:
        tenant, region = circle.tenant, heard.region or ""
        last = min(instant(heard.last), clock)  # what claims to come from the future proves no more than the present
        known = circle.feeds.get(feed_name(tenant.name, heard.source, region))
        if known is None:
            if not self._make_room(circle):
                self._tally.crowded += 1
                return
            known = self._store.add(circle, heard.source, region, Ear(last, clock))
            known.feed.standing.until = known.feed.standing.changed_at = tenant.time
            known.feed.standing.turns = tenant.turns
            self._store.touch(known)
            self._journal.feed(Subject(tenant.name, heard.source, region), known.feed.standing)
        elif again and last <= known.ear.last:
            return
        ear = known.ear
        if not again:
            self._count(tenant, known, heard, clock)
        if last > ear.last:
            self._note_pause(tenant, known)
            ear.last = last
        ear.heard_at = max(ear.heard_at, clock)
        first = instant(heard.first)
        if known.feed.standing.state in ("blind", "returning"):
            self._store.touch(known)
        if not again:
            ear.came += heard.count
        self._note_return(circle, known, first)
        if heard.heartbeat is not None:
            interval = min(heard.heartbeat * SECOND, self._policy.longest_interval)
            if interval != known.feed.interval:
                known.feed.interval = interval
                self._store.touch(known)
        known.silence = None
        self._store.touch_tenant(circle)

    def _count(self, tenant: Tenant, known: Known, heard: Heard, clock: int) -> None:
        counts = known.ear.counts
        minute = max((clock - 1) // MINUTE, tenant.minute + 1)
        counts[minute] = counts.get(minute, 0) + heard.count
        if len(counts) > self._policy.open_minutes:
            oldest = min(counts)
            del counts[oldest]
            known.ear.deaf = max(known.ear.deaf, oldest + 1)
        self._tally.events[tenant.name, known.feed.source, known.feed.region] += heard.count

    def _note_pause(self, tenant: Tenant, known: Known) -> None:
        """What was missing before it spoke. Nothing is learnt of the silence that made it blind, nor of those in which it
        was in doubt after it spoke: they were not usual.
        """
        feed, ear, standing = known.feed, known.ear, known.feed.standing
        unheard = standing.state in ("blind", "returning")
        if (standing.state == "blind" and not standing.returned_at) or (standing.state == "suspect" and ear.came):
            return
        start = max(ear.last, ear.heard_at) if unheard else ear.last
        if tenant.time - start < SECOND or tenant.total.state == "blind" or start < tenant.total.returned_at:
            return
        if feed.known < self._policy.learn_minutes:
            missed = feed.recent * (tenant.time - start) / MINUTE
        else:
            missed = known.rhythm.missing(start, tenant.time, self._policy.floor)
        if missed > 0:
            ear.pauses, ear.missed, ear.squares = ear.pauses + 1, ear.missed + missed, ear.squares + missed * missed

    def _note_return(self, circle: Circle, known: Known, first: int) -> None:
        tenant, feed = circle.tenant, known.feed
        if (feed.standing.state != "blind" or not feed.thin) and _answer(feed.standing, first, tenant.time):
            known.ear.since, known.ear.came = tenant.time, 0
        _answer(tenant.total, first, tenant.time)
        self._store.touch_tenant(circle)

    def _make_room(self, circle: Circle) -> bool:
        """Whether there is room for one feed more; what was not heard of for longest goes, unless it is missed."""
        if len(circle.feeds) < self._policy.most_feeds:
            return True
        spare = [one for one in circle if not one.feed.standing.told]
        if not spare:
            return False
        self._judge.forget(circle, min(spare, key=lambda one: (one.ear.heard_at, one.name)))
        return True


def _answer(standing: Standing, first: int, time: int) -> bool:
    """It spoke. Whether something of it is from before its return."""
    if standing.state == "blind":
        standing.spoke = True
    elif standing.state == "returning" and first < standing.returned_at:
        standing.old_at = time
        return True
    return False
