"""Every two seconds: do the stages work, how far has detection judged, what comes in, and what was refused.

All of it is what the brokers know: committed offsets and members of the stages' consumer groups, ends of topics, the last
records of some. It costs a few requests whatever the topics hold, and the reading of new dead letters.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import IncompatibleBrokerVersion, KafkaError

from schemas.dead_letter import SUFFIX
from schemas.organisation import Person
from schemas.transition import Text
from streams.broker.connection import aiokafka_options
from streams.broker.consuming import consuming
from streams.broker.metadata import partition_counts
from streams.clock import MILLISECOND, SECOND, now
from streams.console.reading import Stretch, places_of, read
from streams.console.refused import Refused
from streams.console.standing import Reach, Sight, Watch
from streams.console.views import DeadLetter, FeedRow
from streams.errors import OperatorError
from streams.settings import Settings
from streams.stages import ROLES, Role, consumer_group, stage_of
from streams.state.processor import CLOCK_KEY

log = structlog.stdlib.get_logger(__name__)

EVERY = 2.0
"""Seconds between two looks."""
PATIENCE = 10 * SECOND
"""A stage that did not move for so long, and should have, is stale."""

_TOPICS_EVERY = 15.0
_LONGEST_PAUSE = 10.0
_TAIL = 32
"""The clock of a shard ends each of its transactions, so it is among the last records of its changelog."""
_NOTHING: tuple[int, None] = (-1, None)
_DAY = ZoneInfo(str(Person.model_fields["time_zone"].default))
"""Where nobody says otherwise, the organisation's days are those of this zone; so are those of the counts."""


