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


class Organisations:
    """Who answers for what. `read` brings it up to now; `follow` goes on from there."""

    def __init__(self, settings: Settings) -> None:
        """OperatorError for files that cannot be used."""
        self._settings = settings
        self._files = load(settings.alerting.organisation)
        self._ledger = Ledger()
        self._positions: dict[TopicPartition, int] = {}
        self.directory = Directory.of(self._files)

    async def read(self) -> None:
        """Take all that the topic has now. Without the topic the files are all there is."""
        self._ledger = Ledger()
        async with consuming(self._settings) as consumer:
            places = await self._places(consumer)
            if not places:
                log.info("no organisation topic; the files count", topic=self._settings.alerting.organisation_topic)
                return
            ends = await consumer.end_offsets(places)
            while any([await consumer.position(place) < ends[place] for place in places]):
                self._take(await consumer.getmany(timeout_ms=_POLL_MS))
            self._positions = {place: await consumer.position(place) for place in places}
        self._renew()

    async def follow(self, use: Callable[[Directory], None]) -> None:
        """Hand over a new directory whenever the topic has changed it. Ends when it is cancelled."""
        if not self._positions:
            return
        async with consuming(self._settings) as consumer:
            consumer.assign(list(self._positions))
            for place, offset in self._positions.items():
                consumer.seek(place, offset)
            while True:
                if self._take(await consumer.getmany(timeout_ms=_POLL_MS)):
                    self._renew()
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

    def _take(self, found: dict[TopicPartition, list[Any]]) -> int:
        records = [(record.key, record.value) for some in found.values() for record in some]
        self._ledger.take(records)
        return len(records)

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


def register(app: Any, organisations: Organisations, use: Callable[[Directory], None]) -> None:
    """Follow the topic while the app runs; a broker that is away for a while is waited for."""

    async def follow() -> None:
        while True:
            try:
                await organisations.follow(use)
                return
            except (KafkaError, OSError) as error:
                log.warning("the organisation topic cannot be followed; it is read anew", error=repr(error))
            await asyncio.sleep(_PAUSE)
            try:
                await organisations.read()
                use(organisations.directory)
            except (KafkaError, OSError) as error:
                log.warning("the organisation topic cannot be read", error=repr(error))

    app.task(follow)
