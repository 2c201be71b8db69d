"""Serves the pages over a sample evening on loopback, to be looked at: `python -m tests.support.console_sample`.

It prints the address. Whoever opens it is an admin; there is no Kafka, commands go to an alert stage in the process. With
`0 dark` behind it the riders of a region are not heard, with `0 silent` nobody is; with `0 complaint` there is a
complaint in five steps.
"""

import asyncio
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import uvicorn

from streams.clock import MINUTE, now
from tests.console.page_world import Evening, complaint_evening, dark_evening, evening


def silent_evening() -> Evening:
    """No feed has been heard for six minutes."""
    return dark_evening(now(), now).source("*", "*", "blind", 6 * MINUTE, 362.5)


WORLDS: Mapping[str, Callable[[], Evening]] = {
    "evening": lambda: evening(now(), now),
    "dark": lambda: dark_evening(now(), now),
    "silent": silent_evening,
    "complaint": lambda: complaint_evening(now(), now),
}


async def serve(port: int = 0, name: str = "evening") -> None:
    """Until it is stopped."""
    world = WORLDS[name]()
    listener = socket.create_server(("127.0.0.1", port))
    print(f"http://localhost:{listener.getsockname()[1]}/now", flush=True)
    server = uvicorn.Server(uvicorn.Config(world.app_in(Path(), open_to_all=True), log_level="warning"))
    serving = asyncio.create_task(server.serve([listener]))
    while not serving.done():
        world.fresh()
        await asyncio.sleep(0.5)


if __name__ == "__main__":
    asked = dict(enumerate(sys.argv))
    asyncio.run(serve(int(asked.get(1, 0)), asked.get(2, "evening")))
