"""A dead letter is the record it was, and says why it is there."""

import pytest

from streams.errors import OperatorError
from streams.ingest.dead_letter import Refusal, bury, read_refusal, revive
from streams.ingest.decode import decode
from streams.ingest.event import Reason, Rejection
from tests.contract.bad_input import TABLE, Bad
from tests.contract.records import STAMPED, Raw, order, structured

TRACE = ("traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")


def refuse(row: Bad) -> Rejection:
    (answer,) = decode([row.sent], row.policy)
    assert isinstance(answer, Rejection)
    return answer


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name[:80])
def test_key_value_and_headers_survive_burial_and_revival_byte_for_byte(row: Bad) -> None:
    record = row.sent._replace(headers=(TRACE, *row.sent.headers, TRACE))
    letter = bury(record, refuse(row))
    assert letter.topic == "orders.events.v1.dlq"
    assert (letter.key, letter.value) == (record.key, record.value)
    assert letter.headers[: len(record.headers)] == record.headers
    revived = revive(record._replace(topic=letter.topic, partition=0, offset=0, headers=letter.headers))
    assert revived == ("orders.events.v1", record.key, record.value, record.headers)


def test_a_dead_letter_says_why_and_where_the_record_had_been() -> None:
    record = structured(order(tenant=None))
    (rejection,) = decode([record])
    assert isinstance(rejection, Rejection)
    letter = bury(record, rejection)
    assert read_refusal(letter.headers) == Refusal(
        "missing_field", "tenant", "Send tenant: an event of this type needs it.", "orders.events.v1", 3, 41, STAMPED
    )
    assert ("__moments.errors.reason", b"missing_field") in letter.headers


def test_a_letter_that_is_refused_again_speaks_of_the_last_refusal_only() -> None:
    record = structured(order(tenant=None))
    (rejection,) = decode([record])
    assert isinstance(rejection, Rejection)
    forged = record._replace(headers=bury(record, rejection).headers, offset=99)
    letter = bury(forged, rejection)
    assert [name for name, _ in letter.headers].count("__moments.errors.offset") == 1
    assert read_refusal(letter.headers).offset == 99


def test_the_suffix_of_the_topic_is_the_installations_choice() -> None:
    assert bury(Raw(None), Rejection(Reason.TOMBSTONE, "", ""), ".dead").topic == "orders.events.v1.dead"


@pytest.mark.parametrize("headers", [(), (TRACE,), (("__moments.errors.topic", b"orders.events.v1"),)])
def test_a_record_that_is_no_dead_letter_is_not_taken_for_one(headers: tuple[tuple[str, bytes], ...]) -> None:
    with pytest.raises(OperatorError, match="not a dead letter"):
        revive(Raw(b"{}", headers=headers))


def test_a_dead_letter_with_an_unreadable_offset_is_not_taken_for_one() -> None:
    record = structured(order(tenant=None))
    (rejection,) = decode([record])
    assert isinstance(rejection, Rejection)
    headers = bury(record, rejection).headers
    spoiled = tuple((name, b"x" if name.endswith(".offset") else value) for name, value in headers)
    with pytest.raises(OperatorError, match="unreadable"):
        read_refusal(spoiled)
