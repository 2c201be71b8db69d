"""The instruments of one process: every metric that `contract.py` declares for it, in the registry that is handed in, and
those of no other. What a stage counts is on its part: `instruments.detection`, `.feeds`, `.alerts`, `.groups`, `.outbox`,
`.console`; what every stage counts is here, and makes this the runtime's `Meter`.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from prometheus_client import CollectorRegistry

from streams.clock import SECOND, now
from streams.errors import InvariantError
from streams.metrics.bounded import Bounds
from streams.metrics.console import Console
from streams.metrics.contract import REASONS, Process
from streams.metrics.detection import Detection
from streams.metrics.families import Families
from streams.metrics.feeds import Feeds
from streams.metrics.series import Values
from streams.metrics.standings import Standings
from streams.metrics.telling import Alerts, Groups, Outbox

Part = Detection | Feeds | Alerts | Groups | Outbox | Console
P = TypeVar("P")


class Instruments:
    """Counters, gauges and histograms of a process. One thread counts; any may read."""

    def __init__(
        self,
        registry: CollectorRegistry,
        role: Process = "detect",
        *,
        bounds: Bounds | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.role = role
        self._families = Families(registry, role)
        self._standings = Standings(monotonic)
        if role != "console":
            self._declare_runtime()
        self._part = _part(self._families, bounds or Bounds())
        self._families.see_that_none_is_missing()

    def _declare_runtime(self) -> None:
        families, mine = self._families, [(self.role,)]
        self._transactions = families.series("moments_transactions_total", mine)
        self._records_written = families.series("moments_records_written_total", mine)
        self._transaction_seconds = families.spans("moments_transaction_seconds", mine)
        self._restore_seconds = families.spans("moments_restore_seconds", mine)
        self._records_restored = families.series("moments_records_restored_total", mine)
        self._records_lost = families.series("moments_records_lost_total")
        self._rereads = families.series("moments_rereads_total")
        self._refused = families.series("moments_events_refused_total")
        self._worker = families.series("moments_worker_info")
        self._partitions = families.series("moments_partitions")
        families.at_scrape("moments_input_position", self._positions)
        families.at_scrape("moments_input_lag", self._lags)
        families.at_scrape("moments_shard_clock_age_seconds", self._ages)
        families.at_scrape("moments_shards_owned", lambda: {(self.role,): self._standings.shards()})

    def about(self, version: str, partitions: int, inputs: Sequence[str]) -> None:
        """What a stage knows of itself before it begins: the program's version, how many partitions its topics have, and
        what it reads."""
        self._worker.put({(self.role, version): 1})
        self._partitions.put({(self.role,): partitions})
        for topic in inputs:
            self._records_lost.add((self.role, topic), 0)
            self._rereads.add((self.role, topic), 0)
            self.refused({(topic, reason): 0 for reason in REASONS})
        if isinstance(self._part, Detection):
            self._part.inputs(inputs)

    # --- the runtime's meter

    def transaction(self, seconds: float, records: int) -> None:
        """See streams.runtime.meter.Meter."""
        mine = (self.role,)
        self._transactions.add(mine)
        self._records_written.add(mine, records)
        self._transaction_seconds.add(mine, [round(seconds * SECOND)])

    def restored(self, seconds: float, records: int) -> None:
        """See streams.runtime.meter.Meter."""
        self._restore_seconds.add((self.role,), [round(seconds * SECOND)])
        self._records_restored.add((self.role,), records)

    def lost(self, topic: str, records: int) -> None:
        """See streams.runtime.meter.Meter."""
        self._records_lost.add((self.role, topic), records)

    def reread(self, topic: str) -> None:
        """See streams.runtime.meter.Meter."""
        self._rereads.add((self.role, topic))

    def progress(self, topic: str, partition: int, position: int, end: int | None, caught_up_at: int | None) -> None:
        """See streams.runtime.meter.Meter."""
        self._standings.progress(topic, partition, position, end, caught_up_at)

    def gone(self, partition: int) -> None:
        """See streams.runtime.meter.Meter. Its part of every gauge goes with it."""
        self._standings.gone(partition)
        self._part.gone(partition)

    # --- every stage

    def refused(self, counts: Mapping[tuple[str, str], int]) -> None:
        """So many records went to the dead letters, by topic and reason."""
        for (topic, reason), count in counts.items():
            self._refused.add((self.role, topic, reason), count)

    # --- one stage each; InvariantError in the process of another

    @property
    def detection(self) -> Detection:
        """Of the detect stage."""
        return _of(Detection, self._part)

    @property
    def feeds(self) -> Feeds:
        """Of the feed stage."""
        return _of(Feeds, self._part)

    @property
    def alerts(self) -> Alerts:
        """Of the alert stage."""
        return _of(Alerts, self._part)

    @property
    def groups(self) -> Groups:
        """Of the group stage."""
        return _of(Groups, self._part)

    @property
    def outbox(self) -> Outbox:
        """Of the notify stage."""
        return _of(Outbox, self._part)

    @property
    def console(self) -> Console:
        """Of the console."""
        return _of(Console, self._part)

    # --- what is asked of them

    def scrape(self) -> bytes:
        """All of it in the text format 0.0.4. Any thread may ask."""
        return self._families.text().encode()

    def stalled(self, after: int) -> list[str]:
        """Where there is something to read and no position has moved for `after` microseconds: `topic/partition`."""
        return self._standings.stalled(after)

    def behind(self, after: int) -> list[str]:
        """The shards that are not known to have read every input to its end within the last `after` microseconds."""
        return self._standings.behind(now(), after)

    def _positions(self) -> Values:
        found = sorted(self._standings.snapshot().items())
        return {(self.role, topic, str(partition)): standing.position for (topic, partition), standing in found}

    def _lags(self) -> Values:
        found = sorted(self._standings.snapshot().items())
        return {(self.role, topic, str(partition)): standing.lag for (topic, partition), standing in found}

    def _ages(self) -> Values:
        return {(self.role, str(partition)): age / SECOND for partition, age in self._standings.ages(now()).items()}


def _part(families: Families, bounds: Bounds) -> Part:
    match families.process:
        case "detect":
            return Detection(families, bounds)
        case "feed":
            return Feeds(families, bounds)
        case "alert":
            return Alerts(families, bounds)
        case "group":
            return Groups(families, bounds)
        case "notify":
            return Outbox(families, bounds)
        case "console":
            return Console(families)


def _of(kind: type[P], part: Part) -> P:
    if not isinstance(part, kind):
        raise InvariantError(f"these are the instruments of another process: they have no {kind.__name__.lower()}")
    return part
