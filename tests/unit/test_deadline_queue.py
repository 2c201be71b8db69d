"""The deadline queue: an index over the records, soonest first."""

from hypothesis import given
from hypothesis import strategies as st

from streams.clock import SECOND
from streams.state.codec import NO_WAKE
from streams.state.deadlines import DeadlineQueue

INSTANTS = st.integers(-3 * SECOND, 3 * SECOND) | st.integers(-30, 30)


@given(st.lists(st.tuples(INSTANTS, st.binary(max_size=3))), INSTANTS)
def test_what_is_due_before_an_instant_comes_out_in_order_and_the_rest_stays(
    entries: list[tuple[int, bytes]], until: int
) -> None:
    queue = DeadlineQueue()
    for wake, key in entries:
        queue.push(wake, key)
    taken = []
    while (entry := queue.pop_before(until)) is not None:
        taken.append(entry)
    assert taken == sorted(entry for entry in entries if entry[0] < until)
    assert len(queue) == len(entries) - len(taken)
    assert queue.pop_before(1 << 62) == min((entry for entry in entries if entry[0] >= until), default=None)


@given(st.lists(st.one_of(st.tuples(INSTANTS, st.binary(max_size=2)), INSTANTS)))
def test_pushing_and_popping_in_any_order_is_like_a_sorted_list(steps: list[tuple[int, bytes] | int]) -> None:
    queue, held = DeadlineQueue(), list[tuple[int, bytes]]()
    for step in steps:
        if isinstance(step, tuple):
            queue.push(*step)
            held.append(step)
            continue
        expected = min((entry for entry in held if entry[0] < step), default=None)
        assert queue.pop_before(step) == expected
        if expected is not None:
            held.remove(expected)
    assert len(queue) == len(held)


def test_a_rebuild_leaves_out_what_waits_for_nothing() -> None:
    queue = DeadlineQueue()
    queue.push(1, b"old")
    queue.rebuild([(5, b"a"), (NO_WAKE, b"b"), (3, b"c")])
    assert [queue.pop_before(10), queue.pop_before(10), queue.pop_before(10)] == [(3, b"c"), (5, b"a"), None]


def test_stale_entries_are_told_when_they_outnumber_the_live() -> None:
    queue = DeadlineQueue()
    for wake in range(1_003):
        queue.push(wake, b"k")
    assert queue.crowded(1)
    assert not queue.crowded(600)
