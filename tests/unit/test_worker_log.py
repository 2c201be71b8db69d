"""The worker's log says each thing once, and what a fetch response proves is said with care."""

import logging

from hypothesis import given
from hypothesis import strategies as st

from streams.cli.worker import Dampening
from streams.runtime.reading import STALL, proven_at


def record(name: str, text: str, at: float) -> logging.LogRecord:
    made = logging.LogRecord(name, logging.ERROR, __file__, 1, text, (), None)
    made.created = at
    return made


def test_a_library_may_repeat_itself_only_now_and_then_and_we_may_always() -> None:
    dampening = Dampening()
    heard = [dampening.filter(record("aiokafka.client", "cannot connect", at)) for at in (100, 101, 109, 111)]
    assert heard == [True, False, False, True]
    assert dampening.filter(record("aiokafka.client", "something else", 101))
    assert all(dampening.filter(record("streams.runtime.shard", "the brokers are away", 100)) for _ in range(3))


def test_a_response_in_time_speaks_for_when_it_came() -> None:
    assert proven_at(asked=1_000, answered=90_000, wait=100_000) == 90_000


@given(st.integers(0, 10**15), st.integers(-(10**9), 10**9), st.integers(0, 10**6))
def test_a_response_never_speaks_for_more_than_it_can_know(asked: int, took: int, wait: int) -> None:
    """The broker made it after it was asked, at most `wait` later, and a stall of STALL is the error that is allowed."""
    at = proven_at(asked, asked + took, wait)
    assert at <= max(asked, asked + took)
    assert at - asked <= wait + STALL
