"""Refused records are sent again as their producers sent them."""

import pytest

from streams.console.letters import Letters
from streams.errors import OperatorError
from streams.ingest.dead_letter import bury
from streams.ingest.decode import decode
from streams.ingest.event import Rejection
from streams.settings import Settings
from tests.console.rim_place import PARTITIONS, create, put, settings_of
from tests.contract.records import Raw, order, structured
from tests.support.stage import producing, read_all

pytestmark = pytest.mark.kafka


async def bury_all(settings: Settings, *bad: Raw, partition: int = 1) -> str:
    """Their dead letters, in one partition, in order; the topic."""
    topic = settings.inputs[0]
    async with producing(settings.brokers[0]) as producer:
        for record in bad:
            (rejection,) = decode([record])
            assert isinstance(rejection, Rejection)
            letter = bury(record._replace(topic=topic), rejection)
            headers = list(letter.headers)
            await producer.send_and_wait(letter.topic, letter.value, key=letter.key, partition=partition, headers=headers)
    return f"{topic}.dlq"


BAD = [
    structured(order(type=f"order.lost{number}", subject=f"o-{number}"), key=f"o-{number}".encode())
    for number in range(6)
]


async def test_those_that_were_chosen_go_back_and_two_at_once_do_too(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings)
    topic = await bury_all(settings, *BAD)
    letters = Letters(settings)
    assert await letters.retry([(topic, 1, 4), (topic, 1, 2)], "li.na") == 2
    assert letters.sent == {(topic, 1, 2), (topic, 1, 4)}
    found = await read_all(kafka, settings.inputs[0], PARTITIONS)
    assert sorted((record.key, record.value, tuple(record.headers)) for record in found) == sorted(
        (BAD[number].key, BAD[number].value, BAD[number].headers) for number in (2, 4)
    )
    assert len(await read_all(kafka, topic, PARTITIONS)) == 6
    # asked for once more, it is sent once more: an event counts once, by its id
    assert await letters.retry([(topic, 1, 4)], "li.na") == 1
    await letters.stop()


async def test_those_that_are_gone_are_left_out(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings)
    topic = await bury_all(settings, *BAD)
    letters = Letters(settings)
    assert await letters.retry([(topic, 1, 99), (topic, 0, 0), (topic, 17, 0), (topic, 1, 5)], "li.na") == 1
    assert await letters.retry([], "li.na") == 0
    assert letters.sent == {(topic, 1, 5)}
    await letters.stop()


async def test_letters_that_lie_far_apart_are_found(kafka: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.console.letters._APART", 1)
    settings = settings_of(kafka)
    create(settings)
    topic = await bury_all(settings, *BAD)
    letters = Letters(settings)
    assert await letters.retry([(topic, 1, offset) for offset in (0, 1, 3, 5)], "li.na") == 4
    await letters.stop()
    found = {record.key for record in await read_all(kafka, settings.inputs[0], PARTITIONS)}
    assert found == {b"o-0", b"o-1", b"o-3", b"o-5"}


async def test_no_other_topic_can_be_read_so_and_nothing_but_a_letter_is_sent(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings)
    letters = Letters(settings)
    with pytest.raises(OperatorError, match="no dead letter topic of the inputs"):
        await letters.retry([(settings.alerting.audit, 0, 0)], "li.na")
    topic = await bury_all(settings, BAD[0], partition=0)
    await put(settings, (topic, 0, "k", b"not a letter"))
    with pytest.raises(OperatorError, match="not a dead letter"):
        await letters.retry([(topic, 0, 0), (topic, 0, 1)], "li.na")
    assert await read_all(kafka, settings.inputs[0], PARTITIONS) == []
    assert letters.sent == set()
    await letters.stop()
