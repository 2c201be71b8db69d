"""The console as an ASGI app: its parts put together, and what runs beside it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from streams.clock import now
from streams.console.access import Access
from streams.console.api import routes as api_routes
from streams.console.board import Board
from streams.console.cases import Cases
from streams.console.context import Console
from streams.console.desk import Desk
from streams.console.follow import Follower
from streams.console.hub import Hub
from streams.console.letters import Letters
from streams.console.pages import routes as page_routes
from streams.console.vitals import BEAT, Vitals
from streams.settings import Settings


def create_console(
    settings: Settings,
    clock: Callable[[], int] = now,
    *,
    failed: Callable[[BaseException], None],
    vitals: Vitals | None = None,
) -> Starlette:
    """The console of these settings; it follows the topics while the app is up. OperatorError for what has to be set
    right first: nobody may sign in, a file that cannot be used. `failed` is told of what ends the following,
    `vitals` of what happens, where anybody measures it.
    """
    access = Access.of(settings, clock)
    hub, board = Hub(), Board(watches_feeds=settings.feeds.watch)
    desk, letters = Desk(settings, board, hub), Letters(settings)
    console = Console(settings, board, hub, desk, Cases(settings), letters, access, clock)

    @asynccontextmanager
    async def follow(_app: Starlette) -> AsyncIterator[None]:
        follower = Follower(settings, board, hub, letters)
        following = asyncio.create_task(follower.run(), name="follower")
        beating = None if vitals is None else asyncio.create_task(_beat(vitals, follower), name="vitals")

        def see(task: "asyncio.Task[None]") -> None:
            if not task.cancelled() and (error := task.exception()) is not None:
                failed(error)

        following.add_done_callback(see)
        try:
            yield
        finally:
            tasks = [task for task in (following, beating) if task is not None]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await desk.stop()

    counting = [] if vitals is None else [vitals.middleware()]
    return Starlette(
        routes=[*api_routes(console), *page_routes(console)],
        middleware=[*counting, *access.middleware()],
        lifespan=follow,
    )


async def _beat(vitals: Vitals, follower: Follower) -> None:
    vitals.watch(follower)
    while True:
        vitals.beat()
        await asyncio.sleep(BEAT)
