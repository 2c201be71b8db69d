"""The stream of versions: when it speaks, when it is silent, when it ends."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from streams.clock import SECOND
from streams.console.api.stream import OPEN_FOR
from tests.console.api_world import World, bearing


class Listener:
    """A client that is connected to the stream."""

    def __init__(self) -> None:
        self.start: dict[str, Any] = {}
        self.ended = False
        self._chunks: asyncio.Queue[bytes] = asyncio.Queue()
        self._gone = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        elif message["body"]:
            self._chunks.put_nowait(message["body"])
        self.ended = self.ended or message.get("more_body") is False

    async def next(self) -> dict[str, Any]:
        """The next event, by its fields."""
        async with asyncio.timeout(5):
            text = (await self._chunks.get()).decode()
        fields = dict(line.split(": ", 1) for line in text.strip().splitlines())
        return {**fields, "data": json.loads(fields["data"])}

    def nothing_more(self) -> bool:
        return self._chunks.empty()

    def leave(self) -> None:
        self._gone.set()


@asynccontextmanager
async def listening(
    world: World, who: str = "viewer", method: str = "GET"
) -> AsyncIterator[tuple[Listener, asyncio.Task[None]]]:
    listener = Listener()
    headers = [(name.lower().encode(), value.encode()) for name, value in bearing(who).items()]
    scope = {"type": "http", "method": method, "path": "/api/v1/stream", "query_string": b"", "headers": headers}
    task = asyncio.create_task(world.app()(scope, listener.receive, listener.send))
    try:
        yield listener, task
    finally:
        listener.leave()
        async with asyncio.timeout(5):
            await task


async def test_the_version_comes_at_once_and_again_with_each_change() -> None:
    world = World()
    world.hub.publish(world.board.version)
    async with listening(world) as (listener, _):
        first = await listener.next()
        assert first == {
            "event": "version",
            "id": str(world.board.version),
            "retry": "2000",
            "data": {"version": world.board.version},
        }
        headers = dict(listener.start["headers"])
        assert headers[b"content-type"].startswith(b"text/event-stream")
        assert headers[b"cache-control"] == b"no-store"
        world.breach()
        assert (await listener.next())["data"] == {"version": world.board.version}
        assert listener.nothing_more()


class Hasty(World):
    """Whoever looks at its clock loses nearly the whole time of a stream."""

    @property
    def now(self) -> int:
        self.stage.now += OPEN_FOR - 1000
        return self.stage.now


async def test_a_board_that_is_ahead_of_its_news_is_not_told_backwards() -> None:
    world = Hasty()
    assert world.hub.version < world.board.version
    async with listening(world) as (listener, task):
        async with asyncio.timeout(5):
            await task  # the wait for news was over within a millisecond, and the stream then
        assert (await listener.next())["data"] == {"version": world.board.version}
        assert listener.nothing_more()
        assert listener.ended


async def test_a_stream_ends_by_itself_so_that_its_viewer_is_asked_again_who_they_are() -> None:
    world = World()
    async with listening(world) as (listener, task):
        await listener.next()
        world.stage.now += OPEN_FOR + SECOND
        world.hub.publish(world.board.version + 1)
        await listener.next()
        async with asyncio.timeout(5):
            await task
        assert listener.ended


async def test_whoever_leaves_is_not_waited_for() -> None:
    world = World()
    async with listening(world) as (listener, task):
        await listener.next()
        listener.leave()
        async with asyncio.timeout(5):
            await task


async def test_of_its_head_there_is_the_head_alone_and_nobody_is_waited_for() -> None:
    world = World()
    async with listening(world, method="HEAD") as (listener, task):
        async with asyncio.timeout(5):
            await task  # before the client leaves
        assert listener.start["status"] == 200
        assert dict(listener.start["headers"])[b"content-type"].startswith(b"text/event-stream")
        assert listener.nothing_more()


@pytest.mark.parametrize("query", [b"since=1", b"seen=-1"])
async def test_it_takes_no_parameters(query: bytes) -> None:
    response = World().client().get(f"/api/v1/stream?{query.decode()}", headers=bearing("viewer"))
    assert response.status_code == 422
