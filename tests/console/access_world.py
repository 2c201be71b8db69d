"""A console with real access and small pages of its own, and browsers and machines that send it whatever they like."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message

from streams.clock import SECOND
from streams.console.access import Access, Limits, csrf, require, viewer_of
from streams.console.access.accounts import hash_of
from streams.console.access.passwords import hash_password
from streams.settings import Alerting, Console, Settings

NOW = 1_795_000_000 * SECOND
SECRET = "0123456789abcdef0123456789abcdef"
LINA, BOB, BOSS = "correct horse battery", "another long password", "the boss has one too"
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""As weak as argon2 goes: the tests are about who gets in, not about how long it takes to find out."""
TILL, READER, OLD = "mmt_" + "t" * 43, "mmt_" + "r" * 43, "mmt_" + "o" * 43
HASHES = {password: hash_password(password, HASHER) for password in (LINA, BOB, BOSS)}
ACCOUNTS = f"""\
# who may come in
users:
  - id: li.na
    name: 李娜
    password: {HASHES[LINA]}
    role: responder
    tenants: [acme]
  - id: bob
    password: {HASHES[BOB]}
    role: viewer
    tenants: [acme, other]
    language: en
    time_zone: Europe/Berlin
  - id: 王老板  # the boss
    password: {HASHES[BOSS]}
    role: admin
    tenants: all
tokens:
  - {{id: till, hash: {hash_of(TILL)}, role: responder, tenants: [acme]}}
  - {{id: reader, hash: {hash_of(READER)}, role: viewer, tenants: all}}
  - {{id: old, hash: {hash_of(OLD)}, role: admin, tenants: all, expires: 2020-01-01T00:00:00Z}}
"""


@dataclass
class Time:
    """A clock that is set by hand."""

    at: int = NOW

    def __call__(self) -> int:
        return self.at


