"""Hears what the monitor says, from its topics, as any reader of them would."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.demo.board import Board, Told, read
from streams.demo.publisher import CLOSING
from streams.feeds.journal import MOMENT as FEED_HEARD
from streams.ingest.dead_letter import read_refusal

_POLL: Final = 100  # milliseconds


class Listener:
    """Feeds the board. `on_news` is called with each transition of the chain after the board has it."""

    def __init__(
        self, consumer: AIOKafkaConsumer, transitions: str, board: Board, on_news: Callable[[Told], None]
    ) -> None:
        self._consumer, self._transitions, self._board, self._on_news = consumer, transitions, board, on_news
        self._closed: set[str] = set()
        self._unheard: set[str] = set()
        self._heard = asyncio.Condition()

    async def begin(self, dead_letters: Sequence[str], partitions: int) -> None:
        """Read all these topics from their beginning, without a consumer group."""
        topics = (self._transitions, *dead_letters)
        self._consumer.assign([TopicPartition(topic, partition) for topic in topics for partition in range(partitions)])
        await self._consumer.seek_to_beginning()

    async def run(self) -> None:
        """Listen until cancelled."""
        while True:
            for tp, records in (await self._consumer.getmany(timeout_ms=_POLL)).items():
                for record in records:
                    if tp.topic == self._transitions:
                        self._take(read(record.value))
                    else:
                        self._board.refuse(read_refusal(record.headers).reason)
            async with self._heard:
                self._heard.notify_all()

    async def wait_for(self, closing: set[str]) -> None:
        """Until all these closing promises are told to be broken, no feed is told to be unheard, and every topic is read
        to where it ends then."""
        async with self._heard:
            await self._heard.wait_for(lambda: closing <= self._closed and not self._unheard)
        ends = await self._consumer.end_offsets(self._consumer.assignment())
        for tp, end in ends.items():
            while await self._consumer.position(tp) < end:
                async with self._heard:
                    await self._heard.wait()

    def _take(self, told: Told) -> None:
        if told.moment == FEED_HEARD:  # no promise of the chain's, but whether the chain is heard at all
            (self._unheard.add if told.kind == "breached" else self._unheard.discard)(told.case)
            return
        if told.case.startswith(CLOSING):
            if told.kind == "breached":
                self._closed.add(told.case)
            return
        self._board.take(told)
        self._on_news(told)
