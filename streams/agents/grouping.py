"""The processors of the group stage, put together from the settings, and what they count."""

from schemas.group import Dimension
from streams.agents.counting import Counting
from streams.alerts.journal import Place
from streams.alerts.organisation import Directory
from streams.groups.incident_policy import IncidentPolicy
from streams.groups.processor import GroupPolicy, GroupProcessor, GroupTopics
from streams.groups.watch import Unwatched
from streams.metrics.instruments import Instruments
from streams.settings import Grouping as Rules
from streams.settings import Settings


class Grouping:
    """Makes the processors of this worker's shards, and gives all of them a new directory."""

    def __init__(self, settings: Settings, directory: Directory, instruments: Instruments, partitions: int) -> None:
        alerting = settings.alerting
        self._topics = GroupTopics(
            alerting.asks, alerting.commands, alerting.notices, alerting.groups, alerting.mutes, alerting.audit
        )
        self._policy, self._watched = policy_of(alerting.grouping), alerting.grouping.incidents
        self._directory, self._partitions = directory, partitions
        self._shards: dict[int, GroupProcessor] = {}
        self._instruments = instruments

    def __call__(self, partition: int) -> Counting:
        """The processor of a shard that is about to be claimed."""
        processor = GroupProcessor(
            self._directory,
            self._topics,
            policy=self._policy,
            place=Place(partition, self._partitions),
            watch=None if self._watched else Unwatched(),
        )
        self._shards[partition] = processor

        def count() -> None:
            tally, processor.tally = processor.tally, processor.tally.rest()
            self._instruments.groups.told(tally.told)
            self._instruments.groups.held(tally.held)
            self._instruments.groups.open(partition, processor.open_groups)
            self._instruments.refused(tally.refused)

        return Counting(processor, count)

    def use(self, directory: Directory) -> None:
        """From now on these people answer, in every shard of this worker."""
        self._directory = directory
        for processor in self._shards.values():
            processor.use(directory)


def policy_of(rules: Rules) -> GroupPolicy:
    """The rules of the settings as the stage has them."""
    above = rules.incident_above
    floors: dict[Dimension, int] = {
        "store": above.store,
        "fleet": above.fleet,
        "provider": above.provider,
        "region": above.region,
    }
    return GroupPolicy(
        broken_window=rules.broken_window,
        risk_window=rules.risk_window,
        cap=rules.messages_an_hour,
        digest_wait=rules.digest_after,
        closed_stores=rules.closed_stores,
        pace=rules.catch_up_pace,
        flap_count=rules.flaps,
        flap_span=rules.flap_span,
        steady=rules.steady_for,
        incidents=IncidentPolicy(floors=floors),
    )
