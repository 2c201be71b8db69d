"""Part `console`: two hundred people with the first page open, and how soon each of them sees what happened."""

import asyncio
import gzip
import json
import re
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, Final

import psutil
from aiohttp import ClientSession, ClientTimeout, CookieJar, TCPConnector
from confluent_kafka import Producer

from schemas.organisation import Organisation
from streams.alerts.organisation import Directory
from streams.alerts.record import alert_id
from streams.clock import MINUTE, SECOND, now, rfc3339
from streams.console.access.passwords import hash_password
from streams.console.pages.writing import STATIC
from streams.partition import partition_of
from tests.alerts.alert_stage import TOPICS, Stage, transition
from tests.bench import storm
from tests.bench.installation import MOMENTS, PATIENCE, Installation, Worker
from tests.bench.job import MOMENT, STORES, TENANT
from tests.bench.machine import pin
from tests.bench.page import Figure, Part

PAGES, ADDRESSES, OPEN = 200, 20, 2_000
RATE, SECONDS = 5.0, 60.0
WAYS, WAYS_RATE = 100, 2.0
AT_ONCE = 4
"""Browsers that sign in at a time: their passwords are checked on the console's one core."""
PASSWORD, SECRET = "two hundred pages", "0123456789abcdef" * 2
TITLE = {"zh": "准时送达", "en": "Delivered when promised"}
BROWSER: Final = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Sec-Fetch-Site": "same-origin",
}
_MARK = re.compile(r"№(\d+)")
_FORM = re.compile(r'name="csrf" value="([^"]*)"')


def _spoken(name: str) -> float:
    """A pace of the page's own script, in seconds."""
    found = re.search(rf"^const {name} = ([\d_]+);", (STATIC / "live.js").read_text(), re.MULTILINE)
    assert found is not None, f"live.js has no {name} any more"
    return int(found[1]) / 1000


PACE, AGAIN_AFTER = _spoken("PACE"), _spoken("AGAIN_AFTER")
TICK = 0.25


@dataclass(slots=True)
class Change:
    """Something that happened to an alert: `acked` once the broker has it. The mark stands in the alert's sentence."""

    mark: int
    alert: str
    ends: bool
    acked: int = 0


@dataclass(slots=True)
class Sight:
    """All changes, and what the pages saw of them."""

    changes: list[Change] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    """Seconds from the acknowledgement to the page, for each change on each page."""
    fetched: int = 0
    failed: int = 0
    received: int = 0
    _bodies: dict[bytes, dict[str, int]] = field(default_factory=dict)

    def rows(self, body: bytes) -> Mapping[str, int]:
        """The alerts of a part, each with its mark. Equal parts are read once: many pages get the same."""
        if (rows := self._bodies.get(body)) is None:
            if len(self._bodies) > 64:
                self._bodies.clear()
            text = (gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body).decode()
            found = (part.partition('"') for part in text.split('id="row-')[1:])
            rows = {name: int(mark[1]) for name, _, rest in found if (mark := _MARK.search(rest))}
            self._bodies[body] = rows
        return rows


class OpenPage:
    """A browser that is signed in and has the first page open: it does what `live.js` does, but for showing it."""

    def __init__(self, address: str, number: int, sight: Sight) -> None:
        self._sight, self._user = sight, user_id(number)
        self._client = ClientSession(
            address,
            connector=TCPConnector(local_addr=(f"127.0.1.{number % ADDRESSES + 1}", 0), limit=6),
            cookie_jar=CookieJar(unsafe=True),  # hosts that are addresses have cookies, too
            headers=BROWSER | {"Accept-Language": ("zh-CN,zh;q=0.9", "en-GB,en;q=0.9")[number % 2], "Referer": address},
            timeout=ClientTimeout(total=None, sock_connect=30),
            auto_decompress=False,
        )
        self._next = 0
        self._unseen: list[Change] = []
        self._wanted = self._shown = 0
        self._fetching, self._fetched_at = False, 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self.heard = asyncio.Event()

    async def open(self) -> None:
        """Sign in and load the page, then listen."""
        async with self._client.get("/sign-in", params={"next": "/now"}) as answer:
            token = _FORM.search(await answer.text())
        assert token is not None
        form = {"csrf": token[1], "user": self._user, "password": PASSWORD, "next": "/now"}
        async with self._client.post("/sign-in", data=form, allow_redirects=False) as answer:
            assert answer.status == 303, f"sign-in: {answer.status}"
        async with self._client.get("/now") as answer:
            version = re.search(r'data-version="(\d+)"', await answer.text())
        assert version is not None
        self._shown = self._wanted = int(version[1])
        self._fetched_at = asyncio.get_running_loop().time()
        self._do(self._listen())
        self._do(self._tick())
        await self.heard.wait()

    async def close(self) -> None:
        """As a closed tab."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.close()

    @property
    def broken(self) -> BaseException | None:
        """What ended one of its works."""
        return next((task.exception() for task in self._tasks if task.done() and not task.cancelled()), None)

    def sees_all(self) -> bool:
        """Whether every change was seen."""
        return self._next == len(self._sight.changes) and not self._unseen

    def _do(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks = {known for known in self._tasks if not known.done() or known.exception()} | {task}

    async def _listen(self) -> None:
        while True:  # a stream lasts a while; the browser opens the next
            async with self._client.get("/stream", headers={"Accept": "text/event-stream"}) as answer:
                assert answer.status == 200, f"stream: {answer.status}"
                async for line in answer.content:
                    self._sight.received += len(line)
                    if line.startswith(b"data:"):
                        self._wanted = json.loads(line[5:])["version"]
                        self.heard.set()
                        self._fetch_news()
            await asyncio.sleep(2.0)

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        began, count = loop.time(), 0
        while True:
            count += 1
            await asyncio.sleep(began + count * TICK - loop.time())
            self._fetch_news()

    def _fetch_news(self) -> None:
        at = asyncio.get_running_loop().time()
        since = at - self._fetched_at
        if self._fetching or since < PACE or (self._wanted == self._shown and since < AGAIN_AFTER):
            return
        self._fetching, self._fetched_at = True, at
        self._do(self._fetch())

    async def _fetch(self) -> None:
        sight = self._sight
        asking = {"HX-Request": "true", "HX-Target": "live", "HX-Current-URL": f"{self._client._base_url}now"}
        async with self._client.get("/now", headers=asking) as answer:
            body = await answer.read()
        self._fetching = False
        sight.received += len(body) + sum(len(name) + len(value) + 4 for name, value in answer.raw_headers)
        if answer.status != 200:
            sight.failed += 1
            self._fetched_at = asyncio.get_running_loop().time() + 4.0
            return
        sight.fetched += 1
        self._shown = int(answer.headers["X-Version"])
        self._look(sight.rows(body), now())

    def _look(self, rows: Mapping[str, int], at: int) -> None:
        changes = self._sight.changes
        self._unseen += changes[self._next :]
        self._next = len(changes)
        over = {one.alert for one in self._unseen if one.ends and one.alert not in rows}
        seen = [one for one in self._unseen if one.alert in over or rows.get(one.alert, 0) >= one.mark]
        self._unseen = [one for one in self._unseen if one not in seen]
        # a page may be quicker than the thread that is told of the acknowledgement
        self._sight.late += [(at - (one.acked or at)) / SECOND for one in seen]
