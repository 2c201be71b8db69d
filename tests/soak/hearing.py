"""What the monitor told, read from its topics as any reader would, with a board for each tenant."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.feed import Feed
from streams.clock import parse_rfc3339
from streams.demo.board import Board, Told
from streams.demo.publisher import CLOSING
from streams.feeds.journal import MOMENT as FEED_HEARD
from streams.ingest.dead_letter import read_refusal

Count = Counter[tuple[str, str, str, str]]
"""By tenant, region, moment and kind."""
ALL: Final = "*"
_RECENT: Final = 5_000


class Said(Told, frozen=True):
    """A transition and whose it is."""

    tenant: str
    id: str


class Ear:
    """Reads transitions, words about feeds and dead letters from their beginning."""

    def __init__(self, consumer: AIOKafkaConsumer, transitions: str, feeds: str, tenants: Sequence[str]) -> None:
        self._consumer, self._transitions, self._feeds = consumer, transitions, feeds
        self.boards: Mapping[str, Board] = {tenant: Board() for tenant in tenants}
        self.states: dict[tuple[str, str, str], str] = {}
        """Of each feed (tenant, source, region), the state it was last said to be in."""
        self.counts: Count = Counter()
        """Breaches and retractions that the detect stage told."""
        self.feeds: Counter[str] = Counter()
        """What was told of feeds, by kind."""
        self.words: list[tuple[int, str]] = []
        """The same with its instant, feed by feed."""
        self.refused: Counter[str] = Counter()
        self.twice: list[str] = []
        """Ids of transitions that were told again."""
        self.recent: deque[int] = deque(maxlen=_RECENT)
        """When the latest breaches and retractions were found."""
        self._ids: set[str] = set()
        self._closed: set[str] = set()
        self._heard = asyncio.Condition()
        self._decode = msgspec.json.Decoder(Said).decode

    async def begin(self, dead_letters: Sequence[str], partitions: int) -> None:
        topics = (self._transitions, *dead_letters)
        everywhere = [TopicPartition(topic, number) for topic in topics for number in range(partitions)]
        self._consumer.assign([*everywhere, TopicPartition(self._feeds, 0)])  # each partition has all of them
        await self._consumer.seek_to_beginning()

    async def run(self) -> None:
        """Listen until cancelled."""
        while True:
            for tp, records in (await self._consumer.getmany(timeout_ms=100)).items():
                for record in records:
                    if tp.topic == self._transitions:
                        self.take(self._decode(record.value))
                    elif tp.topic == self._feeds:
                        if record.value is not None:
                            self.believe(Feed.model_validate_json(record.value))
                    else:
                        self.refused[read_refusal(record.headers).reason] += 1
            async with self._heard:
                self._heard.notify_all()

    def believe(self, feed: Feed) -> None:
        """One word about a feed."""
        self.states[feed.tenant, feed.source, feed.region or ""] = feed.state

    def unheard(self, tenant: str, system: str, region: str) -> bool:
        """Whether such a feed was last said not to be heard, by itself or with all of its tenant."""
        return any(
            state != "heard" and of == tenant and (source == ALL or (source.split("/")[1] == system and where == region))
            for (of, source, where), state in self.states.items()
        )

    def take(self, said: Said) -> None:
        """One transition."""
        if said.id in self._ids:
            self.twice.append(said.id)
        self._ids.add(said.id)
        if said.moment == FEED_HEARD:
            self.feeds[said.kind] += 1
            self.words.append((parse_rfc3339(said.found_at), f"{said.tenant} {said.case} {said.kind}"))
            return
        if said.kind in ("breached", "retracted"):
            self.counts[said.tenant, said.labels.region or "", said.moment, said.kind] += 1
            self.recent.append(parse_rfc3339(said.found_at))
        if said.case.startswith(CLOSING):
            if said.kind == "breached":
                self._closed.add(said.case)
        else:
            self.boards[said.tenant].take(said)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Until that is so."""
        async with self._heard:
            await self._heard.wait_for(holds)

    async def closed(self, closing: set[str]) -> None:
        """Until all these closing promises are told to be broken."""
        await self.until(lambda: closing <= self._closed)

    async def catch_up(self) -> None:
        """Until everything is read that is there now."""
        for tp, end in (await self._consumer.end_offsets(self._consumer.assignment())).items():
            while await self._consumer.position(tp) < end:
                async with self._heard:
                    await self._heard.wait()
