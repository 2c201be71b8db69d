"""A company that lives by a pack, as the demo's stage wants it: its day, its catalogue, its sources."""

import heapq
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from streams.clock import HOUR, MILLISECOND, SECOND, rfc3339
from streams.demo.heartbeats import Source, heartbeat
from streams.demo.malformed import TOPIC, malformed
from streams.demo.pack.journey import Journey, make
from streams.demo.pack.late import told_late
from streams.demo.pack.roles import Happening
from streams.demo.pack.script import Script, read
from streams.demo.pack.shrink import at_own_pace, shrink, source_of_pack
from streams.demo.pack.telling import CLOSING, closing_moment, encode, event_of, source_of, topic_of
from streams.demo.pack.truth import judge, obligation
from streams.demo.simulate import DUPLICATES, MALFORMED_EVERY, Sending, in_order_of_arrival
from streams.demo.truth import Obligation
from streams.demo.world import REGIONS, STORES, Incident, Store, Trouble, incident_at

JOURNEYS_A_SECOND: Final = 2.4
_MORE_IN_A_RUSH: Final = 1.2
_TOLD_LATE: Final = 0.15
_KNOWN: Final = 0.6
"""How often something happens at a store that the catalogue knows, if it knows any."""
_ALIVE_EVERY: Final = 2 * SECOND


@dataclass(frozen=True, slots=True)
class PackCompany:
    """The company of a pack, by its shrunk catalogues."""

    script: Script
    catalogues: tuple[dict[str, Any], ...]
    stretch: int = 1
    """How many times as long everything takes as in a demo."""

    @property
    def tenant(self) -> str:
        return self.script.tenant

    @property
    def title(self) -> Mapping[str, str]:
        """What the view is headed with."""
        return {"en": f"{self.script.name}, live", "zh": f"{self.script.name} · 实时"}

    @property
    def sources(self) -> Sequence[Source]:
        """Who publishes, and what for."""
        regions = (*REGIONS, *sorted(self.script.regions - set(REGIONS)))
        names = [(topic, source_of(topic, self.script.name)) for topic in self.script.topics]
        return [Source(topic, source, region) for region in regions for topic, source in names]

    def catalogue(self, folder: Path) -> Sequence[Path]:
        """The files that the worker reads; they are written into the folder."""
        closing = {"name": "closing_demo", "moments": [closing_moment()]}
        files = []
        for data in (*self.catalogues, closing):
            file = folder / f"{data['name']}.yaml"
            file.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")  # JSON is YAML
            files.append(file)
        return files

    def open(self, seed: int, opening: int) -> "PackDay":
        """Its day from the instant `opening` on."""
        return PackDay(self.script, tuple(self.sources), seed, opening, self.stretch)

    @property
    def closing_topic(self) -> str:
        return topic_of(CLOSING)

    def closing(self, case: str, made: int, due: int) -> bytes:
        """Something due then that nobody will do."""
        region = REGIONS[0]
        fields = {"due_at": rfc3339(due), "tenant": self.tenant, "region": region}
        event = event_of(Happening(made, CLOSING, fields), case, 0, self.script.name)
        return encode(event)


