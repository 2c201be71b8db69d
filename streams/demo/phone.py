"""The phones of the demo's supervisors: a webhook on loopback that counts what they were told."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

SECRET: Final = "whsec_ZGVtb25zdHJhdGlvbnMtYXJlLW5vLXNlY3JldHM="


class Phone:
    """`messages` counts what came, by reason; a message that comes again counts once."""

    def __init__(self) -> None:
        self.messages: Counter[str] = Counter()
        self.url = ""
        self._heard: set[str] = set()

    async def _ring(self, request: web.Request) -> web.Response:
        name = request.headers.get("webhook-id", "")
        if name not in self._heard:
            self._heard.add(name)
            self.messages[json.loads(await request.read())["type"].rpartition(".")[2]] += 1
        return web.Response(status=204)


@asynccontextmanager
async def ringing() -> AsyncIterator[Phone]:
    """A phone that can be called while the context is open."""
    phone = Phone()
    app = web.Application()
    app.router.add_post("/hook", phone._ring)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    phone.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield phone
    finally:
        await runner.cleanup()
