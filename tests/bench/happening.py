"""What happens while people look: as transitions, and as the alert stage's records of them. Each has its mark."""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import Any
from zlib import crc32

from confluent_kafka import Producer

from schemas.organisation import Organisation
from streams.alerts.organisation import Directory
from streams.alerts.record import alert_id
from streams.clock import MINUTE, now, rfc3339
from streams.partition import partition_of
from tests.alerts.alert_stage import TOPICS, Stage, transition
from tests.bench import storm
from tests.bench.installation import Installation
from tests.bench.job import MOMENT, STORES, TENANT
from tests.bench.open_page import Change

APART = 6.0
"""Seconds between two changes of the same alert."""
AGO = 3 * MINUTE
"""Those that stand open were raised then; the next step of their chain is further away than the end of a run."""
TITLE = {"zh": "准时送达", "en": "Delivered when promised"}


class Cases:
    """What happens to cases, as detection says it: many stand open, some come, break and recover. Each has its mark."""

    def __init__(self) -> None:
        self._random = Random(7)
        self._marks = 0
        self._begun: list[tuple[float, str, str]] = []

    def standing(self, count: int) -> Iterator[dict[str, Any]]:
        """So many cases that stay as they are from AGO on: half of them at risk, half broken."""
        at = now() - AGO
        for number in range(count):
            kind = ("at_risk", "breached")[number % 2]
            due = at if kind == "breached" else at + 30 * MINUTE + self._random.randrange(3 * MINUTE)
            yield self._said(kind, f"open-{number:05d}", due, at, "high")

    def next(self) -> tuple[Change, dict[str, Any]]:
        """What happens next: a new case is warned of, the oldest that is begun breaks or recovers."""
        at, clock = now(), time.monotonic()
        if self._begun and self._begun[0][0] < clock - APART:
            _, case, before = self._begun.pop(0)
            kind = "recovered" if before == "breached" else "breached"
        else:
            case, kind = f"case-{self._marks:05d}", "at_risk"
        if kind != "recovered":
            self._begun.append((clock, case, kind))
        # the soonest and the gravest stand first, so that what happens is on the first page
        said = self._said(kind, case, at + 2 * MINUTE if kind == "at_risk" else at, at, "critical")
        return Change(self._marks, alert_id(TENANT, case, MOMENT, 1), store_of(case), kind == "recovered"), said

    def _said(self, kind: str, case: str, due: int, at: int, severity: str) -> dict[str, Any]:
        self._marks += 1
        store = store_of(case)
        labels = {"region": f"r{int(store[-3:]) % storm.REGIONS}", "store": store, "channel": "app"}
        begun = due - 30 * MINUTE
        start = {"id": f"e-{case}", "source": "//bench/chain", "type": "order.placed", "occurred_at": rfc3339(begun)}
        clause = {"clause": "at", "due_at": rfc3339(due), "field": "promised_at", "value": rfc3339(due)}
        proof = {"start": start, "started_at": rfc3339(begun), "deadline": clause, "due_at": rfc3339(due)}
        sentence = {
            "zh": f"准时送达：{rfc3339(due)} 到期（order.placed，promised_at），№{self._marks}。",
            "en": f"Delivered when promised: due at {rfc3339(due)} (order.placed, promised_at), №{self._marks}.",
        }
        became = min(due, at) if kind == "breached" else at
        rest: dict[str, Any] = {
            "due_at": rfc3339(due),
            "severity": severity,
            "labels": labels,
            "sentence": sentence,
            "title": TITLE,
        }
        named: dict[str, Any] = {"tenant": TENANT, "case": case, "moment": MOMENT, "proof": proof}
        return transition(kind, became, at, **named, **rest)


def store_of(case: str) -> str:
    """Where a case lies."""
    return f"store-{crc32(case.encode()) % STORES:03d}"


class Writing:
    """Writes to topics as a stage does, in transactions."""

    def __init__(self, place: Installation) -> None:
        self._place = place
        self._producer = Producer(
            {"bootstrap.servers": place.bootstrap, "transactional.id": f"{place.name}.bench", "linger.ms": 0}
        )
        self._producer.init_transactions(30)
        organisation = json.loads((place.folder / place.name / "organisation.yaml").read_text())
        self._cases: dict[str, str] = {}
        self._stage = Stage(Directory.of([Organisation.model_validate(organisation)]))

    def alerts(self, transitions: Sequence[dict[str, Any]], ago: int = 0) -> int:
        """What the monitor's alert stage makes of these, heard so long ago; the instant of the acknowledgement."""
        self._stage.now = now() - ago
        self._stage.hear(*transitions)
        names = {TOPICS.alerts: f"{self._place.name}.alerts", TOPICS.audit: f"{self._place.name}.audit"}
        self._cases |= {alert_id(TENANT, one["case"], MOMENT, 1): one["case"] for one in transitions}
        outputs = self._stage.decisions[-1].outputs
        return self._write(
            (names[one.topic], self._cases[(one.key or b"").decode()], one.key or b"", one.value or b"")
            for one in outputs
            if one.topic in names
        )

    def transitions(self, transitions: Sequence[dict[str, Any]]) -> int:
        """These as detection writes them; the instant of the acknowledgement."""
        topic = self._place.transitions
        return self._write((topic, one["case"], one["case"].encode(), json.dumps(one).encode()) for one in transitions)

    def _write(self, records: Iterable[tuple[str, str, bytes, bytes]]) -> int:
        self._producer.begin_transaction()
        for topic, case, key, value in records:
            self._producer.produce(topic, value, key, partition_of(case, self._place.partitions))
        self._producer.commit_transaction(30)
        return now()
