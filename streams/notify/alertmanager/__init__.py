"""Prometheus Alertmanager, API v2.

An alert there is known by its labels. Those are a fixed set with short values; everything that may change while the
alert lives is an annotation. Severity, which routes need, is a label although it may rise: what was told at a lower one
is ended in the same request. While an alert lives, `endsAt` lies `hold` ahead of the last word we sent.
"""

from asyncio import gather
from collections.abc import Mapping
from typing import Annotated, get_args

from pydantic import BaseModel, ConfigDict, Field

from schemas.alert import Alert, Severity
from streams import clock
from streams.notify.base import Message, NotifyError
from streams.notify.config import OneOrMore, Url
from streams.notify.escape import clip
from streams.notify.http import Http

_VALUE = 128  # characters of a label's value
_WORDS = 4000  # of an annotation
_TEST = clock.MINUTE  # nobody ends a test
_SEVERITIES: tuple[Severity, ...] = get_args(Severity)


class AlertmanagerConfig(BaseModel):
    """`urls`: each member of the cluster, without `/api/v2/alerts`. `hold`: how long an alert lives there if we fall
    silent. `labels`: fixed ones that are added to each alert."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    urls: OneOrMore[Url]
    hold: str = Field(default="4h", pattern=r"^([0-9]+(ms|[smhdw]))+$")
    labels: Mapping[Annotated[str, Field(pattern="^[a-zA-Z_][a-zA-Z0-9_]*$")], str] = {}


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
        alert = message.alert
        starts = clock.instant(alert.broken_at or alert.raised_at)
        over = max(starts, clock.instant(alert.ended_at or alert.changed_at))
        hold = min(self._hold, _TEST) if message.reason == "test" else self._hold
        ends = over if message.over else max(starts, self._http.now()) + hold
        told = [(alert.severity, ends)]
        if message.over or alert.kind == "worsened":
            lower = _SEVERITIES[: _SEVERITIES.index(alert.severity)]
            told += [(severity, over) for severity in lower]
        return [self._one(message, severity, starts, end) for severity, end in told]

    def _one(self, message: Message, severity: Severity, starts: int, ends: int) -> dict[str, object]:
        one: dict[str, object] = {
            "labels": self._labels | _labels(message.alert, severity),
            "annotations": _annotations(message),
            "startsAt": clock.rfc3339(starts),
            "endsAt": clock.rfc3339(ends),
        }
        return one | ({"generatorURL": message.link} if message.link else {})


def _labels(alert: Alert, severity: Severity) -> dict[str, str]:
    values = {
        "alertname": alert.moment,
        "alert_id": alert.id,
        "tenant": alert.tenant,
        "stage": alert.stage,
        "severity": severity,
        "region": alert.labels.region,
        "store": alert.labels.store,
    }
    return {name: clip(value, _VALUE) for name, value in values.items() if value}


def _annotations(message: Message) -> dict[str, str]:
    alert = message.alert
    values = {
        "summary": message.title,
        "description": message.text,
        "case": alert.case,
        "state": alert.state,
        "due": clock.rfc3339(clock.instant(alert.due_at)) if alert.due_at else "",
    }
    return {name: clip(value, _WORDS) for name, value in values.items() if value}
