"""News reach whoever waits for them."""

import asyncio

from streams.console.hub import Hub


async def test_a_waiter_wakes_with_the_version_that_is_published() -> None:
    hub = Hub()
    waiting = asyncio.create_task(hub.wait(0, 10))
    await asyncio.sleep(0)
    hub.publish(3)
    assert await waiting == 3


async def test_who_has_not_seen_the_present_version_does_not_wait() -> None:
    hub = Hub()
    hub.publish(3)
    async with asyncio.timeout(1):
        assert await hub.wait(2, 10) == 3


async def test_without_news_a_waiter_returns_when_its_time_is_over() -> None:
    hub = Hub()
    hub.publish(3)
    assert await hub.wait(3, 0.01) == 3
    assert await hub.wait(7, 0.01) == 3


async def test_an_old_version_is_no_news() -> None:
    hub = Hub()
    hub.publish(3)
    waiting = asyncio.create_task(hub.wait(3, 10))
    await asyncio.sleep(0)
    for version in (3, 2):
        hub.publish(version)
    await asyncio.sleep(0)
    assert not waiting.done()
    hub.publish(4)
    assert await waiting == 4


async def test_a_waiter_for_a_later_version_sleeps_through_the_ones_before() -> None:
    hub = Hub()
    waiting = asyncio.create_task(hub.wait(5, 10))
    await asyncio.sleep(0)
    hub.publish(5)
    await asyncio.sleep(0.01)
    assert not waiting.done()
    hub.publish(6)
    assert await waiting == 6


async def test_one_piece_of_news_wakes_thousands() -> None:
    hub = Hub()
    waiting = [asyncio.create_task(hub.wait(0, 30)) for _ in range(5_000)]
    await asyncio.sleep(0)
    hub.publish(1)
    assert set(await asyncio.gather(*waiting)) == {1}
