"""An OpenID provider on this machine: it signs in whoever it is told to, and lies as it is told to."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from joserfc.jws import JWSRegistry

CLIENT, CLIENT_SECRET = "moments-console", "the-clients-own-secret"
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
STRANGE = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})

Change = Callable[[dict[str, Any]], dict[str, Any]]


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Provider:
    """`claims` are put into the token; `bend` changes them last; `sign` makes the token of
    them, by hand where the key is bytes."""

    address: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    bend: Change = lambda claims: claims
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    key: Any = field(default_factory=lambda: KEY)
    published: list[Any] = field(default_factory=lambda: [KEY])
    metadata: dict[str, Any] = field(default_factory=dict)
    token: str | None = None
    answer: Any = None
    status: int = 200
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorize(self, url: str) -> tuple[str, str]:
        """What the browser is sent back with: code and state."""
        query = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(self.address + "/authorize?")
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return code, query["state"]

    def sign(self, nonce: str) -> str:
        if self.token is not None:
            return self.token
        now = int(time.time())  # noqa: TID251 Authlib judges by the machine's clock
        usual = {"iss": self.address, "sub": "42", "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        claims = self.bend(usual | self.claims)
        if isinstance(self.key, bytes):  # by hand: the library refuses to sign like this
            signed = ".".join(_base64(json.dumps(part).encode()) for part in (self.header, claims))
            mac = hmac.digest(self.key, signed.encode(), "sha256") if self.key else b""
            return f"{signed}.{_base64(mac)}"
        algorithms = JWSRegistry(algorithms=[self.header["alg"]])
        return jwt.encode(self.header, claims, self.key, registry=algorithms)

    async def discovery(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        document = {
            "issuer": self.address,
            "authorization_endpoint": self.address + "/authorize",
            "token_endpoint": self.address + "/token",
            "jwks_uri": self.address + "/keys",
            "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"],
        }
        return web.json_response(document | self.metadata)

    async def keys(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        return web.json_response(KeySet(self.published).as_dict(private=False))

    async def give(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        form = await request.post()
        basic = base64.b64encode(f"{CLIENT}:{CLIENT_SECRET}".encode()).decode()
        posted = (form.get("client_id"), form.get("client_secret")) == (CLIENT, CLIENT_SECRET)
        if request.headers.get("Authorization") != f"Basic {basic}" and not posted:
            return web.json_response({"error": "invalid_client"}, status=401)
        query = self.codes.pop(str(form.get("code")), None)
        verifier = str(form.get("code_verifier", "")).encode()
        challenge = _base64(hashlib.sha256(verifier).digest())
        if query is None or query["code_challenge"] != challenge or query["redirect_uri"] != form.get("redirect_uri"):
            return web.json_response({"error": "invalid_grant"}, status=400)
        if self.answer is not None:
            return web.json_response(self.answer, status=self.status)
        token = {"access_token": "access", "token_type": "Bearer", "id_token": self.sign(query["nonce"])}
        return web.json_response(token, status=self.status)


@asynccontextmanager
async def running() -> AsyncIterator[Provider]:
    """A provider on a free port."""
    provider = Provider()
    app = web.Application()
    app.add_routes(
        [
            web.get("/.well-known/openid-configuration", provider.discovery),
            web.get("/keys", provider.keys),
            web.post("/token", provider.give),
        ]
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    provider.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield provider
    finally:
        await runner.cleanup()
