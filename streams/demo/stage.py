"""Runs the show: broker, worker, publisher, listener and screen, and takes everything down in order at the end."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from rich.console import Console

from streams.broker.embedded import EmbeddedBroker
from streams.clock import MILLISECOND, SECOND, now
from streams.demo import people, prometheus
from streams.demo.board import Board
from streams.demo.company import Company, TeaChain
from streams.demo.events import INPUT_TOPICS
from streams.demo.heartbeats import beat
from streams.demo.hired import Hired
from streams.demo.listener import Listener
from streams.demo.phone import SECRET, Phone, ringing
from streams.demo.publisher import Publisher
from streams.demo.reckoning import Reckoning, reckon
from streams.demo.screen import Screen, open_screen
from streams.demo.simulate import Day, Running
from streams.demo.view import Scene
from streams.errors import MonitorError
from streams.settings import Settings
from streams.stages import ROLES, stage_of

PARTITIONS: Final = 4
WARM_START: Final = 12 * SECOND
"""The chain has been open for so long when the show begins, so that there is something to see at once."""

_FRAME: Final = 0.25  # seconds
_JUDGED_WITHIN: Final = 30.0  # seconds
_NAMES: Final = Settings()
DEAD_LETTERS: Final = tuple(topic + _NAMES.dead_letter_suffix for topic in INPUT_TOPICS)
TOPICS: Final = dict.fromkeys((topic for role in ROLES for topic in stage_of(_NAMES, role).topics), PARTITIONS)


@dataclass(frozen=True, slots=True)
class Show:
    """What to play. `lasts` is a span, None for until it is stopped."""

    seed: int
    language: str
    lasts: int | None = None
    company: Company = field(default_factory=TeaChain)


@dataclass(slots=True)
class _Cast:
    """Everything that runs during a show."""

    day: Day
    board: Board
    publisher: Publisher
    listener: Listener
    worker: Hired
    console: Hired
    prometheus: Hired | None
    phone: Phone
    screen: Screen
    publishing: asyncio.Task[None] | None = None
    tasks: list[asyncio.Task[None]] = field(default_factory=list)


async def play(show: Show, console: Console) -> Reckoning | None:
    """Play it to its end; None where it was stopped before (SIGINT or SIGTERM).

    MonitorError where the broker or the worker fails. No process outlives the call.
    """
    stopped = _listen_for_stop()
    async with _cast(show, console) as cast:
        begun = now()
        with cast.screen:
            over = asyncio.create_task(_draw(show, cast, begun))
            await _first(stopped, over, *cast.tasks)
            over.cancel()
        if stopped.done():
            return None
        return await _judge(show.company, cast, begun + (show.lasts or 0))


@asynccontextmanager
async def _cast(show: Show, console: Console) -> AsyncIterator[_Cast]:
    """Start everybody; on the way out end them, the broker last."""
    async with AsyncExitStack() as stack:
        broker = stack.enter_context(EmbeddedBroker(TOPICS))
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="moments-demo-")))
        phone = await stack.enter_async_context(ringing())
        settings = _settings(show.company, broker.bootstrap, folder, phone)
        worker = await Hired.worker(settings, folder / "worker.log")
        stack.push_async_callback(worker.stop)
        desk = await Hired.console(settings, folder / "console.log")
        stack.push_async_callback(desk.stop)
        scraped = {"moments-worker": worker.scraped, "moments-console": desk.scraped}
        watching = await prometheus.hire(scraped, folder) if prometheus.is_installed() else None
        if watching is not None:
            stack.push_async_callback(watching.stop)
        producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap)
        # the development broker writes transaction markers without a checksum
        consumer = AIOKafkaConsumer(
            bootstrap_servers=broker.bootstrap, isolation_level="read_committed", check_crcs=False
        )
        await stack.enter_async_context(producer)
        await stack.enter_async_context(consumer)
        day, board = show.company.open(show.seed, now() - WARM_START), Board()
        screen = open_screen(console, show.language)
        listener = Listener(consumer, _NAMES.transitions, board, screen.tell)
        await listener.begin(DEAD_LETTERS, PARTITIONS)
        cast = _Cast(day, board, Publisher(producer, day), listener, worker, desk, watching, phone, screen)
        cast.publishing = asyncio.create_task(cast.publisher.run())
        cast.tasks = [
            cast.publishing,
            asyncio.create_task(listener.run()),
            *(asyncio.create_task(hired.watch()) for hired in (worker, desk, watching) if hired is not None),
        ]
        try:
            yield cast
        finally:
            for task in cast.tasks:
                task.cancel()
            await asyncio.gather(*cast.tasks, return_exceptions=True)


def _settings(company: Company, bootstrap: str, folder: Path, phone: Phone) -> dict[str, str]:
    """The monitor's environment; times are shrunk as they are in the catalogue."""
    organisation, receivers = people.write(folder, phone.url, SECRET, company.tenant)
    return {
        "MOMENTS_BROKERS": bootstrap,
        "MOMENTS_CATALOGUE": ",".join(str(file) for file in company.catalogue(folder)),
        "MOMENTS_ALERTING__ORGANISATION": str(organisation),
        "MOMENTS_ALERTING__RECEIVERS": str(receivers),
        "MOMENTS_ALERTING__GROUPING__BROKEN_WINDOW": "20s",
        "MOMENTS_ALERTING__GROUPING__RISK_WINDOW": "10s",
        "MOMENTS_ALERTING__GROUPING__MESSAGES_AN_HOUR": "0",
        "MOMENTS_FEEDS__BLIND_AFTER": "10s",
        "MOMENTS_FEEDS__SETTLE": "10s",
        "MOMENTS_LOG_FORMAT": "console",
        "MOMENTS_CHECK_CRCS": "false",  # the development broker writes its markers without a checksum
    }


