"""What a minute that is over teaches about a feed, and the hour that ends with it."""

from math import sqrt
from typing import Final

from streams.clock import MINUTE
from streams.feeds.policy import FeedPolicy
from streams.feeds.records import Ear, Listened
from streams.feeds.rhythm import Rhythm

_FADES: Final = 0.85  # of what came of late, a minute: half is of the last four
_RECENT: Final = 30  # minutes
_PAUSES: Final = 200
_PRIOR: Final = 10  # pauses' worth of what a feed of independent events would do


def fold(feed: Listened, ear: Ear, rhythm: Rhythm, minute: int, policy: FeedPolicy, *, lost: bool) -> None:
    """Take in a minute (since 1970). One lost to blindness teaches nothing, unless nothing is known of its hour."""
    count, level = ear.counts.pop(minute, 0), rhythm.level
    if minute < ear.deaf:
        feed.minutes, feed.levels, feed.run, feed.dry, feed.parched = [], [], 0, 0, 0.0
    else:
        feed.run = 0 if count else feed.run + 1
        feed.longest = max(feed.longest, feed.run)
        if lost:
            feed.lost, feed.lost_count = feed.lost + 1, feed.lost_count + count
            feed.lost_square += count * count
            feed.dry, feed.parched = 0, 0.0
        else:
            feed.heard, feed.count = feed.heard + 1, feed.count + count
            feed.square += count * count
            _note_level(feed, rhythm, minute, count)
        if lost and not feed.thin:
            feed.minutes, feed.levels = [], []
        else:
            feed.minutes = [*feed.minutes, count][-policy.thin_minutes :]
            feed.levels = [*feed.levels, level][-policy.thin_minutes :]
            _look_for_thinness(feed, rhythm, minute, policy)
    _fold_pauses(feed, ear)
    if (minute + 1) % 60 == 0:
        _fold_hour(feed, rhythm, minute // 60, policy)
        rhythm.changed()
    elif count and 0 in rhythm.week.weeks:
        rhythm.changed()


def _note_level(feed: Listened, rhythm: Rhythm, minute: int, count: int) -> None:
    """Minutes without an event count once there is one again: only then it is known that they were no silence."""
    usual = rhythm.low(minute * MINUTE)
    if not count:
        feed.dry += 1
        feed.parched = feed.parched * _FADES + usual
        return
    fade = _FADES ** (feed.dry + 1)
    feed.came = feed.came * fade + count
    feed.expected = feed.expected * fade + feed.parched * _FADES + usual
    for each in (*[0] * min(feed.dry, 2 * _RECENT), count):
        feed.known += 1
        feed.recent += (each - feed.recent) / min(feed.known, _RECENT)
    feed.dry, feed.parched = 0, 0.0


def _fold_pauses(feed: Listened, ear: Ear) -> None:
    if ear.pauses:
        keep = 1.0
        for one in range(feed.pauses + 1, feed.pauses + 1 + min(ear.pauses, _PAUSES)):
            keep *= 1 - 1 / min(one + _PRIOR, _PAUSES)
        feed.pauses += ear.pauses
        mean = ear.missed / ear.pauses
        apart = mean - feed.pause
        feed.pause += (1 - keep) * apart
        within = max(ear.squares / ear.pauses - mean * mean, 0.0)
        feed.pause_variance = keep * (feed.pause_variance + (1 - keep) * apart * apart) + (1 - keep) * within
    ear.pauses, ear.missed, ear.squares = 0, 0.0, 0.0


def _fold_hour(feed: Listened, rhythm: Rhythm, hour: int, policy: FeedPolicy) -> None:
    if feed.heard >= policy.hour_minutes:
        count, total, square = feed.heard, feed.count, feed.square
        hole = feed.longest if not feed.lost else 0
    else:
        count, total, square = feed.heard + feed.lost, feed.count + feed.lost_count, feed.square + feed.lost_square
        hole = feed.longest
    if count >= policy.hour_minutes:
        if feed.heard >= policy.hour_minutes or rhythm.is_strange(hour, silent=not total):
            mean = total / count
            rhythm.learn(hour, count, mean, max(square / count - mean * mean, 0.0), hole)
        elif not total:
            rhythm.lose(hour)
    feed.heard = feed.count = feed.square = feed.lost = feed.lost_count = feed.lost_square = feed.run = feed.longest = 0


def _look_for_thinness(feed: Listened, rhythm: Rhythm, minute: int, policy: FeedPolicy) -> None:
    """Whether far less came in the last minutes than is usual, or, once it was so, whether that is over."""
    end, most = (minute + 1) * MINUTE, policy.thin_minutes
    lows = [rhythm.low((minute - back) * MINUTE) for back in range(len(feed.minutes))]
    if len(feed.minutes) == most:
        came, usual = sum(feed.minutes), sum(lows)
        if feed.share < 1 and came >= policy.thin_forgotten * most * rhythm.usual(minute * MINUTE):
            feed.share = 1.0
        if feed.thin and came >= policy.thin_over * usual * feed.share:
            feed.thin, feed.standing.spoke = 0, True
            return
        if feed.thin and came and end - feed.thin >= policy.thin_lasts:
            feed.thin, feed.share, feed.standing.spoke = 0, came / usual, True
            return
    spread = rhythm.spread(end - MINUTE)
    if feed.thin or spread is None or rhythm.has_hole(end - MINUTE):
        return
    for span in range(len(feed.levels), 0, -1):  # records of earlier releases have minutes without levels
        # a short while is held against the day, in which less may come than is usual
        share = feed.share if span == most else min(feed.share, feed.levels[-span])
        came, usual = sum(feed.minutes[-span:]), sum(lows[:span]) * share
        deviations = policy.thin_deviations + policy.thin_stricter * (most - span)
        least = usual - deviations * sqrt(usual + span**2 * spread * share**2)
        if 0 < came <= policy.thin_share * usual and came < least:
            # what came before is forgotten, or it would end what begins here
            feed.thin, feed.thinned = end, end - span * MINUTE
            feed.minutes, feed.levels = feed.minutes[-span:], feed.levels[-span:]
            return
