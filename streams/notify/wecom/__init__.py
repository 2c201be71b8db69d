"""WeCom (企业微信): the robot of a group, by its webhook. Markdown, at most 4,096 bytes; twenty messages a minute."""

import re

from pydantic import BaseModel, ConfigDict

from streams.notify import escape
from streams.notify.base import Message, NotifyError
from streams.notify.config import Url
from streams.notify.http import Http
from streams.notify.robot import accept, parts

LIMIT = 4_096
_PASSING = {-1: None, 45009: 60.0, 45033: None}  # busy; over the limit of a minute; too many at a time
_USER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
_COLOURS = {"low": "comment", "medium": "comment", "high": "warning", "critical": "warning"}


class WeComConfig(BaseModel):
    """`url` is the robot's webhook with its key, all of it secret."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Url


class WeCom:
    """The address is the user id of who is to be mentioned, or empty."""

    def __init__(self, name: str, config: WeComConfig, http: Http) -> None:
        self.name = name
        self._url = config.url
        self._http = http

    async def send(self, message: Message, address: str) -> str:
        reply = await self._http.post(self._url.get_secret_value(), json=_body(message, address))
        return accept(reply, "errcode", _PASSING)


def _body(message: Message, address: str) -> dict[str, object]:
    if address and (not _USER.fullmatch(address) or address.lower() in {"all", "@all"}):
        raise NotifyError("the contact's address is not a user id of WeCom", permanent=True)
    colour = "info" if message.over else _COLOURS[message.severity]
    title = f'**<font color="{colour}">{escape.markdown(message.title)}</font>**'
    body, link = parts(message)
    tail = "".join(f"\n{line}" for line in (link, f"<@{address}>" if address else "") if line)
    room = LIMIT - len(title.encode()) - len(tail.encode()) - 1
    return {"msgtype": "markdown", "markdown": {"content": f"{title}\n{escape.clip_bytes(body, room)}{tail}"}}
