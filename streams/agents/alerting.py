"""The processors of the alert stage, put together from the settings, and what they count."""

from collections.abc import Iterable, Mapping, Sequence

from streams.alerts.organisation import Directory
from streams.alerts.processor import AlertProcessor, AlertTopics
from streams.catalogue.model import Catalogue
from streams.metrics.instruments import Instruments
from streams.runtime.processor import Batch, Decision
from streams.settings import Settings


class Alerting:
    """Makes the processors of this worker's shards, and gives all of them a new directory."""

    def __init__(
        self, settings: Settings, catalogue: Catalogue | None, directory: Directory, instruments: Instruments
    ) -> None:
        alerting = settings.alerting
        self._topics = AlertTopics(
            settings.transitions, alerting.commands, alerting.alerts, alerting.audit, alerting.notices
        )
        self._playbooks = {moment.id: moment.playbook for moment in catalogue.moments} if catalogue is not None else {}
        self._directory = directory
        self._shards: dict[int, AlertProcessor] = {}
        self._instruments = instruments

    def __call__(self, partition: int) -> "Alerts":
        """The processor of a shard that is about to be claimed."""
        processor = AlertProcessor(self._directory, self._topics, playbook_of=self._playbook)
        self._shards[partition] = processor
        return Alerts(processor, self._instruments)

    def use(self, directory: Directory) -> None:
        """From now on these people answer, in every shard of this worker."""
        self._directory = directory
        for processor in self._shards.values():
            processor.use(directory)

    def _playbook(self, moment: str) -> Mapping[str, Sequence[str]]:
        return self._playbooks.get(moment, {})


class Alerts:
    """`Processor` around an AlertProcessor: the same decisions, counted."""

    def __init__(self, processor: AlertProcessor, instruments: Instruments) -> None:
        self._processor, self._instruments = processor, instruments

    def restore(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        self._processor.restore(records)

    def ready(self) -> None:
        self._processor.ready()

    def decide(self, batches: Sequence[Batch], now: int) -> Decision:
        decision = self._processor.decide(batches, now)
        tally, self._processor.tally = self._processor.tally, self._processor.tally.rest()
        for what, count in tally.changes.items():
            self._instruments.alert_changes.labels(what).inc(count)
        for (topic, reason), count in tally.refused.items():
            self._instruments.events_refused.labels(topic, reason).inc(count)
        return decision
