"""Sends refused records again (`ports.DeadLetterDesk`), and says so in the audit."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import uuid4

import msgspec
import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from schemas.dead_letter import SUFFIX
from streams.alerts.audit_line import audit_line
from streams.broker.consuming import consuming
from streams.broker.metadata import partition_counts
from streams.clock import now
from streams.console.ports import StrangeLettersError
from streams.console.reading import Stretch, places_of, read
from streams.console.writing import PATIENCE, write_together
from streams.errors import OperatorError
from streams.ingest.binary import PREFIX
from streams.ingest.dead_letter import Outgoing, legible, read_refusal, revive
from streams.settings import Settings

log = structlog.stdlib.get_logger(__name__)

_APART = 200
"""Letters of a partition that lie at most so many offsets apart are read together."""
_LONGEST = 256
"""Characters of a tenant or a case in the audit: no name that counts is longer."""

Letter = tuple[str, int, int]
"""Dead letter topic, partition, offset."""

_write = msgspec.json.Encoder().encode


class _Tenanted(msgspec.Struct):
    tenant: str


class _Line(msgspec.Struct):
    what: str
    alert: str


_read_tenant = msgspec.json.Decoder(_Tenanted).decode
_read_line = msgspec.json.Decoder(_Line).decode


class _Found(NamedTuple):
    """A letter, what it was, and why that was refused."""

    letter: Letter
    again: Outgoing
    refusal: str


class Letters:
    """Sends dead letters of the input topics to where they came from, as their producers sent them.

    They stay where they are. `sent` are those that were sent again, as far as this console knows: it did so itself, or
    has heard of it in the audit.
    """

    def __init__(self, settings: Settings, patience: float = PATIENCE) -> None:
        """`patience`: seconds in which the brokers must take what is sent again."""
        self._settings, self._patience = settings, patience
        self._name = f"{settings.app_id}.console.{uuid4().hex}"
        self._one = asyncio.Lock()
        self.sent: set[Letter] = set()

    async def retry(self, letters: Sequence[Letter], by: str, why: str = "") -> int:
        """See `ports.DeadLetterDesk`. OperatorError also for a topic that is no dead letter topic of the inputs."""
        if strange := {topic for topic, _, _ in letters} - set(self._settings.dead_letters):
            raise OperatorError(f"no dead letter topic of the inputs: {', '.join(sorted(strange))}")
        # read first, send then: what is refused again meanwhile must not be met again
        found = _judge(await self._read(letters))
        if not found:
            return 0
        async with self._one:
            await write_together(self._settings, self._name, list(self._records(found, by, why)), self._patience)
        self.sent.update(one.letter for one in found)
        log.info("dead letters sent again", by=by, topics=dict(Counter(one.again.topic for one in found)))
        return len(found)

    def hear(self, value: bytes | None) -> None:
        """A line of the audit: whoever has sent a letter again says so there."""
        if value is None or b'"retried"' not in value:
            return
        try:
            line = _read_line(value)
            topic, partition, offset = line.alert.rsplit("/", 2)
            letter = topic, int(partition), int(offset)
        except (msgspec.DecodeError, ValueError):  # the board counts what cannot be read
            return
        if line.what == "retried":
            self.sent.add(letter)

    def _records(self, found: Iterable[_Found], by: str, why: str) -> Iterator[Outgoing]:
        at = now()
        for letter, again, refusal in found:
            yield again
            place = "/".join(map(str, letter))
            line = audit_line(
                at,
                "retried",
                ": ".join(part for part in (refusal, why) if part),
                alert=place,
                version=0,
                tenant=_tenant(again),
                case=(legible(again.key) or "")[:_LONGEST],
                by=by,
                # the same letter sent again by the same person, because an answer was lost: one id
                command=blake2b("\x1f".join(("retry", by, place)).encode(), digest_size=16).hexdigest(),
            )
            yield Outgoing(self._settings.alerting.audit, place.encode(), _write(line))

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


def _judge(records: Iterable[tuple[TopicPartition, Any]]) -> list[_Found]:
    """What each of them is to be sent again as. StrangeLettersError names those that the monitor did not write there: a
    letter says itself where it goes to, and the console may write to more than whoever can write to its topic."""
    found, strange = [], []
    for place, record in records:
        letter = place.topic, place.partition, record.offset
        try:
            refusal = read_refusal(record.headers)
        except OperatorError:
            strange.append(letter)
            continue
        if refusal.topic + SUFFIX != place.topic:
            strange.append(letter)
        else:
            found.append(_Found(letter, revive(record), refusal.reason))
    if strange:
        raise StrangeLettersError(strange)
    return found


def _tenant(again: Outgoing) -> str:
    """Whose event it is, as far as it tells; else nobody's, and for those alone to see who see all."""
    named = [value or b"" for name, value in again.headers if name == f"{PREFIX}tenant"]
    try:
        tenant = named[-1].decode() if named else _read_tenant(again.value or b"").tenant
        tenant.encode()
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return ""
    return tenant if len(tenant) <= _LONGEST else ""


def _together(offsets: Iterable[int]) -> list[Stretch]:
    """Stretches that hold these offsets, none with a long gap in it."""
    stretches: list[Stretch] = []
    for offset in sorted(offsets):
        if stretches and offset - stretches[-1].end <= _APART:
            stretches[-1] = stretches[-1]._replace(end=offset + 1)
        else:
            stretches.append(Stretch(offset, offset + 1))
    return stretches
