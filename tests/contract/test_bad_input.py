"""Every way of breaking the contract that we know of is refused, by its name, at its field, with something to do."""

import pytest

from streams.ingest.decode import decode
from streams.ingest.event import Event, Reason, Rejection
from tests.contract.bad_input import ROWS, TABLE, Bad
from tests.contract.records import binary, order, structured


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name[:80])
def test_bad_input_is_refused_with_its_reason_and_field(row: Bad) -> None:
    (answer,) = decode([row.sent], row.policy)
    assert isinstance(answer, Rejection), answer
    assert (answer.reason, answer.field) == (row.reason, row.field), answer.message


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name[:80])
def test_a_refusal_is_one_short_sentence_that_tells_the_producer_what_to_do(row: Bad) -> None:
    (answer,) = decode([row.sent], row.policy)
    assert isinstance(answer, Rejection)
    verb = answer.message.partition(" ")[0]
    assert verb in {"Send", "Write", "Correct", "Publish", "Set"}, answer.message
    assert answer.message[-1] in ".?"
    assert len(answer.message) < 400
    assert answer.message.isprintable()


def test_the_table_is_large_and_knows_every_reason() -> None:
    assert len(ROWS) >= 150
    assert {row.reason for row in ROWS} == set(Reason)
    assert len({(row.sent, row.policy) for row in TABLE}) == len(TABLE)


def test_a_bad_record_between_good_ones_leaves_them_alone() -> None:
    good = [structured(order()), binary(order())]
    for row in TABLE:
        first, refused, last = decode([good[0], row.sent, good[1]], row.policy)
        assert isinstance(first, Event)
        assert isinstance(refused, Rejection)
        assert isinstance(last, Event)
