"""The processors of the alert stage, put together from the settings, and what they count."""

from collections.abc import Mapping, Sequence

from streams.agents.counting import Counting
from streams.alerts.organisation import Directory
from streams.alerts.policy import AlertPolicy
from streams.alerts.processor import AlertProcessor, AlertTopics, Place
from streams.catalogue.model import Catalogue
from streams.metrics.instruments import Instruments
from streams.settings import Paging, Settings


class Alerting:
    """Makes the processors of this worker's shards, and gives all of them a new directory."""

    def __init__(
        self,
        settings: Settings,
        catalogue: Catalogue | None,
        directory: Directory,
        instruments: Instruments,
        partitions: int,
    ) -> None:
        alerting = settings.alerting
        self._topics = AlertTopics(
            settings.transitions, alerting.commands, alerting.alerts, alerting.audit, alerting.asks
        )
        self._policy = policy_of(alerting.paging)
        self._playbooks = {moment.id: moment.playbook for moment in catalogue.moments} if catalogue is not None else {}
        self._directory = directory
        self._shards: dict[int, AlertProcessor] = {}
        self._instruments, self._partitions = instruments, partitions

    def __call__(self, partition: int) -> Counting:
        """The processor of a shard that is about to be claimed."""
        processor = AlertProcessor(
            self._directory,
            self._topics,
            policy=self._policy,
            playbook_of=self._playbook,
            place=Place(partition, self._partitions),
        )
        self._shards[partition] = processor

        def count() -> None:
            tally, processor.tally = processor.tally, processor.tally.rest()
            self._instruments.alerts.changed(tally.changes)
            self._instruments.alerts.open(partition, processor.open_alerts)
            self._instruments.refused(tally.refused)

        return Counting(processor, count)

    def use(self, directory: Directory) -> None:
        """From now on these people answer, in every shard of this worker."""
        self._directory = directory
        for processor in self._shards.values():
            processor.use(directory)

    def _playbook(self, moment: str) -> Mapping[str, Sequence[str]]:
        return self._playbooks.get(moment, {})


def policy_of(rules: Paging) -> AlertPolicy:
    """The rules of the settings as the stage has them."""
    return AlertPolicy(prompt=rules.prompt, page_age=rules.page_age)
