"""The refused records of a day."""

from typing import NamedTuple
from zoneinfo import ZoneInfo

from streams.clock import HOUR, MILLISECOND, MINUTE, parse_rfc3339
from streams.console.refused import NO_LETTER, Refused
from streams.ingest.dead_letter import Headers, bury
from streams.ingest.decode import decode
from streams.ingest.event import Rejection
from tests.contract.records import Raw, order, structured

NOON = parse_rfc3339("2026-11-23T12:00:00+08:00")
DLQ = "orders.events.v1.dlq"


class Stored(NamedTuple):
    """A record of a dead letter topic."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers


def letter(bad: Raw, at: int, offset: int = 0, partition: int = 0) -> Stored:
    (rejection,) = decode([bad])
    assert isinstance(rejection, Rejection)
    topic, key, value, headers = bury(bad, rejection)
    return Stored(topic, partition, offset, at // MILLISECOND, key, value, headers)


def refused(most: int = 200) -> Refused:
    kept = Refused(ZoneInfo("Asia/Shanghai"), most)
    kept.turn(NOON)
    return kept


UNKNOWN = structured(order(type="order.lost"))
NAMELESS = structured(order(tenant=None))


def test_they_are_counted_by_reason_and_shown_newest_first_with_what_to_correct() -> None:
    kept = refused()
    for number, bad in enumerate((UNKNOWN, NAMELESS, UNKNOWN)):
        kept.take(letter(bad, NOON + number * MINUTE, number))
    assert kept.today(DLQ) == {"unknown_type": 2, "missing_field": 1}
    newest, nameless, _ = kept.last(())
    assert (newest.topic, newest.offset, newest.at, newest.reason) == (DLQ, 2, NOON + 2 * MINUTE, "unknown_type")
    assert (nameless.field, nameless.key, nameless.retried) == ("tenant", "o-1", False)
    assert nameless.message.startswith("Send tenant")
    assert '"type": "order.placed"' in nameless.value


def test_a_day_begins_at_its_midnight_there_and_the_letters_stay() -> None:
    kept = refused()
    kept.take(letter(UNKNOWN, NOON - 13 * HOUR))
    assert kept.today(DLQ) == {}
    kept.take(letter(UNKNOWN, NOON - 11 * HOUR, 1))
    assert kept.today(DLQ) == {"unknown_type": 1}
    assert kept.turn(NOON + HOUR) == NOON - 12 * HOUR
    assert kept.today(DLQ) == {"unknown_type": 1}
    assert kept.turn(NOON + 12 * HOUR) == NOON + 12 * HOUR
    assert kept.today(DLQ) == {}
    assert [found.offset for found in kept.last(())] == [1, 0]


def test_only_the_last_are_kept_whatever_their_partitions() -> None:
    kept = refused(most=3)
    for number in range(8):
        kept.take(letter(UNKNOWN, NOON + number * MINUTE, number, number % 2))
    assert [found.offset for found in kept.last(())] == [7, 6, 5]
    assert kept.today(DLQ) == {"unknown_type": 8}


def test_those_that_were_sent_again_say_so() -> None:
    kept = refused()
    kept.take(letter(UNKNOWN, NOON, 4))
    kept.take(letter(UNKNOWN, NOON, 5))
    assert {found.offset: found.retried for found in kept.last({(DLQ, 0, 5)})} == {4: False, 5: True}


def test_what_is_no_dead_letter_is_shown_as_that() -> None:
    kept = refused()
    kept.take(Stored(DLQ, 0, 0, NOON // MILLISECOND, None, b"\xff", ()))
    (found,) = kept.last(())
    assert (found.reason, found.key, found.value) == (NO_LETTER, "", "\\xff")
    assert "not a dead letter" in found.message


def test_a_huge_value_is_cut() -> None:
    kept = refused()
    kept.take(letter(Raw(b"x" * 60_000), NOON))
    assert len(kept.last(())[0].value) == 4_097
