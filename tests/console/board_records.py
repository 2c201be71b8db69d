"""Records as the stages write them, and a board that has taken them."""

from collections.abc import Mapping
from typing import Any

from schemas.alert import Alert, AuditLine
from schemas.followed import Followed
from schemas.group import Group, MuteInForce
from schemas.notice import Notice, Receipt
from schemas.organisation import Organisation
from streams.alerts.organisation import Directory
from streams.clock import HOUR, MINUTE, parse_rfc3339, rfc3339
from streams.console.board import Board, Topic
from streams.console.viewer import Viewer
from streams.console.views import Filter, Now, Row

NOON = parse_rfc3339("2026-11-23T12:00:00+08:00")
BOSS = Viewer("boss", "Boss", "admin", None)
ALL = Filter()
TEXT = {"zh": "送达", "en": "Delivered"}


def minutes(count: float) -> int:
    """The instant so many minutes after noon."""
    return NOON + round(count * MINUTE)


def alert(name: str, **changed: Any) -> dict[str, Any]:
    """An alert of a delivery that was warned of at noon and is due at half past."""
    return {
        "id": name,
        "version": 1,
        "state": "firing",
        "kind": "at_risk",
        "tenant": "tea",
        "case": f"order-{name}",
        "moment": "delivery.on_time",
        "occurrence": 1,
        "stage": "execution",
        "severity": "high",
        "owner": "stores",
        "title": TEXT,
        "labels": {"region": "east", "store": "s1", "channel": None, "fleet": "bee"},
        "transition": f"t-{name}",
        "raised_at": rfc3339(NOON),
        "changed_at": rfc3339(NOON),
        "due_at": rfc3339(minutes(30)),
        **changed,
    }


def broken(name: str, at: int = NOON + 30 * MINUTE, **changed: Any) -> dict[str, Any]:
    """One that broke at an instant."""
    return alert(name, **{"kind": "breached", "due_at": rfc3339(at), "broken_at": rfc3339(at), **changed})


def met(name: str, at: int, **changed: Any) -> dict[str, Any]:
    """One that was met in time, at an instant."""
    return alert(name, **{"state": "resolved", "kind": "met", "ended_at": rfc3339(at), **changed})


def incident(
    name: str, shared: str | None = "fleet", value: str | None = "bee", since: int = NOON, **changed: Any
) -> dict[str, Any]:
    """A group of breaches with one cause."""
    return {
        "id": name,
        "version": 1,
        "kind": "incident",
        "state": "firing",
        "tenant": "tea",
        "title": TEXT,
        "severity": "high",
        "shared": shared,
        "value": value,
        "since": rfc3339(since),
        "changed_at": rfc3339(since),
        "open": 1,
        "broken": 1,
        "ended": 0,
        **changed,
    }


def mute(name: str, scope: Mapping[str, str], start: int, until: int, **changed: Any) -> dict[str, Any]:
    return {
        "id": name,
        "tenant": "tea",
        "scope": scope,
        "start": rfc3339(start),
        "until": rfc3339(until),
        "because": "works",
        "by": "boss",
        **changed,
    }


def line(name: str, what: str, at: int, by: str = "monitor", **changed: Any) -> dict[str, Any]:
    """What the audit says of the alert of this name."""
    return {
        "alert": name,
        "version": 1,
        "tenant": "tea",
        "case": f"order-{name}",
        "moment": "delivery.on_time",
        "at": rfc3339(at),
        "by": by,
        "what": what,
        "before": "firing",
        "after": "firing",
        **changed,
    }


def notice(name: str, about: Mapping[str, Any], at: int, **changed: Any) -> dict[str, Any]:
    return {
        "id": name,
        "reason": "broke",
        "person": "shan",
        "name": "Shan",
        "language": "zh",
        "time_zone": "Asia/Shanghai",
        "contacts": [{"receiver": "wecom", "address": "shan"}],
        "at": rfc3339(at),
        "step": 0,
        "alert": about,
        **changed,
    }


def receipt(of: str, about: str, at: int, outcome: str = "delivered", **changed: Any) -> dict[str, Any]:
    return {
        "notice": of,
        "tenant": "tea",
        "case": f"order-{about}",
        "alert": about,
        "person": "shan",
        "receiver": "wecom",
        "attempt": 1,
        "outcome": outcome,
        "at": rfc3339(at),
        **changed,
    }


def followed(name: str, **changed: Any) -> dict[str, Any]:
    """A promise of the case `t-1` that is to be kept in an hour, as the detect stage says it."""
    document = {
        "id": name,
        "tenant": "tea",
        "case": f"t-1#{name}",
        "within": "t-1",
        "moment": "promise.kept",
        "occurrence": 1,
        "state": "running",
        "started_at": rfc3339(NOON - HOUR),
        "due_at": rfc3339(NOON + HOUR),
        "ended_at": None,
        "stage": "after_sales",
        "severity": "high",
        "owner": "desk",
        "title": {"zh": "兑现承诺", "en": "Promise kept"},
        "labels": {"store": "s1", "region": "east"},
        "promise": {"id": name, "person": "shan", "text": f"Promise {name}"},
        "catalogue": "c@1",
    }
    return document | changed


_MODELS: dict[Topic, Any] = {
    "followed": Followed,
    "alerts": Alert,
    "groups": Group,
    "mutes": MuteInForce,
    "audit": AuditLine,
    "notices": Notice,
    "receipts": Receipt,
}


class Fed:
    """A board, and a short way to feed it. Everything fed is held against its schema."""

    def __init__(self) -> None:
        self.board = Board()
        self.now_at = NOON

    def feed(self, topic: Topic, *documents: Mapping[str, Any], partition: int = 0, at: int | None = None) -> "Fed":
        for document in documents:
            value = _MODELS[topic].model_validate(document).model_dump_json().encode()
            key = str(document.get("id", document.get("alert"))).encode()
            self.board.take(topic, partition, key, value, self.now_at if at is None else at)
        assert self.board.unreadable == 0
        return self

    def alerts(self, *documents: Mapping[str, Any]) -> "Fed":
        return self.feed("alerts", *documents)

    def forget(self, topic: Topic, name: str) -> "Fed":
        self.board.take(topic, 0, name.encode(), None, self.now_at)
        return self

    def page(self, filter: Filter = ALL, at: int = NOON + HOUR, limit: int = 100, viewer: Viewer = BOSS) -> Now:
        return self.board.now(viewer, filter, at, limit)


def ids(rows: tuple[Row, ...]) -> list[str]:
    return [row.alert.id for row in rows]


def organisation(**changed: Any) -> Directory:
    """One store in an area in a region, somebody on duty at each."""
    people = [
        {"id": name, "name": name.title(), "contacts": [{"receiver": "wecom", "address": name}]}
        for name in ("shan", "ana", "rui", "fang")
    ]
    entry: dict[str, Any] = {
        "tenant": "tea",
        "people": people,
        "stores": [{"id": "s1", "name": "People's Square", "area": "a1", "region": "east", "duty": {"people": ["shan"]}}],
        "areas": [{"id": "a1", "region": "east", "duty": {"people": ["ana"]}}],
        "regions": [{"id": "east", "name": "East", "duty": {"people": ["rui"]}}],
        "fallback": {"people": ["fang"]},
    }
    return Directory.of([Organisation.model_validate(entry | changed)])
