"""The organisation data is followed for as long as a worker runs: broker or no broker, and never in silence."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiokafka.errors import KafkaError
from kafka.admin import KafkaAdminClient

from schemas.organisation import Contact, Organisation, Person
from streams.agents.directory import Organisations
from streams.alerts.organisation import Directory
from streams.alerts.organisation_records import to_records
from streams.broker.patience import Pauses
from streams.errors import OperatorError
from streams.settings import Settings
from tests.console.rim_place import create, put, settings_of
from tests.support.kafka import Broker
from tests.support.stage import Stage
from tests.support.worker import WorkerProcess

pytestmark = pytest.mark.kafka

SOON = Pauses(0.2, 0.2)


class Office:
    """Who is known, as it was last handed over."""

    def __init__(self) -> None:
        self.known: set[str] = set()
        self.times = 0
        self._news = asyncio.Event()

    def use(self, directory: Directory) -> None:
        self.known = {
            person.id
            for tenant in directory.tenants()
            if (whole := directory.organisation(tenant)) is not None
            for person in whole.people
        }
        self.times += 1
        self._news.set()

    async def until(self, *people: str, within: float = 20.0) -> None:
        """Return when these are known, and nobody else."""
        async with asyncio.timeout(within):
            while self.known != set(people):
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def keeping(settings: Settings) -> AsyncIterator[Office]:
    office, organisations = Office(), Organisations(settings)
    await organisations.read()
    office.use(organisations.directory)
    task = asyncio.create_task(organisations.keep(office.use, SOON))
    try:
        yield office
        assert not task.done(), task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def hire(settings: Settings, *people: str) -> None:
    topic = settings.alerting.organisation_topic
    entries = [Person(id=name, name=name.title(), contacts=[Contact(receiver="mail")]) for name in people]
    records = to_records(Organisation(tenant="tea", people=entries))
    await put(settings, *((topic, 0, key.decode(), value) for key, value in records))


async def test_who_comes_while_it_is_followed_is_known(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings)
    await hire(settings, "lin")
    async with keeping(settings) as office:
        assert office.known == {"lin"}
        await hire(settings, "shan")
        await office.until("lin", "shan")


async def test_many_changes_one_after_the_other_are_handed_over_together(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings)
    everybody = [f"p{number:02}" for number in range(60)]
    async with keeping(settings) as office:
        before = office.times
        await hire(settings, *everybody)  # each is written once the one before is
        await office.until(*everybody)
        assert office.times - before <= 2


async def test_a_broker_that_goes_away_and_comes_back_is_followed_on_and_nobody_is_forgotten(own_kafka: Broker) -> None:
    settings = settings_of(own_kafka.bootstrap)
    create(settings)
    await hire(settings, "lin")
    interrupted, later = Organisations(settings), Office()
    await interrupted.read()
    async with keeping(settings) as office:
        own_kafka.kill()
        with pytest.raises((KafkaError, OperatorError)):
            await interrupted.read()
        beginning = asyncio.create_task(interrupted.keep(later.use, SOON))
        await asyncio.to_thread(own_kafka.start)
        await hire(settings, "shan")
        await office.until("lin", "shan")
        await later.until("lin", "shan")
        beginning.cancel()
        await asyncio.gather(beginning, return_exceptions=True)


async def test_a_topic_that_is_made_anew_is_read_anew(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings)
    topic = settings.alerting.organisation_topic
    await hire(settings, "lin", "shan", "rui")
    async with keeping(settings) as office:
        admin = KafkaAdminClient(bootstrap_servers=kafka)
        admin.delete_topics([topic])
        while topic in await asyncio.to_thread(admin.list_topics):  # noqa: ASYNC110  Kafka does not tell when it is gone
            await asyncio.sleep(0.05)
        admin.close()
        create(settings, only=[topic])
        await hire(settings, "fang")
        await office.until("fang")


async def test_a_topic_that_comes_late_is_found(kafka: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.agents.organisation_topic.LOOK_AGAIN", 0.1)
    settings = settings_of(kafka)
    async with keeping(settings) as office:
        create(settings, only=[settings.alerting.organisation_topic])
        await hire(settings, "lin")
        await office.until("lin")


async def test_a_follower_that_ends_stops_its_worker_and_says_why(
    make_stage: Callable[..., Stage], kafka: str, tmp_path: Path
) -> None:
    own = settings_of(kafka)
    stage = make_stage(kafka, feeds=own.feeds)
    settings = stage.settings.model_copy(update={"alerting": own.alerting})
    create(settings, only=[own.alerting.organisation_topic])
    with WorkerProcess(settings, tmp_path / "worker.log", "tests.console.rim_worker") as worker:
        worker.wait_for_shards(stage.partitions)
        await hire(settings, "lin")
        status = await asyncio.to_thread(worker.wait)
        assert status == 3, worker.tail()
        (said,) = worker.events("the organisation data is not followed any more")
        assert "InvariantError: nobody expected tea" in said["exception"]
