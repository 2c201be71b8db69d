"""What is counted of the steps is what was said, also where a step was taken ahead of the clock and taken back."""

import json

from prometheus_client import CollectorRegistry

from streams.agents.processors import Detecting
from streams.catalogue.load import compile_texts
from streams.clock import HOUR, MINUTE, parse_rfc3339, rfc3339
from streams.metrics.instruments import Instruments
from streams.runtime.processor import Batch
from streams.settings import Settings
from tests.support.record import Made

NOON = parse_rfc3339("2026-11-23T12:00:00Z")
CATALOGUE = """
name: shop
moments:
  - id: delivery.on_time
    title: {zh: 准时送达, en: Delivered on time}
    stage: execution
    class: basic
    owner: store
    severity: high
    starts: order.placed
    ends: delivery.delivered
    deadline: {after: 30m}
"""


def record(topic: str, offset: int, kind: str, case: str, at: int) -> Made:
    event = {
        "specversion": "1.0", "id": f"{kind}-{case}", "source": "//pos", "type": kind, "time": rfc3339(at),
        "subject": case, "tenant": "acme", "data": {"order_id": case},
    }  # fmt: skip
    return Made(topic, 0, offset, key=case.encode(), value=json.dumps(event).encode())


def test_a_step_taken_back_and_taken_again_is_counted_once() -> None:
    registry = CollectorRegistry()
    settings = Settings(inputs=("orders", "deliveries"))
    shard = Detecting(settings, compile_texts([("shop.yaml", CATALOGUE)]), Instruments(registry), 1)(0)

    def counted(kind: str) -> float:
        labels = {"tenant": "acme", "region": "", "moment": "delivery.on_time", "stage": "execution", "kind": kind}
        return registry.get_sample_value("moments_transitions_total", labels) or 0.0

    # the orders topic has been heard until noon, the deliveries topic runs ahead of it
    shard.decide([Batch("orders", (), 0, 0, NOON), Batch("deliveries", (), 0, 0, NOON)], NOON)
    placed = record("orders", 0, "order.placed", "1", NOON + 5 * MINUTE)
    delivered = record("deliveries", 0, "delivery.delivered", "1", NOON + 20 * MINUTE)
    shard.decide([Batch("orders", [placed], 0, 1, None), Batch("deliveries", [delivered], 0, 1, None)], NOON)
    assert (counted("opened"), counted("met")) == (1, 1)
    # an earlier order event of the case takes both steps back, and they are taken again
    again = record("orders", 1, "order.placed", "1", NOON + MINUTE)
    again = again._replace(value=(again.value or b"").replace(b"order.placed-1", b"order.placed-1b"))
    shard.decide([Batch("orders", [again], 1, 2, None)], NOON)
    late = NOON + 2 * HOUR
    shard.decide([Batch("orders", (), 2, 2, late), Batch("deliveries", (), 1, 1, late)], late)
    assert (counted("opened"), counted("met"), counted("breached")) == (1, 1, 0)
