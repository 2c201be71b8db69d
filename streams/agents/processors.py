"""The processors of the detect stage: they judge, and tell the instruments what they counted."""

from functools import partial

from streams.agents.counting import Counting, count_refused
from streams.catalogue.load import compile_source
from streams.catalogue.model import Catalogue
from streams.ingest.decode import decode
from streams.ingest.policy import Policy
from streams.metrics.instruments import Instruments
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

    def __call__(self, partition: int) -> Counting:
        """The processor of a shard that is about to be claimed."""
        detect = DetectProcessor(
            self._settings.inputs,
            self.catalogue,
            compile_source,
            transitions=self._settings.transitions,
            decode=self._decode,
        )
        self._shards[partition] = detect

        def count() -> None:
            tally, detect.tally = detect.tally, detect.tally.rest()
            drain(tally, self._instruments)
            self._instruments.cases(partition, len(detect))

        return Counting(detect, count)

    def use(self, catalogue: Catalogue) -> None:
        """Cases that begin from now on begin under this catalogue, in every shard of this worker."""
        self.catalogue = catalogue
        for detect in self._shards.values():
            detect.use(catalogue)


def drain(tally: Tally, instruments: Instruments) -> None:
    """Add a tally to the counters."""
    for topic, count in tally.applied.items():
        instruments.events_applied.labels(topic).inc(count)
    count_refused(tally.refused, instruments)
    for (moment, kind), count in tally.steps.items():
        if count > 0:
            instruments.transitions.labels(moment, kind).inc(count)
    for why, count in (("duplicate", tally.duplicates), ("beyond", tally.beyond), ("unmentioned", tally.unmentioned)):
        if count:
            instruments.events_without_effect.labels(why).inc(count)
    instruments.unknown_fields.inc(tally.unknown_fields)
