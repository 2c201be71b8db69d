"""From an event that does not come to the person on call: all stages of `moments worker` on a real Kafka."""

import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest

from schemas.alert import Alert, AuditLine
from schemas.notice import Receipt
from schemas.organisation import Contact, Duty, Organisation, Store
from schemas.organisation import Person as Known
from streams.alerts.organisation_records import to_records
from streams.broker.admin import connect
from streams.broker.topics import declare
from streams.clock import SECOND, now, parse_rfc3339, rfc3339
from streams.settings import Alerting, Grouping, Settings
from streams.stages import ROLES, WORDS
from tests.support.desk import desk_topics, feeds_of
from tests.support.person import Person, on_call, write_receivers
from tests.support.stage import producing, read_all
from tests.support.worker import WorkerProcess

pytestmark = pytest.mark.kafka

PARTITIONS = 2
CATALOGUE = """
name: shop
time_zone: Asia/Shanghai
moments:
  - id: order.confirm
    title: {zh: 门店接单, en: Store accepts the order}
    playbook: {zh: [致电门店], en: [Call the store]}
    stage: execution
    class: basic
    owner: store_manager
    severity: high
    starts: order.placed
    ends: order.accepted
    deadline: {after: 2s}
"""
ORGANISATION = """
tenant: acme
fallback: {people: [desk]}
people:
  - {id: li.na, name: Li Na, language: en, contacts: [{receiver: hook, address: li.na}]}
  - {id: desk, name: Desk, language: en, contacts: [{receiver: hook, address: desk}]}
stores:
  - {id: s-7, name: Seventh, duty: {people: [li.na]}}
chains:
  - {id: all, steps: [{after: 0s, tell: store}, {after: 3s, tell: fallback}]}
"""


class Place(NamedTuple):
    """An installation: its settings, and who listens."""

    settings: Settings
    person: Person
    log: Path

    async def publish(self, kind: str, case: str, at: int, region: str = "east") -> None:
        event = {
            "specversion": "1.0", "id": uuid.uuid4().hex, "source": "//pos", "type": kind, "time": rfc3339(at),
            "subject": case, "tenant": "acme", "region": region, "data": {"order_id": case, "store_id": "s-7"},
        }  # fmt: skip
        await self.send(self.settings.inputs[0], case, event)

    async def send(self, topic: str, case: str, document: dict[str, Any]) -> None:
        async with producing(self.settings.brokers[0]) as producer:
            place = sum(case.encode()) % PARTITIONS
            await producer.send_and_wait(topic, json.dumps(document).encode(), key=case.encode(), partition=place)

    async def alerts(self) -> dict[str, Alert]:
        """The alerts as they stand, by case."""
        records = await read_all(self.settings.brokers[0], self.settings.alerting.alerts, PARTITIONS)
        found = {record.key: Alert.model_validate_json(record.value) for record in records if record.value}
        return {alert.case: alert for alert in found.values()}

    async def audit(self) -> list[AuditLine]:
        records = await read_all(self.settings.brokers[0], self.settings.alerting.audit, PARTITIONS)
        return [AuditLine.model_validate_json(record.value) for record in records]

    async def receipts(self) -> list[Receipt]:
        records = await read_all(self.settings.brokers[0], self.settings.alerting.receipts, PARTITIONS)
        return [Receipt.model_validate_json(record.value) for record in records]

    def worker(self, *roles: str) -> WorkerProcess:
        """`moments worker` with these roles, all of them if none is named."""
        log = self.log / f"worker-{uuid.uuid4().hex[:6]}.log"
        return WorkerProcess(self.settings, log, "tests.parity.serve", "--roles", ",".join(roles or WORDS))


@asynccontextmanager
async def installation(kafka: str, folder: Path, grouping: Grouping = Grouping()) -> AsyncIterator[Place]:  # noqa: B008
    name = f"desk-{uuid.uuid4().hex[:8]}"
    async with on_call() as person:
        (folder / "shop.yaml").write_text(CATALOGUE)
        (folder / "acme.yaml").write_text(ORGANISATION)
        write_receivers(folder, person.url)
        settings = Settings(
            brokers=(kafka,), app_id=name, inputs=(f"{name}.orders",), transitions=f"{name}.out",
            followed=f"{name}.followed",
            changelog=f"{name}.state", catalogue=(str(folder / "shop.yaml"),), fetch_wait=50_000, gather=20_000,
            feeds=feeds_of(name),
            alerting=Alerting(**desk_topics(name), organisation=(str(folder / "acme.yaml"),),
                              receivers=folder / "receivers.yaml", grouping=grouping),
        )  # fmt: skip
        with connect(settings) as cluster:
            cluster.create(declare(settings, partitions=PARTITIONS, replication=1))
        yield Place(settings, person, folder)


def reasons(person: Person, case: str) -> list[tuple[str, str]]:
    """What was said of a case, and to whom, each message once however often it came."""
    found: dict[str, tuple[str, str]] = {}
    for _, headers, body in person.heard:
        if body["data"]["alert"]["case"] == case:
            lower = {name.lower(): value for name, value in headers.items()}
            found.setdefault(lower["webhook-id"], (body["type"].rpartition(".")[2], body["data"]["to"]))
    return list(found.values())


