"""What is usual for a value, and how many breaches are more than that."""

from math import sqrt
from random import Random
from statistics import fmean, pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.clock import DAY, MINUTE
from streams.groups.incident_policy import IncidentPolicy
from streams.groups.learning import Learnt, threshold
from tests.support.effort import explore

POLICY = IncidentPolicy()
COUNTS = st.lists(st.integers(0, 500), min_size=1, max_size=POLICY.memory)


def learnt_from(counts: list[int], policy: IncidentPolicy = POLICY) -> Learnt:
    learnt = Learnt(99, 100)
    for count in counts:
        learnt.take(count, policy)
    return learnt


@explore(100)
@given(COUNTS)
def test_the_first_spans_make_a_plain_average(counts: list[int]) -> None:
    learnt = learnt_from(counts)
    assert learnt.usual == pytest.approx(fmean(counts), abs=1e-6)
    assert learnt.variance == pytest.approx(pvariance(counts), abs=1e-4)
    assert (learnt.watched, learnt.judged) == (len(counts), 99 + len(counts))


@explore(100)
@given(COUNTS, st.lists(st.integers(0, 500), min_size=1, max_size=200))
def test_later_spans_count_by_weights_that_fall_off_with_age(first: list[int], later: list[int]) -> None:
    first = first + [first[-1]] * (POLICY.memory - len(first))
    learnt = learnt_from(first + later)
    weight = 1 / POLICY.memory
    weights = [(1 - weight) ** len(later) / len(first)] * len(first)
    weights += [weight * (1 - weight) ** age for age in reversed(range(len(later)))]
    mean = sum(each * count for each, count in zip(weights, first + later, strict=True))
    spread = sum(each * (count - mean) ** 2 for each, count in zip(weights, first + later, strict=True))
    assert sum(weights) == pytest.approx(1)
    assert learnt.usual == pytest.approx(mean)
    assert learnt.variance == pytest.approx(spread, abs=1e-6)


@explore(100)
@given(COUNTS, st.lists(st.integers(0, 700), max_size=8))
def test_silence_in_one_step_or_in_many_comes_to_the_same(counts: list[int], stops: list[int]) -> None:
    at_once, in_steps = learnt_from(counts), learnt_from(counts)
    end = 100 + max(stops, default=0)
    known = all(in_steps.pass_to(100 + stop, POLICY) for stop in sorted(stops))
    assert at_once.pass_to(end, POLICY) == known
    assert at_once == in_steps


def test_a_value_is_as_if_never_seen_after_days_of_silence_only() -> None:
    once, busy = learnt_from([1]), learnt_from([200] * 48)
    days = POLICY.forget_after // POLICY.span
    assert once.pass_to(99 + days, POLICY)
    assert not once.pass_to(100 + days, POLICY)
    assert busy.pass_to(147 + days, POLICY), "what is usual fades by itself"
    assert 0.01 < busy.usual < 0.05
    assert not busy.pass_to(147 + 2 * days, POLICY)


def test_spans_that_were_skipped_count_for_nothing() -> None:
    learnt = learnt_from([10, 10])
    learnt.skip_to(500)
    learnt.skip_to(300)
    assert (learnt.judged, learnt.usual, learnt.watched) == (500, 10, 2)
    learnt.take(40, POLICY)
    assert learnt.usual == pytest.approx(20)


@pytest.mark.parametrize(
    ("usual", "variance", "floor", "expected"),
    [(0, 0, 20, 20), (0.1, 0.1, 5, 5), (4, 0, 5, 12), (100, 0, 20, 140), (100, 50, 20, 140), (100, 400, 20, 180)],
)
def test_the_threshold_is_four_deviations_above_what_is_usual_but_never_below_the_floor(
    usual: float, variance: float, floor: int, expected: int
) -> None:
    assert threshold(usual, variance, floor, POLICY) == expected


def test_what_is_passed_depends_on_what_is_usual_and_not_on_size() -> None:
    for mean in (2, 20, 200):
        counts = [mean + (-1) ** place * round(sqrt(mean)) for place in range(48)]
        learnt = learnt_from(counts)
        limit = threshold(learnt.usual, learnt.variance, 5, POLICY)
        assert limit == pytest.approx(max(5, mean + 4 * sqrt(mean)), abs=2)


def test_ordinary_days_of_a_busy_region_pass_the_threshold_hardly_ever() -> None:
    random, learnt, passed = Random(7), Learnt(0, 1), 0
    spans = 30 * DAY // POLICY.span
    for span in range(spans):
        count = sum(random.random() < 0.06 for _ in range(1_000))  # sixty in ten minutes, as chance has it
        passed += span > POLICY.memory and count > threshold(learnt.usual, learnt.variance, 20, POLICY)
        learnt.take(count, POLICY)
    assert passed <= 2


def test_an_hour_of_rush_widens_what_is_allowed_beyond_it() -> None:
    learnt = learnt_from([3] * 48)
    before = threshold(learnt.usual, learnt.variance, 5, POLICY)
    for _ in range(6):
        learnt.take(before, POLICY)
    widened = threshold(learnt.usual, learnt.variance, 5, POLICY)
    assert widened > threshold(learnt.usual, 0, 5, POLICY) > before


def test_the_spans_of_the_policy_are_whole() -> None:
    assert POLICY.span == 10 * MINUTE
    assert POLICY.buckets == 20
