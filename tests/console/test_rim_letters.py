"""Refused records are sent again as their producers sent them."""

import asyncio
import json
from typing import Any

import pytest

from schemas.alert import AuditLine
from streams.clock import as_datetime, now
from streams.console.letters import Letters, _tenant
from streams.console.ports import StrangeLettersError
from streams.errors import OperatorError
from streams.ingest.dead_letter import Outgoing, bury
from streams.ingest.decode import decode
from streams.ingest.event import Rejection
from streams.settings import Settings
from tests.console.rim_place import PARTITIONS, create, following, put, settings_of
from tests.contract.records import Raw, order, structured
from tests.support.stage import producing, read_all, reading

pytestmark = pytest.mark.kafka


def refusal_of(record: Raw) -> Rejection:
    (rejection,) = decode([record])
    assert isinstance(rejection, Rejection)
    return rejection


async def bury_all(settings: Settings, *bad: Raw, partition: int = 1) -> str:
    """Their dead letters, in one partition, in order; the topic."""
    topic = settings.inputs[0]
    async with producing(settings.brokers[0]) as producer:
        for record in bad:
            letter = bury(record._replace(topic=topic), refusal_of(record))
            headers = list(letter.headers)
            await producer.send_and_wait(letter.topic, letter.value, key=letter.key, partition=partition, headers=headers)
    return f"{topic}.dlq"


async def arrived(settings: Settings, topic: str, count: int) -> list[Any]:
    """So many records, as soon as they can be read: brokers show a transaction a moment after it was committed."""
    found: list[Any] = []
    async with reading(settings.brokers[0], topic, PARTITIONS) as reader, asyncio.timeout(5):
        while len(found) < count:
            for records in (await reader.getmany(timeout_ms=100)).values():
                found += records
    return found


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
    found = await arrived(settings, settings.inputs[0], 2)
    assert sorted((record.key, record.value, tuple(record.headers)) for record in found) == sorted(
        (BAD[number].key, BAD[number].value, BAD[number].headers) for number in (2, 4)
    )
    assert len(await read_all(kafka, topic, PARTITIONS)) == 6


async def audit_of(settings: Settings, lines: int) -> list[AuditLine]:
    found = await arrived(settings, settings.alerting.audit, lines)
    return [AuditLine.model_validate_json(record.value) for record in found]


async def test_each_is_a_line_of_the_audit_and_sent_twice_it_is_one_retry(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings)
    topic = await bury_all(settings, *BAD)
    letters = Letters(settings)
    before = as_datetime(now())
    await letters.retry([(topic, 1, 4), (topic, 1, 2)], "li.na", "the catalogue knows it now")
    lines = {line.alert: line for line in await audit_of(settings, 2)}
    assert set(lines) == {f"{topic}/1/2", f"{topic}/1/4"}
    line = lines[f"{topic}/1/4"]
    assert (line.what, line.by, line.tenant, line.case) == ("retried", "li.na", "harbour-tea", "o-4")
    assert line.why == "unknown_type: the catalogue knows it now"
    assert before <= line.at <= as_datetime(now())
    # asked for once more, it is sent once more (an event counts once, by its id), and is the same retry
    assert await letters.retry([(topic, 1, 4)], "li.na") == 1
    assert [again.command for again in await audit_of(settings, 3) if again.alert == line.alert] == [line.command] * 2
    assert await letters.retry([(topic, 1, 4)], "shan") == 1
    assert len({again.command for again in await audit_of(settings, 4)}) == 3


async def test_a_record_that_cannot_be_audited_is_not_sent(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings, but=[settings.alerting.audit])
    topic = await bury_all(settings, *BAD)
    letters = Letters(settings, patience=0.5)
    with pytest.raises(OperatorError, match=settings.alerting.audit):
        await letters.retry([(topic, 1, 4)], "li.na")
    assert letters.sent == set()
    # nobody waits for what was begun: what comes after it is read at once
    source = settings.inputs[0]
    await put(settings, *((source, partition, f"{partition}", b"next") for partition in range(PARTITIONS)))
    assert [record.value for record in await arrived(settings, source, PARTITIONS)] == [b"next"] * PARTITIONS


