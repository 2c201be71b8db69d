"""A running Prometheus that has scraped every process of an installation, with a history of twenty minutes today and the
same a week ago.
"""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from streams.clock import DAY, MINUTE, SECOND, now
from tests.grafana.installation import Installation
from tests.grafana.shelf import Asked, filled
from tests.support.kafka import free_ports

PROMETHEUS, PROMTOOL = shutil.which("prometheus"), shutil.which("promtool")

STEP = 30 * SECOND
TODAY = 20 * MINUTE
"""The installation began so long ago, and a week ago the same."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running Prometheus; what it knows begins at `start`, in seconds."""

    url: str
    start: int

    def ask(self, path: str, **parameters: object) -> Any:
        """The data of an answer; a query that is refused fails with Prometheus' words."""
        body = urlencode(parameters, doseq=True).encode()
        try:
            with urlopen(f"{self.url}/api/v1/{path}", data=body if "query" in path else None, timeout=10) as answer:
                return json.load(answer)["data"]
        except HTTPError as error:
            raise AssertionError(f"{path}: {error.read().decode()}") from error

    def rows(self, query: Asked, **values: str) -> list[Any]:
        """The series that a panel gets: of an instant query those of now, else those of the time that is looked at."""
        end = now() / SECOND
        expr = filled(query.expr, start=self.start, end=round(end), values={"__rate_interval": "2m", **values})
        start = end if query.instant else self.start
        found: list[Any] = self.ask("query_range", query=expr, start=start, end=end, step=15)["result"]
        return found

    def now(self, query: Asked) -> list[tuple[dict[str, str], float]]:
        """Labels and values of an instant query, in the order in which Prometheus gives them."""
        end = now() // SECOND
        expr = filled(query.expr, start=self.start, end=end, values={"__rate_interval": "2m"})
        found = self.ask("query", query=expr)["result"]
        return [(row["metric"], float(row["value"][1])) for row in found]


@dataclass(frozen=True, slots=True)
class Watching(Server):
    """One that watches an installation of ours."""

    installation: Installation


@contextmanager
def running(folder: Path) -> Iterator[Watching]:
    """Prometheus on a free port, with its files in a folder; it ends with the block."""
    with ExitStack() as stack:
        installation = Installation()
        installation.serve(stack)
        began = now() - TODAY
        _backfill(installation, began, folder)
        (port,) = free_ports(1)
        _configure(installation, folder)
        log = stack.enter_context((folder / "log").open("w"))
        process = subprocess.Popen(
            [
                str(PROMETHEUS),
                f"--config.file={folder / 'prometheus.json'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
                "--storage.tsdb.retention.time=30d",
            ],
            stdout=log,
            stderr=log,
        )
        stack.callback(process.wait, 20)
        stack.callback(process.terminate)
        found = Watching(f"http://127.0.0.1:{port}", began // SECOND, installation)
        wait_for(lambda: _scraped(found) == len(installation.processes), folder / "log")
        wait_for(lambda: _samples(found) >= 3, folder / "log")
        yield found


def _backfill(installation: Installation, began: int, folder: Path) -> None:
    """Write the history down, and let promtool make blocks of it."""
    history = folder / "history.txt"
    with history.open("w", encoding="utf-8") as file:
        for first in (began - 7 * DAY, began):
            for at in range(first - 2 * STEP, first + TODAY, STEP):
                installation.step(at)
                file.writelines(installation.history(at))
        file.write("# EOF\n")
    data = folder / "data"
    subprocess.run(
        [str(PROMTOOL), "tsdb", "create-blocks-from", "openmetrics", "-q", str(history), str(data)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    history.unlink()


def _configure(installation: Installation, folder: Path) -> None:
    jobs = sorted({process.job for process in installation.processes})
    config = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
        "scrape_configs": [
            {
                "job_name": job,
                "static_configs": [
                    {"targets": [f"127.0.0.1:{one.port}" for one in installation.processes if one.job == job]}
                ],
            }
            for job in jobs
        ],
    }
    (folder / "prometheus.json").write_text(json.dumps(config), encoding="utf-8")


def _scraped(server: Server) -> int:
    try:
        found = server.ask("query", query="count(up == 1 and on () (time() - timestamp(up) < 2))")["result"]
    except (URLError, OSError):
        return 0
    return int(found[0]["value"][1]) if found else 0


def _samples(server: Server) -> int:
    found = server.ask("query", query="min(count_over_time(up[5s]))")["result"]
    return int(found[0]["value"][1]) if found else 0


def wait_for(true: Callable[[], bool], log: Path | None = None, within: float = 30) -> None:
    """Return as soon as it is true; AssertionError, with the end of the log, where it is not within so many seconds."""
    until = time.monotonic() + within
    while not true():
        assert time.monotonic() < until, log.read_text()[-2000:] if log else f"it did not happen in {within} seconds"
        time.sleep(0.2)
