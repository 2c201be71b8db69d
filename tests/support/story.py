"""Stories with a manual clock: what is sent, what the monitor says, and when, through the whole pure path.

    story = Story(catalogue)
    story.at("12:00").send("order.placed", case="8812", promised_at="12:30")
    story.at("12:31").expect("breached", case="8812", due="12:30")

Events go in as the bytes of CloudEvents and through decoding, a catalogue in YAML and the shard's processor; what comes
out is read from the bytes of the published records. The shard is caught up with every topic at each `at`, unless a topic
`lags`. Times are of Monday 2026-11-02 (`09:30`, `09:30:05`, `+1d 09:30` on Tuesday), in the time zone of the story.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Self
from zoneinfo import ZoneInfo

from schemas.events import TOPICS
from schemas.feed import Feed, FeedState, Pulse, feed_key
from schemas.followed import Followed
from schemas.transition import Transition
from streams.catalogue.load import compile_source, compile_texts, load
from streams.catalogue.model import Catalogue
from streams.catalogue.vocabulary import full_type
from streams.clock import MILLISECOND, SECOND, as_datetime, instant, rfc3339
from streams.state.decision import Batch, Decision
from streams.state.feeds import Feeds
from streams.state.processor import DetectProcessor
from tests.support.record import Made

TRANSITIONS = "moments.transitions.v1"
FEEDS, PULSES, FOLLOWED = "moments.feeds.v1", "moments.pulses.v1", "moments.followed.v1"
ALL_TOPICS = tuple(sorted(set(TOPICS.values())))
_MONDAY = datetime(2026, 11, 2)  # noqa: DTZ001  (a date; the story's time zone is given to it)


@cache
def _from_text(text: str) -> Catalogue:
    return compile_texts([("story.yaml", text)])


@cache
def _of_files(names: tuple[str, ...]) -> Catalogue:
    return load(names)


class Story:
    """One shard, its clock, and a listener who ticks off what is said. `catalogue` is YAML, or names as `pack:retail`."""

    def __init__(
        self,
        catalogue: str | Sequence[str],
        *,
        zone: str = "UTC",
        topics: Sequence[str] = ALL_TOPICS,
        feeds: bool = False,
    ) -> None:
        """With `feeds` the shard is told which feeds are heard (`feed`), and its pulses are kept."""
        self.zone = ZoneInfo(zone)
        self._heeds_feeds = feeds
        self.topics = (*topics, FEEDS) if feeds else topics
        self.pulses: list[Pulse] = []
        self.catalogue = _from_text(catalogue) if isinstance(catalogue, str) else _of_files(tuple(catalogue))
        self.processor = self._processor()
        self.state: dict[bytes, bytes] = {}
        self.unheard: list[Transition] = []
        self.refused: list[tuple[str, str]] = []
        self.followed: dict[str, Followed] = {}
        """The clocks that people follow, as compaction leaves them."""
        self._now = 0
        self._lagging: set[str] = set()
        self._offsets = dict.fromkeys(self.topics, 0)
        self._sent = 0

    # ---- the clock

    def at(self, text: str, seconds: int = 0) -> Self:
        """The wall clock is moved to a time (and some seconds), and the shard has read everything there is.

        But of a topic that lags it does not know whether it has.
        """
        now = self.instant(text) + seconds * SECOND
        assert now >= self._now, f"a story goes forward, and {text} is past"
        self._now = now
        self._decide([self._batch(topic, []) for topic in self.topics])
        return self

    def lags(self, *topics: str) -> Self:
        """From now on nobody knows whether more was published to these topics; without any, all are caught up again."""
        self._lagging = set(topics)
        return self

    def instant(self, text: str) -> int:
        """The instant of a time of the story."""
        days, _, clock = text.rpartition(" ")
        date = _MONDAY + timedelta(days=int(days.removeprefix("+").removesuffix("d")) if days else 0)
        hour, minute, *second = clock.split(":")
        exact = timedelta(hours=int(hour), minutes=int(minute), seconds=float(second[0]) if second else 0)
        return instant((date + exact).replace(tzinfo=self.zone))

    # ---- what happens

    def send(self, event_type: str, case: str, *, time: str | None = None, name: str | None = None, **data: Any) -> Self:
        """An event reaches Kafka now. `time` is when it happened (now), `name` its id (a new one).

        Data fields that end in `_at` or `_by` are times of the story. `tenant`, `region` and `source` are the envelope's.
        """
        self._sent += 1
        occurred = self._now if time is None else self.instant(time)
        full = full_type(event_type)
        envelope = {
            "specversion": "1.0",
            "id": name or f"e{self._sent}",
            "source": data.pop("source", "/story"),
            "type": full,
            "time": rfc3339(occurred),
            "subject": case,
            "tenant": data.pop("tenant", "acme"),
        }
        if "region" in data:
            envelope["region"] = data.pop("region")
        fields = {
            field: rfc3339(self.instant(value)) if field.endswith(("_at", "_by")) else value
            for field, value in data.items()
        }
        value = json.dumps({**envelope, "data": fields}).encode()
        return self.send_bytes(TOPICS[full.partition(".")[0]], case.encode(), value)

    def send_bytes(self, topic: str, key: bytes | None, value: bytes | None) -> Self:
        """Any record reaches Kafka now."""
        offset = self._offsets[topic]
        record = Made(topic, 0, offset, self._now // MILLISECOND, key, value)
        self._offsets[topic] = offset + 1
        self._decide([self._batch(topic, [record])])
        return self

    def feed(self, state: FeedState, source: str, region: str | None, *, tenant: str = "acme") -> Self:
        """A word about a feed reaches the shard now."""
        at = as_datetime(self._now)
        word = Feed(
            tenant=tenant,
            source=source,
            region=region,
            state=state,
            until=at,
            changed_at=at,
            silent_seconds=0,
            usual_per_minute=1,
        )
        return self.send_bytes(FEEDS, feed_key(tenant, source, region), word.model_dump_json().encode())

    def skip(self, *moments: str) -> Self:
        """What was said of these moments is no part of this story."""
        self.unheard = [said for said in self.unheard if said.moment not in moments]
        return self

    def restart(self) -> Self:
        """The worker ends, and another one takes the shard over from what was stored."""
        self.processor = self._processor()
        self.processor.restore(self.state.items())
        self.processor.ready()
        return self

    # ---- what is heard

    def expect(
        self,
        kind: str,
        case: str,
        *,
        moment: str | None = None,
        due: str | None = None,
        at: str | None = None,
        occurrence: int | None = None,
        severity: str | None = None,
    ) -> Transition:
        """The next thing said of the case (of the moment) is this; it is ticked off and returned."""
        of_case = [said for said in self.unheard if said.case == case and moment in {None, said.moment}]
        assert of_case, f"nothing was said of {case}, where {kind} was expected; unheard are:\n{self._listing()}"
        said = of_case[0]
        due_at = None if said.due_at is None else instant(said.due_at)
        expected: dict[str, object] = {"kind": kind}
        heard: dict[str, object] = {"kind": said.kind}
        if due is not None:
            expected["due"], heard["due"] = self.instant(due), due_at
        if at is not None:
            expected["at"], heard["at"] = self.instant(at), instant(said.at)
        if occurrence is not None:
            expected["occurrence"], heard["occurrence"] = occurrence, said.occurrence
        if severity is not None:
            expected["severity"], heard["severity"] = severity, said.severity
        assert heard == expected, f"unheard are:\n{self._listing()}"
        self.unheard.remove(said)
        return said

    def expect_nothing(self) -> Self:
        """All that was said has been ticked off."""
        assert not self.unheard, f"this was said as well:\n{self._listing()}"
        return self

    def expect_refused(self, reason: str) -> Self:
        """The next refused record went to its dead letters for this reason."""
        assert self.refused, "nothing was refused"
        topic, said = self.refused.pop(0)
        assert topic.endswith(".dlq")
        assert said == reason
        return self

    def _listing(self) -> str:
        return "\n".join(
            f"  {said.kind} {said.case} {said.moment} #{said.occurrence} at {said.at} due {said.due_at}"
            for said in self.unheard
        )

    # ---- the shard

    def _processor(self) -> DetectProcessor:
        feeds = Feeds(FEEDS, PULSES, 0, 1) if self._heeds_feeds else None
        topics = [topic for topic in self.topics if topic != FEEDS]
        return DetectProcessor(
            topics, self.catalogue, compile_source, transitions=TRANSITIONS, feeds=feeds, followed=FOLLOWED
        )

    def _batch(self, topic: str, records: list[Made]) -> Batch:
        start = self._offsets[topic] - len(records)
        caught_up = None if topic in self._lagging else self._now
        return Batch(topic, records, start, self._offsets[topic], caught_up)

    def _decide(self, batches: list[Batch]) -> None:
        decision: Decision = self.processor.decide(batches, self._now)
        for key, value in decision.changes.items():
            if value is None:
                self.state.pop(key, None)
            else:
                self.state[key] = value
        for output in decision.outputs:
            if output.topic == TRANSITIONS:
                assert output.value is not None
                self.unheard.append(Transition.model_validate_json(output.value))
            elif output.topic == FOLLOWED:
                assert output.key is not None
                self.followed.pop(output.key.decode(), None)
                if output.value is not None:
                    told = Followed.model_validate_json(output.value)
                    assert told.id == output.key.decode()
                    self.followed[told.id] = told
            elif output.topic == PULSES:
                assert output.value is not None
                self.pulses.append(Pulse.model_validate_json(output.value))
            else:
                headers = dict(output.headers)
                reason = next(value for name, value in headers.items() if name.endswith("reason"))
                self.refused.append((output.topic, reason.decode()))