class Pulse:
    """What was found at the last look. `sent` are the dead letters that were sent again, for whoever keeps them."""

    def __init__(self, settings: Settings, sent: Collection[tuple[str, int, int]] = (), patience: int = PATIENCE) -> None:
        self.stale: Mapping[str, Text] = {}
        self.judged_to: int | None = None
        self.feeds: tuple[FeedRow, ...] = ()
        self.letters: tuple[DeadLetter, ...] = ()
        self._settings, self._sent = settings, sent
        patience = max(patience, 2 * settings.offsets_interval)  # offsets are written only so often
        self._watches = {role: Watch(patience) for role in ROLES}
        self._counts: dict[str, int | None] = {}
        self._counted_at = float("-inf")
        self._refused = Refused(_DAY)
        self._last_at: dict[TopicPartition, tuple[int, int | None]] = {}
        self._judged: dict[TopicPartition, tuple[int, int | None]] = {}
        self._letters_read: dict[TopicPartition, int] = {}

    async def run(self) -> None:
        """Look again and again, until cancelled. Brokers that are away are waited for; what was found stays."""
        pause = EVERY
        while True:
            try:
                async with _administering(self._settings) as admin, consuming(self._settings) as consumer:
                    while True:
                        await self._look(admin, consumer)
                        pause = EVERY
                        await asyncio.sleep(EVERY)
            except (KafkaError, OSError, TimeoutError, OperatorError) as error:
                log.warning("the stages cannot be looked at", error=repr(error), again_in=pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _look(self, admin: Any, consumer: Any) -> None:
        settings = self._settings
        await self._count()
        at = now()
        held = await places_of(consumer, self._counts)
        sights = {role: await self._sight(admin, role, held) for role in ROLES}
        found = {role: self._watches[role].look(sight, at) for role, sight in sights.items()}
        self.stale = {role: text for role, text in found.items() if text is not None}
        await self._see_ends(consumer, held)
        self.judged_to = self._least_judged(sights["detect"], held, at)
        await self._see_letters(consumer, held, at)
        self.feeds = tuple(self._row(topic, sights["detect"], held) for topic in settings.inputs)
        self.letters = self._refused.last(self._sent)

    async def _count(self) -> None:
        """The partitions of every topic that is looked at."""
        loop = asyncio.get_running_loop()
        if loop.time() - self._counted_at >= _TOPICS_EVERY:
            settings = self._settings
            read_by = [topic for role in ROLES for topic in stage_of(settings, role).inputs]
            topics = dict.fromkeys([*read_by, settings.changelog, *settings.dead_letters])
            self._counts = await partition_counts(settings, list(topics))
            self._counted_at = loop.time()

    async def _sight(self, admin: Any, role: Role, held: Mapping[TopicPartition, Stretch]) -> Sight:
        inputs = stage_of(self._settings, role).inputs
        places = [place for place in held if place.topic in inputs]
        if not places:
            return Sight(role, {}, None)
        group = consumer_group(self._settings, role)
        offsets = await admin.list_consumer_group_offsets(group, partitions=places)
        reaches = {}
        for place in places:
            known = offsets.get(place)
            offset = None if known is None or known.offset < 0 else known.offset
            reaches[place.topic, place.partition] = Reach(offset, *held[place])
        return Sight(role, reaches, await _members(admin, group))

    async def _see_ends(self, consumer: Any, held: Mapping[TopicPartition, Stretch]) -> None:
        """When the last record of each input came, and the clocks in the changelog, where there is more than before."""
        changelog = self._settings.changelog
        tails = {}
        for place, (start, end) in held.items():
            known = self._judged if place.topic == changelog else self._last_at
            if place.topic in (changelog, *self._settings.inputs) and known.get(place, _NOTHING)[0] != end:
                tails[place] = Stretch(max(start, end - _TAIL), end)
        async for place, records in read(consumer, tails):
            if place.topic == changelog:
                clocks = [record.value for record in records if record.key == CLOCK_KEY and record.value is not None]
                if clocks:
                    self._judged[place] = -1, json.loads(clocks[-1])["until"]
            elif stamped := [record.timestamp for record in records if record.timestamp >= 0]:
                self._last_at[place] = -1, stamped[-1] * MILLISECOND
        for place, (_, end) in tails.items():
            known = self._judged if place.topic == changelog else self._last_at
            known[place] = end, known.get(place, _NOTHING)[1]

    def _least_judged(self, detect: Sight, held: Mapping[TopicPartition, Stretch], at: int) -> int | None:
        """A shard's clock is stored with what it has read. While there is nothing to read and a worker is there, its
        clock goes with the time (a worker that died is a member for its session timeout still); else it stands where it
        was stored."""
        shards = []
        for place in held:
            if place.topic == self._settings.changelog:
                _, stored = self._judged.get(place, _NOTHING)
                reaches = [reach for (_, partition), reach in detect.reaches.items() if partition == place.partition]
                caught_up = bool(detect.members and reaches) and all(not reach.lag for reach in reaches)
                shards.append(at if caught_up else stored)
        known = [instant for instant in shards if instant is not None]
        return min(known) if known and len(known) == len(shards) else None

    async def _see_letters(self, consumer: Any, held: Mapping[TopicPartition, Stretch], at: int) -> None:
        """New dead letters; at first those of today, and the last ones whatever their day."""
        midnight = self._refused.turn(at)
        places = [place for place in held if place.topic in self._settings.dead_letters]
        if new := [place for place in places if place not in self._letters_read]:
            dated = await consumer.offsets_for_times(dict.fromkeys(new, midnight // MILLISECOND))
            for place in new:
                start, end = held[place]
                today = end if dated[place] is None else dated[place].offset
                self._letters_read[place] = max(start, min(today, end - self._refused.most))
        stretches = {}
        for place in places:
            start, end = held[place]
            stretches[place] = Stretch(max(start, self._letters_read[place]), end)
        async for place, records in read(consumer, stretches):
            for record in records:
                self._refused.take(record)
            self._letters_read[place] = records[-1].offset + 1
        for place in places:
            self._letters_read[place] = max(self._letters_read[place], held[place].end)

    def _row(self, topic: str, detect: Sight, held: Mapping[TopicPartition, Stretch]) -> FeedRow:
        reaches = [reach for (name, _), reach in detect.reaches.items() if name == topic]
        known = [at for place, (_, at) in self._last_at.items() if place.topic == topic and at is not None]
        return FeedRow(
            topic=topic,
            partitions=sum(place.topic == topic for place in held),
            lag=sum(reach.lag for reach in reaches) if detect.known else None,
            last_at=max(known, default=None),
            refused_today=self._refused.today(topic + SUFFIX),
        )


@asynccontextmanager
async def _administering(settings: Settings) -> AsyncIterator[Any]:
    client = AIOKafkaAdminClient(**aiokafka_options(settings))
    try:
        await client.start()
        yield client
    finally:
        await client.close()


async def _members(admin: Any, group: str) -> int | None:
    """How many workers a group has; None where the brokers do not tell."""
    try:
        # one group a request: aiokafka misreads an answer about several
        (answer,) = await admin.describe_consumer_groups([group])
    except IncompatibleBrokerVersion:  # the development broker
        return None
    ((error, _, _, _, _, workers, *_),) = answer.groups
    return None if error else len(workers)
