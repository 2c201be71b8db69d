"""What the console tells whoever measures it: requests by route, open pages, the age of its picture, and its health."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from streams.clock import SECOND
from streams.console.board import Board
from streams.console.follow import Follower
from streams.console.hub import Hub
from streams.console.vitals import Vitals
from streams.metrics.instruments import Instruments
from streams.settings import Settings
from tests.console.page_browser import Browser
from tests.console.page_world import FIRST, START, Evening

REQUESTS = re.compile(r'^moments_console_requests_total\{route="(.*)",status="(.*)"\} (\S+)$', re.M)


class Time:
    """A clock of the wall and one that only goes on."""

    def __init__(self) -> None:
        self.at, self.ticks = START, 100.0


class Measured:
    """The evening's console, measured."""

    def __init__(self, folder: Path) -> None:
        self.time, self.settings = Time(), Settings()
        instruments = Instruments(CollectorRegistry(), "console")
        self.vitals = Vitals(self.settings, instruments, lambda: self.time.at, lambda: self.time.ticks)
        self.app = Evening(START).app_in(folder, before=[self.vitals.middleware()])

    def requests(self) -> dict[tuple[str, str], float]:
        found = REQUESTS.findall(self.vitals.scrape().decode())
        return {(route, status): float(count) for route, status, count in found}

    def figure(self, name: str) -> float | None:
        said = re.search(rf"^{name} (\S+)$", self.vitals.scrape().decode(), re.M)
        return None if said is None else float(said[1])


@pytest.fixture
def measured(tmp_path: Path) -> Measured:
    return Measured(tmp_path)


def test_requests_are_counted_by_the_pattern_of_their_route(measured: Measured) -> None:
    browser = Browser(measured.app).sign_in("li.na")
    for path in ("/now", "/now?region=x", f"/alerts/{FIRST}", "/alerts/nothing", "/cases/tea/o-1", "/static/mark.svg"):
        browser.get(path)
    for path in ("/nothing", "/a/b/c", "/wp-login.php"):
        browser.get(path)
    browser.client.head("/rota")
    browser.client.put("/now")
    assert measured.requests() == {
        ("/sign-in", "200"): 1,
        ("/sign-in", "303"): 1,
        ("/now", "200"): 2,
        ("/alerts/{id}", "404"): 2,
        ("/cases/{tenant}/{case:path}", "404"): 1,
        ("/static", "200"): 1,
        ("other", "404"): 3,
        ("/rota", "200"): 1,
        ("/now", "403"): 1,  # without a form token
    }


def test_what_the_gate_refuses_is_counted_too(measured: Measured) -> None:
    guest = Browser(measured.app)
    guest.get("/now")
    guest.get("/now", host="evil.example")
    guest.get("/no/such/page")
    assert measured.requests() == {("/now", "303"): 1, ("/now", "421"): 1, ("other", "303"): 1}


def test_a_page_that_breaks_counts_as_such(measured: Measured, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("broken on purpose")

    browser = Browser(measured.app).sign_in("li.na")
    monkeypatch.setattr(Board, "rota", broken)
    with pytest.raises(RuntimeError):
        browser.get("/rota")
    assert measured.requests()["/rota", "500"] == 1


async def test_pages_are_open_as_long_as_their_streams(measured: Measured) -> None:
    cookie = "; ".join(f"{key}={value}" for key, value in Browser(measured.app).sign_in("li.na").client.cookies.items())
    assert measured.figure("moments_console_open_pages") == 0
    gone = asyncio.Event()
    begun = asyncio.Queue[int]()

    async def receive() -> dict[str, str]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            begun.put_nowait(message["status"])

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/stream",
        "query_string": b"",
        "scheme": "http",
        "client": ("127.0.0.1", 1),
        "headers": [(b"host", b"localhost:8080"), (b"cookie", cookie.encode())],
    }
    streams = [asyncio.create_task(measured.app(dict(scope), receive, send)) for _ in range(2)]
    async with asyncio.timeout(5):
        assert [await begun.get() for _ in streams] == [200, 200]
    assert measured.figure("moments_console_open_pages") == 2
    gone.set()
    async with asyncio.timeout(5):
        await asyncio.gather(*streams)
    assert measured.figure("moments_console_open_pages") == 0


def test_the_picture_has_an_age_and_can_be_counted_on_while_it_is_young(measured: Measured) -> None:
    vitals = measured.vitals
    assert vitals.unready() == ["the console is being set up"]
    assert measured.figure("moments_console_board_age_seconds") is None
    follower = Follower(measured.settings, Board(), Hub())
    follower._began = START
    vitals.watch(follower)
    measured.time.at = START + 40 * SECOND
    assert vitals.unready() == ["the topics have not been read to their end yet"]
    assert measured.figure("moments_console_board_age_seconds") == 40  # of nothing at all
    follower.read_at = START + 38 * SECOND
    assert measured.figure("moments_console_board_age_seconds") == 2
    assert vitals.unready() == []
    measured.time.at += measured.settings.current_within + SECOND
    assert vitals.unready() == ["what is shown is 33 s old"]
    follower._missing = ("moments.feeds.v1",)
    assert vitals.unready() == ["topics are missing: moments.feeds.v1"]


def test_an_event_loop_that_stands_still_is_complained_of(measured: Measured) -> None:
    assert measured.vitals.complaints() == []
    measured.time.ticks += measured.settings.stall_after / SECOND + 1
    assert measured.vitals.complaints() == ["the event loop has not turned for 61 s"]
    measured.vitals.beat()
    assert measured.vitals.complaints() == []
