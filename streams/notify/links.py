"""Acknowledge links: a token that says which alert, who was told of it and until when, signed. Pure.

    1 . expires (5 bytes, whole seconds) . flags (1) . length of person (1) . person . alert . 16 bytes of HMAC-SHA256

as URL-safe base64 without padding. The version and all that follows it are signed, under a key of their own that is
derived from the secret of the installation, so that no other use of that secret gives a valid token. The right to
acknowledge is in the token alone: whoever has it may, until it ends, and only this alert, in the name of this person.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal

from streams.clock import SECOND
from streams.errors import MonitorError

Reason = Literal["expired", "forged"]

_VERSION: Final = 1
_HEX: Final = 1  # the alert is written as the bytes of its hexadecimal digits
_HEAD: Final = 8
_MAC: Final = 16
_LONGEST: Final = 1024
_LAST: Final = 256**5 - 1


class LinkError(MonitorError):
    """A token that gives no right. expired: it did until `expires`. forged: nobody with the secret has made it."""

    def __init__(self, reason: Reason) -> None:
        super().__init__({"expired": "this link has expired", "forged": "this link is not one of ours"}[reason])
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class Link:
    """What a token says. `expires` is an instant, whole seconds."""

    alert: str
    person: str
    expires: int


def sign(secret: bytes, alert: str, person: str, expires: int) -> str:
    """The token of a link. `expires`, an instant, is cut to whole seconds. ValueError for what no token can hold: an
    empty secret, alert or person, a person of more than 255 bytes, an instant before 1970."""
    name = person.encode()
    if not secret or not alert or not 0 < len(name) <= 255:
        raise ValueError("a link needs a secret, an alert and a person of at most 255 bytes")
    until = expires // SECOND
    if not 0 <= until <= _LAST:
        raise ValueError("a link cannot expire at such an instant")
    flags, subject = _pack(alert)
    body = bytes((_VERSION, *until.to_bytes(5, "big"), flags, len(name))) + name + subject
    token = urlsafe_b64encode(body + _mac(secret, body)).rstrip(b"=").decode()
    if len(token) > _LONGEST:
        raise ValueError("the id of the alert is too long for a link")
    return token


def read(secret: bytes, token: str, now: int) -> Link:
    """What a token says. LinkError where it has expired at the instant `now`, or was not made with this secret."""
    raw = _decode(token)
    body, mac = raw[:-_MAC], raw[-_MAC:]
    # compared before anything in the body is believed, and in a time that does not tell how much of it is right
    if not secret or len(body) <= _HEAD or not hmac.compare_digest(mac, _mac(secret, body)) or body[0] != _VERSION:
        raise LinkError("forged")
    name, subject = body[_HEAD : _HEAD + body[7]], body[_HEAD + body[7] :]
    link = Link(
        alert=subject.hex() if body[6] & _HEX else subject.decode(),
        person=name.decode(),
        expires=int.from_bytes(body[1:6], "big") * SECOND,
    )
    if now >= link.expires:
        raise LinkError("expired")
    return link


def _pack(alert: str) -> tuple[int, bytes]:
    """Ids are mostly hexadecimal digits, which take half the room as bytes."""
    try:
        packed = bytes.fromhex(alert)
    except ValueError:
        return 0, alert.encode()
    return (_HEX, packed) if packed.hex() == alert else (0, alert.encode())


def _mac(secret: bytes, body: bytes) -> bytes:
    key = hmac.digest(secret, b"moments acknowledge link", sha256)
    return hmac.digest(key, body, sha256)[:_MAC]


def _decode(token: str) -> bytes:
    """The bytes of a token. Only the one way of writing them that `sign` has counts, so that a token has no twins."""
    if len(token) > _LONGEST or not token.isascii():
        raise LinkError("forged")
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError as error:
        raise LinkError("forged") from error
    if urlsafe_b64encode(raw).rstrip(b"=").decode() != token:
        raise LinkError("forged")
    return raw
