"""Somebody on call, as the monitor sees one: a webhook on loopback that takes messages, or fails as it is told to."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from streams.clock import now

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Person:
    """What arrived, in order: (instant, headers, body). While `failing` holds a status, all is answered with it."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, dict[str, str], dict[str, Any]]] = []
        self.failing: int | None = None
        self.url = ""
        self._moved = asyncio.Condition()

    async def _hear(self, request: web.Request) -> web.Response:
        body = json.loads(await request.read())
        async with self._moved:
            self.heard.append((now(), dict(request.headers), body))
            self._moved.notify_all()
        return web.Response(status=self.failing or 204)

    async def wait(self, enough: Callable[["Person"], bool], within: float = 90.0) -> None:
        """Until `enough` says so. AssertionError with what was heard if it does not in time."""
        try:
            async with asyncio.timeout(within), self._moved:
                await self._moved.wait_for(lambda: enough(self))
        except TimeoutError:
            raise AssertionError(f"heard only {[body for _, _, body in self.heard]}") from None


@asynccontextmanager
async def on_call() -> AsyncIterator[Person]:
    """A person who listens."""
    person = Person()
    app = web.Application()
    app.router.add_post("/hook", person._hear)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    person.url = f"http://127.0.0.1:{port}/hook"
    try:
        yield person
    finally:
        await runner.cleanup()


def write_receivers(folder: Path, url: str, name: str = "hook") -> Path:
    """The file of receivers by which the person at `url` is reached, under that name."""
    reached = {name: {"type": "webhook", "url": url, "secrets": [SECRET]}}
    file = folder / "receivers.yaml"
    file.write_text(json.dumps({"allow": ["127.0.0.1/32"], "receivers": reached}))
    return file
