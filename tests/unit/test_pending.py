"""What waits to be applied is taken in the order of time across the topics of a shard."""

from hypothesis import given
from hypothesis import strategies as st

from streams.runtime.delivery import Delivery
from streams.runtime.pending import PIECE_RECORDS, Pending
from streams.runtime.processor import Batch
from tests.support.record import Made


def delivery(topic: str, first: int, stamps: list[int], caught_up_at: int | None = None) -> Delivery:
    records = [Made(topic, 0, first + index, stamp) for index, stamp in enumerate(stamps)]
    return Delivery(0, 1, Batch(topic, records, first, first + len(stamps), caught_up_at))


def nothing_lags(_topic: str) -> bool:
    return False


def test_the_topic_with_the_oldest_record_goes_first() -> None:
    pending = Pending(["a", "b"])
    pending.add(delivery("a", 0, [50, 60]))
    pending.add(delivery("b", 0, [10, 90]))
    pending.add(delivery("b", 2, [95]))
    order = []
    while (taken := pending.take(nothing_lags)) is not None:
        order.append((taken.batch.topic, taken.batch.start))
    assert order == [("b", 0), ("a", 0), ("b", 2)]
    assert not pending


def test_a_topic_that_has_more_to_read_is_waited_for() -> None:
    pending = Pending(["a", "b"])
    pending.add(delivery("a", 0, [50]))
    assert pending.take(lambda topic: topic == "b") is None
    assert pending.take(lambda topic: topic == "a") is not None


def test_a_long_batch_is_taken_in_pieces_and_only_the_last_proves_the_end() -> None:
    pending = Pending(["a", "b"])
    count = 2 * PIECE_RECORDS + 1
    pending.add(delivery("a", 7, list(range(count)), caught_up_at=99))
    pending.add(delivery("b", 0, [PIECE_RECORDS + 5]))
    pieces = []
    while (taken := pending.take(nothing_lags)) is not None:
        pieces.append(taken.batch)
    assert [(piece.topic, piece.start, piece.end, piece.caught_up_at) for piece in pieces] == [
        ("a", 7, 7 + PIECE_RECORDS, None),
        ("a", 7 + PIECE_RECORDS, 7 + 2 * PIECE_RECORDS, None),
        ("b", 0, 1, None),
        ("a", 7 + 2 * PIECE_RECORDS, 7 + count, 99),
    ]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 1200)), max_size=12))
def test_nothing_is_lost_doubled_or_turned_round_within_a_topic(batches: list[tuple[str, int]]) -> None:
    pending, ends = Pending("abc"), dict.fromkeys("abc", 0)
    for topic, size in batches:
        pending.add(delivery(topic, ends[topic], list(range(ends[topic], ends[topic] + size))))
        ends[topic] += size
    seen = dict.fromkeys("abc", 0)
    while (taken := pending.take(nothing_lags)) is not None:
        batch = taken.batch
        assert batch.start == seen[batch.topic]
        assert [record.offset for record in batch.records] == list(range(batch.start, batch.end))
        seen[batch.topic] = batch.end
    assert seen == ends
    assert {topic: pending.records(topic) for topic in "abc"} == dict.fromkeys("abc", 0)
