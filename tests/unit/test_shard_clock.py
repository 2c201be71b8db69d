"""The shard clock: how far time has provably been heard out."""

from hypothesis import given
from hypothesis import strategies as st

from streams.engine.case import NEVER
from streams.state.clock import ShardClock


def test_a_clock_stands_until_every_topic_has_been_heard() -> None:
    clock = ShardClock(["a", "b"])
    assert clock.caught_up("a", 100) is False
    assert clock.now == NEVER
    assert clock.caught_up("b", 50) is True
    assert clock.now == 50


def test_behind_a_topic_is_as_far_as_the_events_it_has_given() -> None:
    clock = ShardClock(["a"])
    clock.applied("a", timestamp=9_000, occurred_at=2_000_000)
    assert clock.now == 2_000_000


def test_an_event_from_the_future_moves_the_clock_no_further_than_its_append_time() -> None:
    clock = ShardClock(["a"])
    clock.applied("a", timestamp=3, occurred_at=7_000)
    assert clock.now == 3_000


def test_the_slowest_topic_holds_the_clock_and_an_old_event_does_not_turn_it_back() -> None:
    clock = ShardClock(["a", "b"])
    clock.caught_up("a", 1_000)
    clock.applied("b", timestamp=-1, occurred_at=10)
    assert clock.now == 10
    assert clock.applied("b", timestamp=-1, occurred_at=5) is False
    assert clock.now == 10


def test_what_was_known_is_taken_up_again_and_a_new_topic_starts_unheard() -> None:
    clock = ShardClock(["a", "b"])
    clock.caught_up("a", 10)
    clock.caught_up("b", 20)
    assert ShardClock(["a", "b"], clock.known()).now == 10
    assert ShardClock(["b"], clock.known()).now == 20
    assert ShardClock(["a", "b", "c"], clock.known()).now == NEVER


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.integers(0, 50), st.integers(0, 50))))
def test_the_clock_is_the_least_of_its_topics_and_never_goes_back(steps: list[tuple[str, bool, int, int]]) -> None:
    clock, heard, before = ShardClock("abc"), dict.fromkeys("abc", NEVER), NEVER
    for topic, caught_up, first, second in steps:
        if caught_up:
            moved, reached = clock.caught_up(topic, first * 1_000), first * 1_000
        else:
            moved, reached = clock.applied(topic, first, second * 1_000), min(first, second) * 1_000
        heard[topic] = max(heard[topic], reached)
        assert clock.now == min(heard.values())
        assert clock.now >= before
        assert moved == (clock.now > before)
        before = clock.now
