"""What a decision of the feed stage says to the world: feeds, to every partition; transitions; dead letters; in order."""

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from streams.alerts.journal import Place
from streams.clock import SECOND, rfc3339
from streams.engine.case import Kind
from streams.engine.publish import encode_transition
from streams.engine.transition import Transition, transition_id
from streams.feeds.policy import FeedPolicy
from streams.feeds.records import ALL, Standing
from streams.feeds.tally import FeedTally
from streams.feeds.words import (
    TITLE,
    TITLE_ALL,
    sentences_of_forgetting,
    sentences_of_retirement,
    sentences_of_return,
    sentences_of_silence,
)
from streams.ingest import event
from streams.ingest.dead_letter import bury
from streams.partition import partition_of
from streams.state.decision import Output

MOMENT: Final = "feed.heard"
STAGE: Final = "pre_contact"
"""Of the journey's four: being able to hear comes before whatever is heard."""
OWNER: Final = "feed"
CATALOGUE: Final = "built-in"

_write = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class FeedTopics:
    """Names of the topics that the feed stage reads (the first) and writes."""

    pulses: str
    feeds: str
    transitions: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A feed by name, and what is usual of it at this hour."""

    tenant: str
    source: str
    region: str
    usual: float = 0.0
    interval: int = 0
    thin: bool = False


class Journal:
    """Collects the outputs of one decision at `now`."""

    def __init__(self, topics: FeedTopics, policy: FeedPolicy, place: Place, tally: FeedTally, now: int) -> None:
        self.outputs: list[Output] = []
        self.now = now
        self._topics, self._policy, self._place, self._tally = topics, policy, place, tally

    def feed(self, subject: Subject, standing: Standing) -> None:
        """A feed as it stands."""
        document = {
            "tenant": subject.tenant,
            "source": subject.source,
            "region": subject.region or None,
            "state": standing.state,
            "until": rfc3339(standing.until),
            "changed_at": rfc3339(standing.changed_at),
            "silent_seconds": max(standing.changed_at - standing.until, 0) / SECOND,
            "usual_per_minute": round(subject.usual, 3),
        }
        self._spread(subject, _write(document))
        self._tally.states[standing.state] += 1

    def forget(self, subject: Subject) -> None:
        """There is no such feed any more."""
        self._spread(subject, None)

    def silent(self, subject: Subject, standing: Standing) -> None:
        """The owner of the feed is told that it is blind."""
        sentence = sentences_of_silence(
            subject.source,
            subject.region,
            since=standing.until,
            due=standing.due,
            usual=subject.usual,
            thin=subject.thin,
            interval=subject.interval,
            zone=self._policy.time_zone,
        )
        self._tell(subject, standing, Kind.BREACHED, standing.due, sentence)

    def back(self, subject: Subject, standing: Standing, since: int) -> None:
        """They are told that it is heard again, after it was heard up to `since`."""
        sentence = sentences_of_return(
            subject.source, subject.region, since=since, back=standing.returned_at, zone=self._policy.time_zone
        )
        self._tell(subject, standing, Kind.RECOVERED, max(standing.returned_at, standing.due), sentence)

    def gone(self, subject: Subject, standing: Standing, at: int, *, retired: bool) -> None:
        """They are told that it is not waited for any more, and whether upstream said so."""
        say = sentences_of_retirement if retired else sentences_of_forgetting
        sentence = say(subject.source, subject.region, since=standing.until, zone=self._policy.time_zone)
        self._tell(subject, standing, Kind.EXPIRED, at, sentence)

    def bury(self, record: event.Record, rejection: event.Rejection) -> None:
        """A record that cannot be read."""
        self.outputs.append(Output(*bury(record, rejection)))
        self._tally.refused[record.topic, rejection.reason.value] += 1

    def _spread(self, subject: Subject, value: bytes | None) -> None:
        """Every shard of the detect stage has cases of every feed."""
        key = "\x1f".join((subject.tenant, subject.source, subject.region)).encode()
        for partition in range(self._place.partitions):
            self.outputs.append(Output(self._topics.feeds, key, value, partition=partition))

    def _tell(self, subject: Subject, standing: Standing, kind: Kind, at: int, sentence: dict[str, str]) -> None:
        case, everything = feed_case(subject.source, subject.region), subject.source == ALL
        labels: dict[str, Any] = dict.fromkeys(("region", "store", "channel", "fleet", "provider"))
        labels["region"] = None if everything else subject.region or None
        said = Transition(
            id=transition_id(subject.tenant, case, MOMENT, standing.turns, kind, 0),
            kind=kind,
            tenant=subject.tenant,
            case=case,
            moment=MOMENT,
            occurrence=standing.turns,
            revision=0,
            at=at,
            found_at=max(self.now, at),
            due_at=standing.due,
            stage=STAGE,
            severity="critical" if everything else "high",
            owner=OWNER,
            title=TITLE_ALL if everything else TITLE,
            labels=labels,
            cause=None,
            catalogue=CATALOGUE,
            proof=None,
            sentence=sentence,
        )
        place = partition_of(case, self._place.partitions)
        self.outputs.append(Output(self._topics.transitions, case.encode(), encode_transition(said), partition=place))


def feed_case(source: str, region: str) -> str:
    """`feed:<source>:<region>`. A colon in a region is written as %3A, or one feed could pass for another."""
    return f"feed:{source}:{region.replace('%', '%25').replace(':', '%3A')}"
