"""Any HTTP endpoint, signed by Standard Webhooks 1.0 (symmetric): every library of that standard can verify it."""

from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from hashlib import sha256
from hmac import digest
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr

from streams.clock import SECOND
from streams.notify.base import Message
from streams.notify.config import OneOrMore, Url
from streams.notify.http import Http, encode

_PREFIX = "whsec_"


def _key(secret: SecretStr) -> bytes:
    return b64decode(secret.get_secret_value().removeprefix(_PREFIX), validate=True)


def _signing(secret: SecretStr) -> SecretStr:
    try:
        length = len(_key(secret))
    except (NoBase64, ValueError):
        length = 0
    if not 24 <= length <= 64:
        raise ValueError("must be whsec_ and then 24 to 64 bytes in base64")
    return secret


class WebhookConfig(BaseModel):
    """`secrets`: the one in force first; more than one while it is being replaced, then each signs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Url
    secrets: OneOrMore[Annotated[SecretStr, AfterValidator(_signing)]]


class Webhook:
    """Posts the message and its alert as JSON. `address` is handed on as `to`. Any status of 200 to 299 is taken."""

    def __init__(self, name: str, config: WebhookConfig, http: Http) -> None:
        self.name = name
        self._url = config.url.get_secret_value()
        self._keys = tuple(_key(secret) for secret in config.secrets)
        self._http = http

    async def send(self, message: Message, address: str) -> str:
        """The id of the message is `webhook-id` over all attempts; the timestamp is that of the attempt."""
        body = encode(content(message, address))
        at = self._http.now() // SECOND
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message.id,
            "webhook-timestamp": str(at),
            "webhook-signature": " ".join(sign(key, message.id, at, body) for key in self._keys),
        }
        reply = await self._http.post(self._url, data=body, headers=headers)
        return f"taken with {reply.status}"


def sign(key: bytes, id_: str, at: int, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256 of `<id>.<seconds>.<body>` in base64."""
    return "v1," + b64encode(digest(key, f"{id_}.{at}.".encode() + body, sha256)).decode()


def content(message: Message, address: str) -> dict[str, object]:
    """What is posted. Who else was told, what people wrote, and the link by which one acknowledges stay in the house."""
    alert = message.alert.model_dump(mode="json", exclude={"proof", "told", "comments", "playbook"})
    group = None if message.group is None else message.group.model_dump(mode="json")
    data = {
        "id": message.id,
        "to": address,
        "language": message.language,
        "title": message.title,
        "text": message.report,
        "link": message.link,
        "alert": alert,
    }
    return {
        "type": f"moment.{'alert' if group is None else 'group'}.{message.reason}",
        "timestamp": (group or alert)["changed_at"],
        "data": data if group is None else data | {"key": message.key, "group": group},
    }
