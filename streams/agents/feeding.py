"""The processors of the feed stage, put together from the settings, and what they count."""

from streams.agents.counting import Counting
from streams.alerts.journal import Place
from streams.clock import SECOND, now
from streams.feeds.processor import FeedPolicy, FeedProcessor, FeedTopics
from streams.metrics.feeds import FeedStanding
from streams.metrics.instruments import Instruments
from streams.settings import Feeds as Rules
from streams.settings import Settings


class Feeding:
    """Makes the processors of this worker's shards."""

    def __init__(self, settings: Settings, instruments: Instruments, partitions: int) -> None:
        feeds = settings.feeds
        self._topics = FeedTopics(feeds.pulses, feeds.topic, settings.transitions)
        self._policy = policy_of(feeds)
        self._partitions, self._instruments = partitions, instruments

    def __call__(self, partition: int) -> Counting:
        """The processor of a shard that is about to be claimed."""
        processor = FeedProcessor(self._topics, policy=self._policy, place=Place(partition, self._partitions))
        looked_at = 0

        def count() -> None:
            nonlocal looked_at
            tally, processor.tally = processor.tally, processor.tally.rest()
            self._instruments.feeds.heard(tally.events)
            self._instruments.refused(tally.refused)
            # every pulse is a decision and a look goes over all feeds; nobody scrapes more often than this
            if (at := now()) - looked_at >= SECOND:
                looked_at = at
                self._look(partition, processor)

        return Counting(processor, count)

    def _look(self, partition: int, processor: FeedProcessor) -> None:
        self._instruments.feeds.stand(
            partition,
            {
                (row.tenant, row.source, row.region): FeedStanding(
                    row.state, int(row.silence_seconds * SECOND), row.usual_per_minute
                )
                for row in processor.standing()
            },
        )


def policy_of(rules: Rules) -> FeedPolicy:
    """The rules of the settings as the stage has them."""
    return FeedPolicy(
        floor=rules.usual_at_least,
        suspect_after=rules.suspect_after,
        blind_after=rules.blind_after,
        settle=rules.settle,
        learn_minutes=rules.learn_minutes,
        forget_after=rules.forget_after,
        most_feeds=rules.most_of_a_tenant,
        time_zone=rules.time_zone,
    )
