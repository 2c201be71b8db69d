"""A steady flow of events during a test, so that whatever happens happens in the middle of work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.stage import Stage, producing, reading


class Flow:
    """`count` events have been published so far: those numbered 0 to count - 1."""

    def __init__(self) -> None:
        self.count = 0
        self.over = asyncio.Event()


@asynccontextmanager
async def flowing(stage: Stage, rate: int = 3000) -> AsyncIterator[Flow]:
    """Publish about `rate` events a second until the context is left; then every one of them has been acknowledged."""
    flow = Flow()

    async def publish() -> None:
        # idempotent: a broker that goes away in the middle must not make the test's own events double
        async with producing(stage.bootstrap, enable_idempotence=True) as producer:
            while not flow.over.is_set():
                for _ in range(rate // 20):
                    await producer.send(**stage.event(flow.count))
                    flow.count += 1
                await asyncio.sleep(0.05)
            await producer.flush()

    task = asyncio.create_task(publish())
    try:
        yield flow
    finally:
        flow.over.set()
        await task


async def progress(stage: Stage, records: int, within: float = 90.0) -> None:
    """Until so many more outputs have been committed than there are now."""
    async with reading(stage.bootstrap, stage.settings.transitions, stage.partitions) as reader:
        for place, end in (await reader.end_offsets(list(reader.assignment()))).items():
            reader.seek(place, end)
        seen = 0
        async with asyncio.timeout(within):
            while seen < records:
                seen += sum(len(found) for found in (await reader.getmany(timeout_ms=50)).values())
