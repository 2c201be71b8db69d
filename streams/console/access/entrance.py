"""Access as a whole: made from the settings, and asked by the gate and the sign-in page who somebody is."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from argon2 import PasswordHasher
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from streams.clock import now
from streams.console.access.account_file import AccountFile
from streams.console.access.accounts import TOKEN_PREFIX, Accounts, User
from streams.console.access.forms import SESSION, Forms, read_cookie, read_form_cookie, without
from streams.console.access.limits import Buckets, Limits, Patience, Rate
from streams.console.access.origin import Address, Origins, header, is_loopback
from streams.console.access.passage import Passage, is_api
from streams.console.access.passwords import Passwords
from streams.console.access.render import RenderRefusal, RenderSignIn
from streams.console.access.sessions import Session, Sessions
from streams.console.viewer import Viewer
from streams.errors import OperatorError
from streams.settings import Settings

log = structlog.stdlib.get_logger(__name__)

DEMO: Final = Viewer("demo", "demo", "admin", None)
_SHORTEST: Final = 32
_MAKE_SECRET: Final = "make one with `openssl rand -hex 32`, and give it to every console and notify worker"


class Access:
    """Sign-in, sessions, tokens and limits of one console. Its state is in memory: failures, rates, ended sessions."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], int] = now,
        *,
        limits: Limits | None = None,
        hasher: PasswordHasher | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """OperatorError where nobody could sign in, or more than should."""
        console = settings.console
        _judge(settings)
        self.settings = settings
        self.clock = clock
        self.sleep = sleep
        self.open = console.open_to_all
        self.origins = Origins(settings)
        self.file = None if console.accounts is None else AccountFile(console.accounts)
        self.link_secret = _secret(settings)
        """What acknowledge links are signed with: `streams.notify.links.read` takes it."""
        self.sessions = Sessions(self.link_secret, console.session, clock)
        self.forms = Forms(self.link_secret)
        self.passwords = Passwords(hasher)
        self.patience = Patience(clock)
        limits = limits or Limits()
        self.at_once = limits.at_once
        rates = {name: rate for name, rate in limits._asdict().items() if isinstance(rate, Rate)}
        self.buckets = {name: Buckets(rate, clock) for name, rate in rates.items()}
        self.refusal: RenderRefusal | None = None
        """Makes the pages of refusals; one sentence in plain text where there is none."""
        self.provider = None
        if console.oidc is not None:
            from streams.console.access.oidc import Provider

            self.provider = Provider(console.oidc, self.link_secret, clock)
        self._reading = asyncio.Lock()
        self._same: dict[str, str] = {}
        if not is_loopback(console.host) and not self.origins.https:
            log.warning("passwords and sessions travel in the clear; put the console behind https", host=console.host)

    @classmethod
    def of(
        cls,
        settings: Settings,
        clock: Callable[[], int] = now,
        *,
        limits: Limits | None = None,
        hasher: PasswordHasher | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> "Access":
        """Access as the settings have it. OperatorError as above. The last three are for tests and for measuring."""
        return cls(settings, clock, limits=limits, hasher=hasher, sleep=sleep)

    def routes(self, render: RenderSignIn, refusal: RenderRefusal | None = None) -> list[BaseRoute]:
        """/sign-in, /sign-out and, with a provider, /sign-in/oidc and /sign-in/oidc/back."""
        from streams.console.access.sign_in import SignIn

        self.refusal = refusal
        return SignIn(self, render).routes()

    def middleware(self) -> list[Middleware]:
        """What stands before every route."""
        from streams.console.access.gate import Gate

        return [Middleware(Gate, access=self)]

    @property
    def accounts(self) -> Accounts:
        """The local accounts as last read."""
        return Accounts() if self.file is None else self.file.accounts

    async def refresh(self) -> None:
        """Read the accounts file if it is another than before."""
        if self.file is not None and self.file.changed():
            async with self._reading:
                if self.file.changed():
                    await asyncio.to_thread(self.file.read)

    async def identify(self, scope: Any, address: Address) -> Passage:
        """Who a request is from. `way` of the passage: `token`, `session`, `open`, None for nobody, `refused` for a token
        that is none. A token goes before a session, and never falls back to one. HeaderError."""
        await self.refresh()
        passage = Passage(None, None, address.client, address.secure, address.origin, self.forms.issue)
        kind, _, token = (header(scope, b"authorization") or "").partition(" ")
        if kind.lower() == "bearer":
            passage.credential = token.strip()
            passage.way = "token" if is_api(scope) else "refused"  # machines have no business with pages
        elif self.open:
            passage.way = "open"
            passage.form = read_form_cookie(scope, secure=address.secure)
        else:
            cookie = read_cookie(scope, SESSION, secure=address.secure)
            passage.session = None if cookie is None else self.sessions.read(cookie)
            passage.way = None if passage.session is None else "session"
            passage.form = read_form_cookie(scope, secure=address.secure)
            if cookie is not None and (passage.session is None or self._member(passage.session) is None):
                passage.session, passage.way = None, None
                passage.cookies.append(without(SESSION, secure=address.secure))
        passage.viewer = self._viewer(passage)
        if passage.way == "token" and passage.viewer is None:
            passage.way = "refused"
        return passage

    async def still(self, passage: Passage) -> bool:
        """Whether a request that is being answered would be let in again, with the same rights."""
        await self.refresh()
        return self._viewer(passage) == passage.viewer

    def user(self, id_: str) -> User | None:
        """A local user, disabled ones too."""
        return self.accounts.users.get(id_)

    def rehashed(self, before: str, after: str) -> None:
        """A password was hashed anew and is the same: sessions begun with the old hash go on, until a restart."""
        self._same = {old: after if new == before else new for old, new in self._same.items()} | {before: after}

    def _viewer(self, passage: Passage) -> Viewer | None:
        if passage.way == "open":
            return DEMO
        if passage.way == "token":
            text = passage.credential
            token = self.accounts.bearer(text, self.clock()) if text.startswith(TOKEN_PREFIX) else None
            return None if token is None else token.viewer()
        if passage.session is None or not self.sessions.holds(passage.session):
            return None
        return self._member(passage.session)

    def _member(self, session: Session) -> Viewer | None:
        """Whose session it is, as they are now; None where they are gone, disabled, or have another password."""
        user = self.user(session.user)
        if user is not None and user.disabled:
            return None
        if session.way == "oidc":
            if session.claims is None or self.provider is None:
                return None
            said = session.claims
            tenants = None if said.tenants is None else frozenset(said.tenants)
            return Viewer(session.user, said.name, said.role, tenants, said.language, said.time_zone)
        if user is None or user.mark not in (session.mark, self._same.get(session.mark)):
            return None
        return user.viewer()


def _judge(settings: Settings) -> None:
    console = settings.console
    local = console.accounts is not None or console.oidc is not None
    if console.open_to_all:
        if not is_loopback(console.host) or console.behind:
            raise OperatorError(
                "MOMENTS_CONSOLE__OPEN_TO_ALL makes an admin of everybody; it takes a loopback MOMENTS_CONSOLE__HOST "
                "such as 127.0.0.1, and no proxy"
            )
        if local:
            raise OperatorError(
                "MOMENTS_CONSOLE__OPEN_TO_ALL makes an admin of everybody: leave it out, or the accounts and the provider"
            )
    elif not local:
        raise OperatorError(
            "nobody may sign in to the console: make a user with `moments console user add ID --accounts FILE` and name "
            "the file in MOMENTS_CONSOLE__ACCOUNTS, or name a provider in MOMENTS_CONSOLE__OIDC__ISSUER"
        )


def _secret(settings: Settings) -> bytes:
    given = settings.console.secret
    if given is None:
        if not settings.console.open_to_all:
            log.warning(f"MOMENTS_CONSOLE__SECRET is not set: a restart ends all sessions; {_MAKE_SECRET}")
        return secrets.token_bytes(32)
    secret = given.get_secret_value().encode()
    if len(secret) < _SHORTEST:
        raise OperatorError(f"MOMENTS_CONSOLE__SECRET is shorter than {_SHORTEST} characters; {_MAKE_SECRET}")
    return secret