@dataclass
class Answer:
    """A response as it came over the wire."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        found = [value for key, value in self.headers if key == name]
        assert len(found) <= 1 or name == "set-cookie", f"{name} came {len(found)} times"
        return found[0] if found else None

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def cookies(self) -> list[str]:
        return [value for key, value in self.headers if key == "set-cookie"]


@dataclass
class Browser:
    """Sends requests to an app, with a jar of cookies. What a request is made of may be as wrong as one likes."""

    app: ASGIApp
    address: str = "192.0.2.7"
    host: str = "localhost:8080"
    scheme: str = "http"
    jar: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return await self.send("GET", path, [*(headers or {}).items()])

    async def post(self, path: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Answer:
        """A form of our own page: with its type, its origin, and what a browser says of both."""
        return await self.send("POST", path, self.as_form(headers), urlencode(form).encode())

    def as_form(self, headers: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
        usual = {
            "content-type": "application/x-www-form-urlencoded",
            "origin": f"{self.scheme}://{self.host.lower()}",
            "sec-fetch-site": "same-origin",
        }
        return [(key, value) for key, value in (usual | dict(headers or {})).items() if value]

    async def send(
        self,
        method: str,
        path: str,
        headers: list[tuple[str, str]] | None = None,
        body: bytes = b"",
        *,
        chunks: list[bytes] | None = None,
        length: bool = True,
    ) -> Answer:
        raw = [(key.lower().encode(), value.encode("latin-1")) for key, value in headers or []]
        if not any(key == b"host" for key, _ in raw):
            raw.insert(0, (b"host", self.host.encode()))
        if self.jar and not any(key == b"cookie" for key, _ in raw):
            raw.append((b"cookie", "; ".join(f"{key}={value}" for key, value in self.jar.items()).encode("latin-1")))
        if length and (body or method not in ("GET", "HEAD")) and chunks is None:
            raw.append((b"content-length", str(len(body)).encode()))
        plain, _, query = path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": self.scheme,
            "path": plain,
            "raw_path": plain.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": raw,
            "client": (self.address, 40000),
            "server": ("127.0.0.1", 8080),
        }
        answer = await exchange(self.app, scope, chunks or [body])
        for cookie in answer.cookies:
            name, _, rest = cookie.partition("=")
            value = rest.partition(";")[0]
            if "Max-Age=0" in cookie:
                self.jar.pop(name, None)
            else:
                self.jar[name] = value
        return answer

    async def token(self, path: str = "/form") -> str:
        """The form token of a page."""
        return (await self.get(path)).header("x-form-token") or ""

    async def sign_in(self, user: str, password: str, next: str = "/") -> Answer:
        form = {"user": user, "password": password, "next": next, "csrf": await self.token("/sign-in")}
        return await self.post("/sign-in", form)


async def exchange(app: ASGIApp, scope: dict[str, Any], chunks: list[bytes]) -> Answer:
    """One request and its whole response."""
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": index + 1 < len(chunks)}
        for index, chunk in enumerate(chunks)
    ]
    start: dict[str, Any] = {}
    body = bytearray()

    async def receive() -> Message:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            assert not start, "the response began twice"
            start.update(message)
        else:
            body.extend(message.get("body", b""))

    await app(scope, receive, send)
    headers = [(key.decode("latin-1").lower(), value.decode("latin-1")) for key, value in start["headers"]]
    return Answer(start["status"], headers, bytes(body))


def render(request: Request, *, error: str | None, csrf: str, status: int, **rest: Any) -> Response:
    """A sign-in page that shows what it was given."""
    said = {"error": error, **rest}
    return JSONResponse(said, status, {"X-Form-Token": csrf})


async def _who(request: Request) -> Response:
    viewer = viewer_of(request)
    scope = None if viewer.tenants is None else sorted(viewer.tenants)
    return JSONResponse({"id": viewer.id, "role": viewer.role, "tenants": scope, "machine": viewer.machine})


async def _form(request: Request) -> Response:
    return PlainTextResponse("form", headers={"X-Form-Token": csrf(request), "Cache-Control": "public, max-age=9"})


@require("responder")
async def _act(request: Request) -> Response:
    return PlainTextResponse(f"done with {len(await request.body())} bytes")


@require("admin")
async def _rule(request: Request) -> Response:
    return PlainTextResponse("ruled")


async def _link(request: Request) -> Response:
    return PlainTextResponse(f"{request.method} {request.path_params['token']}")


async def _style(request: Request) -> Response:
    return PlainTextResponse("body{}", headers={"Cache-Control": "public, max-age=9"})


async def _break(request: Request) -> Response:
    raise RuntimeError("broken on purpose")


@dataclass
class World:
    """A console, its clock and its accounts file."""

    access: Access
    app: Starlette
    time: Time
    file: Path
    slept: list[float]
    at_each_line: list[Any] = field(default_factory=list)

    def browser(self, address: str = "192.0.2.7", **how: Any) -> Browser:
        return Browser(self.app, address, **how)

    async def signed_in(self, user: str = "li.na", password: str = LINA, **how: Any) -> Browser:
        browser = self.browser(**how)
        answer = await browser.sign_in(user, password)
        assert answer.status == 303, answer.text
        return browser

    def rewrite(self, before: str, after: str) -> None:
        """Change the accounts file as an editor does: the whole of it, in another file that takes its place."""
        text = self.file.read_text(encoding="utf-8")
        assert before in text
        fresh = self.file.with_suffix(".new")
        fresh.write_text(text.replace(before, after), encoding="utf-8")
        fresh.chmod(0o600)
        fresh.replace(self.file)


def world(
    folder: Path,
    *,
    console: Mapping[str, Any] | None = None,
    address: str | None = None,
    accounts: str | None = ACCOUNTS,
    limits: Limits | None = None,
    hasher: PasswordHasher = HASHER,
) -> World:
    """A console with these settings over the usual ones."""
    file = folder / "accounts.yaml"
    given: dict[str, Any] = {"secret": SECRET}
    if accounts is not None:
        file.write_text(accounts, encoding="utf-8")
        file.chmod(0o600)
        given["accounts"] = file
    settings = Settings(console=Console(**(given | dict(console or {}))), alerting=Alerting(console=address))
    time, slept = Time(), []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    access = Access.of(settings, time, limits=limits, hasher=hasher, sleep=sleep)
    lines: list[Any] = []

    async def tell() -> AsyncIterator[bytes]:
        for line in range(4):
            if line and lines:
                lines.pop(0)()
            yield f"data: {line}\n\n".encode()

    async def stream(request: Request) -> Response:
        return StreamingResponse(tell(), media_type="text/event-stream")

    routes = [
        Route("/", _who),
        Route("/form", _form),
        Route("/act", _act, methods=["POST", "PUT", "DELETE", "PATCH"]),
        Route("/rule", _rule, methods=["POST"]),
        Route("/stream", stream),
        Route("/break", _break),
        Route("/healthz", _style),
        Route("/static/page.css", _style),
        Route("/a/{token}", _link, methods=["GET", "POST"]),
        Route("/api/v1/who", _who),
        Route("/api/v1/stream", stream),
        Route("/api/v1/act", _act, methods=["POST", "PUT"]),
        Route("/api/v1/rule", _rule, methods=["POST"]),
    ]
    app = Starlette(routes=[*routes, *access.routes(render)], middleware=access.middleware())
    return World(access, app, time, file, slept, lines)