async def test_an_order_nobody_accepts_reaches_the_store_and_then_the_desk_and_its_end_reaches_both(
    kafka: str, tmp_path: Path
) -> None:
    async with installation(kafka, tmp_path) as place:
        with place.worker() as worker:
            worker.wait_for("shard reads", len(ROLES) * PARTITIONS)
            placed = now()
            await place.publish("order.placed", "8812", placed)
            await place.person.wait(lambda person: ("broke", "li.na") in reasons(person, "8812"))
            told_at, _, body = place.person.heard[0]
            assert told_at > placed + 2 * SECOND, "nobody is told before the deadline"
            assert parse_rfc3339(body["data"]["alert"]["due_at"]) == placed + 2 * SECOND
            assert "Call the store" in body["data"]["text"]
            await place.person.wait(lambda person: ("escalated", "desk") in reasons(person, "8812"))
            await place.publish("order.accepted", "8812", now())
            await place.person.wait(lambda person: reasons(person, "8812").count(("ended", "li.na")) == 1)
            await place.person.wait(lambda person: reasons(person, "8812").count(("ended", "desk")) == 1)
            assert worker.terminate(40.0) == 0
        alert = (await place.alerts())["8812"]
        assert (alert.state, alert.kind, alert.told) == ("resolved", "recovered", ["li.na", "desk"])
        assert [line.what for line in await place.audit() if line.by == "monitor"][-2:] == ["escalated", "ended"]
        delivered = [receipt for receipt in await place.receipts() if receipt.outcome == "delivered"]
        assert len({receipt.notice for receipt in delivered}) == 4


async def test_whoever_acknowledges_is_not_told_again_and_nobody_after_them(kafka: str, tmp_path: Path) -> None:
    async with installation(kafka, tmp_path) as place:
        with place.worker() as worker:
            worker.wait_for("shard reads", len(ROLES) * PARTITIONS)
            await place.publish("order.placed", "8813", now())
            await place.person.wait(lambda person: ("broke", "li.na") in reasons(person, "8813"))
            heard = place.person.heard[0][2]["data"]["alert"]
            command = {
                "do": "acknowledge", "id": "c-1", "tenant": "acme", "case": "8813", "alert": heard["id"],
                "version": heard["version"], "by": "li.na", "at": rfc3339(now()),
            }  # fmt: skip
            await place.send(place.settings.alerting.commands, "8813", command)
            # a later case climbs to the desk; the acknowledged one has not
            await place.publish("order.placed", "8815", now())
            await place.person.wait(lambda person: ("escalated", "desk") in reasons(person, "8815"))
            assert reasons(place.person, "8813") == [("broke", "li.na")]
            assert worker.terminate(40.0) == 0
        alert = (await place.alerts())["8813"]
        assert (alert.state, alert.acknowledged_by) == ("acknowledged", "li.na")


async def test_whom_the_organisation_topic_names_answers_without_a_restart(kafka: str, tmp_path: Path) -> None:
    hook = [Contact(receiver="hook", address="new")]
    changed = Organisation(
        tenant="acme",
        people=[Known(id="new", name="New", language="en", contacts=hook)],
        stores=[Store(id="s-7", duty=Duty(people=["new"]))],
    )
    async with installation(kafka, tmp_path) as place:
        with place.worker() as worker:
            worker.wait_for("shard reads", len(ROLES) * PARTITIONS)
            async with producing(kafka) as producer:
                for key, value in to_records(changed):
                    await producer.send_and_wait(place.settings.alerting.organisation_topic, value, key=key)
            worker.wait_for("organisation taken", 2)
            await place.publish("order.placed", "8816", now())
            await place.person.wait(lambda person: ("broke", "new") in reasons(person, "8816"))
            assert worker.terminate(40.0) == 0


async def test_stages_that_are_killed_at_any_point_tell_every_breach_and_under_one_id(kafka: str, tmp_path: Path) -> None:
    cases = [f"k-{number}" for number in range(24)]
    async with installation(kafka, tmp_path, Grouping(incidents=False, messages_an_hour=0)) as place:
        with place.worker("detect") as detect:
            detect.wait_for("shard reads", PARTITIONS)
            place.person.failing = 503
            for case in cases:
                await place.publish("order.placed", case, now(), region=case)  # a group of its own
            for kill in range(4):
                with place.worker("alert") as alert, place.worker("notify") as notify:
                    alert.wait_for("shard reads", 2 * PARTITIONS)
                    notify.wait_for("shard reads", PARTITIONS)
                    heard = len(place.person.heard)
                    await place.person.wait(lambda person, heard=heard: len(person.heard) > heard)  # type: ignore[misc]
                    alert.kill()
                    notify.kill()
                    place.person.failing = 503 if kill < 1 else None
            with place.worker("alert"), place.worker("notify"):
                await place.person.wait(
                    lambda person: all(("broke", "li.na") in reasons(person, case) for case in cases), within=180.0
                )
        assert {alert.case for alert in (await place.alerts()).values()} == set(cases)
        ids: dict[str, set[str]] = {}
        for _, headers, body in place.person.heard:
            lower = {name.lower(): value for name, value in headers.items()}
            if body["type"].endswith(".broke"):
                ids.setdefault(body["data"]["alert"]["case"], set()).add(lower["webhook-id"])
        assert {case: len(found) for case, found in ids.items()} == dict.fromkeys(cases, 1)


async def test_a_stage_that_dies_is_started_again_and_detection_takes_all_with_it(kafka: str, tmp_path: Path) -> None:
    async with installation(kafka, tmp_path) as place:
        with place.worker() as worker:
            worker.wait_for("shard reads", len(ROLES) * PARTITIONS)
            stages = stages_of(worker)
            stages["notify"].kill()
            worker.wait_for("shard reads", (len(ROLES) + 1) * PARTITIONS)
            stages_of(worker)["detect"].kill()
            assert worker.wait(40.0) == 1
            assert not any(stage.is_running() and stage.status() != psutil.STATUS_ZOMBIE for stage in stages.values())


def stages_of(worker: WorkerProcess) -> dict[str, psutil.Process]:
    """The processes of a worker by their role."""
    children = psutil.Process(worker.pid).children(recursive=True)
    return {child.cmdline()[-1]: child for child in children if "--stage" in child.cmdline()}
