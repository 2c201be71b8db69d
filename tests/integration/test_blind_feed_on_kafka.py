"""A riders' source that falls silent, through all stages of `moments worker` on a real Kafka."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from schemas.feed import Feed
from schemas.transition import Transition
from streams.broker.admin import connect
from streams.broker.topics import declare
from streams.clock import SECOND, now, parse_rfc3339, rfc3339
from streams.settings import Alerting, Settings
from streams.stages import ROLES, WORDS
from tests.support.desk import desk_topics, feeds_of
from tests.support.person import Person, on_call, write_receivers
from tests.support.stage import producing, read_all, reading
from tests.support.worker import WorkerProcess

pytestmark = pytest.mark.kafka

PARTITIONS = 2
TILLS, RIDERS = "//tills", "//riders"
CATALOGUE = """
name: tea
moments:
  - id: delivery.on_time
    title: {zh: 准时送达, en: Delivered when promised}
    stage: execution
    owner: dispatcher
    severity: high
    starts: order.placed
    ends: delivery.delivered
    deadline: {at: promised_at}
"""
ORGANISATION = """
tenant: acme
fallback: {people: [data]}
people:
  - {id: east.lead, name: East, language: en, contacts: [{receiver: hook, address: east.lead}]}
  - {id: west.lead, name: West, language: en, contacts: [{receiver: hook, address: west.lead}]}
  - {id: data, name: Data, language: en, contacts: [{receiver: hook, address: data}]}
stores:
  - {id: east-1, region: east}
  - {id: west-1, region: west}
regions:
  - {id: east, duty: {people: [east.lead]}}
  - {id: west, duty: {people: [west.lead]}}
chains:
  - {id: feeds, moments: [feed.*], steps: [{after: 0s, tell: fallback}]}
  - {id: all, rank: 1, steps: [{after: 0s, tell: region}]}
