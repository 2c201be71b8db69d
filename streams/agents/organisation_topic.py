"""The compacted topic of organisation data: read to its end, then followed while a worker or console runs."""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from aiokafka import TopicPartition

from streams.alerts.organisation_records import Fault, Ledger
from streams.broker.consuming import consuming
from streams.broker.metadata import partition_counts
from streams.broker.patience import USUAL, Pauses, persist
from streams.settings import Settings

log = structlog.stdlib.get_logger(__name__)

_POLL_MS = 500
SETTLED = 0.5
"""Seconds without a record after which a change is handed over: a publication of many records is one change."""
LONGEST = 5.0
"""Seconds after which a change is handed over even if the topic goes on changing."""
LOOK_AGAIN = 30.0
"""Seconds before a topic that was not there is looked for again."""
_TROUBLE = "the organisation topic cannot be followed; it is read anew"


class OrganisationTopic:
    """What the topic holds, in `ledger`. `read` brings it up to now; `keep` goes on from there for ever."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._positions: dict[TopicPartition, int] = {}
        self._missed = False
        self._said: frozenset[Fault] = frozenset()
        self._read = False
        self.ledger = Ledger()

    async def read(self) -> bool:
        """Take all that the topic has now; whether there is a topic. Where that breaks off, what was known before counts.
        KafkaError or OperatorError where it cannot be read."""
        ledger, name = Ledger(), self._settings.alerting.organisation_topic
        self._read = False
        async with consuming(self._settings) as consumer:
            places = await self._places(consumer)
            self._positions = {}
            if places:
                ends = await consumer.end_offsets(places)
                while any([await consumer.position(place) < ends[place] for place in places]):
                    _take(ledger, await consumer.getmany(timeout_ms=_POLL_MS))
                self._positions = {place: await consumer.position(place) for place in places}
        if places:
            self.ledger = ledger
            self._say_faults()
            if not ledger.entries:
                log.info("the organisation topic is empty; the files count", topic=name)
        elif not self._missed:
            log.info("no organisation topic; the files count", topic=name)
        self._missed, self._read = not places, True
        return bool(places)

    async def keep(self, changed: Callable[[], None], pauses: Pauses = USUAL, look_again: float | None = None) -> None:
        """Follow until cancelled, and say `changed` whenever the ledger is another. Brokers that are away are waited for,
        and a topic that is not there yet (`look_again`, seconds); then all of it is read anew. What else goes wrong is
        raised: it never ends by itself."""

        async def follow(well: Callable[[], None]) -> None:
            while True:
                if not self._read and await self.read():
                    changed()
                well()
                self._read = False  # whatever ends what follows, a look at all of it comes next
                if self._positions:
                    await self._follow(changed)
                await asyncio.sleep(LOOK_AGAIN if look_again is None else look_again)

        await persist(follow, _TROUBLE, pauses)

    async def _follow(self, changed: Callable[[], None]) -> None:
        """KafkaError where the topic is not what it was."""
        loop = asyncio.get_running_loop()
        since: float | None = None  # of the first record that was not handed over
        async with consuming(self._settings) as consumer:
            consumer.assign(list(self._positions))
            for place, offset in self._positions.items():
                consumer.seek(place, offset)
            while True:
                wait = _POLL_MS if since is None else int(SETTLED * 1000)
                took = _take(self.ledger, await consumer.getmany(timeout_ms=wait))
                if took and since is None:
                    since = loop.time()
                if since is not None and (not took or loop.time() - since > LONGEST):
                    since = None
                    self._say_faults()
                    changed()

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

    def _say_faults(self) -> None:
        """Each once, for as long as it lasts."""
        faults = self.ledger.faults.values()
        for fault in faults:
            if fault not in self._said:
                log.error("an organisation record is not used", record=fault.record, why=fault.message)
        self._said = frozenset(faults)


def register(app: Any, keep: Callable[[], Any], failed: Callable[[BaseException], None]) -> None:
    """Keep up with the topic while the app runs. `failed` is told of what ends that: a worker whose organisation data
    stands still must not go on as if it did not."""

    async def kept() -> None:
        try:
            await keep()
        except Exception as error:
            log.exception("the organisation data is not followed any more")
            failed(error)

    app.task(kept)


def _take(ledger: Ledger, found: dict[TopicPartition, list[Any]]) -> int:
    records = [(record.key, record.value) for some in found.values() for record in some]
    ledger.take(records)
    return len(records)
