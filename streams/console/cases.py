"""Reads what detection keeps of a case, from the changelog of its shard (`ports.CaseSource`)."""

import asyncio
from collections import OrderedDict

from aiokafka.errors import KafkaError

from schemas.transition import Proof, Text
from streams.broker.consuming import consuming
from streams.broker.metadata import partition_counts
from streams.catalogue.load import compile_source
from streams.clock import parse_rfc3339
from streams.console.reading import places_of, read
from streams.console.views import CaseRecord, Clock
from streams.engine import explain
from streams.engine.arithmetic import arithmetic
from streams.errors import OperatorError
from streams.settings import Settings
from streams.state.search import Found, Search

_KEPT = 8
_KEPT_FOR = 5.0
"""So many of the last answers are given again within so many seconds."""

_MOST = 16
"""Who comes while so many wait for theirs is told that it cannot be read now: each takes a second or so."""

_Wanted = tuple[str, str, int | None]


class Cases:
    """What detection knows of a case.

    A changelog is no index: for each case the whole partition is read, about as much as a shard reads when it is
    restored (a second for some hundred thousand records), for nothing tells sooner which record of the case is its last.
    This happens in a thread with an event loop of its own, one case at a time, and the last few answers are kept for
    five seconds.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._one = asyncio.Lock()
        self._waiting = 0
        self._kept: OrderedDict[_Wanted, tuple[float, CaseRecord | None]] = OrderedDict()

    async def read(self, tenant: str, case: str, partition: int | None) -> CaseRecord | None:
        """See `ports.CaseSource`. OperatorError, too, where too many want to know."""
        if self._waiting >= _MOST:
            raise OperatorError("too many cases are asked for at the same time")
        self._waiting += 1
        try:
            return await self._read((tenant, case, partition))
        finally:
            self._waiting -= 1

    async def _read(self, wanted: _Wanted) -> CaseRecord | None:
        async with self._one:
            loop = asyncio.get_running_loop()
            kept = self._kept.get(wanted)
            if kept is not None and loop.time() - kept[0] < _KEPT_FOR:
                return kept[1]
            record = await asyncio.to_thread(lambda: asyncio.run(self._find(*wanted)))
            self._kept[wanted] = loop.time(), record
            self._kept.move_to_end(wanted)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return record

    async def _find(self, tenant: str, case: str, partition: int | None) -> CaseRecord | None:
        settings = self._settings
        search = Search(case, compile_source, tenant)
        try:
            counts = await partition_counts(settings, [settings.changelog])
            async with consuming(settings) as consumer:
                everywhere = await places_of(consumer, counts)
                stretches = {place: held for place, held in everywhere.items() if partition in (None, place.partition)}
                async for place, records in read(consumer, stretches):
                    for record in records:
                        search.take(place.partition, record.key or b"", record.value)
        except (KafkaError, OSError, TimeoutError) as error:
            raise OperatorError(f"{settings.changelog} cannot be read: {error!r}") from error
        found = next(search.found(), None)
        return None if found is None else told(case, found)


def told(case: str, found: Found) -> CaseRecord:
    """A case as the pages show it."""
    return CaseRecord(
        tenant=found.tenant,
        case=case,
        events=tuple((fact.at, fact.type, fact.id, fact.source) for fact in found.case.facts),
        clocks=tuple(_clock(clock) for clock in explain.clocks(found.rules, found.case)),
        catalogue=found.case.version,
        judged_to=found.judged,
    )


def _clock(clock: explain.Clock) -> Clock:
    proof = clock.proof
    due = None if proof is None else proof["due_at"]
    return Clock(
        moment=clock.moment,
        title=Text(**clock.title),
        occurrence=clock.occurrence,
        phase=clock.phase,
        severity=clock.severity,
        due_at=None if due is None else parse_rfc3339(due),
        sentence=Text(**clock.sentence),
        arithmetic=() if proof is None else tuple(arithmetic(proof)),
        proof=None if proof is None else Proof.model_validate(proof),
    )
