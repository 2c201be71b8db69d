"""The gate: what every request passes before a page or the API sees it, in this order.

Its form and its address (Host), the rate of its sender, who it is from (a machine's token, or else a session), whether
that one may come here at all, its body, and for whatever may change something: that it was meant (origin and form token).
Then the response on its way back: security headers, cookies, and the end of streams whose reader has been shut out.
"""

import re
from collections import Counter
from typing import Final
from urllib.parse import quote, urlsplit

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from streams.console.access import body as bodies
from streams.console.access.entrance import Access
from streams.console.access.headers import seal
from streams.console.access.limits import household
from streams.console.access.origin import HeaderError, header, safe_next
from streams.console.access.passage import Passage, is_api, path_of
from streams.console.access.refusal import problem, sentence

log = structlog.stdlib.get_logger(__name__)

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_METHODS: Final = SAFE | {"POST", "PUT", "PATCH", "DELETE"}
_PUBLIC: Final = frozenset(
    {"/sign-in", "/sign-in/oidc", "/sign-in/oidc/back", "/favicon.ico", "/healthz", "/api/v1/openapi.json"}
)
_PROBE: Final = "/healthz"
_STATIC: Final = "/static/"
_LINKS: Final = "/a/"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST: Final = 8192


class _RefusalError(Exception):
    """The request ends here, with this answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


class _ShutOutError(Exception):
    """The reader of a stream may not read on."""


class Gate:
    """ASGI middleware; the outermost but for Starlette's own."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._pass(scope, receive, send)
        else:  # the console has no websockets
            await send({"type": "websocket.close", "code": 1008})

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = path_of(scope)
        public = path.startswith(_STATIC) or path == "/favicon.ico"
        passage = Passage(None, None, "unknown", False, "", self._access.forms.issue)

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = seal(message, public=public and message["status"] < 400, cookies=passage.cookies)
            elif message.get("more_body", False) and not await self._access.still(passage):
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                raise _ShutOutError
            await send(message)

        try:
            if path != _PROBE:  # that is asked by address, by what does not know the console's name, and told nothing
                passage = await self._admit(scope, path)
            passage.enter(scope)
            receive = await self._take(scope, path, receive, passage)
        except (_RefusalError, HeaderError) as error:
            refusal = error if isinstance(error, _RefusalError) else self._refuse(scope, 400, "bad_request")
            await refusal.response(scope, receive, sealed)
            return
        except ClientDisconnect:
            return  # nobody is left to answer
        who = f"viewer {passage.viewer.id}" if passage.viewer else f"address {household(passage.address)}"
        if self._open[who] >= self._access.at_once:
            await self._refuse(scope, 429, "too_many", {"Retry-After": "5"}).response(scope, receive, sealed)
            return
        self._open[who] += 1
        try:
            await self._app(scope, receive, sealed)
        except* _ShutOutError:
            log.info("stream ended", user=passage.viewer.id if passage.viewer else None, address=passage.address)
        finally:
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]

    async def _admit(self, scope: Scope, path: str) -> Passage:
        """Who the request is from, where they may come here. _RefusalError."""
        if _CONTROL.search(scope["path"]) or len(scope["path"]) + len(scope["query_string"]) > _LONGEST:
            raise self._refuse(scope, 400, "bad_request")
        address = self._access.origins.of(scope)
        if address is None:
            raise self._refuse(scope, 421, "host")
        self._limit(scope, "address", household(address.client))
        if scope["method"] not in _METHODS:
            raise self._refuse(scope, 405, "method", {"Allow": _allowed(scope)})
        passage = await self._access.identify(scope, address)
        if passage.way == "refused":
            self._limit(scope, "sign_in", household(address.client))
            log.warning("token refused", address=address.client)
            raise self._refuse(scope, 401, "token", {"WWW-Authenticate": "Bearer"})
        if passage.viewer is not None:
            self._limit(scope, "viewer", passage.viewer.id)
        elif not (path in _PUBLIC or path.startswith((_STATIC, _LINKS))):
            raise self._sign_in_first(scope, path, passage)
        return passage

    async def _take(self, scope: Scope, path: str, receive: Receive, passage: Passage) -> Receive:
        """The body; and for what may change something, that it was meant. _RefusalError."""
        safe = scope["method"] in SAFE
        if not safe:
            self._limit(scope, "changes_by_address", household(passage.address))
            if passage.viewer is not None:
                self._limit(scope, "changes_by_viewer", passage.viewer.id)
        try:
            body = await bodies.read(scope, receive)
            again = receive if body is None else bodies.replay(body, receive)
            # a machine's token is sent by nobody but the machine, and an acknowledge link is itself the proof
            if safe or passage.way == "token" or path.startswith(_LINKS):
                return again
            if not self._same_origin(scope, passage):
                raise self._refuse(scope, 403, "origin")
            token = await bodies.form_token(scope, body or b"", receive)
        except bodies.BodyError as error:
            raise self._refuse(scope, error.status, error.reason) from error
        if token is None or not self._access.forms.holds(passage, token):
            if path != "/sign-in":
                raise self._refuse(scope, 403, "csrf")
            passage.stale = True  # the page says so, and has a fresh form
        return again

    def _same_origin(self, scope: Scope, passage: Passage) -> bool:
        """What the browser says of the page that sent this, where it says anything."""
        origin, site = header(scope, b"origin"), header(scope, b"sec-fetch-site")
        return origin in (None, passage.origin) and site in (None, "same-origin", "none")

    def _limit(self, scope: Scope, bucket: str, key: str) -> None:
        wait = self._access.buckets[bucket].take(key)
        if wait:
            raise self._refuse(scope, 429, "too_many", {"Retry-After": str(wait)})

    def _sign_in_first(self, scope: Scope, path: str, passage: Passage) -> _RefusalError:
        root = scope.get("root_path", "")
        if is_api(scope):
            refusal = self._refuse(scope, 401, "sign_in", {"WWW-Authenticate": "Bearer"})
        elif header(scope, b"hx-request") == "true":
            # htmx would put the sign-in page into a corner of this one; it is told to leave instead
            where = f"{root}/sign-in?next={_current(header(scope, b'hx-current-url') or '', root)}"
            refusal = self._refuse(scope, 401, "sign_in", {"HX-Redirect": where})
        else:
            back = _quoted(path, scope["query_string"].decode("latin-1")) if scope["method"] in ("GET", "HEAD") else ""
            where = f"{root}/sign-in" + (f"?next={back}" if back not in ("", "%2F") else "")
            refusal = _RefusalError(RedirectResponse(where, 303))
        for cookie in passage.cookies:
            refusal.response.headers.append("set-cookie", cookie)
        return refusal

    def _refuse(self, scope: Scope, status: int, reason: str, headers: dict[str, str] | None = None) -> _RefusalError:
        if is_api(scope):
            return _RefusalError(problem(status, reason, headers=headers))
        page = None
        if self._access.refusal is not None and _reads_pages(scope):
            page = self._access.refusal(Request(scope), status, reason, headers)
        return _RefusalError(page or sentence(status, reason, headers=headers))


def _reads_pages(scope: Scope) -> bool:
    """Whether somebody at a browser waits for a page. A script of ours puts the sentence into its own."""
    headers = scope["headers"]
    asks = any(name == b"accept" and b"text/html" in value for name, value in headers)
    return asks and not any(name == b"hx-request" for name, _ in headers)


def _allowed(scope: Scope) -> str:
    """The methods that the path takes; those of pages where there is nothing at it."""
    routes = [route for route in scope["app"].routes if isinstance(route, Route)]
    there = [route for route in routes if route.matches(scope)[0] is not Match.NONE]
    return ", ".join(sorted({method for route in there for method in route.methods or ()} or SAFE))


def _quoted(path: str, query: str) -> str:
    return quote(safe_next(f"{quote(path)}?{query}" if query else quote(path)), safe="")


def _current(url: str, root: str) -> str:
    """Where the browser is, as far as it can be believed to be a path of ours."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "%2F"
    path = parts.path[len(root) :] if root and parts.path.startswith(root + "/") else parts.path
    return quote(safe_next(f"{path}?{parts.query}" if parts.query else path), safe="")
