"""Stopping aiokafka's clients, whatever they were doing."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


async def end(stop: Callable[[], Coroutine[Any, Any, None]], connections: Any, within: float = 10.0) -> None:
    """Stop a client, and close its connections in any case.

    `stop` cancels tasks of its own, and where one of them was just waiting to try again, lets that cancellation out: it
    would end whoever called it, unnoticed. So it gets a task to itself, and `within` so many seconds.
    """
    stopping = asyncio.create_task(stop())
    done, _ = await asyncio.wait([stopping], timeout=within)
    if done and not stopping.cancelled():
        stopping.result()
        return
    stopping.cancel()
    await connections.close()
