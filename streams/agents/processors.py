"""The processors of the detect stage: they judge, and tell the instruments what they counted."""

from collections.abc import Iterable, Sequence
from functools import partial

from streams.catalogue.load import compile_source
from streams.catalogue.model import Catalogue
from streams.ingest.decode import decode
from streams.ingest.policy import Policy
from streams.metrics.instruments import Instruments
from streams.runtime.processor import Batch, Decision
from streams.settings import Settings
from streams.state.processor import DetectProcessor
from streams.state.tally import Tally


class Detecting:
    """Makes the processors of this worker's shards, and gives all of them a new catalogue."""

    def __init__(self, settings: Settings, catalogue: Catalogue, instruments: Instruments) -> None:
        self._settings, self._instruments = settings, instruments
        policy = Policy(settings.ingest.future, settings.ingest.max_age, settings.ingest.max_bytes)
        self._decode = partial(decode, policy=policy)
        self._shards: dict[int, DetectProcessor] = {}
        self.catalogue = catalogue

    def __call__(self, partition: int) -> "Counting":
        """The processor of a shard that is about to be claimed."""
        detect = DetectProcessor(
            self._settings.inputs,
            self.catalogue,
            compile_source,
            transitions=self._settings.transitions,
            decode=self._decode,
        )
        self._shards[partition] = detect
        return Counting(partition, detect, self._instruments)

    def use(self, catalogue: Catalogue) -> None:
        """Cases that begin from now on begin under this catalogue, in every shard of this worker."""
        self.catalogue = catalogue
        for detect in self._shards.values():
            detect.use(catalogue)


class Counting:
    """`Processor` around a DetectProcessor: the same decisions, and its tally drained after each that did something."""

    def __init__(self, partition: int, detect: DetectProcessor, instruments: Instruments) -> None:
        self._partition, self._detect, self._instruments = partition, detect, instruments

    def restore(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        self._detect.restore(records)

    def ready(self) -> None:
        self._detect.ready()
        self._instruments.cases(self._partition, len(self._detect))

    def decide(self, batches: Sequence[Batch], now: int) -> Decision:
        decision = self._detect.decide(batches, now)
        if decision.changes or decision.outputs or any(batch.records for batch in batches):
            tally = self._detect.tally
            self._detect.tally = tally.rest()
            drain(tally, self._instruments)
            self._instruments.cases(self._partition, len(self._detect))
        return decision


def drain(tally: Tally, instruments: Instruments) -> None:
    """Add a tally to the counters."""
    for topic, count in tally.applied.items():
        instruments.events_applied.labels(topic).inc(count)
    for (topic, reason), count in tally.refused.items():
        instruments.events_refused.labels(topic, reason).inc(count)
    for (moment, kind), count in tally.steps.items():
        if count > 0:
            instruments.transitions.labels(moment, kind).inc(count)
    for why, count in (("duplicate", tally.duplicates), ("beyond", tally.beyond), ("unmentioned", tally.unmentioned)):
        if count:
            instruments.events_without_effect.labels(why).inc(count)
    instruments.unknown_fields.inc(tally.unknown_fields)
