"""Prometheus Alertmanager, API v2.

An alert there is known by its labels. Those are a fixed set with short values; everything that may change while the
alert lives is an annotation. Severity, which routes need, is a label although it may change: what was told at another
one is ended in the same request. While an alert lives, `endsAt` lies `hold` ahead of the last word we sent, and it is
sent again each third of that: two words in a row may be lost, or a worker may take minutes to be back, before it ends
there by itself; and it does end within `hold` of the day that we are gone for good.
"""

from asyncio import gather
from collections.abc import Mapping
from typing import Annotated, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from schemas.alert import Severity
from schemas.group import Group
from streams import clock
from streams.notify.base import Message, NotifyError
from streams.notify.config import OneOrMore, Url
from streams.notify.escape import clip
from streams.notify.http import Http

_VALUE = 128  # characters of a label's value
_WORDS = 4000  # of an annotation
_TEST = clock.MINUTE  # nobody ends a test
_SEVERITIES: tuple[Severity, ...] = get_args(Severity)
_REPEATS = 3  # within a hold
_SHORTEST = _REPEATS * clock.MINUTE


def _long_enough(hold: str) -> str:
    if clock.parse_duration(hold) < _SHORTEST:
        raise ValueError("must be 3m or more; an alert is sent again each third of it")
    return hold


Hold = Annotated[str, Field(pattern=r"^([0-9]+(ms|[smhdw]))+$"), AfterValidator(_long_enough)]


class AlertmanagerConfig(BaseModel):
    """`urls`: each member of the cluster, without `/api/v2/alerts`. `hold`: how long an alert lives there if we fall
    silent. `labels`: fixed ones that are added to each alert."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    urls: OneOrMore[Url]
    hold: Hold = "15m"
    labels: Mapping[Annotated[str, Field(pattern="^[a-zA-Z_][a-zA-Z0-9_]*$")], str] = {}

    @property
    def repeat_every(self) -> int:
        """Microseconds after which an alert that is open is sent again."""
        return clock.parse_duration(self.hold) // _REPEATS


class Alertmanager:
    """Tells every member of a cluster, since members share silences and not alerts. `address` is not used."""

    def __init__(self, name: str, config: AlertmanagerConfig, http: Http) -> None:
        self.name = name
        self._urls = tuple(url.get_secret_value().rstrip("/") + "/api/v2/alerts" for url in config.urls)
        self._hold = clock.parse_duration(config.hold)
        self._labels = dict(config.labels)
        self._http = http

    async def send(self, message: Message, address: str) -> str:  # noqa: ARG002
        """Taken once one member has taken it; a member that was away hears of the alert when it is told again."""
        body = self._alerts(message)
        outcomes = await gather(*(self._tell(url, body) for url in self._urls))
        failures = [outcome for outcome in outcomes if outcome is not None]
        if len(failures) == len(outcomes):
            raise min(failures, key=lambda failure: (failure.permanent, failure.retry_after or 0))
        return f"taken by {len(outcomes) - len(failures)} of {len(outcomes)}"

    async def _tell(self, url: str, body: list[dict[str, object]]) -> NotifyError | None:
        try:
            await self._http.post(url, json=body)
        except NotifyError as error:
            return error
        return None

    def _alerts(self, message: Message) -> list[dict[str, object]]:
        starts, over = _span(message)
        hold = min(self._hold, _TEST) if message.reason == "test" else self._hold
        ends = over if message.over else max(starts, self._http.now()) + hold
        told = [(_severity(message), ends)] + [(severity, over) for severity in _others(message)]
        return [self._one(message, severity, starts, end) for severity, end in told]

    def _one(self, message: Message, severity: Severity, starts: int, ends: int) -> dict[str, object]:
        one: dict[str, object] = {
            "labels": self._labels | _labels(message, severity),
            "annotations": _annotations(message),
            "startsAt": clock.rfc3339(starts),
            "endsAt": clock.rfc3339(ends),
        }
        return one | ({"generatorURL": message.link} if message.link else {})


def _span(message: Message) -> tuple[int, int]:
    """When it began, and when it ended or, if it has not, when its severity last may have changed."""
    alert, group = message.alert, message.group
    if group is None:
        starts, over = alert.broken_at or alert.raised_at, alert.ended_at or alert.changed_at
    else:
        starts, over = group.since, group.changed_at
    return clock.instant(starts), max(clock.instant(starts), clock.instant(over))


def _severity(message: Message) -> Severity:
    return message.alert.severity if message.group is None else message.group.severity


def _others(message: Message) -> tuple[Severity, ...]:
    """Severities at which it may have been told before. That of an alert only rises; that of a group is its worst."""
    now = _severity(message)
    if message.group is not None:
        return tuple(severity for severity in _SEVERITIES if severity != now)
    return _SEVERITIES[: _SEVERITIES.index(now)] if message.over or message.alert.kind == "worsened" else ()


def _labels(message: Message, severity: Severity) -> dict[str, str]:
    alert, group = message.alert, message.group
    values = {
        "alertname": alert.moment,
        "alert_id": message.key,
        "tenant": alert.tenant,
        "stage": alert.stage,
        "severity": severity,
        "region": alert.labels.region,
        "store": alert.labels.store,
    }
    if group is not None:
        values |= _shared(group)
    return {name: clip(value, _VALUE) for name, value in values.items() if value}


def _shared(group: Group) -> dict[str, str | None]:
    """Labels of several alerts: what they have in common, which stays the same while they come and go."""
    return {
        "alertname": group.moment or group.kind,
        "tenant": group.tenant,
        "stage": None,
        "region": group.region,
        "store": group.value if group.shared == "store" else None,
        "group": group.kind,
    }


def _annotations(message: Message) -> dict[str, str]:
    alert, group = message.alert, message.group
    values = {"summary": message.title, "description": message.report}
    if group is None:
        due = clock.rfc3339(clock.instant(alert.due_at)) if alert.due_at else ""
        values |= {"case": alert.case, "state": alert.state, "due": due}
    else:
        values |= {"state": group.state, "open": str(group.open), "broken": str(group.broken)}
    return {name: clip(value, _WORDS) for name, value in values.items() if value}
