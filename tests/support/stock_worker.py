"""`python -m tests.support.stock_worker`: the same judgement on Faust's own transport, one event at a time, no
transactions.

Only to compare with: what is said must not depend on how the events travel. It reads each topic from its beginning and
keeps no state.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from functools import cache
from tempfile import TemporaryDirectory
from typing import Any

import faust

from streams.catalogue.load import compile_source, load
from streams.clock import now
from streams.settings import Settings
from streams.settings import load as load_settings
from streams.state.decision import Batch
from streams.state.processor import DetectProcessor
from tests.support.record import Made


def build(settings: Settings, folder: str) -> faust.App:
    """A plain Faust app on `kafka://` with an agent for each input topic; `folder` is for what it keeps on disk."""
    catalogue = load(settings.catalogue)
    app = faust.App(
        f"{settings.app_id}.stock",
        broker=[f"kafka://{broker}" for broker in settings.brokers],
        store="memory://",
        datadir=folder,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
    )
    said = app.topic(settings.transitions, key_serializer="raw", value_serializer="raw")

    @cache
    def processor(_partition: int) -> DetectProcessor:
        return DetectProcessor(settings.inputs, catalogue, compile_source, transitions=settings.transitions)

    def intake() -> Callable[[Any], Awaitable[None]]:
        async def judge(stream: Any) -> None:
            async for event in stream.events():
                message = event.message
                record = Made(
                    message.topic,
                    message.partition,
                    message.offset,
                    round(message.timestamp * 1000),
                    message.key,
                    message.value,
                    tuple(message.headers or ()),
                )
                batch = Batch(message.topic, [record], message.offset, message.offset + 1, None)
                for output in processor(message.partition).decide([batch], now()).outputs:
                    await said.send(key=output.key, value=output.value, partition=message.partition)

        return judge

    for name in settings.inputs:
        topic = app.topic(name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
        app.agent(topic, name=f"stock.{name}")(intake())
    return app


def main() -> None:
    """Run it until SIGTERM."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    os.environ.setdefault("NO_COLOR", "1")
    with TemporaryDirectory() as folder:
        app = build(load_settings({}, None), folder)
        worker = faust.Worker(app, loop=loop, loglevel="warn", logfile=sys.stderr, quiet=True)
        worker.spinner = None
        worker.execute_from_commandline()


if __name__ == "__main__":
    main()
