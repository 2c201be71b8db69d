"""Part `scrape`: how long a scrape takes while the main thread is busy, and what it takes from it."""

import json
import subprocess
import sys
import time

from prometheus_client import CollectorRegistry

from streams.engine.case import Kind
from streams.metrics.contract import STATES
from streams.metrics.instruments import Instruments
from streams.metrics.server import MetricsServer
from tests.bench.page import Figure, Part
from tests.metrics.figures import NOON, said

SCRAPES = 200
PLACES = [("acme", f"region-{region}", f"delivery.moment_{moment}") for region in range(50) for moment in range(20)]
COUNTS = {(place, state): 3 for place in PLACES for state in STATES}
TOPICS = ("orders", "deliveries", "tickets", "promises")
LETTERS = [json.dumps({"a": number, "b": [1, 2, 3], "c": "x" * 50}) for number in range(100)]
SCRAPER = """
import http.client, json, sys, time
took = []
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    to = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
    to.request("GET", "/metrics")
    to.getresponse().read()
    to.close()
    took.append(time.perf_counter() - start)
    time.sleep(0.05)
print(json.dumps(sorted(took)), flush=True)
"""


def worker() -> Instruments:
    """The instruments of a worker of 12 shards that has counted in every place."""
    instruments = Instruments(CollectorRegistry())
    instruments.about("0", 12, TOPICS)
    detection = instruments.detection
    detection.occurred({(*place, kind): 1 for place in PLACES for kind in ("opened", "met")})
    detection.durations({("acme", moment): [100_000_000] for _, _, moment in PLACES})
    detection.said([said(Kind.BREACHED, labels={"region": "region-1", "store": f"s{number}"}) for number in range(500)])
    for shard in range(12):
        detection.occurrences(shard, COUNTS)
        detection.oldest(shard, dict.fromkeys(PLACES, NOON))
        for topic in TOPICS:
            instruments.progress(topic, shard, 100, 100, NOON)
    return instruments


def work(seconds: float) -> int:
    """Decode for so long; how often."""
    until, rounds = time.perf_counter() + seconds, 0
    while time.perf_counter() < until:
        for letter in LETTERS:
            json.loads(letter)
        rounds += 1
    return rounds


def measure(share: float) -> Part:
    """Another process scrapes with pauses, while the main thread decodes and hands over its shards' counts."""
    instruments = worker()
    text, count = instruments.scrape(), max(int(SCRAPES * share), 20)
    rate = work(2.0) / 2.0
    with MetricsServer("127.0.0.1", 0, instruments.scrape, list) as server:
        command = [sys.executable, "-c", SCRAPER, str(server.port), str(count)]
        scraper = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        start, rounds = time.perf_counter(), 0
        while scraper.poll() is None:
            rounds += work(0.05)
            instruments.detection.occurrences(rounds % 12, COUNTS)
        spent = time.perf_counter() - start
        assert scraper.stdout is not None
        took = json.loads(scraper.stdout.read())
    lost = max(0.0, 1 - rounds / spent / rate) * spent / count
    return Part(
        "A scrape under load",
        f"A worker of 12 shards that has counted 50 regions x 20 moments in 5 states ({len(text.splitlines()):,} lines, "
        f"{len(text) / 1e6:.1f} MB) is scraped {count} times while its main thread decodes JSON without a pause.",
        [
            Figure("median", took[len(took) // 2], "s"),
            Figure("99 of 100", took[min(int(len(took) * 0.99), len(took) - 1)], "s", 0.25, at_most=True),
            Figure("largest", took[-1], "s"),
            Figure("taken from the main thread by a scrape", lost, "s"),
        ],
    )
