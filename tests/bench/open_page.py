"""An open page of the console without a browser: it signs in, listens and fetches as the page's own script does."""

import asyncio
import gzip
import json
import re
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Final

from aiohttp import ClientSession, ClientTimeout, CookieJar, TCPConnector

from streams.clock import SECOND, now
from streams.console.pages.writing import STATIC

ADDRESSES: Final = 20
"""Loopback addresses that the pages come from: the console bounds what one address may ask."""
BROWSER: Final = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Sec-Fetch-Site": "same-origin",
}
LANGUAGES: Final = ("zh-CN,zh;q=0.9", "en-GB,en;q=0.9")
_MARK = re.compile(r"№(\d+)")
_FORM = re.compile(r'name="csrf" value="([^"]*)"')
_VERSION = re.compile(r'data-version="(\d+)"')


def _pace(pattern: str) -> float:
    """A pace of the page's own script, in seconds."""
    found = re.search(pattern, (STATIC / "live.js").read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None, f"live.js has no {pattern} any more"
    return int(found[1]) / 1000


PACE = _pace(r"^const PACE = ([\d_]+);")
AGAIN_AFTER = _pace(r"^const AGAIN_AFTER = ([\d_]+);")
TICK = _pace(r"^ +setInterval\(.* fetchNews\(\); }, ([\d_]+)\);$")
FAILED = _pace(r"fetchedAt = Date\.now\(\) \+ ([\d_]+); // asked too often")


@dataclass(slots=True)
class Change:
    """Something that happened to an alert: `acked` once the broker has it. The mark stands in the alert's sentence."""

    mark: int
    alert: str
    store: str
    ends: bool
    acked: int = 0


@dataclass(slots=True)
class Traffic:
    """What all pages asked for and got: parts, requests for one that were refused, bytes (bodies, headers of parts)."""

    fetched: int = 0
    failed: int = 0
    received: int = 0


@dataclass(slots=True)
class Sight:
    """All changes, and what the pages saw of them."""

    changes: list[Change] = field(default_factory=list)
    seen: list[tuple[Change, int]] = field(default_factory=list)
    """Each change on each page, with the instant at which the page had it."""
    traffic: Traffic = field(default_factory=Traffic)
    _bodies: dict[bytes, dict[str, int]] = field(default_factory=dict)

    @property
    def late(self) -> list[float]:
        """Seconds from the acknowledgement to the page, for each change on each page."""
        return [(at - change.acked) / SECOND for change, at in self.seen]

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

    def __init__(self, address: str, number: int, user: tuple[str, str], store: str | None, sight: Sight) -> None:
        """`user` with the password; `store`: the one that is looked at, None for all."""
        self._user, self._store, self._sight = user, store, sight
        self._path = "/now" if store is None else f"/now?store={store}"
        self._url = address + self._path
        self._client = ClientSession(
            address,
            connector=TCPConnector(local_addr=(f"127.0.1.{number % ADDRESSES + 1}", 0), limit=6),
            cookie_jar=CookieJar(unsafe=True),  # hosts that are addresses have cookies, too
            headers=BROWSER | {"Accept-Language": LANGUAGES[number % 2], "Referer": self._url},
            timeout=ClientTimeout(total=None, sock_connect=30),
            auto_decompress=False,
        )
        self._next = 0
        self._unseen: list[Change] = []
        self._wanted = self._shown = 0
        self._fetching, self._fetched_at = False, 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._heard, self._looked = asyncio.Event(), asyncio.Event()

    async def open(self) -> None:
        """Sign in and load the page, then listen."""
        async with self._client.get("/sign-in", params={"next": self._path}) as answer:
            token = _FORM.search(await answer.text())
        assert token is not None
        user, password = self._user
        form = {"csrf": token[1], "user": user, "password": password, "next": self._path}
        async with self._client.post("/sign-in", data=form, allow_redirects=False) as answer:
            assert answer.status == 303, f"sign-in: {answer.status}"
        async with self._client.get(self._path) as answer:
            version = _VERSION.search(await answer.text())
        assert version is not None
        self._shown = self._wanted = int(version[1])
        self._fetched_at = asyncio.get_running_loop().time()
        self._do(self._listen())
        self._do(self._tick())
        await self._heard.wait()

    async def close(self) -> None:
        """As a closed tab."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.close()

    @property
    def broken(self) -> BaseException | None:
        """What ended one of its works."""
        ended = (task for task in self._tasks if task.done() and not task.cancelled())
        return next((error for task in ended if (error := task.exception()) is not None), None)

    def shows(self, change: Change) -> bool:
        """Whether a change is one that can be seen here."""
        return self._store in (None, change.store)

    async def sees_all(self) -> None:
        """Until every change was seen."""
        while self._unseen or self._next < len(self._sight.changes):
            self._looked.clear()
            await self._looked.wait()

    def _do(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks = {known for known in self._tasks if not known.done() or known.exception()} | {task}

    async def _listen(self) -> None:
        while True:  # a stream lasts a while; the browser opens the next
            async with self._client.get("/stream", headers={"Accept": "text/event-stream"}) as answer:
                assert answer.status == 200, f"stream: {answer.status}"
                async for line in answer.content:
                    self._sight.traffic.received += len(line)
                    if line.startswith(b"data:"):
                        self._wanted = json.loads(line[5:])["version"]
                        self._heard.set()
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
        asking = {"HX-Request": "true", "HX-Target": "live", "HX-Current-URL": self._url}
        async with self._client.get(self._path, headers=asking) as answer:
            body = await answer.read()
        self._fetching = False
        traffic = self._sight.traffic
        traffic.received += len(body) + sum(len(name) + len(value) + 4 for name, value in answer.raw_headers)
        if answer.status != 200:
            traffic.failed += 1
            self._fetched_at = asyncio.get_running_loop().time() + FAILED
            return
        traffic.fetched += 1
        self._shown = int(answer.headers["X-Version"])
        self._look(self._sight.rows(body), now())

    def _look(self, rows: Mapping[str, int], at: int) -> None:
        changes = self._sight.changes
        self._unseen += [one for one in changes[self._next :] if self.shows(one)]
        self._next = len(changes)
        over = {one.alert for one in self._unseen if one.ends and one.alert not in rows}
        seen = [one for one in self._unseen if one.alert in over or rows.get(one.alert, 0) >= one.mark]
        self._unseen = [one for one in self._unseen if one not in seen]
        self._sight.seen += [(one, at) for one in seen]
        self._looked.set()
