"""The outboxes of the notify stage and the sender that empties them, put together from the settings."""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer

from schemas.notice import Receipt
from streams.agents.counting import Counting, count_refused
from streams.broker.connection import aiokafka_options
from streams.clock import now
from streams.metrics.instruments import Instruments
from streams.notify import config, registry
from streams.notify.outbox import OutboxProcessor, OutboxTally, OutboxTopics
from streams.notify.render import render
from streams.notify.sender import Sender
from streams.settings import Settings

log = structlog.stdlib.get_logger(__name__)


class Outboxes:
    """Makes the outboxes of this worker's shards, and knows those it made."""

    def __init__(self, settings: Settings, instruments: Instruments) -> None:
        alerting = settings.alerting
        self._topics = OutboxTopics(alerting.notices, alerting.alerts, alerting.receipts)
        self._instruments = instruments
        self._made: dict[int, OutboxProcessor] = {}

    def __call__(self, partition: int) -> Counting:
        """The outbox of a shard that is about to be claimed."""
        processor = self._made[partition] = OutboxProcessor(partition, self._topics)

        def count() -> None:
            tally, processor.tally = processor.tally, OutboxTally()
            for (receiver, outcome), number in tally.outcomes.items():
                self._instruments.notifications.labels(receiver, outcome).inc(number)
            count_refused(tally.refused, self._instruments)

        return Counting(processor, count)

    def owned(self, partitions: Iterable[int]) -> list[OutboxProcessor]:
        """The outboxes of these shards."""
        return [self._made[partition] for partition in partitions if partition in self._made]


def register(app: Any, settings: Settings, outboxes: Outboxes, failed: Callable[[BaseException], None]) -> None:
    """Let the app's shards be emptied while it runs. OperatorError for a receivers' file that cannot be used."""
    alerting = settings.alerting
    receivers = config.load(alerting.receivers) if alerting.receivers is not None else config.Receivers({}, {})
    if not receivers.configs:
        log.warning("no receivers: every notice will be given up", set_it_with="--receivers")

    async def send() -> None:
        producer = AIOKafkaProducer(**aiokafka_options(settings), enable_idempotence=True)

        async def write(partition: int, receipt: Receipt) -> None:
            await producer.send_and_wait(
                alerting.receipts,
                key=receipt.case.encode(),
                value=receipt.model_dump_json().encode(),
                partition=partition,
            )

        await producer.start()
        try:
            async with receivers.open() as http:
                sender = Sender(
                    lambda: outboxes.owned(app.runtime.ownership.reading()),
                    registry.build(receivers, http),
                    write,
                    partial(render, console=alerting.console),
                    now,
                    failed=failed,
                )
                sender.start()
                try:
                    await asyncio.Event().wait()  # until the app ends and cancels this
                finally:
                    await sender.stop()
        finally:
            await producer.stop()

    app.task(send)
