"""Form tokens against requests forged by other sites, and the cookies of the console.

The token of a form is a MAC of the session it was made in or, before anybody signed in, of a random cookie. It is masked
anew for each page, so that compressed pages do not give it away bit by bit.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any, Final

from streams.console.access.passage import Passage

SESSION: Final = "moments_session"
FORM: Final = "moments_form"
OIDC: Final = "moments_oidc"
_FORM_ID: Final = re.compile(r"[A-Za-z0-9_-]{24}")
_SIZE: Final = 16


class Forms:
    """Issues and checks the tokens of forms."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, b"moments form token", sha256)

    def issue(self, passage: Passage) -> str:
        """A token for the forms of this response; it sets the cookie that the token belongs to if need be."""
        if passage.way == "token":
            return ""
        if passage.session is None and passage.form is None:
            passage.form = secrets.token_urlsafe(18)
            passage.cookies.append(cookie(FORM, passage.form, secure=passage.secure))
        mask = secrets.token_bytes(_SIZE)
        return urlsafe_b64encode(mask + _mix(mask, self._mac(passage))).rstrip(b"=").decode()

    def holds(self, passage: Passage, token: str) -> bool:
        """Whether a token was issued for the session, or the form cookie, of this request."""
        if (passage.session is None and passage.form is None) or len(token) > 64 or not token.isascii():
            return False
        try:
            raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            return False
        return len(raw) == 2 * _SIZE and hmac.compare_digest(_mix(raw[:_SIZE], raw[_SIZE:]), self._mac(passage))

    def _mac(self, passage: Passage) -> bytes:
        bound = f"session {passage.session.id}" if passage.session is not None else f"form {passage.form}"
        return hmac.digest(self._key, bound.encode(), sha256)[:_SIZE]


def cookie(name: str, value: str, *, secure: bool, seconds: int | None = None) -> str:
    """A Set-Cookie value. Under https the name binds the cookie to this very host: no other of the domain can set it."""
    age = "" if seconds is None else f"; Max-Age={seconds}"
    return f"{_named(name, secure)}={value}; Path=/; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}{age}"


def without(name: str, *, secure: bool) -> str:
    """A Set-Cookie value that takes a cookie away."""
    return cookie(name, "", secure=secure, seconds=0)


def read_cookie(scope: Any, name: str, *, secure: bool) -> str | None:
    """The value of a cookie; None where it is not there, or there twice: then one of them was planted."""
    wanted = _named(name, secure)
    found = [
        value.strip()
        for key, line in scope["headers"]
        if key.lower() == b"cookie"
        for name_, equals, value in (part.partition("=") for part in line.decode("latin-1").split(";"))
        if equals and name_.strip() == wanted
    ]
    return found[0] if len(found) == 1 and found[0] else None


def read_form_cookie(scope: Any, *, secure: bool) -> str | None:
    """The form cookie, where it has the shape of ours."""
    found = read_cookie(scope, FORM, secure=secure)
    return found if found is not None and _FORM_ID.fullmatch(found) else None


def _named(name: str, secure: bool) -> str:
    return f"__Host-{name}" if secure else name


def _mix(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
