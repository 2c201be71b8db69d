"""`moments console --metrics-port`: a scrape, and the probes, of the real process on a real broker."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from streams.settings import Settings
from tests.console.rim_place import create, settings_of
from tests.support.kafka import Broker

pytestmark = pytest.mark.kafka

ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")
PORT = re.compile(r'"port": (\d+)')
Seen = TypeVar("Seen")


def environment(settings: Settings) -> dict[str, str]:
    """The settings as whoever runs the console writes them."""
    names = {name: value for name, value in settings.alerting.model_dump().items() if isinstance(value, str)}
    topics = {f"MOMENTS_ALERTING__{name.upper()}": value for name, value in names.items()}
    feeds = {f"MOMENTS_FEEDS__{name.upper()}": getattr(settings.feeds, name) for name in ("pulses", "topic", "state")}
    return {
        **topics,
        **feeds,
        "MOMENTS_BROKERS": ",".join(settings.brokers),
        "MOMENTS_APP_ID": settings.app_id,
        "MOMENTS_INPUTS": ",".join(settings.inputs),
        "MOMENTS_TRANSITIONS": settings.transitions,
        "MOMENTS_FOLLOWED": settings.followed,
        "MOMENTS_CHANGELOG": settings.changelog,
        "MOMENTS_CURRENT_WITHIN": "2s",
        "MOMENTS_CONSOLE__PORT": "0",
        "MOMENTS_CONSOLE__OPEN_TO_ALL": "true",
        "MOMENTS_METRICS_HOST": "127.0.0.1",
        "MOMENTS_LOG_FORMAT": "json",
    }


@contextmanager
def console(settings: Settings, log: Path, *flags: str) -> Iterator[None]:
    """The process, until the context is left; it then ends as told."""
    command = [sys.executable, "-m", "streams.cli.leash", "console", *flags]
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environment(settings), stdin=subprocess.PIPE, stdout=out, stderr=out)
    try:
        yield
        process.terminate()
        assert process.wait(10) == 0, log.read_text()
    finally:
        process.kill()
        process.communicate()


def soon(look: Callable[[], Seen | None], within: float = 30.0) -> Seen:
    """What is seen, as soon as anything is. AssertionError where nothing is in time."""
    until = time.monotonic() + within
    while (seen := look()) is None:
        assert time.monotonic() < until, "not seen in time"
        time.sleep(0.05)  # another process tells nobody when it is so far
    return seen


def port_in(log: Path, pattern: re.Pattern[str]) -> int:
    return int(soon(lambda: pattern.search(log.read_text()))[1])


def asked(url: str) -> tuple[int, str]:
    """Status and body."""
    try:
        with urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        return refused.code, refused.read().decode()


def test_the_process_is_ready_when_it_has_read_everything_and_tells_what_it_did(
    own_kafka: Broker, tmp_path: Path
) -> None:
    settings, log = settings_of(own_kafka.bootstrap), tmp_path / "log"
    create(settings, but=[settings.alerting.mutes])

    def says(url: str, wanted: str) -> bool | None:
        return True if re.fullmatch(wanted, f"{' '.join(map(str, asked(url)))}".strip()) else None

    with console(settings, log, "--metrics-port", "0"):
        measured = f"http://127.0.0.1:{port_in(log, PORT)}"
        soon(lambda: says(f"{measured}/readyz", f"503 topics are missing: {re.escape(settings.alerting.mutes)}"))
        create(settings, only=[settings.alerting.mutes])
        soon(lambda: says(f"{measured}/readyz", "200 ok"))
        pages = f"http://127.0.0.1:{port_in(log, ADDRESS)}"
        assert asked(f"{pages}/now")[0] == 200
        with urlopen(f"{pages}/stream", timeout=10) as stream:
            assert stream.readline()
            status, text = asked(f"{measured}/metrics")
        assert status == 200
        assert "moments_console_open_pages 1\n" in text
        assert 'moments_console_requests_total{route="/now",status="200"} 1\n' in text
        (age,) = re.findall(r"^moments_console_board_age_seconds (\S+)$", text, re.M)
        assert 0 <= float(age) < 2
        own_kafka.kill()
        soon(lambda: says(f"{measured}/readyz", r"503 what is shown is \d+ s old"))
        assert asked(f"{measured}/healthz") == (200, "ok\n")


def test_without_a_port_nothing_is_served(kafka: str, tmp_path: Path) -> None:
    settings, log = settings_of(kafka), tmp_path / "log"
    create(settings)
    with console(settings, log):
        port_in(log, ADDRESS)
        assert "metrics are served" not in log.read_text()
