"""A real Alertmanager with the shipped configuration, on a free port of this machine."""

import json
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.rules.place import ALERTMANAGER, tool

Labels = Mapping[str, str]


class Alertmanager:
    """The API of a running one."""

    def __init__(self, address: str) -> None:
        self.address = address

    def post(self, *alerts: Labels) -> None:
        """These fire now."""
        body = json.dumps([{"labels": dict(labels)} for labels in alerts]).encode()
        request = urllib.request.Request(f"{self.address}/api/v2/alerts", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            assert answer.status == 200

    def alerts(self) -> list[dict[str, Any]]:
        """All alerts that it knows."""
        with urllib.request.urlopen(f"{self.address}/api/v2/alerts", timeout=5) as answer:
            found: list[dict[str, Any]] = json.load(answer)
        return found

    def muted(self, tenant: str, wanted: Mapping[str, bool]) -> dict[str, bool]:
        """Of a tenant's alerts, by their label `name`, whether another one inhibits them: as wanted, or as they still are
        after some seconds. It learns of sources by and by."""
        give_up = time.monotonic() + 5
        while True:
            found = {
                alert["labels"]["name"]: bool(alert["status"]["inhibitedBy"])
                for alert in self.alerts()
                if alert["labels"].get("tenant", "") == tenant
            }
            if found == wanted or time.monotonic() > give_up:
                return found
            time.sleep(0.05)

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/-/ready", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@contextmanager
def running(directory: Path) -> Iterator[Alertmanager]:
    """One that is ready. It is stopped by its own process id."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = directory / "alertmanager.log"
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            [
                tool("prometheus-alertmanager"),
                f"--config.file={ALERTMANAGER}",
                f"--storage.path={directory}",
                f"--web.listen-address=127.0.0.1:{port}",
                "--cluster.listen-address=",
            ],
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        found = Alertmanager(f"http://127.0.0.1:{port}")
        give_up = time.monotonic() + 20
        while not found.is_ready():
            assert process.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < give_up, log.read_text(encoding="utf-8")
            time.sleep(0.05)  # it says nowhere but there that it is ready
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
