"""Commands reach the stage they are for, and its word about them comes back to whoever gave them."""

import asyncio
from typing import Any

import pytest

from schemas.command import Acknowledge, Mute, Scope, Unmute
from streams.clock import HOUR, as_datetime, now
from streams.console.desk import Desk
from streams.console.views import Outcome
from streams.errors import InvariantError, OperatorError
from streams.partition import partition_of
from streams.settings import Settings
from tests.console.rim_place import PARTITIONS, Rim, alert_of, create, following, line_of, put, settings_of
from tests.support.kafka import Broker
from tests.support.stage import read_all, reading

pytestmark = pytest.mark.kafka


def acknowledge(command: str) -> Acknowledge:
    alert = alert_of("8812")
    return Acknowledge(
        do="acknowledge", id=command, tenant=alert.tenant, case=alert.case, alert=alert.id, version=alert.version,
        by="li.na", at=as_datetime(now()), minutes=20,
    )  # fmt: skip


def mute(tenant: str) -> Mute:
    at = now()
    return Mute(
        do="mute", id=f"m-{tenant}", tenant=tenant, mute="mute-1", by="li.na", at=as_datetime(at),
        scope=Scope(region="east"), until=as_datetime(at + HOUR), because="planned work",
    )  # fmt: skip


def desk_of(rim: Rim, answer_within: float = 3.0, patience: float = 5.0) -> Desk:
    return Desk(rim.settings, rim.board, rim.hub, answer_within, patience)


async def written(settings: Settings) -> list[Any]:
    return await read_all(settings.brokers[0], settings.alerting.commands, PARTITIONS)


async def answer(settings: Settings) -> None:
    """As the alert stage would: for each command one line of the audit, after the alert it changed."""
    names = settings.alerting
    async with reading(settings.brokers[0], names.commands, PARTITIONS) as reader:
        while True:
            for place, records in (await reader.getmany(timeout_ms=100)).items():
                for record in records:
                    command = Acknowledge.model_validate_json(record.value)
                    alert = alert_of("8812", state="acknowledged", version=4, acknowledged_by=command.by)
                    await put(
                        settings,
                        (names.alerts, place.partition, alert.id, alert),
                        (names.audit, place.partition, alert.id, line_of(alert, command.id)),
                    )


async def test_a_command_goes_to_the_partition_of_its_case_and_its_line_in_the_audit_answers_it(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings)
    await put(settings, (settings.alerting.alerts, 2, "alert-8812", alert_of("8812")))
    answering = asyncio.create_task(answer(settings))
    async with following(settings) as rim:
        await rim.caught_up()
        desk = desk_of(rim)
        partition = rim.board.partition_of_case("tea", "8812")
        outcome = await desk.send(acknowledge("c-1"), partition)
        assert outcome.result == "done"
        assert outcome.present is not None
        assert (outcome.present.version, outcome.present.acknowledged_by) == (4, "li.na")
        # the same command again is the same command, with the same answer
        assert (await desk.send(acknowledge("c-1"), partition)).result == "done"
        await desk.stop()
    answering.cancel()
    (record,) = await written(settings)
    assert (record.partition, record.key) == (2, b"8812")
    assert Acknowledge.model_validate_json(record.value).minutes == 20


async def test_a_mute_goes_to_the_partition_of_its_tenant(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings)
    async with following(settings) as rim:
        desk = desk_of(rim, answer_within=0.01)
        tenants = ["tea", "acme", "harbour", "mono", "north"]
        assert len({partition_of(tenant, PARTITIONS) for tenant in tenants}) == PARTITIONS
        for tenant in tenants:
            await desk.send(mute(tenant), None)
        unmute = Unmute(do="unmute", id="u-1", tenant="tea", mute="mute-1", by="li.na", at=as_datetime(now()))
        await desk.send(unmute, None)
        await desk.stop()
    found = await written(settings)
    assert {record.key.decode(): record.partition for record in found} == {
        tenant: partition_of(tenant, PARTITIONS) for tenant in tenants
    }
    # as any of Kafka's own clients would have placed it
    async with reading(kafka, settings.alerting.commands, PARTITIONS) as reader:
        from aiokafka.partitioner import DefaultPartitioner

        parts = sorted(reader.partitions_for_topic(settings.alerting.commands))
        assert all(DefaultPartitioner()(record.key, parts, parts) == record.partition for record in found)


async def test_a_command_that_nobody_answers_is_unanswered_and_has_been_written(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings)
    async with following(settings) as rim:
        desk = desk_of(rim, answer_within=0.2)
        loop = asyncio.get_running_loop()
        began = loop.time()
        assert await desk.send(acknowledge("c-1"), 1) == Outcome("unanswered", "", None)
        assert loop.time() - began < 3
        await desk.stop()
    assert [record.partition for record in await written(settings)] == [1]


async def test_a_command_about_an_alert_without_its_partition_is_our_own_mistake(kafka: str) -> None:
    rim = Rim(settings_of(kafka))
    with pytest.raises(InvariantError, match="partition"):
        await desk_of(rim).send(acknowledge("c-1"), None)


async def test_brokers_that_are_away_are_an_error_that_names_them_and_later_it_works(own_kafka: Broker) -> None:
    settings = settings_of(own_kafka.bootstrap)
    create(settings)
    rim = Rim(settings)
    desk, never = (desk_of(rim, answer_within=0.01, patience=1.0) for _ in range(2))
    assert (await desk.send(acknowledge("c-1"), 0)).result == "unanswered"
    own_kafka.kill()
    asked = (desk.send(acknowledge("c-2"), 0), desk.send(mute("tea"), None), never.send(acknowledge("c-3"), 0))
    for failed in await asyncio.gather(*asked, return_exceptions=True):
        assert isinstance(failed, OperatorError)
        assert own_kafka.bootstrap in str(failed)
    await asyncio.to_thread(own_kafka.start)
    for using in (desk, never):
        assert (await using.send(acknowledge("c-4"), 0)).result in ("unanswered", "done")
        await using.stop()
    ids = [
        Acknowledge.model_validate_json(record.value).id for record in await written(settings) if record.key == b"8812"
    ]
    assert ids[0] == "c-1"
    assert ids.count("c-4") == 2
    assert "c-3" not in ids
