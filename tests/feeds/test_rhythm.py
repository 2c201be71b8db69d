"""What is usual of a feed: what is kept of it between two questions is what it would be reckoned at anew."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.clock import DAY, HOUR, MINUTE, SECOND
from streams.feeds.policy import FeedPolicy
from streams.feeds.records import Listened, Week
from streams.feeds.rhythm import Rhythm
from streams.state.codec import NO_WAKE
from tests.feeds.feed_stage import MONDAY
from tests.support.effort import explore

POLICY = FeedPolicy()


def rhythm(week: Week | None = None) -> Rhythm:
    return Rhythm(Listened("tea", "pos", "r1"), week or Week(), POLICY)


def change(kept: Rhythm, draw: random.Random, hour: int) -> None:
    """Something that moves what is usual: an hour is learnt or lost, or something came of late."""
    kind = draw.randrange(4)
    if kind == 0:
        kept.lose(hour)
    elif kind == 1:
        kept.feed.recent, kept.feed.known = draw.choice([0.0, 0.3, 5.5, 60.0]), draw.choice([5, 10, 600])
        kept.feed.came, kept.feed.expected = 50 * draw.random(), 50 * draw.random()
        kept.changed()
    else:
        mean, hole = draw.choice([0.0, 0.5, 3.0, 60.1]), draw.choice([0, 0, 0, 5, 30, 60])
        kept.learn(hour, draw.randint(1, 60), mean, draw.random(), hole)


@explore(40)
@given(st.integers(0, 2**32))
def test_what_is_kept_of_the_hours_is_what_they_are_reckoned_at_anew(seed: int) -> None:
    draw, kept, hour = random.Random(seed), rhythm(), MONDAY // HOUR
    for _ in range(60):
        change(kept, draw, hour)
        hour += draw.choice([1, 1, 1, 5, 13])
        for _ in range(3):
            at = hour * HOUR + draw.randrange(-7 * DAY, 7 * DAY)
            until, need = at + draw.choice([SECOND, 20 * MINUTE, DAY]), draw.choice([1.0, 12.0, 10_000.0])
            floor = draw.choice([0.1, 1.0, kept.week.mean[draw.randrange(168)]])
            anew = Rhythm(kept.feed, kept.week, POLICY)
            assert (kept.usual(at), kept.low(at), kept.has_hole(at)) == (anew.usual(at), anew.low(at), anew.has_hole(at))
            anew = Rhythm(kept.feed, kept.week, POLICY)
            assert kept.missing(at, until, floor) == anew.missing(at, until, floor)
            assert kept.when(at, need, floor) == anew.when(at, need, floor)


@pytest.mark.parametrize("days", range(1, 8))
def test_hours_that_are_just_at_the_floor_count_and_those_below_it_do_not(days: int) -> None:
    mean = 0.1 * 11  # one of the numbers whose sums are rounded
    week = Week()
    for hour in range(24 * days):
        week.weeks[hour], week.mean[hour] = 1, mean
    known = rhythm(week)
    assert known.missing(MONDAY + DAY, MONDAY + 2 * DAY, mean) == pytest.approx(DAY / MINUTE * mean)
    assert known.when(MONDAY + DAY, 11, mean) == pytest.approx(MONDAY + DAY + 10 * MINUTE, abs=1)
    assert known.missing(MONDAY + DAY, MONDAY + 2 * DAY, mean * 1.01) == 0
    assert known.when(MONDAY + DAY, 11, mean * 1.01) == NO_WAKE


def test_what_came_of_late_stands_for_hours_of_which_nothing_is_known() -> None:
    new = rhythm()
    new.feed.recent, new.feed.known = 6.0, POLICY.learn_minutes
    assert (new.usual(MONDAY), new.missing(MONDAY, MONDAY + HOUR, 6.0)) == (6.0, 360)
    new.feed.recent = 2.0
    assert new.usual(MONDAY + 5 * HOUR) == 6.0, "all hours are of the instant of the first question"
    new.changed()
    assert (new.usual(MONDAY), new.missing(MONDAY, MONDAY + HOUR, 6.0)) == (2.0, 0)
