"""Policies and stores of the organisation topic in the stage that judges, on a real Kafka: read before the first case is
judged, followed after, and never stopped by a bad record."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from streams.broker.admin import connect
from streams.broker.topics import declare
from streams.cli.main import main
from streams.clock import MINUTE, SECOND, now, parse_rfc3339, rfc3339
from streams.settings import Settings
from tests.support.desk import alerting_of, feeds_of
from tests.support.stage import producing, read_all
from tests.support.worker import WorkerProcess

pytestmark = pytest.mark.kafka

PARTITIONS = 2
CATALOGUE = """
name: shop
moments:
  - id: order.confirm
    title: {zh: 门店接单, en: Store accepts the order}
    stage: execution
    owner: store_manager
    severity: high
    starts: order.placed
    ends: order.accepted
    deadline: {after: 30m}
"""
ORGANISATION = """
tenant: acme
fallback: {people: [desk]}
people: [{id: desk, name: Desk, contacts: [{receiver: mail, address: desk}]}]
stores:
  - {id: s-7, brand: fresh, time_zone: Asia/Shanghai}
  - {id: s-8, brand: calm}
policies:
  - {brand: fresh, moments: {order.confirm: {deadline: 4m}}}
"""


class Company(NamedTuple):
    """An installation that detects, and its organisation file."""

    settings: Settings
    folder: Path

    def worker(self) -> WorkerProcess:
        log = self.folder / f"worker-{uuid.uuid4().hex[:6]}.log"
        return WorkerProcess(self.settings, log, "tests.parity.serve", "--roles", "detect")

    def publish_organisation(self, text: str) -> None:
        path = self.folder / "acme.yaml"
        path.write_text(text, encoding="utf-8")
        given = ["--broker", self.settings.brokers[0], "--topic", self.settings.alerting.organisation_topic]
        with pytest.raises(SystemExit) as left:
            main(["organisation", "publish", str(path), "--prune", *given])
        assert left.value.code == 0

    async def publish_record(self, key: str, value: object) -> None:
        async with producing(self.settings.brokers[0]) as producer:
            said = json.dumps(value).encode()
            await producer.send_and_wait(self.settings.alerting.organisation_topic, said, key=key.encode())

    async def place(self, case: str, store: str, at: int) -> None:
        """An order so long ago that it is broken by now, wherever it is not allowed the whole thirty minutes."""
        event = {
            "specversion": "1.0", "id": uuid.uuid4().hex, "source": "//pos", "type": "order.placed", "time": rfc3339(at),
            "subject": case, "tenant": "acme", "data": {"order_id": case, "store_id": store},
        }  # fmt: skip
        async with producing(self.settings.brokers[0]) as producer:
            place = sum(case.encode()) % PARTITIONS
            value = json.dumps(event).encode()
            await producer.send_and_wait(self.settings.inputs[0], value, key=case.encode(), partition=place)

    async def said(self, *cases: str) -> dict[str, dict[str, Any]]:
        """What was said of breaches, by case, once all of these are broken."""
        found: dict[str, dict[str, Any]] = {}
        async with asyncio.timeout(60.0):
            while not found.keys() >= set(cases):
                records = await read_all(self.settings.brokers[0], self.settings.transitions, PARTITIONS)
                words = [json.loads(record.value) for record in records]
                found = {word["case"]: word for word in words if word["kind"] in ("breached", "found_late")}
        return found

    async def allowed(self, *cases: str) -> dict[str, int]:
        """How many minutes each of these was allowed, by what was said of its breach."""
        said = await self.said(*cases)
        return {
            case: (parse_rfc3339(said[case]["due_at"]) - parse_rfc3339(said[case]["proof"]["started_at"])) // MINUTE
            for case in cases
        }


@asynccontextmanager
async def company(kafka: str, folder: Path, but: tuple[str, ...] = ()) -> AsyncIterator[Company]:
    name = f"org-{uuid.uuid4().hex[:8]}"
    (folder / "shop.yaml").write_text(CATALOGUE, encoding="utf-8")
    settings = Settings(
        brokers=(kafka,), app_id=name, inputs=(f"{name}.orders",), transitions=f"{name}.out",
        followed=f"{name}.followed", changelog=f"{name}.state", catalogue=(str(folder / "shop.yaml"),),
        fetch_wait=50_000, gather=20_000, feeds=feeds_of(name).model_copy(update={"watch": False}),
        alerting=alerting_of(name),
    )  # fmt: skip
    with connect(settings) as cluster:
        wanted = declare(settings, partitions=PARTITIONS, replication=1, roles=["detect"])
        cluster.create([topic for topic in wanted if topic.role not in but])
    yield Company(settings, folder)


async def test_policies_are_read_before_the_first_case_is_judged_and_new_ones_count_for_new_cases(
    kafka: str, tmp_path: Path
) -> None:
    async with company(kafka, tmp_path) as acme:
        acme.publish_organisation(ORGANISATION)
        await acme.place("first", "s-7", now() - 20 * MINUTE)  # there before the worker is
        await acme.place("running", "s-7", now() - 4 * MINUTE + 20 * SECOND)
        with acme.worker() as worker:
            worker.wait_for("shard reads", PARTITIONS)
            assert await acme.allowed("first") == {"first": 4}
            acme.publish_organisation(ORGANISATION.replace("4m", "6m"))
            (taken,) = worker.wait_for("catalogue taken")
            assert taken["changes"] == ["organisation: policies changed: brand fresh"]
            await acme.place("second", "s-7", now() - 20 * MINUTE)
            await acme.place("other", "s-8", now() - 40 * MINUTE)
            assert await acme.allowed("second", "other") == {"second": 6, "other": 30}
            assert worker.terminate() == 0
        assert (await acme.said("first"))["first"]["proof"]["policy"] == "brand fresh"
        with acme.worker() as worker:  # it knows the newer policies, and the older ones of what runs
            worker.wait_for("shard reads", PARTITIONS)
            assert await acme.allowed("running") == {"running": 4}


async def test_a_bad_record_is_said_and_the_partition_and_all_other_policies_go_on(kafka: str, tmp_path: Path) -> None:
    async with company(kafka, tmp_path) as acme:
        acme.publish_organisation(ORGANISATION)
        with acme.worker() as worker:
            worker.wait_for("shard reads", PARTITIONS)
            bad = {"brand": "fresh", "moments": {"order.confirm": {"deadline": {"aftr": "4m"}}}}
            await acme.publish_record("acme/policy/brand=fresh", bad)
            stranger = {"store": "s-8", "moments": {"order.confrm": {"off": True}, "order.confirm": {"deadline": "5m"}}}
            await acme.publish_record("acme/policy/store=s-8", stranger)
            (said,) = worker.wait_for("an organisation record is not used")
            assert said["record"] == "acme/policy/brand=fresh"
            (left_out,) = worker.wait_for("organisation data is not used in judging")
            assert left_out["record"] == "acme: policy for store s-8: order.confrm"
            worker.wait_for("catalogue taken")
            await acme.place("one", "s-7", now() - 20 * MINUTE)
            await acme.place("two", "s-8", now() - 20 * MINUTE)
            assert await acme.allowed("one", "two") == {"one": 4, "two": 5}
            assert worker.terminate() == 0


@pytest.mark.parametrize(
    ("without", "said"),
    [
        (("organisation",), "no organisation topic; the files count"),
        ((), "the organisation topic is empty; the files count"),
    ],
    ids=["no topic", "an empty topic"],
)
async def test_a_company_that_publishes_nothing_starts_as_before_and_is_told_so(
    kafka: str, tmp_path: Path, without: tuple[str, ...], said: str
) -> None:
    async with company(kafka, tmp_path, but=without) as acme:
        with acme.worker() as worker:
            worker.wait_for("shard reads", PARTITIONS)
            assert len(list(worker.events(said))) == 1
            await acme.place("one", "s-7", now() - 40 * MINUTE)
            assert await acme.allowed("one") == {"one": 30}
            assert worker.terminate() == 0
