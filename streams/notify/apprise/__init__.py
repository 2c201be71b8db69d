"""Whatever else apprise can reach, by its URLs (`apprise://`, `matrix://`, `tgram://`...). Needs the extra `apprise`.

What a URL of apprise connects to is apprise's business: the guard over destinations does not see it. Its services say
no more than yes or no, so every failure counts as passing.
"""

import asyncio
import importlib
import logging
from types import ModuleType
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from streams.errors import OperatorError
from streams.notify.base import Message, NotifyError
from streams.notify.http import Http

_HERE = "{address}"


class AppriseConfig(BaseModel):
    """`url` is a URL of apprise, which may have `{address}` where the contact's address belongs. `timeout` in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: SecretStr
    timeout: float = Field(default=20.0, gt=0)


class Apprise:
    """The address takes the place of `{address}` in the URL; without one there it means nothing.

    OperatorError where the package is not installed, or knows no service for the URL.
    """

    def __init__(self, name: str, config: AppriseConfig, http: Http) -> None:  # noqa: ARG002 apprise has its own
        self.name = name
        self._config = config
        self._apprise = _library(name)
        self._url = config.url.get_secret_value()
        if not self._apprise.Apprise().add(self._url.replace(_HERE, "100000001")):
            raise OperatorError(f"receiver {name}: apprise has no service for this URL (or it is not complete)")

    async def send(self, message: Message, address: str) -> str:
        if _HERE in self._url and not address:
            raise NotifyError("the contact has no address, and the URL needs one", permanent=True)
        service = self._apprise.Apprise()
        if not service.add(self._url.replace(_HERE, quote(address, safe="", errors="replace"))):
            raise NotifyError("the contact's address does not fit the URL", permanent=True)
        try:
            async with asyncio.timeout(self._config.timeout):
                told = await service.async_notify(
                    title=message.title,
                    body=message.text,
                    notify_type=self._apprise.NotifyType.INFO if message.over else self._apprise.NotifyType.WARNING,
                    body_format=self._apprise.NotifyFormat.TEXT,
                    interpret_escapes=False,
                )
        except TimeoutError:
            raise NotifyError(f"no answer within {self._config.timeout:g} s", permanent=False) from None
        if not told:
            raise NotifyError("apprise could not deliver it", permanent=False)
        return "taken by apprise"


def _library(name: str) -> ModuleType:
    # both write the paths of URLs, which are secrets, into the log
    logging.getLogger("apprise").disabled = True
    logging.getLogger("urllib3.connectionpool").setLevel(logging.WARNING + 1)
    try:
        return importlib.import_module("apprise")
    except ModuleNotFoundError as error:
        raise OperatorError(f"receiver {name} needs apprise: install service-moment-monitor[apprise]") from error