async def test_another_console_knows_what_was_sent_again(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings)
    topic = await bury_all(settings, *BAD)
    async with following(settings) as rim:
        await rim.caught_up()
        await Letters(settings).retry([(topic, 1, 4)], "li.na")
        await rim.until(lambda _: rim.letters.sent == {(topic, 1, 4)})


def test_a_line_that_cannot_be_read_marks_nothing() -> None:
    letters = Letters(Settings())
    for alert in ("", "orders", "orders/1", "orders/x/2", "orders/1/y"):
        letters.hear(json.dumps({"what": "retried", "alert": alert}).encode())
    letters.hear(b'{"alert": 3, "what": "retried"}')
    letters.hear(b'"retried"')
    letters.hear(None)
    assert letters.sent == set()


@pytest.mark.parametrize(
    ("headers", "value", "tenant"),
    [
        ((), b'{"tenant": "tea"}', "tea"),
        ((), b'{"tenant": 3}', ""),
        ((), b"not even JSON", ""),
        ((), None, ""),
        ((), b"[" * 100_000, ""),
        ((), json.dumps({"tenant": "t" * 300}).encode(), ""),
        ((("ce_tenant", b"tea"),), b'{"tenant": "coffee"}', "tea"),
        ((("ce_tenant", b"coffee"), ("ce_tenant", b"tea")), b"{}", "tea"),
        ((("ce_tenant", b"\xff"),), b"{}", ""),
        ((("ce_tenant", None),), b"{}", ""),
    ],
)
def test_whose_event_it_is_stands_in_it_or_nowhere(headers: Any, value: bytes | None, tenant: str) -> None:
    assert _tenant(Outgoing("orders", None, value, headers)) == tenant


async def test_those_that_are_gone_are_left_out(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings)
    topic = await bury_all(settings, *BAD)
    letters = Letters(settings)
    assert await letters.retry([(topic, 1, 99), (topic, 0, 0), (topic, 17, 0), (topic, 1, 5)], "li.na") == 1
    assert await letters.retry([], "li.na") == 0
    assert letters.sent == {(topic, 1, 5)}


async def test_letters_that_lie_far_apart_are_found(kafka: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.console.letters._APART", 1)
    settings = settings_of(kafka)
    create(settings)
    topic = await bury_all(settings, *BAD)
    letters = Letters(settings)
    assert await letters.retry([(topic, 1, offset) for offset in (0, 1, 3, 5)], "li.na") == 4
    found = {record.key for record in await arrived(settings, settings.inputs[0], 4)}
    assert found == {b"o-0", b"o-1", b"o-3", b"o-5"}


async def test_no_other_topic_can_be_read_so_and_nothing_but_a_letter_is_sent(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings)
    letters = Letters(settings)
    with pytest.raises(OperatorError, match="no dead letter topic of the inputs"):
        await letters.retry([(settings.alerting.audit, 0, 0)], "li.na")
    topic = await bury_all(settings, BAD[0], partition=0)
    await put(settings, (topic, 0, "k", b"not a letter"))
    astray = bury(BAD[1]._replace(topic="moments.commands.v1"), refusal_of(BAD[1]))
    async with producing(kafka) as producer:
        await producer.send_and_wait(topic, astray.value, partition=0, headers=list(astray.headers))
    with pytest.raises(StrangeLettersError, match="not a dead letter") as caught:
        await letters.retry([(topic, 0, 0), (topic, 0, 1), (topic, 0, 2)], "li.na")
    # the second was written by somebody else; the third says that it came from a topic that is not this one's
    assert caught.value.letters == ((topic, 0, 1), (topic, 0, 2))
    assert await read_all(kafka, settings.inputs[0], PARTITIONS) == []
    assert letters.sent == set()
