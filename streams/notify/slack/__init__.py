"""Slack: an incoming webhook, which is bound to one channel, or `chat.postMessage` with a bot's token."""

import re
from typing import Self

from pydantic import BaseModel, ConfigDict, SecretStr, model_validator

from streams.notify.base import Message, NotifyError
from streams.notify.config import Url
from streams.notify.http import Http

_PASSING = frozenset(
    {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)
_HEADER, _SECTION, _FALLBACK, _BUTTON_URL = 150, 3000, 3000, 3000  # characters, by the API


class SlackConfig(BaseModel):
    """`url` of an incoming webhook, or `token` of a bot (`chat:write`) with the `channel` for contacts without address.
    `api`: where `chat.postMessage` is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Url | None = None
    token: SecretStr | None = None
    channel: str = ""
    api: Url = SecretStr("https://slack.com/api/chat.postMessage")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.url is None) == (self.token is None):
            raise ValueError("give either url or token")
        return self


class Slack:
    """With a token, `address` is the channel or the member to write to; a webhook has its channel already."""

    def __init__(self, name: str, config: SlackConfig, http: Http) -> None:
        self.name = name
        self._url = (config.url or config.api).get_secret_value()
        self._token = None if config.token is None else config.token.get_secret_value()
        self._channel = config.channel
        self._http = http

    async def send(self, message: Message, address: str) -> str:
        """Slack says in the body whether it took the message, with status 200 in both cases."""
        body = content(message)
        if self._token is None:
            reply = await self._http.post(self._url, json=body)
            if reply.body.strip() != b"ok":
                raise NotifyError(f"answered {reply.status} without ok", permanent=False)
            return "taken"
        channel = address or self._channel
        if not channel:
            raise NotifyError("no channel: the contact has no address and the receiver no channel", permanent=True)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json; charset=utf-8"}
        reply = await self._http.post(self._url, json={"channel": channel} | body, headers=headers)
        answer = reply.json()
        if not isinstance(answer, dict) or answer.get("ok") is not True:
            code = answer.get("error") if isinstance(answer, dict) else None
            named = code if isinstance(code, str) and re.fullmatch(r"[a-z_]{1,64}", code) else "no reason given"
            raise NotifyError(f"refused: {named}", permanent=named != "no reason given" and named not in _PASSING)
        return "taken"


def content(message: Message) -> dict[str, object]:
    """Blocks of plain text, in which Slack reads no markup; `text` is what notifications show, and is read as markup."""
    buttons = [action for action in message.actions if len(action.url) <= _BUTTON_URL]
    lines = [line for line in message.text.split("\n") if not any(button.url in line for button in buttons)]
    blocks: list[dict[str, object]] = [
        {"type": "header", "text": _plain(message.title, _HEADER)},
        {"type": "section", "text": _plain("\n".join(lines), _SECTION)},  # without what the buttons say
    ]
    if buttons:
        elements = [{"type": "button", "text": _plain(label, _HEADER), "url": url} for label, url in buttons]
        blocks.append({"type": "actions", "elements": elements})
    switches = {"link_names": False, "unfurl_links": False, "unfurl_media": False, "parse": "none"}
    return {"text": escape(message.title, _FALLBACK), "blocks": blocks} | switches


def escape(text: str, limit: int) -> str:
    """Text in which Slack reads neither control sequences nor mentions, as one of at most `limit` characters.

    `&`, `<` and `>` become entities, and an `@` before a name gets a mark without width behind it.
    """
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = re.sub(r"@(?=\w)", "@\u2060", safe) or "-"  # a text must not be empty
    return safe if len(safe) <= limit else re.sub(r"&[a-z]*$", "", safe[: limit - 1]) + "…"


def _plain(text: str, limit: int) -> dict[str, object]:
    return {"type": "plain_text", "text": escape(text, limit), "emoji": False}
