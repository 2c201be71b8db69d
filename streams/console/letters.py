"""Sends refused records again (`ports.DeadLetterDesk`)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from streams.broker.consuming import consuming
from streams.broker.metadata import partition_counts
from streams.console.reading import Stretch, places_of, read
from streams.console.writing import Writer
from streams.errors import OperatorError
from streams.ingest.dead_letter import revive
from streams.settings import Settings

log = structlog.stdlib.get_logger(__name__)

_APART = 200
"""Letters of a partition that lie at most so many offsets apart are read together."""

Letter = tuple[str, int, int]
"""Dead letter topic, partition, offset."""


class Letters:
    """Sends dead letters of the input topics to where they came from, as their producers sent them.

    They stay where they are. `sent` are those that this console has sent since it was started; Kafka does not know.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._writer = Writer(settings)
        self.sent: set[Letter] = set()

    async def retry(self, letters: Sequence[Letter], by: str) -> int:
        """See `ports.DeadLetterDesk`. OperatorError also for a topic that is no dead letter topic of the inputs, and for
        a record in one that is no dead letter; then nothing is sent."""
        if strange := {topic for topic, _, _ in letters} - set(self._settings.dead_letters):
            raise OperatorError(f"no dead letter topic of the inputs: {', '.join(sorted(strange))}")
        # read first, send then: what is refused again meanwhile must not be met again
        found = [(place, record.offset, revive(record)) for place, record in await self._read(letters)]
        sent: Counter[str] = Counter()
        for place, offset, again in found:
            await self._writer.write(again.topic, again.key, again.value, headers=again.headers)
            self.sent.add((place.topic, place.partition, offset))
            sent[again.topic] += 1
        if found:
            log.info("dead letters sent again", by=by, topics=dict(sent))
        return sent.total()

    async def stop(self) -> None:
        """Let go of the connections."""
        await self._writer.stop()

    async def _read(self, letters: Iterable[Letter]) -> list[tuple[TopicPartition, Any]]:
        """Those that are still there, by place."""
        wanted: defaultdict[TopicPartition, set[int]] = defaultdict(set)
        for topic, partition, offset in letters:
            wanted[TopicPartition(topic, partition)].add(offset)
        found = []
        try:
            counts = await partition_counts(self._settings, sorted({place.topic for place in wanted}))
            async with consuming(self._settings) as consumer:
                there = await places_of(consumer, counts)
                for place, offsets in sorted(wanted.items()):
                    held = there.get(place, Stretch(0, 0))
                    for stretch in _together(offset for offset in offsets if held.start <= offset < held.end):
                        async for _, records in read(consumer, {place: stretch}):
                            found += [(place, record) for record in records if record.offset in offsets]
        except (KafkaError, OSError) as error:
            raise OperatorError(f"the dead letters cannot be read: {error!r}") from error
        return found


def _together(offsets: Iterable[int]) -> list[Stretch]:
    """Stretches that hold these offsets, none with a long gap in it."""
    stretches: list[Stretch] = []
    for offset in sorted(offsets):
        if stretches and offset - stretches[-1].end <= _APART:
            stretches[-1] = stretches[-1]._replace(end=offset + 1)
        else:
            stretches.append(Stretch(offset, offset + 1))
    return stretches
