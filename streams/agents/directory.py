"""The organisation data in force: files, read once, and the compacted topic on top of them, followed while the worker
runs. Where both speak of the same entry, the topic counts.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from streams.alerts.organisation import Directory
from streams.alerts.organisation_file import load
from streams.alerts.organisation_records import Ledger
from streams.broker.consuming import consuming
from streams.broker.metadata import partition_counts
from streams.errors import OperatorError
from streams.settings import Settings

log = structlog.stdlib.get_logger(__name__)

_POLL_MS = 500
_PAUSE = 5.0
"""Seconds before a topic that could not be read is tried again."""
_TROUBLE = "the organisation topic cannot be followed; it is read anew"
_LOOK_AGAIN = 30.0
"""Seconds before a topic that was not there is looked for again."""


class Organisations:
    """Who answers for what. `read` brings it up to now; `follow` goes on from there, and `keep` does so for ever."""

    def __init__(self, settings: Settings) -> None:
        """OperatorError for files that cannot be used."""
        self._settings = settings
        self._files = load(settings.alerting.organisation)
        self._ledger = Ledger()
        self._positions: dict[TopicPartition, int] = {}
        self._missed = False
        self.directory = Directory.of(self._files)

    async def read(self) -> None:
        """Take all that the topic has now; where that breaks off, what was known before counts. Without the topic the
        files are all there is. KafkaError or OperatorError where it cannot be read."""
        ledger = Ledger()
        async with consuming(self._settings) as consumer:
            places = await self._places(consumer)
            self._positions = {}
            if not places:
                if not self._missed:
                    log.info("no organisation topic; the files count", topic=self._settings.alerting.organisation_topic)
                self._missed = True
                return
            ends = await consumer.end_offsets(places)
            while any([await consumer.position(place) < ends[place] for place in places]):
                _take(ledger, await consumer.getmany(timeout_ms=_POLL_MS))
            self._positions = {place: await consumer.position(place) for place in places}
        self._ledger, self._missed = ledger, False
        self._renew()

    async def follow(self, use: Callable[[Directory], None]) -> None:
        """Hand over a new directory whenever the topic has changed it. Ends when it is cancelled, or at once where there
        is no topic. KafkaError where the topic is not what it was, and has to be read anew."""
        if not self._positions:
            return
        async with consuming(self._settings) as consumer:
            consumer.assign(list(self._positions))
            for place, offset in self._positions.items():
                consumer.seek(place, offset)
            while True:
                if _take(self._ledger, await consumer.getmany(timeout_ms=_POLL_MS)):
                    self._renew()
                    use(self.directory)

    async def keep(self, use: Callable[[Directory], None], pause: float = _PAUSE) -> None:
        """Follow until cancelled. Brokers that are away are waited for, and a topic that is not there yet; then all of it
        is read anew, with `pause` seconds in between. What else goes wrong is raised: it never ends by itself."""
        anew = False
        while True:
            wait = pause
            try:
                if anew:
                    await self._read_anew(use)
                await self.follow(use)
                wait = _LOOK_AGAIN  # there is no such topic, so far
            except (KafkaError, OSError, OperatorError) as error:
                log.warning(_TROUBLE, error=repr(error), again_in=pause)
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if task is None or task.cancelling():
                    raise
                log.warning(_TROUBLE, error="cut off by its own client", again_in=pause)  # see streams.broker.ending
            anew = True
            await asyncio.sleep(wait)

    async def _read_anew(self, use: Callable[[Directory], None]) -> None:
        before = self.directory
        await self.read()
        if self.directory is not before:
            use(self.directory)

    async def _places(self, consumer: Any) -> list[TopicPartition]:
        """The partitions of the topic, none where it does not exist; the consumer stands at their beginnings."""
        topic = self._settings.alerting.organisation_topic
        count = (await partition_counts(self._settings, [topic]))[topic] or 0
        places = [TopicPartition(topic, partition) for partition in range(count)]
        if places:
            consumer.assign(places)
            for place, offset in (await consumer.beginning_offsets(places)).items():
                consumer.seek(place, offset)
        return places

    def _renew(self) -> None:
        """The directory of files and topic together. What cannot be used leaves the one before in force, and is said."""
        for fault in self._ledger.faults.values():
            log.error("an organisation record is not used", record=fault.record, why=fault.message)
        try:
            self.directory = Directory.of([*self._files, *self._ledger.organisations()])
        except OperatorError as error:
            log.error("the organisation data cannot be used; what was known before counts", why=str(error))
            return
        log.info("organisation taken", tenants=self.directory.tenants(), gaps=len(self.directory.gaps()))


def register(
    app: Any,
    organisations: Organisations,
    use: Callable[[Directory], None],
    failed: Callable[[BaseException], None],
) -> None:
    """Keep up with the topic while the app runs. `failed` is told of what ends that: a worker whose people stand still
    must not go on as if they did not."""

    async def keep() -> None:
        try:
            await organisations.keep(use)
        except Exception as error:
            log.exception("the organisation data is not followed any more")
            failed(error)

    app.task(keep)


def _take(ledger: Ledger, found: dict[TopicPartition, list[Any]]) -> int:
    records = [(record.key, record.value) for some in found.values() for record in some]
    ledger.take(records)
    return len(records)
