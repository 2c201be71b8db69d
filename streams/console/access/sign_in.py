"""Signing in and out: with a password, or by an OpenID provider."""

import asyncio
import math
import re

import structlog
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from schemas.organisation import Language
from streams.clock import SECOND
from streams.console.access.account_file import edit
from streams.console.access.accounts import User, normal
from streams.console.access.entrance import Access
from streams.console.access.forms import FORM, OIDC, SESSION, cookie, read_cookie, without
from streams.console.access.limits import household
from streams.console.access.origin import safe_next
from streams.console.access.passage import Passage, csrf
from streams.console.access.passwords import BusyError
from streams.console.access.render import RenderSignIn
from streams.console.access.sessions import Claims, Way
from streams.errors import OperatorError

log = structlog.stdlib.get_logger(__name__)

_LONGEST_ID = 128
_ENGLISH = re.compile(r"\s*en\b", re.IGNORECASE)
_WORDS = {
    "wrong": {"zh": "用户名或密码不正确。", "en": "User name or password is not right."},
    "wait": {"zh": "尝试次数过多，请稍后再试。", "en": "Too many attempts; wait a little and try again."},
    "stale": {"zh": "页面已过期，请重新登录。", "en": "This page had expired; sign in once more."},
    "busy": {"zh": "系统繁忙，请稍后再试。", "en": "Too much is going on; try again in a moment."},
    "provider": {
        "zh": "无法通过统一身份认证登录，请重试。",
        "en": "The identity provider did not sign you in; try again.",
    },
    "no_role": {"zh": "您的账号没有本控制台的权限。", "en": "Your account has no rights in this console."},
}


