"""What a scrape says, and transitions to count."""

from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from streams.catalogue.load import compile_texts
from streams.clock import HOUR
from streams.engine.case import Kind
from streams.engine.transition import Transition
from streams.metrics.bounded import Bounds
from streams.metrics.contract import Process
from streams.metrics.instruments import Instruments

NOON = 1_793_620_800_000_000
MOMENT = "delivery.on_time"
SHOP = """
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
    warnings: [10m]
  - id: order.confirmed
    title: {zh: 接单, en: Accepted}
    stage: decision
    class: basic
    owner: store
    severity: low
    starts: order.placed
    ends: order.accepted
    deadline: {after: 3m}
    journal: true
"""
CATALOGUE = compile_texts([("shop.yaml", SHOP)])


class Figures:
    """The instruments of a process, and what a scrape of them says."""

    def __init__(self, role: Process = "detect", *, bounds: Bounds | None = None) -> None:
        self.registry = CollectorRegistry()
        self.instruments = Instruments(self.registry, role, bounds=bounds)

    def __getitem__(self, name: str) -> dict[tuple[str, ...], float]:
        """The series of a name by the values of their labels, in the order of the scrape, as served."""
        return series(self.instruments.scrape(), name)


def series(scraped: bytes, name: str) -> dict[tuple[str, ...], float]:
    """The series of a name in a scrape, by the values of their labels."""
    families = text_string_to_metric_families(scraped.decode())
    found = [
        (tuple(sample.labels.values()), sample.value)
        for family in families
        for sample in family.samples
        if sample.name == name
    ]
    assert len(dict(found)) == len(found), f"{name} has one series twice"
    return dict(found)


def said(kind: Kind, *, case: str = "8812", found: int = 0, **rest: Any) -> Transition:
    """A transition that became true at noon, `found` microseconds later than that."""
    fields: dict[str, Any] = {
        "id": f"{case}-{kind}",
        "kind": int(kind),
        "tenant": "acme",
        "case": case,
        "moment": MOMENT,
        "occurrence": 1,
        "revision": 0,
        "at": NOON,
        "found_at": NOON + found,
        "due_at": NOON,
        "stage": "execution",
        "severity": "high",
        "owner": "store",
        "title": {"zh": "准时送达", "en": "Delivered on time"},
        "labels": {"region": "east", "store": "s1", "channel": None, "fleet": None, "provider": None},
        "cause": None,
        "catalogue": CATALOGUE.version,
        "proof": None,
        "sentence": None,
    }
    return Transition(**(fields | rest))


__all__ = ["CATALOGUE", "HOUR", "MOMENT", "NOON", "SHOP", "Figures", "said", "series"]
