"""Every query of every panel, executed by the Prometheus of the demo, which scrapes a real worker at work."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from streams.clock import SECOND, now
from tests.grafana.prometheus import PROMETHEUS, Server, wait_for
from tests.grafana.shelf import asked

pytestmark = [
    pytest.mark.prometheus,
    pytest.mark.skipif(not PROMETHEUS, reason="Debian's prometheus is not installed"),
]

DEMO = (sys.executable, "-c", "from streams.cli.main import main; main()", "demo", "--lang", "en")

MAY_BE_ABSENT = {
    "What came of them / A": "shares of what ended, by moment: nothing of it may have ended in the last minutes",
    "What came of them / B": "the same",
    "What came of them / C": "the same",
    "Found late / A": "the demo begins with nothing behind it",
    "By moment / A": "at risk at this instant, by moment: there may be none",
    "By moment / B": "broken at this instant, by moment: there may be none",
    "By moment / C": "unknown, by moment: all feeds are heard",
    "By moment / D": "there are rows, so that nothing says that there are none",
    "By region / A": "at risk at this instant, by region: there may be none",
    "By region / B": "broken at this instant, by region: there may be none",
    "By region / C": "unknown, by region: all feeds are heard",
    "By region / D": "there are rows, so that nothing says that there are none",
    "Lowest shares in time today / B": "the same",
    "Feeds that are not heard / A": "all feeds are heard",
    "Open pages / A": "nobody has a page open",
    "Requests / A": "nobody has asked the console for anything",
}
"""Queries that may give nothing while the demo runs, by panel and letter, and why."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """The demo's Prometheus once it has scraped every stage for half a minute."""
    demo = subprocess.Popen(DEMO, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    with demo:
        try:
            assert demo.stdout is not None
            found = next(Server(url, now() // SECOND) for line in demo.stdout if (url := _address(line)))
            wait_for(lambda: _scrapes(found) >= 30, within=90)
            yield found
        finally:
            demo.kill()


def _address(line: str) -> str | None:
    """The demo ends each line of counts with its addresses: console, metrics and Prometheus."""
    addresses = [word for word in line.split() if word.startswith("http://127.0.0.1:")]
    return addresses[2] if len(addresses) == 3 else None


def _scrapes(server: Server) -> int:
    try:
        rows = server.ask("query", query='min(sum_over_time(up{job="moments-worker"}[10m]))')["result"]
    except OSError:
        return 0
    return int(rows[0]["value"][1]) if rows else 0


def test_every_query_of_every_panel_finds_what_a_real_worker_says(server: Server) -> None:
    queries = [query for query in asked() if query.dashboard.startswith("en/")]
    empty = [query.where for query in queries if not server.rows(query)]
    assert [where for where in empty if where.partition(" / ")[2] not in MAY_BE_ABSENT] == []
    assert len(queries) - len(empty) > 150


def test_the_wall_believes_what_it_shows(server: Server) -> None:
    wall = {(query.panel, query.ref): query for query in asked() if query.dashboard == "en/moments-wall"}
    running = server.rows(wall["Running now", "A"])
    assert float(running[0]["values"][-1][1]) > 0
    assert float(server.rows(wall["Processes that do not answer", "A"])[0]["values"][-1][1]) == 0
