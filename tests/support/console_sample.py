"""Serves the pages over a sample evening on loopback, to be looked at: `python -m tests.support.console_sample`.

It prints the address. Whoever opens it is an admin; there is no Kafka, commands go to an alert stage in the process.
"""

import asyncio
import socket
import sys
from pathlib import Path

import uvicorn

from streams.clock import now
from tests.console.page_world import evening


async def serve(port: int = 0) -> None:
    """Until it is stopped."""
    world = evening(now(), now)
    listener = socket.create_server(("127.0.0.1", port))
    print(f"http://localhost:{listener.getsockname()[1]}/now", flush=True)
    server = uvicorn.Server(uvicorn.Config(world.app_in(Path(), open_to_all=True), log_level="warning"))
    serving = asyncio.create_task(server.serve([listener]))
    while not serving.done():
        world.fresh()
        await asyncio.sleep(0.5)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
