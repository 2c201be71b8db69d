"""Mail over SMTP: text and HTML in one, and one thread for all mails of an alert."""

import asyncio
import socket
import ssl
from contextlib import suppress
from pathlib import Path
from typing import Literal, Self

import aiosmtplib
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from streams.notify.base import Message, NotifyError
from streams.notify.http import Http
from streams.notify.smtp.mail import MAILBOX, compose

_PORTS = {"starttls": 587, "tls": 465, "none": 25}


class SmtpConfig(BaseModel):
    """The server and how to enter it. `security`: STARTTLS is insisted on, never only tried. `timeout` in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(min_length=1)
    port: int | None = Field(default=None, ge=1, le=65_535, description="587, 465 or 25, as the security has it.")
    sender: str = Field(pattern=MAILBOX)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    ca_file: Path | None = None
    timeout: float = Field(default=20.0, gt=0)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password come together")
        if self.password is not None and self.security == "none":
            raise ValueError("a password is only sent over TLS: set security to starttls or tls")
        return self


class Smtp:
    """The address is a mail address. The guard of `http` judges the server as it does every destination."""

    def __init__(self, name: str, config: SmtpConfig, http: Http) -> None:
        self.name = name
        self._config = config
        self._http = http

    async def send(self, message: Message, address: str) -> str:
        mail = compose(message, self._config.sender, address, self._http.now())
        outcome = await self._attempt(mail.as_bytes(), address)
        if isinstance(outcome, NotifyError):
            raise outcome  # here, so that no cause with an address hangs on it
        return outcome

    async def _attempt(self, mail: bytes, address: str) -> str | NotifyError:
        try:
            async with asyncio.timeout(self._config.timeout):
                client = await self._connect()
                try:
                    await client.sendmail(self._config.sender, [address], mail)
                    with suppress(aiosmtplib.SMTPException, OSError):  # it has the mail; how it says goodbye is no matter
                        await client.quit()
                finally:
                    client.close()
        except NotifyError as error:
            return error
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _refusal(error.recipients[0].code)
        except aiosmtplib.SMTPResponseException as error:
            return _refusal(error.code)
        except (aiosmtplib.SMTPException, OSError) as error:
            if type(error) is aiosmtplib.SMTPException:  # only for these two the library has no type
                return NotifyError("the mail server does not offer what is asked: STARTTLS, or a login", permanent=True)
            if isinstance(error, ssl.SSLCertVerificationError) or isinstance(
                error.__cause__, ssl.SSLCertVerificationError
            ):
                return NotifyError("its TLS certificate cannot be trusted", permanent=True)
            if isinstance(error, TimeoutError):
                return NotifyError(f"no answer within {self._config.timeout:g} s", permanent=False)
            return NotifyError("no connection to the mail server, or it broke off", permanent=False)
        return "250 taken"

    async def _connect(self) -> aiosmtplib.SMTP:
        config = self._config
        trust = ssl.create_default_context(cafile=config.ca_file) if config.security != "none" else None
        client = aiosmtplib.SMTP(
            hostname=config.host,  # whose certificate it must be; the connection is made below, to the judged address
            local_hostname=config.sender.rpartition("@")[2],
            use_tls=config.security == "tls",
            start_tls=config.security == "starttls",
            tls_context=trust,
            username=config.username,
            password=config.password.get_secret_value() if config.password else None,
            timeout=config.timeout,
            sock=await self._dial(config.port or _PORTS[config.security]),
        )
        await client.connect()
        return client

    async def _dial(self, port: int) -> socket.socket:
        """A connection to the first permitted address that answers."""
        failure: OSError | None = None
        for address in await self._http.guard.find(self._config.host, port):
            line = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
            line.setblocking(False)
            try:
                await asyncio.get_running_loop().sock_connect(line, (address, port))
            except OSError as error:
                line.close()
                failure = error
            except BaseException:
                line.close()
                raise
            else:
                return line
        raise failure or OSError("the name has no address")


def _refusal(code: int) -> NotifyError:
    return NotifyError(f"the mail server answered {code}", permanent=500 <= code <= 599)
