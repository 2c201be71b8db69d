"""Feishu (飞书, Lark): the custom bot of a group, signed. A card with a button; a hundred messages a minute."""

import base64
import hashlib
import hmac
import re

from pydantic import BaseModel, ConfigDict, SecretStr

from streams.clock import SECOND
from streams.notify.base import Message, NotifyError
from streams.notify.config import Url
from streams.notify.http import Http
from streams.notify.robot import accept, parts

_PASSING = {11232: 60.0, 99991400: 60.0, 230020: 60.0}  # over a limit: of the tenant, of the interface, of the group
_OPEN_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_COLOURS = {"low": "grey", "medium": "yellow", "high": "orange", "critical": "red"}


class FeishuConfig(BaseModel):
    """`url` is the bot's webhook with its token, `secret` the key of its signature, if it has one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Url
    secret: SecretStr | None = None


class Feishu:
    """The address is the open id or user id of who is to be mentioned, or empty."""

    def __init__(self, name: str, config: FeishuConfig, http: Http) -> None:
        self.name = name
        self._config = config
        self._http = http

    async def send(self, message: Message, address: str) -> str:
        body: dict[str, object] = {}
        if self._config.secret is not None:
            stamp = self._http.now() // SECOND
            body = {"timestamp": str(stamp), "sign": sign(stamp, self._config.secret.get_secret_value())}
        body |= {"msg_type": "interactive", "card": _card(message, address)}
        return accept(await self._http.post(self._config.url.get_secret_value(), json=body), "code", _PASSING)


def sign(stamp: int, secret: str) -> str:
    """The signature: HMAC-SHA256 of nothing, by stamp (seconds), newline and secret as the key."""
    mac = hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()


def _card(message: Message, address: str) -> dict[str, object]:
    if address and (not _OPEN_ID.fullmatch(address) or address.lower() == "all"):
        raise NotifyError("the contact's address is not a user of Feishu", permanent=True)
    body, _ = parts(message)
    if address:
        body += f"\n<at id={address}></at>"
    elements: list[dict[str, object]] = [{"tag": "div", "text": {"tag": "lark_md", "content": body}}]
    buttons = [
        {
            "tag": "button",
            "text": {"tag": "plain_text", "content": action.label},
            "url": action.url,
            "type": "default" if place else "primary",
        }
        for place, action in enumerate(message.actions)
    ]
    if buttons:
        elements.append({"tag": "action", "actions": buttons})
    return {
        "config": {"wide_screen_mode": True},
        "header": {
            "template": "green" if message.over else _COLOURS[message.severity],
            "title": {"tag": "plain_text", "content": message.title},
        },
        "elements": elements,
    }
