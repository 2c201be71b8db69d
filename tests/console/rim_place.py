"""Topics of a test's own on a real broker, and a console's rim that follows them."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from schemas.alert import Alert, AuditLine
from streams.broker.admin import connect
from streams.broker.topics import declare
from streams.clock import as_datetime, now
from streams.console.board import Board
from streams.console.follow import USUAL, Follower, Pace
from streams.console.hub import Hub
from streams.console.letters import Letters
from streams.console.viewer import Viewer
from streams.console.views import Filter, Now
from streams.settings import Settings
from tests.notify.sample import make_alert
from tests.support.desk import alerting_of, feeds_of
from tests.support.stage import producing

PARTITIONS = 3
EVERYBODY = Viewer("li.na", "Li Na", "admin", None)


def settings_of(bootstrap: str, **changes: Any) -> Settings:
    """Settings whose topics are nobody else's."""
    name = f"rim-{uuid.uuid4().hex[:8]}"
    given: dict[str, Any] = {
        "brokers": (bootstrap,), "app_id": name, "inputs": (f"{name}.orders", f"{name}.tickets"),
        "transitions": f"{name}.out", "followed": f"{name}.followed", "changelog": f"{name}.state",
        "alerting": alerting_of(name),
        "feeds": feeds_of(name),
        "fetch_wait": 50_000, "gather": 20_000, "offsets_interval": 500_000,
    }  # fmt: skip
    return Settings(**(given | changes))


def create(settings: Settings, but: Iterable[str] = (), only: Iterable[str] | None = None) -> None:
    """Make the topics: all but those named, or only those."""
    wanted = declare(settings, partitions=PARTITIONS, replication=1)
    with connect(settings) as cluster:
        cluster.create([topic for topic in wanted if topic.name not in but and (only is None or topic.name in only)])


class Rim:
    """A follower that runs, its board, and who waits for news."""

    def __init__(self, settings: Settings, pace: Pace = USUAL) -> None:
        self.settings = settings
        self.board, self.hub = Board(), Hub()
        self.letters = Letters(settings)
        self.follower = Follower(settings, self.board, self.hub, self.letters, pace)

    async def until(self, seen: Callable[[Board], Any], within: float = 15.0) -> None:
        """Return as soon as the board shows it. AssertionError where it does not in time."""
        loop = asyncio.get_running_loop()
        end = loop.time() + within
        while not seen(self.board):
            left = end - loop.time()
            assert left > 0, f"not seen within {within} s; fresh: {fresh(self.board)}"
            # what a page shows beside its version is looked at again now and then
            await self.hub.wait(self.board.version, min(left, 0.1))

    async def caught_up(self) -> None:
        """Return when the topics have been read once."""
        await self.until(lambda _: self.follower.read_at is not None)


@asynccontextmanager
async def following(settings: Settings, pace: Pace = USUAL) -> AsyncIterator[Rim]:
    """A rim that follows as long as the context lasts."""
    rim = Rim(settings, pace)
    task = asyncio.create_task(rim.follower.run())
    try:
        yield rim
        assert not task.done(), task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def fresh(board: Board) -> Any:
    return board.feeds(EVERYBODY, now()).fresh


def shown(board: Board, at: int) -> Now:
    return board.now(EVERYBODY, Filter(), at)


def alert_of(case: str, **changes: Any) -> Alert:
    return make_alert(id=f"alert-{case}", case=case, **changes)


async def put(settings: Settings, *records: tuple[str, int, str, Any], at: int | None = None) -> None:
    """Write (topic, partition, key, model or bytes or None), acknowledged, in order; `at` is their Kafka timestamp."""
    async with producing(settings.brokers[0]) as producer:
        for topic, partition, key, said in records:
            value = said if said is None or isinstance(said, bytes) else said.model_dump_json().encode()
            stamp = None if at is None else at // 1000
            await producer.send_and_wait(topic, value, key=key.encode(), partition=partition, timestamp_ms=stamp)


def line_of(alert: Alert, command: str | None, **changes: Any) -> AuditLine:
    """A line that says the command took effect."""
    given: dict[str, Any] = {
        "alert": alert.id, "version": alert.version, "tenant": alert.tenant, "case": alert.case, "moment": alert.moment,
        "at": as_datetime(now()), "by": "li.na", "what": "acknowledged", "before": "firing", "after": alert.state,
        "command": command,
    }  # fmt: skip
    return AuditLine(**(given | changes))
