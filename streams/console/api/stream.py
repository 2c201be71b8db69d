"""A stream of the board's version, so that whoever shows something knows when to ask again."""

import json
from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from streams.clock import MINUTE, SECOND
from streams.console.api.operation import Asked
from streams.console.context import Console

OPEN_FOR = 15 * MINUTE
"""A stream ends by itself, so that whoever may not look any more is asked again who they are."""
RETRY_MS = 2000
_LOOK = 15 * SECOND


async def versions(asked: Asked) -> EventSourceResponse:
    """Server-sent events: the version now, and each later one (several close together as the last of them)."""
    return EventSourceResponse(_follow(asked.console, asked.at + OPEN_FOR), ping=15)


def head_of(response: Response) -> Response:
    """What answers HEAD: of a stream the head alone. Not every sse-starlette that fits us sees to that itself: the stream
    of some runs until the client leaves."""
    if isinstance(response, EventSourceResponse):
        return Response(None, response.status_code, media_type="text/event-stream")
    return response


async def _follow(console: Console, until: int) -> AsyncIterator[ServerSentEvent]:
    seen = console.board.version
    yield _event(seen)
    while (left := until - console.clock()) > 0:
        version = await console.hub.wait(seen, min(left, _LOOK) / SECOND)
        if version > seen:
            seen = version
            yield _event(seen)


def _event(version: int) -> ServerSentEvent:
    return ServerSentEvent(json.dumps({"version": version}), event="version", id=str(version), retry=RETRY_MS, sep="\n")
