"""The stream that an open page listens to: that there is something new, and how fresh it is. What is new is fetched."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Final

from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse
from starlette.requests import Request
from starlette.responses import Response

from streams.console.access import viewer_of
from streams.console.context import Console

PACE: Final = 0.5
"""Seconds between two changes that are told, at the least."""
BEAT: Final = 1.0
"""Seconds after which a page hears that nothing changed, so that it can tell silence from a cut line."""
LASTS: Final = 300.0
"""Seconds of one stream; the browser opens the next by itself, and then has to be signed in still."""


class Stream:
    """Serves streams of versions."""

    def __init__(self, console: Console) -> None:
        self._console = console

    async def show(self, request: Request) -> Response:
        """One page's stream; of its head, the head alone."""
        viewer_of(request)  # nobody else hears anything
        if request.method == "HEAD":
            return Response(None, media_type="text/event-stream")
        return EventSourceResponse(self.events(), ping=15, headers={"Cache-Control": "no-store"})

    async def events(self, lasts: float = LASTS) -> AsyncIterator[ServerSentEvent]:
        """`version` events, the first at once, then one as soon as the board has changed, but for changes within `PACE`,
        which are told together; and one after `BEAT` in any case."""
        loop = asyncio.get_running_loop()
        until = loop.time() + lasts
        seen, told = self._console.hub.version, loop.time() - PACE
        yield self._event(retry=2000)
        while (left := until - loop.time()) > 0:
            version = await self._console.hub.wait(seen, min(BEAT, left))
            if version > seen:
                await asyncio.sleep(max(0.0, told + PACE - loop.time()))
                seen, told = self._console.hub.version, loop.time()
            yield self._event()

    def _event(self, retry: int | None = None) -> ServerSentEvent:
        at, fresh = self._console.clock(), self._console.board.fresh
        told = {
            "version": self._console.board.version,
            "at": at // 1000,
            "read": None if fresh.read_at is None else fresh.read_at // 1000,
        }
        return ServerSentEvent(json.dumps(told), event="version", retry=retry)
