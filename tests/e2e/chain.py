"""The whole chain as it is run: a worker with all stages and a console on real Kafka, a catalogue of seconds."""

import json
import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from typer.testing import CliRunner

from streams.broker.admin import connect
from streams.broker.topics import declare
from streams.cli.console_accounts import user
from streams.clock import now, rfc3339
from streams.settings import Alerting, Console, Grouping, Settings
from streams.stages import ROLES, WORDS
from tests.support.desk import desk_topics, feeds_of
from tests.support.person import Person, on_call, write_receivers
from tests.support.stage import producing
from tests.support.worker import WorkerProcess

PARTITIONS = 2
PASSWORD = "an evening on call"
CATALOGUE = """
name: tea
time_zone: Asia/Shanghai
moments:
  - id: order.confirm
    title: {zh: 门店接单, en: Store accepts the order}
    playbook:
      zh: [致电门店确认是否能做, 不能做就改派邻近门店或全额退款, 主动告知顾客真实情况]
      en: [Call the store and ask whether it can make the order, Otherwise move it to a store nearby or refund it in full, Tell the customer the real state unasked]
    stage: execution
    class: basic
    owner: store_manager
    severity: high
    starts: order.placed
    ends: order.accepted
    deadline: {after: 14s}
    warnings: [12s]
  - id: delivery.on_time
    title: {zh: 准时送达, en: Delivered when promised}
    playbook:
      zh: [联系骑手确认位置与原因, 在超时之前致电顾客说明真实情况并致歉, 给出新的时间与补偿并兑现]
      en: [Ask the courier where he is and why, Call the customer before it is late and tell the real state with an apology, Give a new time and a compensation and keep both]
    stage: execution
    class: expected
    owner: delivery_dispatcher
    severity: medium
    starts: delivery.promised
    ends: delivery.delivered
    deadline: {at: promised_at}
    warnings: [10m]
"""  # noqa: E501 a step of a playbook is one line
ORGANISATION = """
tenant: acme
fallback: {people: [desk]}
people:
  - {id: li.na, name: 李娜, language: zh, contacts: [{receiver: duty, address: li.na}]}
  - {id: wang.fang, name: 王芳, language: en, contacts: [{receiver: duty, address: wang.fang}]}
  - {id: desk, name: 运营中心, language: zh, contacts: [{receiver: duty, address: desk}]}
stores:
  - {id: s-7, name: 徐家汇店, duty: {people: [li.na]}}
  - {id: s-8, name: 静安寺店, duty: {people: [li.na]}}
  - {id: s-9, name: 五角场店, duty: {people: [wang.fang]}}
chains:
  - {id: all, steps: [{after: 0s, tell: store}, {after: 10m, tell: fallback}]}
"""


class Chain(NamedTuple):
    """What runs, and where the console is."""

    settings: Settings
    person: Person
    worker: WorkerProcess
    console: WorkerProcess
    address: str

    async def publish(self, *events: dict[str, Any]) -> None:
        """Events as they are, acknowledged."""
        async with producing(self.settings.brokers[0]) as producer:
            for event in events:
                key = event["subject"].encode()
                await producer.send(self.settings.inputs[0], json.dumps(event).encode(), key=key)
            await producer.flush()


def event(kind: str, case: str, at: int | None = None, **data: Any) -> dict[str, Any]:
    """An event of a case, of now if no instant is given."""
    return {
        "specversion": "1.0", "id": uuid.uuid4().hex, "source": "//pos", "type": kind,
        "time": rfc3339(now() if at is None else at), "subject": case, "tenant": "acme", "region": "shanghai",
        "data": {"order_id": case, "store_id": "s-7"} | data,
    }  # fmt: skip


@asynccontextmanager
async def chain(kafka: str, folder: Path, people: Iterable[tuple[str, str, str]] = ()) -> AsyncIterator[Chain]:
    """All of it, up. `people` are the local users (id, name, language); without any the console is open to all."""
    name = f"evening-{uuid.uuid4().hex[:8]}"
    (folder / "tea.yaml").write_text(CATALOGUE)
    (folder / "acme.yaml").write_text(ORGANISATION)
    accounts = folder / "accounts.yaml"
    for id_, called, language in people:
        given = ["add", id_, "--role", "responder", "--tenant", "acme", "--name", called, "--lang", language]
        made = CliRunner().invoke(user, [*given, "--accounts", str(accounts)], input=PASSWORD + "\n")
        assert made.exit_code == 0, made.output
    async with on_call() as person:
        write_receivers(folder, person.url, "duty")
        settings = Settings(
            brokers=(kafka,), app_id=name, inputs=(f"{name}.orders",), transitions=f"{name}.out",
            followed=f"{name}.followed",
            changelog=f"{name}.state", catalogue=(str(folder / "tea.yaml"),), fetch_wait=50_000, gather=20_000,
            feeds=feeds_of(name),
            alerting=Alerting(
                **desk_topics(name), organisation=(str(folder / "acme.yaml"),),
                receivers=folder / "receivers.yaml", grouping=Grouping(incidents=False),
            ),
            console=Console(port=0, accounts=accounts) if people else Console(port=0, open_to_all=True),
        )  # fmt: skip
        with connect(settings) as cluster:
            cluster.create(declare(settings, partitions=PARTITIONS, replication=1))
        roles = ("--roles", ",".join(WORDS))
        with (
            WorkerProcess(settings, folder / "worker.log", "tests.parity.serve", *roles) as worker,
            WorkerProcess(settings, folder / "console.log", "tests.e2e.serve") as console,
        ):
            address = console.wait_for("the console is served")[0]["address"]
            worker.wait_for("shard reads", len(ROLES) * PARTITIONS)
            yield Chain(settings, person, worker, console, address)
            assert worker.terminate(40.0) == 0, worker.tail()
            status = console.terminate(20.0)
            assert status == 0, f"{status}\n{console.tail()}"