"""


class Place:
    """An installation, who listens, and riders that give a sign of life every second from wherever they are heard."""

    def __init__(self, settings: Settings, person: Person, producer: Any) -> None:
        self.settings, self.person = settings, person
        self._producer = producer
        self.heard = {"east", "west"}

    async def send(self, kind: str, case: str, region: str, source: str, at: int | None = None, **data: Any) -> None:
        """An event is published."""
        event = {
            "specversion": "1.0", "id": uuid.uuid4().hex, "source": source, "type": kind,
            "time": rfc3339(now() if at is None else at), "subject": case, "tenant": "acme", "region": region,
            "data": data,
        }  # fmt: skip
        await self._producer.send_and_wait(self.settings.inputs[0], json.dumps(event).encode(), key=case.encode())

    async def beat(self) -> None:
        """Heartbeats, until it is cancelled. Their pace is what the test is about."""
        while True:
            for region in sorted(self.heard):
                await self.send("feed.heartbeat", f"riders-{region}", region, RIDERS, interval=1)
            await asyncio.sleep(0.5)

    async def feed(self, region: str, state: str) -> Feed:
        """The first word that the riders of a region came to a state, as soon as it is there."""
        async with (
            asyncio.timeout(20),
            reading(self.settings.brokers[0], self.settings.feeds.topic, PARTITIONS) as reader,
        ):
            while True:
                for records in (await reader.getmany(timeout_ms=100)).values():
                    for record in records:
                        word = Feed.model_validate_json(record.value)
                        if (word.source, word.region, word.state) == (RIDERS, region, state):
                            return word

    async def said(self, case: str, kind: str) -> Transition:
        """The transition, as soon as it is there."""
        async with (
            asyncio.timeout(20),
            reading(self.settings.brokers[0], self.settings.transitions, PARTITIONS) as reader,
        ):
            while True:
                for records in (await reader.getmany(timeout_ms=100)).values():
                    for record in records:
                        said = Transition.model_validate_json(record.value)
                        if (said.case, said.kind) == (case, kind):
                            return said

    async def kinds(self, case: str) -> list[str]:
        """All that was said of a case."""
        records = await read_all(self.settings.brokers[0], self.settings.transitions, PARTITIONS)
        said = [Transition.model_validate_json(record.value) for record in records]
        return [one.kind for one in said if one.case == case]


@asynccontextmanager
async def installation(kafka: str, folder: Path) -> AsyncIterator[Place]:
    """All stages run; feeds are judged by small numbers."""
    name = f"blind-{uuid.uuid4().hex[:8]}"
    (folder / "tea.yaml").write_text(CATALOGUE)
    (folder / "acme.yaml").write_text(ORGANISATION)
    small = {"learn_minutes": 1, "suspect_after": SECOND, "blind_after": 2 * SECOND, "settle": SECOND}
    async with on_call() as person, producing(kafka) as producer:
        write_receivers(folder, person.url)
        settings = Settings(
            brokers=(kafka,), app_id=name, inputs=(f"{name}.events",), transitions=f"{name}.out",
            followed=f"{name}.followed",
            changelog=f"{name}.state", catalogue=(str(folder / "tea.yaml"),), fetch_wait=50_000, gather=20_000,
            feeds=feeds_of(name).model_copy(update=small),
            alerting=Alerting(**desk_topics(name), organisation=(str(folder / "acme.yaml"),),
                              receivers=folder / "receivers.yaml"),
        )  # fmt: skip
        with connect(settings) as cluster:
            cluster.create(declare(settings, partitions=PARTITIONS, replication=1))
        place = Place(settings, person, producer)
        roles = ("--roles", ",".join(WORDS))
        with WorkerProcess(settings, folder / "worker.log", "tests.parity.serve", *roles) as worker:
            worker.wait_for("shard reads", len(ROLES) * PARTITIONS)
            beating = asyncio.create_task(place.beat())
            try:
                yield place
            finally:
                beating.cancel()
            assert worker.terminate(40.0) == 0, worker.tail()


def messages(person: Person) -> list[tuple[str, str, str]]:
    """What arrived: of which case, why, and to whom; each message once however often it came."""
    found: dict[str, tuple[str, str, str]] = {}
    for _, headers, body in person.heard:
        name = {name.lower(): value for name, value in headers.items()}["webhook-id"]
        data = body["data"]
        found.setdefault(name, (data["alert"]["case"], body["type"].rpartition(".")[2], data["to"]))
    return list(found.values())


async def test_of_a_silent_region_only_the_owner_of_its_feed_is_told_and_its_orders_turn_out_met(
    kafka: str, tmp_path: Path
) -> None:
    feed = f"feed:{RIDERS}:east"
    async with installation(kafka, tmp_path) as place:
        # both shards learn who brings deliveries
        for number in range(8):
            for region in ("east", "west"):
                await place.send("delivery.delivered", f"{region}-{number}", region, RIDERS)
        await place.feed("east", "heard")
        await place.feed("west", "heard")
        place.heard.remove("east")
        silent_since = now()
        blind = await place.feed("east", "blind")
        assert silent_since - SECOND < parse_rfc3339(blind.changed_at.isoformat()) < silent_since + 8 * SECOND

        placed = now()
        due = placed + 2 * SECOND
        for region in ("east", "west"):
            await place.send(
                "order.placed", f"order-{region}", region, TILLS, store_id=f"{region}-1", promised_at=rfc3339(due)
            )
        unknown = await place.said("order-east", "unknown")
        assert unknown.due_at is not None
        assert parse_rfc3339(unknown.due_at.isoformat()) == due
        await place.person.wait(lambda person: ("order-west", "broke", "west.lead") in messages(person))
        told_at = next(at for at, _, body in place.person.heard if body["data"]["alert"]["case"] == "order-west")
        assert due < told_at < due + 3 * SECOND
        await place.person.wait(lambda person: (feed, "broke", "data") in messages(person))

        place.heard.add("east")
        await place.send("delivery.delivered", "order-east", "east", RIDERS, at=due - SECOND)
        await place.send("delivery.delivered", "order-west", "west", RIDERS)
        met = await place.said("order-east", "met")
        assert parse_rfc3339(met.at.isoformat()) == due - SECOND
        await place.person.wait(lambda person: (feed, "ended", "data") in messages(person))
        await place.person.wait(lambda person: ("order-west", "ended", "west.lead") in messages(person))

        # the feed is believed again: what is due there now breaks as ever
        await place.send(
            "order.placed", "later-east", "east", TILLS, store_id="east-1", promised_at=rfc3339(now() + SECOND)
        )
        await place.person.wait(lambda person: ("later-east", "broke", "east.lead") in messages(person))
        assert await place.kinds("order-east") == ["unknown", "met"]
        assert await place.kinds(feed) == ["breached", "recovered"]
        assert sorted(messages(place.person)) == [
            (feed, "broke", "data"),
            (feed, "ended", "data"),
            ("later-east", "broke", "east.lead"),
            ("order-west", "broke", "west.lead"),
            ("order-west", "ended", "west.lead"),
        ]
