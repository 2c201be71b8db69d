"""How long a scrape takes while the main thread is busy, and what it takes from it: `python -m tests.metrics.busy`.

A worker of 12 partitions that has counted 50 regions x 20 moments in 5 states is scraped 200 times, with pauses, by
another process, while the main thread decodes JSON and hands over its shards' counts; once as it is, and once with the
text made by prometheus_client.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, generate_latest

from streams.engine.case import Kind
from streams.metrics.contract import STATES
from streams.metrics.instruments import Instruments
from streams.metrics.server import MetricsServer
from tests.metrics.figures import NOON, said

PLACES = [("acme", f"region-{region}", f"delivery.moment_{moment}") for region in range(50) for moment in range(20)]
COUNTS = {(place, state): 3 for place in PLACES for state in STATES}
TOPICS = ("orders", "deliveries", "tickets", "promises")
LETTERS = [json.dumps({"a": number, "b": [1, 2, 3], "c": "x" * 50}) for number in range(100)]
SCRAPER = """
import http.client, sys, time
took = []
for _ in range(200):
    start = time.perf_counter()
    to = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
    to.request("GET", "/metrics")
    to.getresponse().read()
    to.close()
    took.append(time.perf_counter() - start)
    time.sleep(0.05)
took.sort()
print(f"p50 {took[99] * 1e3:.0f} ms, p99 {took[197] * 1e3:.0f} ms, most {took[199] * 1e3:.0f} ms", flush=True)
"""


def worker() -> tuple[CollectorRegistry, Instruments]:
    """The instruments of a worker that has counted all that."""
    registry = CollectorRegistry()
    instruments = Instruments(registry)
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
    return registry, instruments


def work(seconds: float) -> int:
    """Decode for so long; how often."""
    until, rounds = time.perf_counter() + seconds, 0
    while time.perf_counter() < until:
        for letter in LETTERS:
            json.loads(letter)
        rounds += 1
    return rounds


def measure(name: str, instruments: Instruments, scrape: Callable[[], bytes]) -> None:
    """Print what was found."""
    start = time.perf_counter()
    text = scrape()
    alone = time.perf_counter() - start
    rate = work(2.0) / 2.0
    with MetricsServer("127.0.0.1", 0, scrape, list) as server:
        scraper = subprocess.Popen([sys.executable, "-c", SCRAPER, str(server.port)], stdout=subprocess.PIPE, text=True)
        start, rounds = time.perf_counter(), 0
        while scraper.poll() is None:
            rounds += work(0.05)
            instruments.detection.occurrences(rounds % 12, COUNTS)
        spent = time.perf_counter() - start
        took = scraper.stdout.read().strip() if scraper.stdout else ""
    lost = (1 - rounds / spent / rate) * spent / 200
    lines = len(text.splitlines())
    print(f"{name}: {lines:,} lines, {len(text) / 1e6:.1f} MB; made alone in {alone * 1e3:.0f} ms")
    print(f"  a scrape beside the busy thread {took}; it takes {lost * 1e3:.0f} ms from the thread")


def main() -> None:
    """Both ways."""
    registry, instruments = worker()
    instruments.scrape()
    measure("instruments.scrape", instruments, instruments.scrape)
    measure("prometheus_client", instruments, lambda: generate_latest(registry))


if __name__ == "__main__":
    main()
