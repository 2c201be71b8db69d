"""Sessions: a signed cookie that says who signed in and when. Nothing of it is kept here but which ones were ended.

A cookie is good while its signature holds, its time is not up, its user is still there with the password it was begun
with, and nobody signed out with it. Ends by sign-out are held in memory until the session would have ended by itself:
a restart forgets them, and so does another console of the same installation; what it takes then to use an ended session
is a copy of its cookie. What ends sessions everywhere and for good is a new password, a disabled or removed user, or a
new secret.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any, Final, Literal

from itsdangerous import BadData, URLSafeSerializer

from schemas.organisation import Language
from streams.clock import MINUTE
from streams.console.viewer import Role

Way = Literal["local", "oidc"]
_AHEAD: Final = 5 * MINUTE  # by so much the clocks of two consoles may differ
_MOST: Final = 100_000
LONGEST: Final = 3_500
"""Bytes of a cookie's value; browsers drop cookies of more than 4096 with name and attributes."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What an OpenID provider said of somebody, as far as it is used. `tenants` None: all."""

    name: str
    role: Role
    tenants: tuple[str, ...] | None
    language: Language
    time_zone: str


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in. `mark` is that of the password of a local user; `claims` are those of an OpenID user."""

    id: str = field(repr=False)
    user: str
    way: Way
    began: int
    mark: str = field(default="", repr=False)
    claims: Claims | None = None

    @property
    def label(self) -> str:
        """What logs call the session: it cannot be used as one."""
        return sha256(self.id.encode()).hexdigest()[:8]


class Sessions:
    """Begins, reads and ends sessions of at most `lifetime` microseconds."""

    def __init__(self, secret: bytes, lifetime: int, clock: Callable[[], int]) -> None:
        self._signer = serializer(secret, "moments session 1")
        self._lifetime = lifetime
        self._clock = clock
        self._ended: OrderedDict[str, int] = OrderedDict()

    def begin(self, user: str, way: Way, *, mark: str = "", claims: Claims | None = None) -> tuple[Session, str]:
        """A new session, and the value of its cookie. ValueError where that is too long for a cookie."""
        session = Session(secrets.token_urlsafe(18), user, way, self._clock(), mark, claims)
        value = {"s": session.id, "u": user, "w": way, "t": session.began, "m": mark}
        cookie = self._signer.dumps(value if claims is None else value | {"c": asdict(claims)})
        text = str(cookie)
        if len(text) > LONGEST:
            raise ValueError("the session is too long for a cookie")
        return session, text

    def read(self, cookie: str) -> Session | None:
        """The session of a cookie; None where it is not ours, over, or was ended."""
        if len(cookie) > LONGEST:
            return None
        try:
            session = _session(self._signer.loads(cookie))
        except BadData:
            return None
        return session if session is not None and self.holds(session) else None

    def holds(self, session: Session) -> bool:
        """Whether a session that was read is neither over nor ended."""
        now = self._clock()
        return session.began - _AHEAD <= now < session.began + self._lifetime and session.id not in self._ended

    def end(self, session: Session) -> None:
        """Let nobody use this session again."""
        now = self._clock()
        while self._ended and (next(iter(self._ended.values())) <= now or len(self._ended) >= _MOST):
            self._ended.popitem(last=False)
        self._ended[session.id] = session.began + self._lifetime


def serializer(secret: bytes, purpose: str) -> URLSafeSerializer:
    """Signs values for one purpose with HMAC-SHA256; what was signed for another purpose does not pass."""
    return URLSafeSerializer(secret, salt=purpose, signer_kwargs={"digest_method": sha256, "key_derivation": "hmac"})


def _session(value: Any) -> Session | None:
    """The session of a signed value; None for what another release, or another program with our secret, has signed."""
    try:
        claims = value.get("c")
        found = None if claims is None else Claims(**(claims | {"tenants": _tuple(claims["tenants"])}))
        session = Session(value["s"], value["u"], value["w"], value["t"], value["m"], found)
    except (AttributeError, KeyError, TypeError):
        return None
    texts = (session.id, session.user, session.way, session.mark)
    return session if all(isinstance(text, str) for text in texts) and type(session.began) is int else None


def _tuple(tenants: list[str] | None) -> tuple[str, ...] | None:
    return None if tenants is None else tuple(tenants)
