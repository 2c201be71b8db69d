"""The stream of an open page: what it says, how often, and that it ends."""

import asyncio
import json
from pathlib import Path
from typing import Any

from streams.clock import SECOND
from streams.console.context import Console
from streams.console.pages.stream import Stream
from tests.console.page_browser import Browser
from tests.console.page_world import START, Evening


def stream_of(world: Evening) -> Stream:
    access: Any = None
    return Stream(Console(world.settings, world.board, world.hub, world, world, world, access, lambda: world.now))


async def heard(world: Evening, count: int) -> list[dict[str, Any]]:
    events = stream_of(world).events()
    said = []
    async for event in events:
        assert event.event == "version"
        said.append(json.loads(event.data or ""))
        if len(said) == count:
            break
    return said


async def test_a_page_hears_at_once_how_things_stand(tmp_path: Path) -> None:
    world = Evening(START).fresh(2 * SECOND)
    (first,) = await heard(world, 1)
    assert first == {"version": world.board.version, "at": START // 1000, "read": (START - 2 * SECOND) // 1000}


async def test_a_change_is_heard_and_a_storm_of_them_twice_a_second() -> None:
    world = Evening(START)
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def storm() -> None:
        number = 0
        while True:
            number += 1
            world.case("at_risk", f"o-{number}", "delivery.on_time", 60 * SECOND)
            await asyncio.sleep(0.01)

    storming = asyncio.create_task(storm())
    said = await heard(world, 4)
    storming.cancel()
    took = loop.time() - began
    versions = [event["version"] for event in said]
    assert versions == sorted(set(versions))
    assert took >= 2 * 0.5 - 0.05  # the first change is told at once


async def test_silence_is_told_from_a_cut_line_by_a_beat() -> None:
    world = Evening(START)
    first, second = await heard(world, 2)
    assert first["version"] == second["version"]


async def test_a_stream_ends_so_that_who_was_signed_out_does_not_listen_on() -> None:
    world = Evening(START)
    said = [event async for event in stream_of(world).events(lasts=0.1)]
    assert 1 <= len(said) <= 2


def test_of_its_head_there_is_the_head_alone(lina: Browser) -> None:
    answer = lina.client.head("/stream")  # would not come back while the stream goes on
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")
