"""One HTTP session for all receivers that speak HTTP, and what its failures mean for a delivery.

Nothing here retries, follows a redirect, keeps a cookie or reads a proxy from the environment. A failure is a
NotifyError whose message has neither address nor secret, and no cause behind it that would.
"""

import json as json_text
import ssl
from asyncio import IncompleteReadError
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import aiohttp
from yarl import URL

from streams import clock
from streams.notify.base import NotifyError
from streams.notify.guard import Guard, Lookup

TIMEOUT = 10.0
"""Seconds for one attempt, from the lookup of the name to the end of the answer."""
BODY_LIMIT = 64 * 1024
"""Bytes of an answer that are read; the rest is thrown away with the connection."""
LONGEST_WAIT = 3600.0
"""Seconds of a Retry-After that are believed. A receiver must not be able to silence us for a year."""
AT_ONCE = 20
"""Connections to one host at a time, so that a slow one never takes those of another."""

_PASSING = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with a status of 200 to 299. The body has at most BODY_LIMIT bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON; NotifyError (not permanent) where it is none: somebody else has answered."""
        with suppress(ValueError):
            return json_text.loads(self.body)
        raise NotifyError(f"answered {self.status} with something else than JSON", permanent=False)


class Http:
    """The session. Async context manager, or call `close`. Bound to the event loop of the first request.

    `allow` opens destinations inside the network (see Guard). `now` is the clock, in microseconds; receivers that sign
    or date what they send ask `http.now()`. `trust` replaces the system's certificate authorities.
    """

    def __init__(
        self,
        *,
        allow: Iterable[str] = (),
        now: Callable[[], int] = clock.now,
        timeout: float = TIMEOUT,
        trust: ssl.SSLContext | None = None,
        lookup: Lookup | None = None,
    ) -> None:
        self.guard = Guard(allow, lookup)
        self.now = now
        self._timeout = timeout
        self._trust = trust
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def post(
        self,
        url: str,
        *,
        json: object = None,
        data: bytes | Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Reply:
        """Post `json` (written by `encode`) or `data` (bytes as they are, or a form's fields) and wait for the answer.

        NotifyError: permanent for redirects, refusals (4xx but 408, 425, 429), forbidden destinations and certificates
        that are not to be trusted; passing for everything else, with `retry_after` where the receiver gave one.
        """
        sent = dict(headers or {})
        if json is not None:
            data = encode(json)
            sent.setdefault("Content-Type", "application/json")
        outcome = await self._attempt(url, data, sent, self._timeout if timeout is None else timeout)
        if isinstance(outcome, NotifyError):
            raise outcome  # here, and not where it was caught, so that no cause with an address hangs on it
        return outcome

    async def _attempt(
        self, url: str, data: bytes | Mapping[str, str] | None, headers: dict[str, str], timeout: float
    ) -> Reply | NotifyError:
        status: int | None = None
        try:
            target = _target(url)
            self.guard.check(target.raw_host or "")
            limit = aiohttp.ClientTimeout(total=timeout)
            async with self._open().post(
                target, data=data, headers=headers, timeout=limit, allow_redirects=False
            ) as response:
                status = response.status
                if not 200 <= status <= 299:
                    return self._refusal(status, response.headers)
                return Reply(status, response.headers.copy(), await _read(response.content))
        except NotifyError as error:
            return error
        except TimeoutError:
            return NotifyError(f"no {'end of the ' if status else ''}answer within {timeout:g} s", permanent=False)
        except aiohttp.ClientConnectorCertificateError:
            return NotifyError("its TLS certificate cannot be trusted", permanent=True)
        except aiohttp.ClientSSLError:
            return NotifyError("no TLS connection came about", permanent=False)
        except aiohttp.ClientConnectorDNSError:
            return NotifyError("its name could not be looked up", permanent=False)
        except aiohttp.ClientConnectorError:
            return NotifyError("no connection came about", permanent=False)
        except aiohttp.ClientResponseError:
            return NotifyError("answered something that is not HTTP", permanent=False)
        except aiohttp.InvalidURL:
            return NotifyError("its URL is not valid", permanent=True)
        except (aiohttp.ClientError, IncompleteReadError, OSError):
            return NotifyError(
                f"the answer was cut off after status {status}" if status else "the connection was cut off",
                permanent=False,
            )
        except ValueError:
            # aiohttp refuses a header with a line break
            return NotifyError("the request cannot be made", permanent=True)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                resolver=self.guard, limit=0, limit_per_host=AT_ONCE, ssl=self._trust if self._trust is not None else True
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "service-moment-monitor", "Accept-Encoding": "identity"},
                trust_env=False,
                auto_decompress=False,  # nothing compressed was asked for, and a few bytes must not become gigabytes
            )
        return self._session

    def _refusal(self, status: int, headers: Mapping[str, str]) -> NotifyError:
        if 300 <= status <= 399:
            return NotifyError(f"answered {status}: redirects are not followed", permanent=True)
        passing = status in _PASSING or status >= 500 or status < 200
        wait = parse_retry_after(headers.get("Retry-After"), self.now()) if passing else None
        return NotifyError(f"answered {status}", permanent=not passing, retry_after=wait)


def encode(value: object) -> bytes:
    """Compact JSON in UTF-8, as it is sent and signed. A lone surrogate, which no UTF-8 can hold, becomes `?`."""
    return json_text.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8", "replace")


def parse_retry_after(value: str | None, now: int) -> float | None:
    """Seconds to wait by a Retry-After of seconds or of an HTTP date, 0 to LONGEST_WAIT; None where it says nothing."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_WAIT)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = clock.instant(date if date.tzinfo else date.replace(tzinfo=UTC))
    return min(max((at - now) / clock.SECOND, 0.0), LONGEST_WAIT)


def _target(url: str) -> URL:
    """NotifyError for what is no URL of http or https with a host."""
    with suppress(ValueError):
        target = URL(url)
        if target.scheme in ("http", "https") and target.raw_host:
            return target
    raise NotifyError("its URL is not valid", permanent=True)


async def _read(content: aiohttp.StreamReader) -> bytes:
    body = bytearray()
    while len(body) < BODY_LIMIT and (chunk := await content.read(BODY_LIMIT - len(body))):
        body += chunk
    return bytes(body)
