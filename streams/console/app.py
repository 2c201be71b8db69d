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
from streams.settings import Settings


def create_console(
    settings: Settings, clock: Callable[[], int] = now, *, failed: Callable[[BaseException], None]
) -> Starlette:
    """The console of these settings; it follows the topics while the app is up. OperatorError for what has to be set
    right first: nobody may sign in, a file that cannot be used. `failed` is told of what ends the following.
    """
    access = Access.of(settings, clock)
    hub, board = Hub(), Board()
    desk, letters = Desk(settings, board, hub), Letters(settings)
    console = Console(settings, board, hub, desk, Cases(settings), letters, access, clock)

    @asynccontextmanager
    async def follow(_app: Starlette) -> AsyncIterator[None]:
        following = asyncio.create_task(Follower(settings, board, hub, letters).run(), name="follower")

        def see(task: "asyncio.Task[None]") -> None:
            if not task.cancelled() and (error := task.exception()) is not None:
                failed(error)

        following.add_done_callback(see)
        try:
            yield
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            await desk.stop()

    return Starlette(
        routes=[*api_routes(console), *page_routes(console)], middleware=access.middleware(), lifespan=follow
    )
