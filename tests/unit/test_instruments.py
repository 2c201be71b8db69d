"""What the worker counts about itself, and when it calls itself unhealthy."""

import urllib.error
import urllib.request
from collections import Counter

import pytest
import time_machine
from prometheus_client import CollectorRegistry

from streams.agents.processors import drain
from streams.errors import OperatorError
from streams.metrics.instruments import Instruments
from streams.metrics.server import MetricsServer
from streams.state.tally import Tally

SECOND = 1_000_000


def made() -> tuple[CollectorRegistry, Instruments]:
    registry = CollectorRegistry()
    return registry, Instruments(registry)


def test_lag_position_and_the_age_of_the_clock_are_told_by_shard() -> None:
    registry, instruments = made()
    with time_machine.travel(1_000, tick=False):
        instruments.progress("orders", 3, 70, 100, None)
        instruments.progress("tickets", 3, 5, 5, 990 * SECOND)
        at = {"topic": "orders", "partition": "3"}
        assert registry.get_sample_value("moments_input_lag", at) == 30
        assert registry.get_sample_value("moments_input_position", at) == 70
        # orders has never been read to its end, so there is no age to tell
        assert registry.get_sample_value("moments_shard_clock_age_seconds", {"partition": "3"}) is None
        instruments.progress("orders", 3, 100, 100, 995 * SECOND)
        assert registry.get_sample_value("moments_shard_clock_age_seconds", {"partition": "3"}) == 10
        instruments.gone(3)
        assert registry.get_sample_value("moments_input_lag", at) is None


def test_it_is_stalled_where_there_is_something_to_read_and_nothing_moves() -> None:
    at = 0.0
    instruments = Instruments(CollectorRegistry(), monotonic=lambda: at)
    instruments.progress("orders", 0, 10, 10, 1)
    instruments.progress("orders", 1, 10, 90, None)
    at = 50.0
    instruments.progress("orders", 0, 10, 12, None)
    instruments.progress("orders", 1, 10, 95, None)
    assert instruments.stalled(40 * SECOND) == ["orders/1"]
    instruments.progress("orders", 1, 11, 95, None)
    assert instruments.stalled(40 * SECOND) == []
    at = 100.0
    assert instruments.stalled(40 * SECOND) == ["orders/0", "orders/1"]


def test_a_tally_is_added_to_the_counters() -> None:
    registry, instruments = made()
    tally = Tally(
        applied=Counter({"orders": 5}),
        refused=Counter({("orders", "not_json"): 2}),
        steps=Counter({("delivery.on_time", "breached"): 1}),
        duplicates=3,
    )
    drain(tally, instruments)
    drain(tally, instruments)
    assert registry.get_sample_value("moments_events_applied_total", {"topic": "orders"}) == 10
    refused = {"topic": "orders", "reason": "not_json"}
    assert registry.get_sample_value("moments_events_refused_total", refused) == 4
    breached = {"moment": "delivery.on_time", "kind": "breached"}
    assert registry.get_sample_value("moments_transitions_total", breached) == 2
    assert registry.get_sample_value("moments_events_without_effect_total", {"why": "duplicate"}) == 6


def fetch(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_metrics_and_health_are_served() -> None:
    registry, instruments = made()
    instruments.transaction(0.03, 7)
    complaints: list[str] = []
    with MetricsServer("127.0.0.1", 0, registry, lambda: complaints) as server:
        status, text = fetch(server.port, "/metrics")
        assert status == 200
        assert "moments_records_written_total 7.0" in text
        assert fetch(server.port, "/healthz") == (200, "ok\n")
        complaints.append("orders/1")
        assert fetch(server.port, "/healthz") == (503, "orders/1\n")
        assert fetch(server.port, "/other")[0] == 404
        with pytest.raises(OperatorError, match="MOMENTS_METRICS_PORT"):
            MetricsServer("127.0.0.1", server.port, registry, list)
