"""Bodies of requests: bounded in size and time, read before the app runs, and handed to it as they came."""

import asyncio
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive

from streams.console.access.origin import header

LARGEST: Final = 64 * 1024
"""Bytes."""
PATIENCE: Final = 15.0
"""Seconds in which a body has to have come."""
FIELD: Final = "csrf"
_FIELDS: Final = 500


class BodyError(Exception):
    """A body that is not taken; `status` and `reason` are those of the answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


async def read(scope: Any, receive: Receive) -> bytes | None:
    """The body, None where there is none to wait for. BodyError for one too large, too slow, or of a length that is none;
    ClientDisconnect; HeaderError."""
    length = header(scope, b"content-length")
    if length is not None and not (length.isascii() and length.isdigit()):
        raise BodyError(400, "bad_request")
    if length is not None and int(length[:12]) > LARGEST:
        raise BodyError(413, "too_large")
    if length is None and header(scope, b"transfer-encoding") is None:
        return None
    try:
        async with asyncio.timeout(PATIENCE):
            return await _collect(receive)
    except TimeoutError as error:
        raise BodyError(408, "too_slow") from error


async def _collect(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > LARGEST:
            raise BodyError(413, "too_large")
        if not message.get("more_body", False):
            return bytes(body)


def replay(body: bytes, receive: Receive) -> Receive:
    """A receive that gives the body first, and then what else comes."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def form_token(scope: Any, body: bytes, receive: Receive) -> str | None:
    """The token of a request: of its X-CSRF-Token header, or the one field `csrf` of its form. BodyError for a form that
    cannot be read; HeaderError."""
    given = header(scope, b"x-csrf-token")
    if given is not None:
        return given
    kind = (header(scope, b"content-type") or "").partition(";")[0].strip().lower()
    try:
        if kind == "application/x-www-form-urlencoded":
            pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=_FIELDS)
            found = [value for key, value in pairs if key == FIELD]
        elif kind == "multipart/form-data":
            async with Request(dict(scope), replay(body, receive)).form(max_files=0, max_fields=_FIELDS) as form:
                found = [value for value in form.getlist(FIELD) if isinstance(value, str)]
        else:
            return None
    except (ValueError, MultiPartException, HTTPException) as error:
        raise BodyError(400, "bad_request") from error
    return found[0] if len(found) == 1 else None
