"""What the monitor counts about itself, declared once. Dashboards and alert rules are tested against this class.

Labels are bounded: topics, partitions, refusal reasons, transition kinds and the catalogue's moments; never cases or
stores.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from streams.clock import SECOND, now

TRANSACTION_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
RESTORE_BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 180.0, 600.0)


@dataclass(slots=True)
class Standing:
    """Where a shard stands in one topic; `moved` is monotonic seconds."""

    position: int
    end: int | None
    caught_up_at: int | None
    moved: float

    @property
    def lag(self) -> int:
        return 0 if self.end is None else max(0, self.end - self.position)


class Instruments:
    """Counters, histograms and gauges of one worker, in the registry that is handed in. It is the runtime's `Meter`."""

    def __init__(self, registry: CollectorRegistry, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = Lock()
        self._standings: dict[tuple[str, int], Standing] = {}
        self._cases: dict[int, int] = {}

        self.events_applied = Counter(
            "moments_events_applied", "Events taken from an input topic, refused ones too.", ["topic"], registry=registry
        )
        self.events_refused = Counter(
            "moments_events_refused", "Events sent to the dead letters.", ["topic", "reason"], registry=registry
        )
        self.events_without_effect = Counter(
            "moments_events_without_effect",
            "Events that changed nothing: duplicate, beyond (too late for a closed case), unmentioned (no moment asks).",
            ["why"],
            registry=registry,
        )
        self.unknown_fields = Counter(
            "moments_unknown_fields", "Data fields that the contract does not have, ignored.", registry=registry
        )
        self.transitions = Counter(
            "moments_transitions", "Transitions of occurrences, published or not.", ["moment", "kind"], registry=registry
        )
        self.transactions = Counter("moments_transactions", "Kafka transactions committed.", registry=registry)
        self.records_written = Counter("moments_records_written", "Records in committed transactions.", registry=registry)
        self.transaction_seconds = Histogram(
            "moments_transaction_seconds",
            "From the begin of a transaction to its commit.",
            buckets=TRANSACTION_BUCKETS,
            registry=registry,
        )
        self.restore_seconds = Histogram(
            "moments_restore_seconds",
            "From the claim of a shard to its restored state.",
            buckets=RESTORE_BUCKETS,
            registry=registry,
        )
        self.records_restored = Counter("moments_records_restored", "Changelog records read.", registry=registry)
        self.records_lost = Counter(
            "moments_records_lost",
            "Input records that retention took before they were read.",
            ["topic"],
            registry=registry,
        )
        self.rereads = Counter(
            "moments_rereads", "Times a shard asked again from its position.", ["topic"], registry=registry
        )
        self.alert_changes = Counter(
            "moments_alert_changes", "Changes of alerts, as in the audit.", ["what"], registry=registry
        )
        self.notices = Counter(
            "moments_notices", "Notices to people; one about many alerts is one.", ["reason"], registry=registry
        )
        self.notices_held = Counter(
            "moments_notices_held", "What people were not told at once, by cause.", ["cause"], registry=registry
        )
        self.notifications = Counter(
            "moments_notifications",
            "Attempts to tell somebody, by what came of them.",
            ["receiver", "outcome"],
            registry=registry,
        )
        registry.register(_Standings(self))

    # --- the runtime's meter

    def transaction(self, seconds: float, records: int) -> None:
        self.transactions.inc()
        self.records_written.inc(records)
        self.transaction_seconds.observe(seconds)

    def restored(self, seconds: float, records: int) -> None:
        self.restore_seconds.observe(seconds)
        self.records_restored.inc(records)

    def lost(self, topic: str, records: int) -> None:
        self.records_lost.labels(topic).inc(records)

    def reread(self, topic: str) -> None:
        self.rereads.labels(topic).inc()

    def progress(self, topic: str, partition: int, position: int, end: int | None, caught_up_at: int | None) -> None:
        at = self._monotonic()
        with self._lock:
            known = self._standings.get((topic, partition))
            if known is None:
                self._standings[topic, partition] = Standing(position, end, caught_up_at, at)
                return
            if position != known.position or known.lag == 0:
                known.moved = at
            known.position, known.end = position, end
            known.caught_up_at = caught_up_at or known.caught_up_at

    def gone(self, partition: int) -> None:
        with self._lock:
            self._standings = {key: value for key, value in self._standings.items() if key[1] != partition}
            self._cases.pop(partition, None)

    # --- detection

    def cases(self, partition: int, count: int) -> None:
        """How many cases a shard keeps."""
        with self._lock:
            self._cases[partition] = count

    # --- what is asked of them

    def stalled(self, after: int) -> list[str]:
        """Where there is something to read and no position has moved for `after` microseconds: `topic/partition`."""
        at = self._monotonic()
        with self._lock:
            return sorted(
                f"{topic}/{partition}"
                for (topic, partition), standing in self._standings.items()
                if standing.lag and (at - standing.moved) * SECOND > after
            )

    def snapshot(self) -> tuple[dict[tuple[str, int], Standing], dict[int, int]]:
        """Standings by (topic, partition) and cases by partition, as they are now."""
        with self._lock:
            return dict(self._standings), dict(self._cases)


class _Standings(Collector):
    """Gauges that are worked out when they are asked for."""

    def __init__(self, instruments: Instruments) -> None:
        self._instruments = instruments

    def collect(self) -> Iterable[Metric]:
        standings, cases = self._instruments.snapshot()
        position = GaugeMetricFamily("moments_input_position", "Next offset to apply.", labels=["topic", "partition"])
        lag = GaugeMetricFamily("moments_input_lag", "Records not applied yet.", labels=["topic", "partition"])
        age = GaugeMetricFamily(
            "moments_shard_clock_age_seconds",
            "Age of the shard's last proof of having read every input to its end; deadlines younger than that wait.",
            labels=["partition"],
        )
        kept = GaugeMetricFamily("moments_cases", "Cases in memory.", labels=["partition"])
        proofs: dict[int, int] = {}
        for (topic, partition), standing in sorted(standings.items()):
            position.add_metric([topic, str(partition)], standing.position)
            lag.add_metric([topic, str(partition)], standing.lag)
            proofs[partition] = min(proofs.get(partition, standing.caught_up_at or 0), standing.caught_up_at or 0)
        at = now()
        for partition, proof in proofs.items():
            if proof:  # without a proof yet there is no age to tell; the lag tells enough
                age.add_metric([str(partition)], max(0, at - proof) / SECOND)
        for partition, count in sorted(cases.items()):
            kept.add_metric([str(partition)], count)
        return [position, lag, age, kept]
