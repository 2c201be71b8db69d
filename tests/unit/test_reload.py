"""A changed catalogue is taken into force while the worker runs; a broken one is not."""

import json
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from streams.agents.counting import Counting
from streams.agents.processors import Detecting
from streams.agents.reload import taken
from streams.catalogue.compile import Compiled
from streams.catalogue.source import CatalogueFiles
from streams.clock import MINUTE, parse_rfc3339, rfc3339
from streams.metrics.instruments import Instruments
from streams.runtime.processor import Batch
from streams.settings import Feeds, Settings
from tests.support.record import Made

CATALOGUE = """
name: shop
moments:
  - id: order.confirm
    title: {zh: 接单, en: Order confirmed}
    stage: execution
    class: basic
    owner: store
    severity: high
    starts: order.placed
    ends: order.accepted
    deadline: {after: 3m}
"""
NOON = parse_rfc3339("2026-11-23T12:00:00Z")


def placed(case: str, at: int, offset: int) -> Made:
    event = {
        "specversion": "1.0", "id": f"{case}-{offset}", "source": "//pos", "type": "order.placed", "time": rfc3339(at),
        "subject": case, "tenant": "acme", "data": {"order_id": case},
    }  # fmt: skip
    return Made("orders", 0, offset, key=case.encode(), value=json.dumps(event).encode())


class Shop:
    """A worker's shard, its catalogue file, and a clock."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "shop.yaml"
        self.file.write_text(CATALOGUE)
        self.files = CatalogueFiles([str(self.file)])
        first = self.files.poll(NOON)
        assert isinstance(first, Compiled)
        settings = Settings(inputs=("orders",), feeds=Feeds(watch=False))
        self.detecting = Detecting(settings, first, Instruments(CollectorRegistry()), 1)
        self.shard: Counting = self.detecting(0)
        self.offset = 0

    def place(self, case: str, at: int) -> None:
        self.offset += 1
        self.shard.decide([Batch("orders", [placed(case, at, self.offset)], 0, 0, None)], at)

    def broken_by(self, at: int) -> dict[str, str]:
        """Case to due of what breaks when nothing more has come by then."""
        said = self.shard.decide([Batch("orders", (), 0, 0, at)], at).outputs
        return {word["case"]: word["due_at"] for output in said if (word := json.loads(output.value or b""))}


def test_new_cases_begin_under_the_changed_catalogue_and_running_ones_keep_theirs(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.place("before", NOON)
    shop.file.write_text(CATALOGUE.replace("3m", "5m"))
    with capture_logs() as logs:
        taken(shop.files.poll(NOON + MINUTE), shop.detecting)
    assert [log["event"] for log in logs] == ["catalogue taken"]
    assert any("3m" in line and "5m" in line for line in logs[0]["changes"])
    shop.place("after", NOON + MINUTE)
    assert shop.broken_by(NOON + 10 * MINUTE) == {
        "before": rfc3339(NOON + 3 * MINUTE),
        "after": rfc3339(NOON + 6 * MINUTE),
    }


def test_a_shard_claimed_later_begins_under_the_changed_catalogue_too(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.file.write_text(CATALOGUE.replace("3m", "5m"))
    taken(shop.files.poll(NOON + MINUTE), shop.detecting)
    shop.shard = shop.detecting(1)
    shop.place("one", NOON + MINUTE)
    assert shop.broken_by(NOON + 10 * MINUTE) == {"one": rfc3339(NOON + 6 * MINUTE)}


@pytest.mark.parametrize("broken", ["moments: [", CATALOGUE.replace("order.placed", "order.palced")])
def test_a_broken_catalogue_is_said_once_and_the_old_one_stays(tmp_path: Path, broken: str) -> None:
    shop = Shop(tmp_path)
    shop.file.write_text(broken)
    with capture_logs() as logs:
        taken(shop.files.poll(NOON + MINUTE), shop.detecting)
        taken(shop.files.poll(NOON + 2 * MINUTE), shop.detecting)
    assert [log["event"] for log in logs] == ["the changed catalogue is not taken"]
    assert "shop.yaml" in logs[0]["problems"][0]
    shop.place("one", NOON)
    assert shop.broken_by(NOON + 10 * MINUTE) == {"one": rfc3339(NOON + 3 * MINUTE)}
