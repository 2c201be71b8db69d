"""Feeds the board from the topics, as long as the console runs."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from schemas.transition import Text
from streams.agents.directory import Organisations
from streams.alerts.organisation import Directory
from streams.broker.connection import aiokafka_options
from streams.broker.consuming import consuming
from streams.broker.metadata import partition_counts
from streams.broker.patience import Pauses, persist
from streams.catalogue.source import PAUSE, CatalogueFiles
from streams.clock import DAY, MILLISECOND, SECOND, now
from streams.console.board import Board, topics_of
from streams.console.hub import Hub
from streams.console.letters import Letters
from streams.console.pulse import Pulse
from streams.console.views import Freshness
from streams.errors import CatalogueError
from streams.settings import Settings

log = structlog.stdlib.get_logger(__name__)

BACK = 3 * DAY
"""What is only ever appended to is read from so long ago on."""
_POLL_MS = 100
_MOST = 500
"""Records at a time, so that the pages are not kept waiting while the topics are read for the first time."""


class Pace(NamedTuple):
    """How soon the follower does again what it does, in seconds.

    behind: topics that were not seen to be read to their end for so long make the console itself stale. tell: how fresh
    all is. look_again: for missing topics; organisation: for that one. first_pause, longest_pause: between two attempts
    to read what the brokers do not give.
    """

    behind: float = 5.0
    tell: float = 1.0
    look_again: float = 5.0
    organisation: float = 30.0
    first_pause: float = 0.5
    longest_pause: float = 5.0


USUAL = Pace()


class Follower:
    """Keeps the board as the topics are. `run` it for as long as the console lives.

    What stands for the present (alerts, groups, mutes, feeds, followed clocks, organisation data) is read from its
    beginning, what is only appended to (audit, notices, receipts) from three days ago. `read_at` is the instant at which
    all of them were last known to be read to their end, None before the first time: it stands still while brokers are
    away.
    """

    def __init__(
        self, settings: Settings, board: Board, hub: Hub, letters: Letters | None = None, pace: Pace = USUAL
    ) -> None:
        """`letters` hears what was sent again, and marks it. OperatorError for certificates or
        organisation files that are none."""
        aiokafka_options(settings)
        alerting = settings.alerting
        self.read_at: int | None = None
        self._settings, self._board, self._hub = settings, board, hub
        self._organisations = Organisations(settings)
        self._letters, self._pace = letters, pace
        self._pulse = Pulse(settings, letters.sent if letters is not None else ())
        self._kinds = topics_of(settings)
        self._order = {topic: number for number, topic in enumerate(self._kinds)}
        self._whole = {alerting.alerts, alerting.groups, alerting.mutes, settings.feeds.topic, settings.followed}
        self._missing: tuple[str, ...] = ()
        self._positions: dict[TopicPartition, int] = {}
        self._at_end: dict[TopicPartition, int] = {}
        self._began = now()

    def age(self, at: int) -> int:
        """How long ago all topics were last known to be read to their end, in microseconds; since the beginning where
        they never were. Any thread may ask."""
        return max(0, at - (self.read_at or self._began))

    def unready(self, at: int, within: int) -> list[str]:
        """Why nobody should count on the board yet, one line each: topics are missing, were never read to their end, or
        not in the last `within` microseconds. Any thread may ask."""
        if self._missing:
            return [f"topics are missing: {', '.join(self._missing)}"]
        if self.read_at is None:
            return ["the topics have not been read to their end yet"]
        behind = self.age(at)
        return [f"what is shown is {behind / SECOND:.0f} s old"] if behind > within else []

    async def run(self) -> None:
        """Returns never. A broker that is away is waited for; what else goes wrong is raised (in an exception group), and
        the process should end then."""
        pace = self._pace
        async with asyncio.TaskGroup() as tasks:
            pauses = Pauses(pace.first_pause, pace.longest_pause)
            follow = persist(self._follow_topics, "the topics cannot be read", pauses)
            tasks.create_task(follow, name="topics")
            self._use(self._organisations.directory)
            tasks.create_task(self._organisations.keep(self._use, pauses, pace.organisation), name="organisation")
            tasks.create_task(self._follow_catalogue(), name="catalogue")
            tasks.create_task(self._pulse.run(), name="pulse")
            tasks.create_task(self._tell_often(), name="freshness")

    # --- the topics

    async def _follow_topics(self, well: Callable[[], None]) -> None:
        fetch_wait = min(_POLL_MS, self._settings.fetch_wait // MILLISECOND)
        async with consuming(self._settings, fetch_max_wait_ms=fetch_wait) as consumer:
            await self._assign(consumer)
            loop = asyncio.get_running_loop()
            looked = loop.time()
            while True:
                if self._missing and loop.time() - looked > self._pace.look_again:
                    await self._assign(consumer)
                    looked = loop.time()
                if not self._positions:
                    well()
                    await asyncio.sleep(self._pace.look_again)
                    continue
                try:
                    found = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_MOST)
                except OffsetOutOfRangeError as error:
                    await self._step_over(consumer, error)
                    continue
                self._take(found)
                if await self._note_ends(consumer):
                    well()
                await asyncio.sleep(0)  # a full buffer answers without waiting, and others live in this loop

    async def _assign(self, consumer: Any) -> None:
        """Read every partition that there is, new ones from where they are to begin."""
        counts = await partition_counts(self._settings, list(self._kinds))
        missing = tuple(topic for topic, count in counts.items() if count is None)
        if missing and missing != self._missing:
            log.error("topics are missing; `moments topics create` makes them", topics=missing)
        self._missing = missing
        places = [TopicPartition(topic, number) for topic, count in counts.items() for number in range(count or 0)]
        if not places:
            return
        new = [place for place in places if place not in self._positions]
        self._positions |= await self._beginnings(consumer, [place for place in new if place.topic in self._whole])
        self._positions |= await self._days_ago(consumer, [place for place in new if place.topic not in self._whole])
        if new or not consumer.assignment():
            consumer.assign(places)
            for place in places:
                consumer.seek(place, self._positions[place])

    async def _beginnings(self, consumer: Any, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        found: dict[TopicPartition, int] = await consumer.beginning_offsets(places) if places else {}
        return found

    async def _days_ago(self, consumer: Any, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        if not places:
            return {}
        ends = await consumer.end_offsets(places)  # first: what comes between the two questions is then read
        dated = await consumer.offsets_for_times(dict.fromkeys(places, (now() - BACK) // MILLISECOND))
        return {place: ends[place] if dated[place] is None else dated[place].offset for place in places}

    async def _step_over(self, consumer: Any, error: OffsetOutOfRangeError) -> None:
        """What was to be read next is no longer there, or the topic was made anew: go on with what it has."""
        for place, offset in error.args[0].items():
            first = (await consumer.beginning_offsets([place]))[place]
            log.error(
                "records are gone; what the board knows of them stays", place=str(place), offset=offset, first=first
            )
            self._positions[place] = first
            consumer.seek(place, first)

    def _take(self, found: Mapping[TopicPartition, list[Any]]) -> None:
        board = self._board
        before = board.version
        for place in sorted(found, key=lambda place: self._order[place.topic]):
            kind, partition = self._kinds[place.topic], place.partition
            for record in found[place]:
                board.take(kind, partition, record.key, record.value, max(record.timestamp, 0) * MILLISECOND)
                if kind == "audit" and self._letters is not None:
                    self._letters.hear(record.value)
            if found[place]:
                self._positions[place] = found[place][-1].offset + 1
        if board.version != before:
            self._hub.publish(board.version)

    async def _note_ends(self, consumer: Any) -> bool:
        """Note which partitions the last answers of the brokers showed to be read to their end. Whether any did."""
        for place in self._positions:
            answered, end = consumer.last_poll_timestamp(place), consumer.last_stable_offset(place)
            if answered is None:
                continue
            if end is None or end < 0:
                end = consumer.highwater(place)
            if await consumer.position(place) >= end:
                self._at_end[place] = answered * MILLISECOND
        first = self.read_at is None
        if len(self._at_end) == len(self._positions):
            self.read_at = min(self._at_end.values())
        if first and self.read_at is not None:
            log.info("the topics are read", unreadable=self._board.unreadable)
            self._tell()
        return bool(self._at_end)

    # --- beside the topics

    def _use(self, directory: Directory) -> None:
        self._board.use_directory(directory)
        self._hub.publish(self._board.version)

    async def _follow_catalogue(self) -> None:
        if not self._settings.catalogue:
            return
        files = CatalogueFiles(self._settings.catalogue)
        while True:
            found = await asyncio.to_thread(files.poll, now())
            if isinstance(found, CatalogueError):
                log.error("the catalogue is not taken", problems=found.problems)
            elif found is not None:
                self._board.use_catalogue(found)
                self._hub.publish(self._board.version)
            await asyncio.sleep(PAUSE / SECOND)

    async def _tell_often(self) -> None:
        while True:
            self._tell()
            await asyncio.sleep(self._pace.tell)

    def _tell(self) -> None:
        """Say how fresh all is, and what comes in."""
        pulse = self._pulse
        self._board.freshness(Freshness(self.read_at, pulse.judged_to, {**pulse.stale, **self._own(now())}))
        self._board.feeds_are(pulse.feeds, pulse.letters)
        self._hub.publish(self._board.version)

    def _own(self, at: int) -> dict[str, Text]:
        """What is the matter with the console itself."""
        found = {}
        if self._missing:
            names = ", ".join(self._missing)
            found["topics"] = Text(zh=f"缺少主题：{names}", en=f"topics are missing: {names}")
        if at - (self.read_at or self._began) > self._pace.behind * SECOND:
            found["console"] = Text(
                zh="控制台读不到最新的记录，这里是较早的情况",
                en="the console cannot read what is new; this is how things were",
            )
        return found
