"""PagerDuty, Events API v2: one incident for an alert or a group, tied by `dedup_key`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from schemas.alert import Severity
from schemas.group import Group
from streams import clock
from streams.notify.base import Message, NotifyError
from streams.notify.config import Url
from streams.notify.escape import clip
from streams.notify.http import Http

Action = Literal["trigger", "acknowledge", "resolve"]

_ACCEPTED = 202
_SEVERITY: dict[Severity, str] = {"critical": "critical", "high": "error", "medium": "warning", "low": "info"}
_SUMMARY = 1024  # characters, by the API
_FIELD = 4000


class PagerDutyConfig(BaseModel):
    """`routing_key`: the integration key of a service. `url`: another for the European service region."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    routing_key: SecretStr = Field(min_length=1)
    url: Url = SecretStr("https://events.pagerduty.com/v2/enqueue")

    @property
    def acknowledgements(self) -> bool:
        """That somebody has it stops its calls, so it is told of that."""
        return True


class PagerDuty:
    """Triggers, acknowledges and resolves. Whom PagerDuty calls is its own affair; `address` is not used."""

    def __init__(self, name: str, config: PagerDutyConfig, http: Http) -> None:
        self.name = name
        self._key = config.routing_key.get_secret_value()
        self._url = config.url.get_secret_value()
        self._http = http

    async def send(self, message: Message, address: str) -> str:  # noqa: ARG002
        """Taken with 202 alone: a proxy's friendly 200 has told nobody."""
        action = action_of(message)
        event: dict[str, object] = {
            "routing_key": self._key,
            "event_action": action,
            "dedup_key": clip(message.key, 255),
        }
        if action == "trigger":
            event |= _description(message)
        reply = await self._http.post(self._url, json=event)
        if reply.status != _ACCEPTED:
            raise NotifyError(f"answered {reply.status} instead of {_ACCEPTED}", permanent=False)
        return f"{action} taken"


def action_of(message: Message) -> Action:
    """What the message asks of PagerDuty: an alert that somebody has taken is acknowledged there too."""
    if message.over:
        return "resolve"
    taken = message.group is None and message.alert.state == "acknowledged"
    return "acknowledge" if taken else "trigger"


def _description(message: Message) -> dict[str, object]:
    payload, region = _of_alert(message) if message.group is None else _of_group(message, message.group)
    described: dict[str, object] = {"payload": payload, "client": "service-moment-monitor"}
    if region:
        payload["group"] = clip(region, _SUMMARY)
    if message.link:
        described |= {"client_url": message.link, "links": [{"href": message.link, "text": clip(message.title, 255)}]}
    return described


def _of_alert(message: Message) -> tuple[dict[str, object], str | None]:
    """The payload, and the region it lies in."""
    alert = message.alert
    details = {
        "text": message.report,
        "reason": message.reason,
        "tenant": alert.tenant,
        "case": alert.case,
        "store": alert.labels.store,
        "region": alert.labels.region,
        "channel": alert.labels.channel,
        "owner": alert.owner,
        "notice": message.id,
    }
    payload: dict[str, object] = {
        "summary": clip(message.title, _SUMMARY),
        "source": clip(alert.labels.store or alert.labels.region or alert.tenant, _SUMMARY),
        "severity": _SEVERITY[message.severity],
        "timestamp": clock.rfc3339(clock.instant(alert.broken_at or alert.raised_at)),
        "component": clip(alert.moment, _SUMMARY),
        "class": clip(alert.stage, _SUMMARY),
        "custom_details": {name: clip(value, _FIELD) for name, value in details.items() if value},
    }
    return payload, alert.labels.region


def _of_group(message: Message, group: Group) -> tuple[dict[str, object], str | None]:
    """The same of several alerts; the class says which kind of group."""
    details = {
        "text": message.text,
        "reason": message.reason,
        "tenant": group.tenant,
        "region": group.region,
        group.shared or "": group.value,
        "open": str(group.open),
        "broken": str(group.broken),
        "notice": message.id,
    }
    payload: dict[str, object] = {
        "summary": clip(message.title, _SUMMARY),
        "source": clip(group.value or group.region or group.tenant, _SUMMARY),
        "severity": _SEVERITY[message.severity],
        "timestamp": clock.rfc3339(clock.instant(group.since)),
        "component": clip(group.moment or group.shared or group.kind, _SUMMARY),
        "class": group.kind,
        "custom_details": {name: clip(value, _FIELD) for name, value in details.items() if name and value},
    }
    return payload, group.region
