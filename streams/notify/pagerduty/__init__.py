"""PagerDuty, Events API v2: one incident for an alert, tied by `dedup_key`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from schemas.alert import Severity
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
            "dedup_key": clip(message.alert.id, 255),
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
    return "acknowledge" if message.alert.state == "acknowledged" else "trigger"


def _description(message: Message) -> dict[str, object]:
    alert = message.alert
    details = {
        "text": message.text,
        "reason": message.reason,
        "tenant": alert.tenant,
        "case": alert.case,
        "store": alert.labels.store,
        "region": alert.labels.region,
        "channel": alert.labels.channel,
        "owner": alert.owner,
        "notice": message.id,
    }
    payload = {
        "summary": clip(message.title, _SUMMARY),
        "source": clip(alert.labels.store or alert.labels.region or alert.tenant, _SUMMARY),
        "severity": _SEVERITY[message.severity],
        "timestamp": clock.rfc3339(clock.instant(alert.broken_at or alert.raised_at)),
        "component": clip(alert.moment, _SUMMARY),
        "class": clip(alert.stage, _SUMMARY),
        "custom_details": {name: clip(value, _FIELD) for name, value in details.items() if value},
    }
    described: dict[str, object] = {"payload": payload, "client": "service-moment-monitor"}
    if alert.labels.region:
        payload["group"] = clip(alert.labels.region, _SUMMARY)
    if message.link:
        described |= {"client_url": message.link, "links": [{"href": message.link, "text": clip(message.title, 255)}]}
    return described
