"""The processors of the detect stage: they judge, and tell the instruments what they counted."""

from functools import partial

from streams.agents.counting import Counting
from streams.catalogue.load import compile_source
from streams.catalogue.model import Catalogue
from streams.ingest.decode import decode
from streams.ingest.policy import Policy
from streams.metrics.instruments import Instruments
from streams.settings import Settings
from streams.state.feeds import Feeds
from streams.state.processor import DetectProcessor
from streams.state.tally import Tally


class Detecting:
    """Makes the processors of this worker's shards, and gives all of them a new catalogue."""

    def __init__(self, settings: Settings, catalogue: Catalogue, instruments: Instruments, partitions: int) -> None:
        self._settings, self._instruments = settings, instruments
        policy = Policy(settings.ingest.future, settings.ingest.max_age, settings.ingest.max_bytes)
        self._decode = partial(decode, policy=policy)
        self._shards: dict[int, DetectProcessor] = {}
        self._partitions = partitions
        self.catalogue = catalogue
        instruments.detection.catalogue(catalogue)

    def __call__(self, partition: int) -> Counting:
        """The processor of a shard that is about to be claimed."""
        detect = DetectProcessor(
            self._settings.inputs,
            self.catalogue,
            compile_source,
            transitions=self._settings.transitions,
            decode=self._decode,
            feeds=self._feeds(partition),
            followed=self._settings.followed,
        )
        self._shards[partition] = detect

        def count() -> None:
            tally, detect.tally = detect.tally, detect.tally.rest()
            drain(tally, self._instruments)
            detection = self._instruments.detection
            detection.said(detect.said)
            detection.occurrences(partition, detect.standing.counts)
            detection.oldest(partition, detect.standing.oldest())
            detection.cases(partition, len(detect))

        return Counting(detect, count)

    def _feeds(self, partition: int) -> Feeds | None:
        feeds = self._settings.feeds
        return Feeds(feeds.topic, feeds.pulses, partition, self._partitions) if feeds.watch else None

    def use(self, catalogue: Catalogue) -> None:
        """Cases that begin from now on begin under this catalogue, in every shard of this worker."""
        self.catalogue = catalogue
        self._instruments.detection.catalogue(catalogue)
        for detect in self._shards.values():
            detect.use(catalogue)


def drain(tally: Tally, instruments: Instruments) -> None:
    """Add a tally to the counters."""
    detection = instruments.detection
    detection.applied(tally.applied)
    instruments.refused(tally.refused)
    detection.occurred(tally.steps)
    detection.started(tally.started)
    detection.saved(tally.saved)
    detection.durations(tally.spans)
    why = {"duplicate": tally.duplicates, "beyond": tally.beyond, "unmentioned": tally.unmentioned}
    detection.without_effect(why)
    detection.unknown_fields(tally.unknown_fields)
