"""What every stage counts about itself, and when it calls itself unhealthy or not ready."""

import threading
import time
import urllib.error
import urllib.request
from collections import Counter

import pytest
import time_machine
from prometheus_client import CollectorRegistry

from streams.agents.processors import drain
from streams.errors import OperatorError
from streams.ingest.event import Reason
from streams.metrics.instruments import Instruments
from streams.metrics.server import MetricsServer
from streams.state.tally import Tally
from tests.metrics.figures import Figures, series

SECOND = 1_000_000


def test_lag_position_and_the_age_of_the_clock_are_told_by_shard() -> None:
    figures = Figures("alert")
    instruments = figures.instruments
    with time_machine.travel(1_000, tick=False):
        instruments.progress("orders", 3, 70, 100, None)
        instruments.progress("tickets", 3, 5, 5, 990 * SECOND)
        at = ("alert", "orders", "3")
        assert figures["moments_input_lag"][at] == 30
        assert figures["moments_input_position"][at] == 70
        # orders has never been read to its end, so there is no age to tell
        assert figures["moments_shard_clock_age_seconds"] == {}
        instruments.progress("orders", 3, 100, 100, 995 * SECOND)
        assert figures["moments_shard_clock_age_seconds"] == {("alert", "3"): 10}
        assert figures["moments_shards_owned"] == {("alert",): 1}
        instruments.gone(3)
        assert figures["moments_input_lag"] == figures["moments_input_position"] == {}
        assert figures["moments_shards_owned"] == {("alert",): 0}


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
    figures = Figures()
    tally = Tally(
        applied=Counter({"orders": 5}),
        refused=Counter({("orders", "not_json"): 2}),
        steps=Counter({("acme", "east", "delivery.on_time", "breached"): 1}),
        duplicates=3,
        unknown_fields=4,
    )
    drain(tally, figures.instruments)
    drain(tally, figures.instruments)
    assert figures["moments_events_applied_total"] == {("orders",): 10}
    assert figures["moments_events_refused_total"] == {("detect", "orders", "not_json"): 4}
    assert figures["moments_transitions_total"]["acme", "east", "delivery.on_time", "", "breached"] == 2
    assert figures["moments_events_without_effect_total"] == {("duplicate",): 6, ("beyond",): 0, ("unmentioned",): 0}
    assert figures["moments_unknown_fields_total"] == {(): 8}


def test_transactions_and_restores_are_counted_for_the_role() -> None:
    figures = Figures("notify")
    instruments = figures.instruments
    instruments.about("0.1.0", 12, ["notices"])
    assert figures["moments_partitions"] == {("notify",): 12}
    assert figures["moments_worker_info"] == {("notify", "0.1.0"): 1}
    assert figures["moments_records_lost_total"] == figures["moments_rereads_total"] == {("notify", "notices"): 0}
    assert len(figures["moments_events_refused_total"]) == len(Reason)
    assert figures["moments_transaction_seconds_count"] == figures["moments_restore_seconds_count"] == {("notify",): 0}
    instruments.transaction(0.03, 7)
    instruments.restored(1.5, 1_000)
    instruments.lost("notices", 4)
    instruments.reread("notices")
    assert figures["moments_transactions_total"] == {("notify",): 1}
    assert figures["moments_records_written_total"] == {("notify",): 7}
    assert figures["moments_transaction_seconds_sum"] == {("notify",): 0.03}
    assert figures["moments_transaction_seconds_bucket"]["notify", "0.05"] == 1
    assert figures["moments_restore_seconds_sum"] == {("notify",): 1.5}
    assert figures["moments_records_restored_total"] == {("notify",): 1_000}
    assert figures["moments_records_lost_total"] == {("notify", "notices"): 4}
    assert figures["moments_rereads_total"] == {("notify", "notices"): 1}


def fetch(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_metrics_health_and_readiness_are_served() -> None:
    instruments = Instruments(CollectorRegistry())
    instruments.transaction(0.03, 7)
    complaints: list[str] = []
    unready = ["orders/2 is not claimed", "orders/3 has 70 records to read"]
    with MetricsServer("127.0.0.1", 0, instruments.scrape, lambda: complaints, lambda: unready) as server:
        status, text = fetch(server.port, "/metrics")
        assert status == 200
        assert 'moments_records_written_total{role="detect"} 7\n' in text
        assert fetch(server.port, "/healthz") == (200, "ok\n")
        assert fetch(server.port, "/readyz") == (503, "orders/2 is not claimed\norders/3 has 70 records to read\n")
        complaints.append("orders/1")
        unready.clear()
        assert fetch(server.port, "/healthz") == (503, "orders/1\n")
        assert fetch(server.port, "/readyz") == (200, "ok\n")
        assert fetch(server.port, "/other")[0] == 404
        with pytest.raises(OperatorError, match="MOMENTS_METRICS_PORT"):
            MetricsServer("127.0.0.1", server.port, instruments.scrape, list)


def test_a_process_is_ready_unless_somebody_says_that_it_is_not() -> None:
    with MetricsServer("127.0.0.1", 0, bytes, list) as server:
        assert fetch(server.port, "/readyz") == (200, "ok\n")


def test_scrapes_while_the_main_thread_counts_lose_nothing_and_never_fail() -> None:
    figures = Figures()
    detection = figures.instruments.detection
    done = threading.Event()
    answers: list[tuple[int, str]] = []
    with MetricsServer("127.0.0.1", 0, figures.instruments.scrape, list) as server:

        def scrape() -> None:
            while not done.is_set():
                answers.append(fetch(server.port, "/metrics"))

        thread = threading.Thread(target=scrape)
        thread.start()
        until = time.monotonic() + 1
        number = 0
        while time.monotonic() < until or len(answers) < 3:
            place = ("acme", f"r{number % 150}", f"m{number % 40}")
            detection.occurred({(*place, "opened"): 1})
            detection.started({("acme", place[1], f"s{number % 999}"): 1})
            detection.occurrences(number % 4, {(place, "running"): 1})
            number += 1
        done.set()
        thread.join()
    assert {status for status, _ in answers} == {200}
    some = answers[:: max(1, len(answers) // 4)]
    counted = [sum(series(text.encode(), "moments_transitions_total").values()) for _, text in some]
    assert counted == sorted(counted)
    assert sum(figures["moments_transitions_total"].values()) == number
    assert sum(figures["moments_store_started_total"].values()) == number