class SignIn:
    """The handlers. `render` makes the page."""

    def __init__(self, access: Access, render: RenderSignIn) -> None:
        self._access = access
        self._render = render

    def routes(self) -> list[BaseRoute]:
        routes: list[BaseRoute] = [
            Route("/sign-in", self.show, methods=["GET"]),
            Route("/sign-in", self.enter, methods=["POST"]),
            Route("/sign-out", self.leave, methods=["POST"]),
        ]
        if self._access.provider is not None:
            routes.append(Route("/sign-in/oidc", self.ask_provider, methods=["GET"]))
            routes.append(Route("/sign-in/oidc/back", self.hear_provider, methods=["GET"]))
        return routes

    async def show(self, request: Request) -> Response:
        """The page, or on to where one wanted to go."""
        after = safe_next(request.query_params.get("next"))
        if Passage.of(request).viewer is not None:
            return self._go(request, after)
        return self._page(request, after)

    async def enter(self, request: Request) -> Response:
        """Check user and password."""
        passage = Passage.of(request)
        form = await request.form()
        after, given, password = (_text(form.get(name)) for name in ("next", "user", "password"))
        after = safe_next(after)
        if passage.stale:
            return self._page(request, after, "stale", 403)
        if wait := self._access.buckets["sign_in"].take(household(passage.address)):
            return self._page(request, after, "wait", 429, wait)
        name = normal(given[: _LONGEST_ID + 1]).strip()
        return await self._check(request, name, password, after)

    async def _check(self, request: Request, name: str, password: str, after: str) -> Response:
        passage, access = Passage.of(request), self._access
        home = household(passage.address)
        user = access.user(name)
        known = None if user is None else user.id  # what was typed may be a password in the wrong field: not for the log
        if wait := access.patience.wait(name, home):
            log.warning("sign-in refused", reason="too_soon", user=known, address=passage.address)
            return self._page(request, after, "wait", 429, wait)
        drag = access.patience.drag(name, home)
        access.patience.failed(name, home)  # before it is known, or many at once would all be the first
        try:
            right = await access.passwords.check(None if user is None else user.password, password)
        except BusyError:
            return self._page(request, after, "busy", 503, 2)
        if drag:
            await access.sleep(drag)
        if user is None or not right or user.disabled:
            reason = "unknown_user" if user is None else "disabled" if right else "wrong_password"
            log.warning("sign-in refused", reason=reason, user=known, address=passage.address)
            return self._page(request, after, "wrong", 401)
        access.patience.succeeded(name, home)
        mark = await self._renew(user, password)
        return self._begin(request, user.id, "local", after, mark=mark)

    async def leave(self, request: Request) -> Response:
        """End the session, for copies of its cookie too."""
        passage = Passage.of(request)
        if passage.session is not None:
            self._access.sessions.end(passage.session)
            log.info("signed out", user=passage.session.user, session=passage.session.label, address=passage.address)
        passage.cookies.append(without(SESSION, secure=passage.secure))
        passage.cookies.append(without(FORM, secure=passage.secure))
        return self._go(request, "/" if self._access.open else "/sign-in")

    async def ask_provider(self, request: Request) -> Response:
        """Send the browser to the provider."""
        from streams.console.access.oidc import RefusedError

        passage = Passage.of(request)
        after = safe_next(request.query_params.get("next"))
        if wait := self._access.buckets["sign_in"].take(household(passage.address)):
            return self._page(request, after, "wait", 429, wait)
        assert self._access.provider is not None
        try:
            response, state = await self._access.provider.ask(request, self._back(request), after)
        except RefusedError as error:
            log.error("the identity provider cannot be used", reason=error.reason, address=passage.address)
            return self._page(request, after, "provider", 503)
        passage.cookies.append(cookie(OIDC, state, secure=passage.secure, seconds=600))
        return response

    async def hear_provider(self, request: Request) -> Response:
        """The browser comes back with what the provider says."""
        from streams.console.access.oidc import RefusedError

        passage = Passage.of(request)
        state = read_cookie(request.scope, OIDC, secure=passage.secure)
        passage.cookies.append(without(OIDC, secure=passage.secure))
        assert self._access.provider is not None
        try:
            user, claims, after = await self._access.provider.hear(request, state or "")
        except RefusedError as error:
            log.warning("sign-in refused", way="oidc", reason=error.reason, address=passage.address)
            return self._page(request, "/", "no_role" if error.rights else "provider", 403)
        local = self._access.user(user)
        if local is not None and local.disabled:
            log.warning("sign-in refused", way="oidc", reason="disabled", user=user, address=passage.address)
            return self._page(request, "/", "no_role", 403)
        return self._begin(request, user, "oidc", after, claims=claims)

    async def _renew(self, user: User, password: str) -> str:
        """Hash the password by the present parameters if it was by others; the mark that the session is to have."""
        file, passwords = self._access.file, self._access.passwords
        if file is None or not passwords.outdated(user.password):
            return user.mark
        hashed = await passwords.rehash(password)

        def change(data: dict[str, object]) -> None:
            users = data.get("users")
            for entry in users if isinstance(users, list) else []:
                if entry.get("id") == user.id and entry.get("password") == user.password:
                    entry["password"] = hashed

        try:
            accounts = await asyncio.to_thread(edit, file.path, change)
        except OperatorError as error:  # it may well be mounted read-only; the old hash goes on
            log.warning("the password could not be hashed anew", user=user.id, fault=str(error))
            return user.mark
        after = accounts.users.get(user.id)
        if after is None or after.password != hashed:
            return user.mark
        self._access.rehashed(user.mark, after.mark)
        log.info("password hashed anew", user=user.id)
        return after.mark

    def _begin(
        self, request: Request, user: str, way: Way, after: str, *, mark: str = "", claims: Claims | None = None
    ) -> Response:
        passage = Passage.of(request)
        if passage.session is not None:
            self._access.sessions.end(passage.session)
        try:
            session, value = self._access.sessions.begin(user, way, mark=mark, claims=claims)
        except ValueError:
            log.error("sign-in refused", way=way, reason="too_many_tenants", user=user, address=passage.address)
            return self._page(request, after, "no_role", 403)
        lifetime = math.ceil(self._access.settings.console.session / SECOND)
        passage.cookies.append(cookie(SESSION, value, secure=passage.secure, seconds=lifetime))
        passage.cookies.append(without(FORM, secure=passage.secure))
        log.info("signed in", user=user, way=way, session=session.label, address=passage.address)
        return self._go(request, after)

    def _page(self, request: Request, after: str, error: str | None = None, status: int = 200, wait: int = 0) -> Response:
        language = language_of(request)
        response = self._render(
            request,
            next=after,
            error=None if error is None else _WORDS[error][language],
            local=self._access.file is not None,
            oidc=self._access.provider is not None,
            csrf=csrf(request),
            language=language,
            status=status,
        )
        response.status_code = status
        if wait:
            response.headers["Retry-After"] = str(wait)
        return response

    def _go(self, request: Request, path: str) -> Response:
        return RedirectResponse(request.scope.get("root_path", "") + path, 303)

    def _back(self, request: Request) -> str:
        """Where the provider sends the browser to: a path of the console's address where it is known."""
        known, origin = self._access.settings.alerting.console, Passage.of(request).origin
        if known is not None and URL(known).netloc == URL(origin).netloc:
            return known.rstrip("/") + "/sign-in/oidc/back"
        return f"{origin}{request.scope.get('root_path', '')}/sign-in/oidc/back"


def language_of(request: Request) -> Language:
    """The language of somebody who is not known yet: English if the browser asks for it first."""
    return "en" if _ENGLISH.match(request.headers.get("accept-language", "")) else "zh"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
