"""The evening's console, served to real browsers."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn

from streams.console.access import Limits
from tests.console.page_world import Evening


@asynccontextmanager
async def served(world: Evening, folder: Path, limits: Limits | None = None) -> AsyncIterator[str]:
    """The console on a port of its own; its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    app = world.app_in(folder, open_to_all=True, limits=limits)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve([listener]))
    try:
        yield f"http://localhost:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
