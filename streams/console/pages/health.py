"""Whether this process does its work, for whatever starts it again if not."""

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from streams.clock import MINUTE
from streams.console.context import Console

PATIENCE: Final = 1 * MINUTE
"""Topics that were not seen read to their end for so long: it is not healthy."""


class Health:
    """Answers probes. Says nothing of what is watched."""

    def __init__(self, console: Console) -> None:
        self._console = console

    async def show(self, request: Request) -> Response:  # noqa: ARG002 a probe says nothing
        """200 while the topics are read, 503 before that and when it has ended."""
        at = self._console.clock()
        read_at = self._console.board.fresh.read_at
        if read_at is None:
            return JSONResponse({"status": "starting"}, 503)
        behind = max(0, at - read_at)
        healthy = behind <= PATIENCE
        body = {"status": "ok" if healthy else "stale", "behind_seconds": round(behind / 1e6, 1)}
        return JSONResponse(body, 200 if healthy else 503)
