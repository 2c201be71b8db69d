"""What a tenant's time does: minutes end, silences grow too long, feeds settle."""

from typing import Final

from schemas.feed import FeedState
from streams.clock import MINUTE
from streams.feeds.journal import Journal, Subject
from streams.feeds.lifecycle import Silence, move, next_state
from streams.feeds.minutes import fold
from streams.feeds.policy import FeedPolicy
from streams.feeds.records import ALL, Standing, Tenant
from streams.feeds.silence import silence_of, silence_of_all
from streams.feeds.store import Circle, Known, Store

_UNHEARD: Final = ("blind", "returning")


class Judge:
    """Judges the feeds of a tenant."""

    def __init__(self, store: Store, policy: FeedPolicy, journal: Journal) -> None:
        self._store, self._policy, self._journal = store, policy, journal

    def advance(self, circle: Circle, time: int) -> None:
        """Everything up to `time` has been heard."""
        tenant = circle.tenant
        tenant.time = time
        self._end_minutes(circle)
        if not circle.feeds:
            return
        self._judge_all(circle)
        for known in circle:
            self._judge_one(circle, known)

    def forget(self, circle: Circle, known: Known, *, retired: bool = False) -> None:
        """The feed is no feed any more, because upstream has `retired` it or because it was not heard for so long. With
        the last one there is no silence of all either."""
        tenant, standing = circle.tenant, known.feed.standing
        self._end(_subject(known, tenant.time), standing, tenant.time, retired=retired)
        self._store.drop(circle, known)
        tenant.turns = max(tenant.turns, standing.turns)
        if not circle.feeds and tenant.total.changed_at:
            self._end(Subject(tenant.name, ALL, ALL), tenant.total, tenant.time, retired=retired)
            tenant.total = Standing(turns=tenant.total.turns)

    def _end(self, subject: Subject, standing: Standing, at: int, *, retired: bool) -> None:
        if standing.told:
            self._journal.gone(subject, standing, at, retired=retired)
        self._journal.forget(subject)

    def _end_minutes(self, circle: Circle) -> None:
        tenant = circle.tenant
        over = tenant.time // MINUTE - 1
        if over - tenant.minute > self._policy.leap // MINUTE:
            tenant.minute = over - self._policy.leap // MINUTE
            for known in circle:
                _skip(known, tenant.minute)
        while tenant.minute < over:
            tenant.minute += 1
            for known in circle:
                lost = known.feed.standing.state in _UNHEARD or tenant.total.state in _UNHEARD
                fold(known.feed, known.ear, known.rhythm, tenant.minute, self._policy, lost=lost)
                known.silence = None
                self._store.touch(known, week=(tenant.minute + 1) % 60 == 0)
            if (tenant.minute + 1) % 60 == 0:
                self._forget_old(circle, (tenant.minute + 1) * MINUTE - self._policy.forget_after)

    def _forget_old(self, circle: Circle, before: int) -> None:
        for known in [known for known in circle if known.ear.heard_at < before]:
            self.forget(circle, known)

    def _judge_all(self, circle: Circle) -> None:
        tenant = circle.tenant
        listened = [(known.feed, known.ear, known.rhythm) for known in circle]
        silence = silence_of_all(listened, tenant.time, self._policy)
        to = next_state(tenant.total, silence, tenant.time, self._policy)
        if to is None:
            return
        subject = Subject(tenant.name, ALL, ALL, sum(known.rhythm.usual(tenant.time) for known in circle))
        self._move(subject, tenant.total, to, silence, tenant.time)
        self._store.touch_tenant(circle)
        for known in circle:
            known.silence = None

    def _judge_one(self, circle: Circle, known: Known) -> None:
        tenant, standing = circle.tenant, known.feed.standing
        if known.silence is None:
            since = tenant.total.returned_at
            known.silence = silence_of(known.feed, known.ear, known.rhythm, since, self._policy)
        believed = self._believe(known, tenant)
        to = next_state(standing, known.silence, tenant.time, self._policy, believed=believed)
        if to is None or (to in ("suspect", "blind") and tenant.total.state != "heard"):
            return
        self._move(_subject(known, tenant.time), standing, to, known.silence, tenant.time)
        known.ear.since, known.ear.came = known.ear.heard_at if to == "suspect" else tenant.time, 0
        self._store.touch(known)

    def _believe(self, known: Known, tenant: Tenant) -> bool:
        """Whether so much comes of a feed that was in doubt that it can be all of it. Where a return has not brought that
        in its time, another begins.
        """
        state, ear = known.feed.standing.state, known.ear
        if state not in ("suspect", "returning"):
            return True
        if state == "returning" and tenant.time - ear.since < self._policy.settle:
            return False
        since = max(ear.since, tenant.total.returned_at)
        expected = known.rhythm.missing(since, tenant.time, self._policy.floor) * known.rhythm.today
        believed = ear.came >= self._policy.believed * expected
        if state == "returning" and not believed:
            ear.since, ear.came = tenant.time, 0
        return believed

    def _move(self, subject: Subject, standing: Standing, to: FeedState, silence: Silence, at: int) -> None:
        since, told = standing.until, standing.told
        move(standing, to, silence, at)
        if to == "blind" and not told:
            standing.told = True
            standing.turns += 1
            self._journal.silent(subject, standing)
        elif to == "heard" and told:
            standing.told = False
            self._journal.back(subject, standing, since)
        self._journal.feed(subject, standing)


def _subject(known: Known, at: int) -> Subject:
    feed = known.feed
    return Subject(feed.tenant, feed.source, feed.region, known.rhythm.usual(at), feed.interval, feed.thin > 0)


def _skip(known: Known, minute: int) -> None:
    """Up to this minute nobody listened: nothing is learnt, and what was begun is left."""
    feed, ear = known.feed, known.ear
    ear.counts = {one: count for one, count in ear.counts.items() if one > minute}
    feed.minutes, feed.levels, feed.run, feed.longest, feed.dry, feed.parched = [], [], 0, 0, 0, 0.0
    feed.heard = feed.count = feed.square = feed.lost = feed.lost_count = feed.lost_square = 0
