"""The commands an operator uses, one after the other, on a real Kafka: create, publish, judge, explain, see refusals."""

import asyncio
import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from schemas.followed import Followed
from streams.clock import MINUTE, now, rfc3339
from streams.settings import Settings
from tests.support.desk import alerting_of, feeds_of
from tests.support.stage import read_all, reading
from tests.support.worker import WorkerProcess, environment

pytestmark = pytest.mark.kafka

CATALOGUE = """
name: shop
time_zone: Asia/Shanghai
moments:
  - id: order.confirm
    title: {zh: 门店接单, en: Store accepts the order}
    stage: execution
    class: basic
    owner: store_manager
    severity: high
    starts: order.placed
    ends: order.accepted
    deadline: {after: 3m, targets: [{when: {tier: vip}, after: 1m}]}
  - id: promise.kept
    title: {zh: 兑现承诺, en: Promise kept}
    stage: after_sales
    class: expected
    owner: store_manager
    severity: high
    starts: promise.made
    ends: promise.fulfilled
    deadline: {at: due_at}
"""


def moments(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command with these settings in its environment."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MOMENTS_")}
    return subprocess.run(
        [sys.executable, "-c", "from streams.cli.main import main; main()", *arguments],
        env=clean | environment(settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def event(number: int, kind: str, case: str, at: int, **data: object) -> str:
    return json.dumps(
        {
            "specversion": "1.0", "id": f"e-{number}", "source": "//pos", "type": kind, "time": rfc3339(at),
            "subject": case, "tenant": "acme", "region": "east", "data": {"order_id": case, **data},
        }
    )  # fmt: skip


async def test_a_published_order_that_nobody_accepts_is_broken_and_explained(kafka: str, tmp_path: Path) -> None:
    name = f"shop-{uuid.uuid4().hex[:8]}"
    catalogue = tmp_path / "shop.yaml"
    catalogue.write_text(CATALOGUE)
    settings = Settings(
        brokers=(kafka,), app_id=name, inputs=(f"{name}.orders",), transitions=f"{name}.out",
        followed=f"{name}.followed",
        changelog=f"{name}.state", catalogue=(str(catalogue),), feeds=feeds_of(name), alerting=alerting_of(name),
    )  # fmt: skip
    created = moments(settings, "topics", "create", "--roles", "detect", "--partitions", "2", "--replication", "1")
    assert created.returncode == 0, created.stderr
    ago = now() - 2 * MINUTE
    lines = [
        event(1, "order.placed", "8812", ago, tier="vip", store_id="s-7"),
        event(2, "order.placed", "8813", ago, store_id="s-7"),
        '{"specversion": "1.0", "id": "e-3", "type": "order.exploded"}',
        event(4, "promise.made", "8812", ago, promise_id="p-1", due_at=rfc3339(ago + 9 * MINUTE), person="li.na"),
    ]
    events = tmp_path / "events.jsonl"
    events.write_text("\n".join(lines) + "\n")

    refused = moments(settings, "publish", str(events), "--topic", f"{name}.orders")
    assert refused.returncode != 0
    assert "events.jsonl:3" in refused.stdout + refused.stderr
    published = moments(settings, "publish", str(events), "--topic", f"{name}.orders", "--force")
    assert published.returncode == 0, published.stderr

    with WorkerProcess(settings, tmp_path / "worker.log", module="tests.parity.serve") as worker:
        async with reading(kafka, settings.transitions, 2) as reader, asyncio.timeout(30):
            told: list[dict[str, object]] = []
            while not told:
                assert worker.status is None, worker.tail()
                for records in (await reader.getmany(timeout_ms=200)).values():
                    told += [json.loads(record.value) for record in records]
        assert await asyncio.to_thread(worker.terminate) == 0
    assert [(word["kind"], word["case"]) for word in told] == [("breached", "8812")]
    assert told[0]["due_at"] == rfc3339(ago + MINUTE)

    explained = moments(settings, "explain", "8812")
    assert explained.returncode == 0, explained.stderr
    assert "order.confirm #1  breached  high" in explained.stdout
    assert "as tier = vip" in explained.stdout
    assert f"due        {rfc3339(ago + MINUTE)}" in explained.stdout
    running = moments(settings, "explain", "8813", "--json")
    assert json.loads(running.stdout)["phase"] == "running"
    unknown = moments(settings, "explain", "9999")
    assert unknown.returncode == 1
    assert "nothing is known of case 9999" in unknown.stderr

    promised = moments(settings, "explain", "8812#p-1", "--json")
    assert json.loads(promised.stdout)["phase"] == "running"
    (followed,) = await read_all(kafka, settings.followed, 2)
    (ended,) = await read_all(kafka, settings.transitions, 2)
    clock = Followed.model_validate_json(followed.value)
    assert (clock.case, clock.within, clock.state) == ("8812#p-1", "8812", "running")
    assert followed.partition == ended.partition  # the promise lies where its case does

    letters = await read_all(kafka, f"{name}.orders.dlq", 2)
    assert [letter.value.decode() for letter in letters] == [lines[2]]
    listed = moments(settings, "dlq", "list", f"{name}.orders")
    assert listed.returncode == 0, listed.stderr
    assert dict(letters[0].headers)["__moments.errors.reason"].decode() in listed.stdout
