"""DingTalk (钉钉): the custom robot of a group, signed. Markdown; twenty messages a minute, or ten minutes of silence."""

import base64
import hashlib
import hmac
import re
from urllib.parse import quote_plus

from pydantic import BaseModel, ConfigDict, SecretStr

from streams.clock import MILLISECOND
from streams.notify import escape
from streams.notify.base import Message, NotifyError
from streams.notify.config import Url
from streams.notify.http import Http
from streams.notify.robot import accept

_PASSING = {-1: None, 130101: 600.0, 410100: 600.0}  # busy; over the limit of a minute, by two names
_MOBILE = re.compile(r"(?:\+?[0-9]{1,4}-)?[0-9]{6,15}")


class DingTalkConfig(BaseModel):
    """`url` is the robot's webhook with its access token, `secret` the key of its signature (`SEC...`), if it has one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Url
    secret: SecretStr | None = None


class DingTalk:
    """The address is the mobile number of who is to be mentioned, or empty."""

    def __init__(self, name: str, config: DingTalkConfig, http: Http) -> None:
        self.name = name
        self._config = config
        self._http = http

    async def send(self, message: Message, address: str) -> str:
        body = _body(message, address)
        url = self._config.url.get_secret_value()
        if self._config.secret is not None:
            stamp = self._http.now() // MILLISECOND
            signature = sign(stamp, self._config.secret.get_secret_value())
            url += f"{'&' if '?' in url else '?'}timestamp={stamp}&sign={signature}"
        return accept(await self._http.post(url, json=body), "errcode", _PASSING)


def sign(stamp: int, secret: str) -> str:
    """The signature as it stands in the URL: HMAC-SHA256 by the secret over stamp (milliseconds), newline and secret."""
    mac = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256)
    return quote_plus(base64.b64encode(mac.digest()))


def _body(message: Message, address: str) -> dict[str, object]:
    if address and not _MOBILE.fullmatch(address):
        raise NotifyError("the contact's address is not a mobile number", permanent=True)
    lines = [f"#### {escape.markdown(message.title)}", *message.markdown.split("\n")]
    if address:
        lines.append(f"@{address}")
    return {
        "msgtype": "markdown",
        # a single line break is a space there
        "markdown": {"title": message.title, "text": "\n\n".join(lines)},
        "at": {"atMobiles": [address] if address else [], "isAtAll": False},
    }
