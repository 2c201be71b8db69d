"""When the silence of a feed is more than chance.

Of a feed of independent events the silence in which n events are missing has the chance of exp(-n), so n follows from how
seldom chance may do it, and from how many silences there are in that time. Feeds are not so: events come in batches, or
by a slow way. So what was missing in the silences of late gives a mean and a deviation, at least 1 each as they are where
events are independent, and the limit is the mean and n - 1 deviations.
"""

from collections.abc import Sequence
from math import log, sqrt

from streams.clock import MINUTE
from streams.feeds.lifecycle import Silence
from streams.feeds.policy import FeedPolicy
from streams.feeds.records import Ear, Listened
from streams.feeds.rhythm import Rhythm
from streams.state.codec import NO_WAKE


def silence_of(feed: Listened, ear: Ear, rhythm: Rhythm, since: int, policy: FeedPolicy) -> Silence:
    """The silence of a feed that counts from `since`; before that it was excused."""
    start = max(ear.last, since)
    rate = max(rhythm.low(start), policy.floor)
    suspect, blind = limits(rate, max(feed.pause, 1.0), feed.pause_variance, policy)
    suspect_at = max(rhythm.when(start, suspect, policy.floor), start + policy.suspect_after)
    blind_at = max(rhythm.when(start, blind, policy.floor), start + policy.blind_after)
    again = max(ear.heard_at, since)
    again_at = max(rhythm.when(again, blind, policy.floor), again + policy.blind_after)
    if feed.interval:
        suspect_at = min(suspect_at, start + max(policy.suspect_intervals * feed.interval, policy.suspect_after))
        promised = max(policy.blind_intervals * feed.interval, policy.blind_after)
        blind_at, again_at = min(blind_at, start + promised), min(again_at, again + promised)
    known_until = ear.last
    if feed.thin:
        blind_at, known_until = min(blind_at, feed.thin), min(ear.last, feed.thinned or feed.thin)
    return Silence(known_until, min(suspect_at, blind_at), blind_at, again_at)


def silence_of_all(feeds: Sequence[tuple[Listened, Ear, Rhythm]], at: int, policy: FeedPolicy) -> Silence:
    """The silence of a tenant.

    What the largest feed should have brought does not count: its own silence, beside small feeds that are silent by
    chance, is not that of all.
    """
    last = max(ear.last for _, ear, _ in feeds)
    heard_at = max(ear.heard_at for _, ear, _ in feeds)
    if at - min(last, heard_at) < policy.suspect_after:
        return Silence(last, NO_WAKE, NO_WAKE, NO_WAKE)
    rates = [rhythm.low(last) for _, _, rhythm in feeds]
    now = [rhythm.low(at) for _, _, rhythm in feeds]
    rate = max(sum(rates) - max(rates), sum(now) - max(now))
    if rate < policy.floor:
        return Silence(last, NO_WAKE, NO_WAKE, NO_WAKE)
    pause = 1.0 + sum(max(feed.pause - 1.0, 0.0) for feed, _, _ in feeds)
    suspect, blind = limits(rate, pause, max(feed.pause_variance for feed, _, _ in feeds), policy)
    suspect_at = max(_when(feeds, last, at, suspect, policy), last + policy.suspect_after)
    blind_at = max(_when(feeds, last, at, blind, policy), last + policy.blind_after)
    again_at = max(_when(feeds, heard_at, at, blind, policy), heard_at + policy.blind_after)
    return Silence(last, min(suspect_at, blind_at), blind_at, again_at)


def limits(rate: float, pause: float, variance: float, policy: FeedPolicy) -> tuple[float, float]:
    """So many events missing make a feed of so many a minute suspect, and blind."""
    deviation = max(1.0, sqrt(variance))
    suspect = max(policy.suspect_missing, log(max(rate * policy.suspect_every / MINUTE, 1.0)))
    blind = max(policy.blind_missing, log(max(rate * policy.blind_every / MINUTE, 1.0)))
    return pause + (suspect - 1) * deviation, pause + (blind - 1) * deviation


def _when(feeds: Sequence[tuple[Listened, Ear, Rhythm]], start: int, at: int, need: float, policy: FeedPolicy) -> int:
    """The instant up to `at` at which so many events were missing; NO_WAKE where they are not yet."""
    if _missing(feeds, start, at, policy) < need:
        return NO_WAKE
    low, high = start, at
    while low + 1 < high:
        middle = (low + high) // 2
        if _missing(feeds, start, middle, policy) < need:
            low = middle
        else:
            high = middle
    return high


def _missing(feeds: Sequence[tuple[Listened, Ear, Rhythm]], start: int, end: int, policy: FeedPolicy) -> float:
    floor = policy.floor / len(feeds)
    each = [rhythm.missing(start, end, floor) for _, _, rhythm in feeds]
    return sum(each) - max(each)
