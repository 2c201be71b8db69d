"""When a stage is said to stand still, and when not."""

from streams.clock import SECOND
from streams.console.standing import Reach, Sight, Watch

PATIENCE = 10 * SECOND


def sight(*offsets: int | None, end: int = 10, start: int = 0, members: int | None = 1) -> Sight:
    """The alert stage at these offsets of its partitions, each of which ends at `end`."""
    reaches = {("in", partition): Reach(offset, start, end) for partition, offset in enumerate(offsets)}
    return Sight("alert", reaches, members)


def looks(*seen: tuple[int, Sight]) -> list[str | None]:
    """What is said at each second."""
    watch = Watch(PATIENCE)
    said = [watch.look(what, second * SECOND) for second, what in seen]
    return [None if text is None else text.en for text in said]


def test_a_stage_that_has_read_everything_is_well() -> None:
    assert looks((0, sight(10, 10)), (60, sight(10, 10))) == [None, None]


def test_one_that_does_not_move_on_in_one_partition_is_said_to_stand_still_after_ten_seconds() -> None:
    assert looks((0, sight(7, 10)), (9, sight(7, 10)), (10, sight(7, 10))) == [
        None,
        None,
        "alerting stands still; 3 records wait for it",
    ]


def test_one_that_is_behind_and_moves_is_not() -> None:
    assert looks(*((second, sight(second // 5, end=1000)) for second in range(0, 60, 2))) == [None] * 30


def test_the_time_counts_from_when_there_was_something_to_read() -> None:
    assert looks((0, sight(10)), (60, sight(10, end=11)), (69, sight(10, end=12)), (70, sight(10, end=12))) == [
        None,
        None,
        None,
        "alerting stands still; 2 records wait for it",
    ]


def test_it_is_well_again_as_soon_as_it_moves() -> None:
    assert looks((0, sight(7)), (11, sight(7)), (12, sight(8)), (20, sight(8)), (22, sight(8))) == [
        None,
        "alerting stands still; 3 records wait for it",
        None,
        None,
        "alerting stands still; 2 records wait for it",
    ]


def test_one_that_never_was_is_missed_where_there_is_something_for_it() -> None:
    assert looks((0, sight(None, members=0)), (10, sight(None, members=0))) == [
        None,
        "alerting is not running; 10 records wait for it",
    ]
    assert looks((0, sight(None, members=None)), (10, sight(None, members=None)))[1] is not None


def test_one_that_never_was_and_has_nothing_to_do_is_not_missed() -> None:
    emptied = sight(None, start=10, members=0)  # retention has taken what there was
    assert looks((0, emptied), (60, emptied)) == [None, None]


def test_one_that_was_at_work_and_has_no_worker_is_missed_though_nothing_waits_for_it() -> None:
    gone = sight(10, members=0)
    assert looks((0, sight(10)), (5, gone), (14, gone), (15, gone), (16, sight(10))) == [
        None,
        None,
        None,
        "alerting is not running",
        None,
    ]


def test_where_the_brokers_do_not_tell_of_workers_only_what_waits_counts() -> None:
    unknown = sight(10, members=None)
    assert looks((0, unknown), (60, unknown)) == [None, None]
