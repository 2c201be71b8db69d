"""Who waits for news, and the news: the version of what the board shows. Lives in one event loop."""

import asyncio


class Hub:
    """Versions and those who wait for one. A waiter costs a future; news wake all of them at once."""

    def __init__(self) -> None:
        self._version = 0
        self._news = asyncio.Event()

    @property
    def version(self) -> int:
        """The last that was published."""
        return self._version

    def publish(self, version: int) -> None:
        """There is something new to see. What is not above the last version is no news."""
        if version <= self._version:
            return
        self._version = version
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def wait(self, seen: int, timeout: float) -> int:
        """The version, as soon as it is above `seen`, after `timeout` seconds in any case."""
        try:
            async with asyncio.timeout(timeout):
                while self._version <= seen:
                    await self._news.wait()
        except TimeoutError:
            pass
        return self._version
