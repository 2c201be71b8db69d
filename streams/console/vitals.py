"""What the console tells about itself to whoever measures it: metrics, whether it lives, whether it can be counted on."""

import time
from collections.abc import Callable
from typing import Final

from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from streams.clock import SECOND, now
from streams.console.follow import Follower
from streams.metrics.contract import OTHER
from streams.metrics.instruments import Instruments
from streams.settings import Settings

BEAT: Final = 1.0
"""Seconds between two signs of life of the event loop."""
PAGES: Final = "/stream"
"""An open page has a stream open there."""


class Vitals:
    """Counts what the app does, and looks at its follower. The metrics server asks from its own thread."""

    def __init__(
        self,
        settings: Settings,
        instruments: Instruments,
        clock: Callable[[], int] = now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._instruments = settings, instruments
        self._clock, self._monotonic = clock, monotonic
        self._follower: Follower | None = None
        self._beaten = monotonic()

    def watch(self, follower: Follower) -> None:
        """This one feeds the board."""
        self._follower = follower

    def beat(self) -> None:
        """The event loop lives."""
        self._beaten = self._monotonic()

    def middleware(self) -> Middleware:
        """Counts requests and open pages; goes before whatever may refuse a request."""
        return Middleware(Counting, instruments=self._instruments)

    def scrape(self) -> bytes:
        """The text of /metrics."""
        if self._follower is not None:
            self._instruments.console.board_age(self._follower.age(self._clock()))
        return self._instruments.scrape()

    def complaints(self) -> list[str]:
        """Why the process should be started again: its event loop does not turn any more."""
        silent = self._monotonic() - self._beaten
        if silent * SECOND <= self._settings.stall_after:
            return []
        return [f"the event loop has not turned for {silent:.0f} s"]

    def unready(self) -> list[str]:
        """Why the board cannot be counted on."""
        if self._follower is None:
            return ["the console is being set up"]
        return self._follower.unready(self._clock(), self._settings.current_within)


class Counting:
    """ASGI middleware: each request by the pattern of its route and its status, and the pages that are open."""

    def __init__(self, app: ASGIApp, instruments: Instruments) -> None:
        self._app, self._console = app, instruments.console
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        route = pattern_of(scope)  # before whatever is mounted changes the path
        status, page = 0, False

        async def noted(message: Message) -> None:
            nonlocal status, page
            if message["type"] == "http.response.start":
                status = message["status"]
                page = status == 200 and scope["method"] == "GET" and route == PAGES
                if page:
                    self._turn(1)
                self._console.answered(route, status)
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception:
            if not status:
                self._console.answered(route, 500)
            raise
        finally:
            if page:
                self._turn(-1)

    def _turn(self, by: int) -> None:
        self._open += by
        self._console.open_pages(self._open)


def pattern_of(scope: Scope) -> str:
    """The pattern of the route that a request is for, whether or not it was let through; `other` where there is none."""
    routes: list[BaseRoute] = scope["app"].routes
    for route in routes:
        if route.matches(scope)[0] is not Match.NONE:
            return getattr(route, "path", OTHER)
    return OTHER