@dataclass(frozen=True, slots=True)
class PackDay:
    """A day that begins at the instant `opening`. The same pack, seed and opening give the same records and truth."""

    script: Script
    sources: Sequence[Source]
    seed: int
    opening: int
    stretch: int = 1

    def journeys(self) -> Iterator[Journey]:
        """Endless, in order of their begin; each thing that can begin comes as often as any other."""
        chance = random.Random(f"{self.seed}:{self.script.name}:arrivals")
        roots: list[int] = []
        since, number = 0, 0
        while True:
            rush = self._rush(since)
            apart = chance.expovariate(JOURNEYS_A_SECOND + (_MORE_IN_A_RUSH if rush else 0.0))
            since += round(apart * SECOND) * self.stretch
            number += 1
            if not roots:
                roots = chance.sample(range(len(self.script.roots)), len(self.script.roots))
            store = self._store(chance, rush)
            _, root = self.script.roots[roots.pop()]
            rushed = rush is not None and rush.region == store.region
            own = random.Random(f"{self.seed}:{self.script.name}:{number}")
            case = f"{store.id}-{number:04d}"
            at = self.opening + since
            yield make(self.script, own, root, case, store, at, rushed=rushed)

    def sendings(self) -> Iterator[Sending]:
        """Everything sent, in order of arrival: endless."""
        told = ((journey.begins, self._send(journey)) for journey in self.journeys())
        return in_order_of_arrival(heapq.merge(told, self._bad(), self._alive(), key=lambda sent: sent[0]))

    def owed(self) -> Iterator[tuple[int, list[Obligation]]]:
        """Every journey's begin, and all that is owed in it: endless."""
        for journey in self.journeys():
            yield journey.begins, self._owed(journey)

    def obligations(self, until: int) -> Iterator[Obligation]:
        """What is owed by all that has happened by the instant `until`."""
        for journey in self.journeys():
            if journey.begins > until:
                return
            yield from self._owed(journey, until)

    def broken(self, until: int) -> dict[tuple[str, str], int]:
        """(case, moment) -> due of everything that broke by the instant `until`, that one included."""
        return {
            (owed.case, owed.moment): owed.due for owed in self.obligations(until) if owed.broken and owed.due <= until
        }

    def troubles(self, at: int) -> tuple[Incident, ...]:
        """What goes wrong at that instant."""
        rush = self._rush(at - self.opening)
        return () if rush is None else (rush,)

    def _rush(self, since: int) -> Incident | None:
        return incident_at(self.seed, since // self.stretch, Trouble.RUSH)

    def _store(self, chance: random.Random, rush: Incident | None) -> Store:
        """One of the stores that the catalogue knows, as often as any; in a rush, mostly one of its region."""
        own = self.script.law.stores
        if own and chance.random() < _KNOWN:
            store_id = chance.choice(list(own))
            return Store(store_id, own[store_id] or chance.choice(REGIONS))
        if rush is not None and chance.random() < _MORE_IN_A_RUSH / (JOURNEYS_A_SECOND + _MORE_IN_A_RUSH):
            return chance.choice([store for store in STORES if store.region == rush.region])
        return chance.choice(STORES)

    def _owed(self, journey: Journey, until: int | None = None) -> list[Obligation]:
        clocks = judge(self.script.law, journey.id, journey.happenings, until)
        return [owed for clock in clocks if (owed := obligation(clock)) is not None]

    def _send(self, journey: Journey) -> list[Sending]:
        chance = random.Random(f"{self.seed}:{self.script.name}:network:{journey.id}")
        late = (
            told_late(self.script.law, journey, chance, SECOND * self.stretch) if chance.random() < _TOLD_LATE else None
        )
        sent = []
        for number, happening in enumerate(journey.happenings, start=1):
            delay = chance.randrange(20 * MILLISECOND, 120 * MILLISECOND)
            if late is not None and happening is late[0]:
                delay = late[1]
            value = encode(event_of(happening, journey.id, number, self.script.name))
            sending = Sending(happening.at + delay, happening.at, topic_of(happening.kind), journey.id.encode(), value)
            sent.append(sending)
            if chance.random() < DUPLICATES:
                again = sending.at + chance.randrange(100 * MILLISECOND, 4 * SECOND) * self.stretch
                sent.append(Sending(again, sending.occurred_at, sending.topic, sending.key, value))
        return sent

    def _bad(self) -> Iterator[tuple[int, list[Sending]]]:
        number, at = 0, self.opening + MALFORMED_EVERY // 2 * self.stretch
        while True:
            reason, key, value = malformed(number, at, self.script.tenant)
            yield at, [Sending(at, at, TOPIC, key, value, reason)]
            number, at = number + 1, at + MALFORMED_EVERY * self.stretch

    def _alive(self) -> Iterator[tuple[int, list[Sending]]]:
        number, at = 0, self.opening
        while True:
            found = (heartbeat(source, self.script.tenant, f"day.{number}", at) for source in self.sources)
            yield at, [Sending(at, at, topic, key, value) for topic, key, value in found]
            number, at = number + 1, at + _ALIVE_EVERY * self.stretch


def company_of(pack: str, at: int, language: str = "en") -> PackCompany:
    """The company that lives by a shipped pack (its name) or by a catalogue file (its path), on a day about the instant
    `at`; its people write in that language (zh or en).

    CatalogueError where there is none or it has faults, UnplayableError where its events cannot be made up.
    """
    name, catalogues = source_of_pack(pack)
    short = shrink(catalogues, at)
    return PackCompany(replace(read(name, short), language=language), tuple(short))


def patient_company_of(pack: str) -> PackCompany:
    """The same company at the pack's own pace: with its durations, business days, hours and holidays as they are written,
    a second of the demo's day four hours long. CatalogueError and UnplayableError as above."""
    name, catalogues = source_of_pack(pack)
    own = at_own_pace(catalogues)
    return PackCompany(read(name, own, real=True), tuple(own), 4 * HOUR // SECOND)