async def _draw(show: Show, cast: _Cast, begun: int) -> None:
    """Show scenes until the show has lasted long enough."""
    running = Running(cast.day)
    while True:
        at = now()
        cast.screen.show(
            Scene(
                board=cast.board,
                language=show.language,
                seed=show.seed,
                elapsed=at - begun,
                lasts=show.lasts,
                running=running.at(at),
                rate=cast.publisher.rate(),
                incidents=cast.day.troubles(at),
                messages=cast.phone.messages.total(),
                console=cast.console.address,
                metrics=cast.worker.address,
                prometheus=cast.prometheus.address if cast.prometheus is not None else None,
                title=show.company.title,
            )
        )
        if show.lasts is not None and at >= begun + show.lasts:
            return
        await asyncio.sleep(_FRAME)


async def _judge(company: Company, cast: _Cast, until: int) -> Reckoning:
    """Stop the world at the instant `until`, wait until the monitor has judged all of it, and compare."""
    assert cast.publishing is not None
    cast.publishing.cancel()
    await asyncio.gather(cast.publishing, return_exceptions=True)
    others = [task for task in cast.tasks if task is not cast.publishing]
    await cast.publisher.finish(until)
    due = now() + 200 * MILLISECOND
    closing = await cast.publisher.close(company.closing_topic, PARTITIONS, due, company.closing)
    judged = asyncio.create_task(cast.listener.wait_for(closing))
    beating = asyncio.create_task(beat(cast.publisher.producer, [company.tenant], company.sources))
    try:
        await asyncio.wait_for(_first(judged, beating, *others), _JUDGED_WITHIN)
    except TimeoutError:
        raise MonitorError(f"the monitor has not judged everything within {_JUDGED_WITHIN:.0f} s") from None
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
    return reckon(cast.day, cast.board, cast.publisher.malformed, until)


async def _first(*tasks: "asyncio.Future[None]") -> None:
    """Until one of them is done; its error is raised."""
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()


def _listen_for_stop() -> "asyncio.Future[None]":
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[None] = loop.create_future()

    def stop() -> None:
        if not stopped.done():
            stopped.set_result(None)

    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop)
    return stopped
