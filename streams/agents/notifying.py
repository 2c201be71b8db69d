"""The outboxes of the notify stage and the sender that empties them, put together from the settings."""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer

from schemas.notice import Receipt
from streams.agents.counting import Counting
from streams.broker.connection import aiokafka_options
from streams.clock import now
from streams.metrics.instruments import Instruments
from streams.notify import config, links, registry
from streams.notify.outbox import OutboxProcessor, OutboxTally, OutboxTopics
from streams.notify.render import render
from streams.notify.sender import Sender
from streams.settings import Settings

log = structlog.stdlib.get_logger(__name__)


class Outboxes:
    """Makes the outboxes of this worker's shards, and knows those it made."""

    def __init__(self, settings: Settings, receivers: config.Receivers, instruments: Instruments) -> None:
        alerting = settings.alerting
        self._topics = OutboxTopics(alerting.notices, alerting.alerts, alerting.receipts, alerting.groups)
        self._follow_ups = registry.follow_ups(receivers)
        self._instruments = instruments
        instruments.outbox.receivers(receivers.configs)
        self._made: dict[int, OutboxProcessor] = {}

    def __call__(self, partition: int) -> Counting:
        """The outbox of a shard that is about to be claimed."""
        processor = self._made[partition] = OutboxProcessor(partition, self._topics, follow_ups=self._follow_ups)

        def count() -> None:
            tally, processor.tally = processor.tally, OutboxTally()
            self._instruments.outbox.came_of_it(tally.outcomes)
            self._instruments.outbox.delivered(tally.delivered)
            self._instruments.outbox.waiting(partition, processor.waiting)
            self._instruments.refused(tally.refused)

        return Counting(processor, count)

    def owned(self, partitions: Iterable[int]) -> list[OutboxProcessor]:
        """The outboxes of these shards."""
        return [self._made[partition] for partition in partitions if partition in self._made]


def receivers_of(settings: Settings) -> config.Receivers:
    """The receivers of the settings' file. OperatorError for a file that cannot be used."""
    alerting = settings.alerting
    receivers = config.load(alerting.receivers) if alerting.receivers is not None else config.Receivers({}, {})
    if not receivers.configs:
        log.warning("no receivers: every notice will be given up", set_it_with="--receivers")
    return receivers


def signer(settings: Settings) -> Callable[[str, str], str] | None:
    """What makes the token of an acknowledge link for an alert and a person; None without a console or a secret."""
    own = settings.console.secret
    if own is None or settings.alerting.console is None:
        return None
    secret, holds = own.get_secret_value().encode(), settings.console.links
    return lambda alert, person: links.sign(secret, alert, person, now() + holds)


def register(
    app: Any,
    settings: Settings,
    receivers: config.Receivers,
    outboxes: Outboxes,
    failed: Callable[[BaseException], None],
) -> None:
    """Let the app's shards be emptied while it runs."""
    alerting = settings.alerting

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
                    partial(render, console=alerting.console, sign=signer(settings)),
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
