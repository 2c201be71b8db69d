"""A group stage with a clock that is moved by hand: what it is asked, what it says, and what a restart leaves of it."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from schemas.alert import Alert, AuditLine
from schemas.ask import Ask
from schemas.group import Group, MuteInForce
from schemas.notice import Notice
from schemas.organisation import Organisation
from streams.alerts.organisation import Directory
from streams.clock import HOUR, MINUTE, SECOND, as_datetime, parse_rfc3339, rfc3339
from streams.groups.journal import GroupTopics
from streams.groups.policy import GroupPolicy
from streams.groups.processor import GroupProcessor
from streams.groups.watch import Said, Watch
from streams.state.codec import NO_WAKE
from streams.state.decision import Batch, Decision
from tests.support.record import Made

TOPICS = GroupTopics("asked", "commands", "notices", "groups", "mutes", "audit")
START = parse_rfc3339("2026-11-02T08:00:00Z")
TENANT, MOMENT = "tea", "delivery.late"
LANGUAGES = {"zh": "送达", "en": "Delivered"}

_CHECKS: dict[str, TypeAdapter[Any]] = {
    TOPICS.asks: TypeAdapter[Any](Ask),
    TOPICS.notices: TypeAdapter[Any](Notice),
    TOPICS.groups: TypeAdapter[Any](Group),
    TOPICS.mutes: TypeAdapter[Any](MuteInForce),
    TOPICS.audit: TypeAdapter[Any](AuditLine),
}


def organisation(**changes: Any) -> Directory:
    """Six stores in two regions; the last one closes at night."""
    people = ("shan", "lin", "rui", "fang")
    contacts = {name: [{"receiver": "wecom", "address": name}] for name in people}
    entry: dict[str, Any] = {
        "tenant": TENANT,
        "people": [{"id": name, "name": name.title(), "contacts": contacts[name]} for name in people],
        "stores": [
            *({"id": f"s{number}", "region": "r1"} for number in range(1, 6)),
            {"id": "night", "region": "r1", "time_zone": "UTC", "hours": {"mon-sun": ["09:00-21:00"]}},
        ],
        "regions": [{"id": "r1", "duty": {"people": ["rui"]}}, {"id": "r2"}],
        "fallback": {"people": ["fang"]},
    }
    return Directory.of([Organisation.model_validate(entry | changes)])


class NoWatch:
    """Watches for nothing."""

    def restore(self, key: bytes, value: bytes | None) -> None:
        """Nothing is kept; what another release kept is left alone."""

    def ready(self) -> None:
        """Nothing is worked out."""

    def take_changes(self) -> dict[bytes, bytes | None]:
        """Nothing changes."""
        return {}

    def observe(self, ask: Ask, now: int) -> None:
        """Nothing is counted."""

    def covering(self, alert: Alert) -> str | None:
        """None ever."""
        return None

    def wake(self) -> int:
        """Never."""
        return NO_WAKE

    def fire(self, now: int) -> None:
        """Nothing happens."""

    def take_said(self) -> Sequence[Said]:
        """Nothing is said."""
        return ()


class Page(NamedTuple):
    """A notice in short: why, whom, and of what alerts (of a group, those that it lists)."""

    reason: str
    person: str
    about: tuple[str, ...]


class Case:
    """An alert as the alert stage has it: every `ask` is its next version."""

    def __init__(self, name: str, **fixed: Any) -> None:
        self.name, self.version = name, 0
        self.fixed: dict[str, Any] = {"store": "s1", "region": "r1", "moment": MOMENT, "severity": "high", **fixed}
        self.state, self.kind = "firing", "breached"
        self.due: int | None = None
        self.broken: int | None = None
        self.raised = 0

    @property
    def id(self) -> str:
        return f"alert-{self.name}"


class Stage:
    """The stage of one shard. Every record that it says is held against its schema. A restless one restarts after every
    decision."""

    def __init__(
        self,
        directory: Directory | None = None,
        policy: GroupPolicy | None = None,
        watch: Callable[[], Watch] = NoWatch,
        restless: bool = False,
        **rest: Any,
    ) -> None:
        self.directory = organisation() if directory is None else directory
        self.policy, self.rest, self.watch = policy, rest, watch
        self.restless = restless
        self.now = START
        self.log: list[tuple[bytes, bytes | None]] = []
        self.pages: list[Page] = []
        self.notices: list[Notice] = []
        self.audit: list[AuditLine] = []
        self.groups: dict[str, Group] = {}
        self.mutes: dict[str, MuteInForce] = {}
        self.letters: list[tuple[str, str, str]] = []
        self.decisions: list[Decision] = []
        self.cases: dict[str, Case] = {}
        self._offset = 0
        self.restart()

    def restart(self) -> "Stage":
        """Another worker takes over: all it has is what was stored."""
        self.processor = GroupProcessor(self.directory, TOPICS, policy=self.policy, watch=self.watch(), **self.rest)
        self.processor.restore(self.log)
        self.processor.ready()
        return self

    def at(self, minutes: float) -> "Stage":
        """Move the clock to so many minutes after the start, and let time do its work."""
        self.now = START + round(minutes * MINUTE)
        self.decide([])
        return self

    def pass_(self, minutes: float) -> "Stage":
        """Move the clock on."""
        self.now += round(minutes * MINUTE)
        self.decide([])
        return self

    def ask(self, *documents: Mapping[str, Any]) -> "Stage":
        """These asks arrive in one decision."""
        self.decide([self.batch(TOPICS.asks, documents)])
        return self

    def command(self, do: str, *, mute: str = "m1", **rest: Any) -> "Stage":
        """This command about a mute arrives; its id is another one each time unless it is given."""
        self.decide([self.batch(TOPICS.commands, [self.order(do, mute=mute, **rest)])])
        return self

    def order(self, do: str, *, mute: str = "m1", **rest: Any) -> dict[str, Any]:
        self._offset += 1
        named = {"id": f"c{self._offset}", "tenant": TENANT, "mute": mute, "by": "ops", "at": rfc3339(self.now)}
        return {**named, "do": do, **rest}

    def mute(self, minutes: float, scope: Mapping[str, str] | None = None, **rest: Any) -> "Stage":
        """Mute from now on for so long."""
        until = rfc3339(self.now + round(minutes * MINUTE))
        fields = {"scope": dict(scope or {"store": "s1"}), "until": until, "because": "maintenance", **rest}
        return self.command("mute", **fields)

    def batch(self, topic: str, documents: Iterable[Mapping[str, Any]], *, behind: bool = False) -> Batch:
        records = [self.record(topic, json.dumps(document).encode(), key_of(document)) for document in documents]
        end = self._offset + 1
        return Batch(topic, records, end - len(records), end, None if behind else self.now)

    def record(self, topic: str, value: bytes | None, key: str | None) -> Made:
        self._offset += 1
        return Made(topic, 0, self._offset, self.now // 1000, None if key is None else key.encode(), value)

    def decide(self, batches: Sequence[Batch], *, quiet: bool = True) -> Decision:
        """One decision. With `quiet` the topics that bring nothing are known to be read to their end."""
        busy = {batch.topic for batch in batches}
        idle = [Batch(topic, (), 0, 0, self.now) for topic in (TOPICS.asks, TOPICS.commands) if topic not in busy]
        decision = self.processor.decide([*batches, *idle] if quiet else batches, self.now)
        self.log += decision.changes.items()
        self.decisions.append(decision)
        for output in decision.outputs:
            self._take(output.topic, output.key or b"", output.value, output.headers, output.partition)
        if self.restless:
            self.restart()
        return decision

    def _take(
        self, topic: str, key: bytes, value: bytes | None, headers: Iterable[tuple[str, bytes]], partition: int | None
    ) -> None:
        if topic.endswith(".dlq"):
            said = {name.rpartition(".")[2]: text.decode() for name, text in headers}
            self.letters.append((said["topic"], said["reason"], said["field"]))
            return
        if value is None:
            if topic == TOPICS.groups:
                del self.groups[key.decode()]
            else:
                self.mutes.pop(_own(key), None)  # it may have begun and ended in one decision
            return
        document = _CHECKS[topic].validate_json(value)
        if isinstance(document, Notice):
            self._tell(document, key.decode(), partition)
        elif isinstance(document, Group):
            assert (key.decode(), partition) == (document.id, None)
            assert document.id not in self.groups or self.groups[document.id].version < document.version
            self.groups[document.id] = document
        elif isinstance(document, MuteInForce):
            assert key.decode() == f"{document.tenant}/{document.id}"
            self.mutes[_own(key)] = document
        else:
            assert key.decode() == document.alert
            case = self.cases.get(document.alert)
            assert partition == (None if case is None else case.fixed.get("partition", 3))
            self.audit.append(document)

    def _tell(self, notice: Notice, key: str, partition: int | None) -> None:
        assert all(notice.id != other.id for other in self.notices)
        if notice.group is None:
            case = self.cases[notice.alert.id]
            assert (key, partition) == (notice.alert.case, case.fixed.get("partition", 3))
            about: tuple[str, ...] = (case.name,)
        else:
            assert (key, partition) == (notice.group.id, None)
            assert self.groups[notice.group.id] == notice.group
            about = tuple(member.alert.removeprefix("alert-") for member in notice.group.members)
        self.notices.append(notice)
        self.pages.append(Page(notice.reason, notice.person, about))

    def fresh(self) -> list[tuple[Any, ...]]:
        """Who was told since the last time this was asked: reason, person, alerts."""
        told, self.pages = self.pages, []
        return [(page.reason, page.person, *page.about) for page in told]

    def lines(self, what: str) -> list[str]:
        """Why, of the audit lines that say this."""
        return [line.why for line in self.audit if line.what == what]

    # what is asked

    def case(self, name: str, **fixed: Any) -> Case:
        case = self.cases.get(f"alert-{name}")
        if case is None:
            case = self.cases[f"alert-{name}"] = Case(name, **fixed)
        return case

    def warned(self, name: str, *people: str, left: float = 10, **rest: Any) -> dict[str, Any]:
        """A case is about to break, in so many minutes."""
        case = self.case(name, **rest)
        case.state, case.kind = "firing", "at_risk"
        case.due, case.broken = self.now + round(left * MINUTE), None
        return self.change(case, "raised", "warned", people or ("shan",), **rest)

    def broke(self, name: str, *people: str, reason: str = "broke", ago: float = 0, **rest: Any) -> dict[str, Any]:
        """A case has broken, so many minutes ago."""
        case = self.case(name, **rest)
        case.state, case.kind = "firing", "breached"
        case.due = case.broken = self.now - round(ago * MINUTE)
        return self.change(case, "raised", reason, people or ("shan",), **rest)

    def again(self, name: str, *people: str, reason: str = "escalated", step: int = 1, **rest: Any) -> dict[str, Any]:
        """Somebody else is to be told, or the same again."""
        return self.change(self.case(name), "escalated", reason, people, step=step, **rest)

    def over(self, name: str, *people: str, reason: str = "ended", **rest: Any) -> dict[str, Any]:
        """It is over, or was never true; these people were told as the alert stage has it."""
        case = self.case(name)
        case.state = "resolved" if reason == "ended" else "retracted"
        case.kind = "recovered" if reason == "ended" else "retracted"
        if reason == "retracted":
            case.broken = None
        return self.change(case, reason, reason, people or ("shan",), **rest)

    def taken(self, name: str, state: str = "acknowledged") -> dict[str, Any]:
        """Somebody has it."""
        case = self.case(name)
        case.state = state
        return self.change(case, state, "", ())

    def change(
        self, case: Case, what: str, reason: str, people: Iterable[str], *, step: int = 0, late: bool = False, **rest: Any
    ) -> dict[str, Any]:
        """The next change of the alert, as the alert stage would ask."""
        case.version += 1
        if not case.raised:
            case.raised = self.now
        told = [self._telling(case, reason, person, step) for person in people]
        alert = {
            "id": case.id,
            "version": case.version,
            "state": case.state,
            "kind": case.kind,
            "tenant": case.fixed.get("tenant", TENANT),
            "case": f"case-{case.name}",
            "moment": case.fixed["moment"],
            "occurrence": 1,
            "stage": "execution",
            "severity": case.fixed["severity"],
            "owner": "stores",
            "title": LANGUAGES,
            "labels": {"region": case.fixed["region"], "store": case.fixed["store"], "channel": None},
            "sentence": {"zh": f"{case.name} 晚了", "en": f"{case.name} is late."},
            "playbook": {"en": ["Call the customer."]},
            "transition": f"{case.name}-{case.version}",
            "raised_at": rfc3339(case.raised),
            "changed_at": rfc3339(self.now),
            "due_at": None if case.due is None else rfc3339(case.due),
            "broken_at": None if case.broken is None else rfc3339(case.broken),
            "ended_at": rfc3339(self.now) if case.state in ("resolved", "retracted") else None,
        }
        partition = case.fixed.get("partition", 3)
        at = rest.get("at", self.now)
        return {"partition": partition, "what": what, "at": rfc3339(at), "late": late, "alert": alert, "tell": told}

    def _telling(self, case: Case, reason: str, person: str, step: int) -> dict[str, Any]:
        return {
            "id": f"{case.name}-{case.raised - START}-{case.version}-{reason}-{person}",
            "reason": reason,
            "step": step,
            "level": "store",
            "person": person,
            "name": person.title(),
            "language": "zh",
            "time_zone": "Asia/Shanghai",
            "contacts": [{"receiver": "wecom", "address": person}],
        }


def _own(key: bytes) -> str:
    """How the stories name a mute: by its id, that of another tenant than theirs by its key."""
    return key.decode().removeprefix(f"{TENANT}/")


def key_of(document: Mapping[str, Any]) -> str:
    """The key that a document is published under."""
    if "do" in document:
        return str(document["tenant"])
    alert = document["alert"]
    return "/".join((alert["tenant"], alert["labels"].get("region") or "", alert["moment"]))


__all__ = ["HOUR", "MINUTE", "SECOND", "START", "TOPICS", "Case", "Page", "Stage", "as_datetime", "organisation"]
