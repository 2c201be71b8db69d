"""An alert stage with a clock that is moved by hand: what it is told, what it says, and what a restart leaves of it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from schemas.alert import Alert, AuditLine
from schemas.ask import Ask
from schemas.notice import Notice
from schemas.organisation import Organisation
from schemas.transition import Transition
from streams.alerts.organisation import Directory
from streams.alerts.policy import AlertPolicy
from streams.alerts.processor import AlertProcessor, AlertTopics
from streams.alerts.record import alert_id
from streams.clock import HOUR, MINUTE, SECOND, parse_rfc3339, rfc3339
from streams.state.decision import Batch, Decision
from tests.support.record import Made

TOPICS = AlertTopics("said", "asked", "alerts", "audit", "asks")
START = parse_rfc3339("2026-11-02T08:00:00Z")
TENANT, CASE, MOMENT = "tea", "order-1", "delivery.late"
ALERT = alert_id(TENANT, CASE, MOMENT, 1)

_CHECKS = {
    TOPICS.alerts: TypeAdapter[Any](Alert),
    TOPICS.audit: TypeAdapter[Any](AuditLine),
    TOPICS.asks: TypeAdapter[Any](Ask),
    TOPICS.transitions: TypeAdapter[Any](Transition),
}


def person(name: str) -> dict[str, Any]:
    return {"id": name, "name": name.title(), "contacts": [{"receiver": "wecom", "address": name}]}


def organisation(**changes: Any) -> Directory:
    """One store, in an area, in a region, somebody on duty at each; no chain of its own."""
    entry: dict[str, Any] = {
        "tenant": TENANT,
        "people": [person(name) for name in ("shan", "ana", "rui", "fang")],
        "stores": [{"id": "s1", "area": "a1", "region": "r1", "duty": {"people": ["shan"]}}],
        "areas": [{"id": "a1", "region": "r1", "duty": {"people": ["ana"]}}],
        "regions": [{"id": "r1", "duty": {"people": ["rui"]}}],
        "fallback": {"people": ["fang"]},
    }
    return Directory.of([Organisation.model_validate(entry | changes)])


class Told(NamedTuple):
    """A notice in short."""

    reason: str
    person: str
    step: int


class Stage:
    """The stage of one shard. Every record that it says is held against its schema."""

    def __init__(self, directory: Directory | None = None, policy: AlertPolicy | None = None, **rest: Any) -> None:
        self.directory = organisation() if directory is None else directory
        self.policy, self.rest = policy, rest
        self.now = START
        self.log: list[tuple[bytes, bytes | None]] = []
        self.told: list[Told] = []
        self.notices: list[Notice] = []
        self.audit: list[AuditLine] = []
        self.alerts: dict[str, Alert] = {}
        self.versions: list[Alert] = []
        self.letters: list[tuple[str, str, str]] = []
        self.decisions: list[Decision] = []
        self._offset = 0
        self.restart()

    def restart(self) -> None:
        """Another worker takes over: all it has is what was stored."""
        self.processor = AlertProcessor(self.directory, TOPICS, policy=self.policy, **self.rest)
        self.processor.restore(self.log)
        self.processor.ready()

    def at(self, minutes: float) -> "Stage":
        """Move the clock to so many minutes after the start, and let time do its work."""
        self.now = START + round(minutes * MINUTE)
        self.decide([])
        return self

    def hear(self, *documents: Mapping[str, Any]) -> "Stage":
        """These transitions arrive in one decision."""
        self.decide([self.batch(TOPICS.transitions, documents)])
        return self

    def ask(self, *documents: Mapping[str, Any]) -> "Stage":
        """These commands arrive in one decision."""
        self.decide([self.batch(TOPICS.commands, documents)])
        return self

    def batch(self, topic: str, documents: Iterable[Mapping[str, Any]], *, behind: bool = False) -> Batch:
        records = [self.record(topic, json.dumps(document).encode(), document["case"]) for document in documents]
        end = self._offset + 1
        return Batch(topic, records, end - len(records), end, None if behind else self.now)

    def record(self, topic: str, value: bytes | None, key: str | None = CASE) -> Made:
        self._offset += 1
        return Made(topic, 0, self._offset, self.now // 1000, None if key is None else key.encode(), value)

    def decide(self, batches: Sequence[Batch], *, quiet: bool = True) -> Decision:
        """One decision. With `quiet` the topics that bring nothing are known to be read to their end."""
        busy = {batch.topic for batch in batches}
        idle = [Batch(topic, (), 0, 0, self.now) for topic in (TOPICS.transitions, TOPICS.commands) if topic not in busy]
        decision = self.processor.decide([*batches, *idle] if quiet else batches, self.now)
        self.log += decision.changes.items()
        self.decisions.append(decision)
        for output in decision.outputs:
            self._take(output.topic, output.key or b"", output.value, output.headers)
        return decision

    def _take(self, topic: str, key: bytes, value: bytes | None, headers: Iterable[tuple[str, bytes]]) -> None:
        if topic.endswith(".dlq"):
            said = {name.rpartition(".")[2]: text.decode() for name, text in headers}
            self.letters.append((said["topic"], said["reason"], said["field"]))
            return
        if value is None:
            assert topic == TOPICS.alerts
            del self.alerts[key.decode()]
            return
        document = _CHECKS[topic].validate_json(value)
        if isinstance(document, Alert):
            assert key.decode() == document.id
            self.alerts[document.id] = document
            self.versions.append(document)
        elif isinstance(document, AuditLine):
            assert key.decode() == document.alert
            self.audit.append(document)
        else:
            assert key.decode() == "/".join(
                (document.alert.tenant, document.alert.labels.region or "", document.alert.moment)
            )
            assert document.partition == 0
            self._tell(document)

    def _tell(self, ask: Ask) -> None:
        for telling in ask.tell:
            fields = telling.model_dump(exclude={"level"})
            self.notices.append(Notice.model_validate({**fields, "at": ask.at, "alert": ask.alert}))
            self.told.append(Told(telling.reason, telling.person, telling.step))

    def fresh(self) -> list[Told]:
        """Who was told since the last time this was asked."""
        told, self.told = self.told, []
        return told

    @property
    def alert(self) -> Alert:
        return self.alerts[ALERT]

    @property
    def whats(self) -> list[str]:
        return [line.what for line in self.audit]

    # what happens to the case

    def said(self, kind: str, *, ago: float = 0, found: float = 0, revision: int = 0, **rest: Any) -> dict[str, Any]:
        """A transition that became true `ago` seconds before now and was found `found` seconds before now."""
        return transition(kind, self.now - round(ago * SECOND), self.now - round(found * SECOND), revision, **rest)

    def command(self, do: str, **rest: Any) -> dict[str, Any]:
        """A command about the first alert; its id is another one each time."""
        self._offset += 1
        named = {"id": f"c{self._offset}", "tenant": TENANT, "case": CASE, "alert": ALERT, "by": "shan"}
        return {**named, "do": do, "at": rfc3339(self.now), **rest}


def transition(kind: str, at: int, found_at: int, revision: int = 0, **rest: Any) -> dict[str, Any]:
    """A transition as it is published."""
    occurrence, case = rest.get("occurrence", 1), rest.get("case", CASE)
    return {
        "id": f"{case}-{occurrence}-{kind}-{revision}",
        "kind": kind,
        "tenant": TENANT,
        "case": case,
        "moment": MOMENT,
        "occurrence": occurrence,
        "revision": revision,
        "at": rfc3339(at),
        "found_at": rfc3339(found_at),
        "due_at": rfc3339(at if kind == "breached" else at + HOUR),
        "stage": "execution",
        "severity": "high",
        "owner": "stores",
        "title": {"zh": "送达", "en": "Delivered"},
        "labels": {"region": "r1", "store": "s1", "channel": None, "fleet": "bee-3", "provider": None},
        "cause": None,
        "catalogue": "v1",
        "proof": None,
        "sentence": {"zh": "晚了", "en": "It is late."},
        **rest,
    }


BROKE = Told("broke", "shan", 0)
"""What the store hears of the first breach."""


def broken() -> Stage:
    """A stage in which the first case has just broken and the store was told."""
    stage = Stage()
    stage.hear(stage.said("breached"))
    assert stage.fresh() == [BROKE]
    return stage


def warned() -> Stage:
    stage = Stage()
    stage.hear(stage.said("at_risk"))
    assert stage.fresh() == [Told("warned", "shan", 0)]
    return stage
