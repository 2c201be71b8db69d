"""Sign-in by an OpenID Connect provider: authorization code with PKCE, state and nonce, by Authlib.

Nothing but the provider is called: its discovery document, its token endpoint and its keys. What lies between asking and
hearing (state, nonce, code verifier) is in a signed cookie of ten minutes, so that any console may hear the answer.
"""

import asyncio
import logging
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from itsdangerous import BadData
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from schemas.organisation import Language, Tenant
from streams.clock import HOUR, MINUTE
from streams.console.access.accounts import UserId, normal
from streams.console.access.origin import is_loopback
from streams.console.access.sessions import Claims, serializer
from streams.console.viewer import Role
from streams.errors import OperatorError
from streams.settings import Oidc

_WAIT: Final = 10 * MINUTE
_TIMEOUT: Final = 10.0
_LEEWAY: Final = 60
_SIGNATURES: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Only where the key that checks is not one that signs; never `none`, whatever the provider says it supports."""
_KEPT: Final = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
_USER = TypeAdapter[str](UserId)
_TENANT = TypeAdapter[str](Tenant)


class RefusedError(Exception):
    """Nobody was signed in. `reason` is a word for the log; `rights`: the provider knows them, they may not come in."""

    def __init__(self, reason: str, *, rights: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.rights = reason, rights


class Provider:
    """One OpenID provider."""

    def __init__(self, settings: Oidc, secret: bytes, clock: Callable[[], int]) -> None:
        """OperatorError where Authlib or httpx2 is not installed, or the issuer is not reached by https."""
        issuer = urlsplit(settings.issuer)
        self._plain = issuer.scheme == "http"
        if self._plain and not is_loopback(issuer.hostname or ""):
            raise OperatorError("MOMENTS_CONSOLE__OIDC__ISSUER must be https; http is for this machine alone")
        try:
            web = import_module("httpx2")  # first: Authlib would put up with another, and complain
            library = import_module("authlib.integrations.starlette_client")
            jose, base = import_module("joserfc.errors"), import_module("authlib.common.errors")
        except ImportError as error:
            raise OperatorError(
                "sign-in by an OpenID provider needs Authlib and httpx2: install service-moment-monitor[oidc]"
            ) from error
        logging.getLogger("authlib").setLevel(logging.INFO)  # at debug it writes down code verifiers
        self._settings = settings
        self._clock = clock
        self._signer = serializer(secret, "moments oidc 1")
        self._faults = (
            base.AuthlibBaseError,
            jose.JoseError,
            web.HTTPError,
            web.InvalidURL,
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            RuntimeError,
        )
        """Whatever a provider may do wrong shows as one of these in Authlib, which trusts the shape of its answers."""
        self._client = library.OAuth().register(
            "provider",
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
            server_metadata_url=settings.issuer.rstrip("/") + "/.well-known/openid-configuration",
            client_kwargs={"scope": settings.scope, "code_challenge_method": "S256", "timeout": _TIMEOUT},
        )
        self._discovered, self._keys_until = False, 0
        self._discovering = asyncio.Lock()

    async def ask(self, request: Request, back: str, after: str) -> tuple[Response, str]:
        """The redirect to the provider, and the value of the cookie to set with it. RefusedError where the provider
        cannot be used."""
        await self._discover()
        request.scope["session"] = {}
        try:
            response: Response = await self._client.authorize_redirect(request, back)
        except self._faults as error:
            raise RefusedError(type(error).__name__) from error
        state = self._signer.dumps([self._clock(), after, request.scope["session"]])
        return response, str(state)

    async def hear(self, request: Request, cookie: str) -> tuple[str, Claims, str]:
        """Who the provider says it is: the user's id, their claims, and where they wanted to go. RefusedError."""
        try:
            at, after, session = self._signer.loads(cookie)
        except (BadData, ValueError, TypeError) as error:
            raise RefusedError("no_state") from error
        if not at <= self._clock() < at + _WAIT:
            raise RefusedError("state_expired")
        await self._discover()
        if self._clock() >= self._keys_until:  # or a key that the provider has given up would count for ever
            self._client.server_metadata.pop("jwks", None)
            self._keys_until = self._clock() + HOUR
        issuer = request.query_params.get("iss")
        if issuer is not None and issuer != self._client.server_metadata["issuer"]:
            raise RefusedError("other_issuer")
        if len(request.query_params.getlist("state")) != 1 or len(request.query_params.getlist("code")) > 1:
            raise RefusedError("malformed")
        request.scope["session"] = session
        options = {
            "iss": {"essential": True, "value": self._client.server_metadata["issuer"]},
            "aud": {"essential": True, "value": self._settings.client_id},
            "sub": {"essential": True},
            "nonce": {"essential": True},
        }
        try:
            token = await self._client.authorize_access_token(request, claims_options=options, leeway=_LEEWAY)
            said = token["userinfo"]
        except self._faults as error:
            raise RefusedError(f"{type(error).__name__}") from error
        user, claims = self._read(said)
        return user, claims, str(after)

    async def _discover(self) -> None:
        """Read the discovery document once, and keep of it what is used, where it is what it must be."""
        async with self._discovering:
            if self._discovered:
                return
            try:
                found = dict(await self._client.load_server_metadata())
                self._judge(found)
            except RefusedError:
                self._client.server_metadata = {}
                raise
            except self._faults as error:
                self._client.server_metadata = {}
                raise RefusedError(f"discovery: {type(error).__name__}") from error
            algorithms = [name for name in found.get("id_token_signing_alg_values_supported", []) if name in _SIGNATURES]
            self._client.server_metadata = {key: found[key] for key in _KEPT} | {
                "id_token_signing_alg_values_supported": algorithms or ["RS256"],
                "_loaded_at": found["_loaded_at"],
            }
            methods = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
            if "client_secret_basic" not in methods:
                self._client.client_kwargs["token_endpoint_auth_method"] = "client_secret_post"
            self._discovered = True

    def _judge(self, found: dict[str, Any]) -> None:
        if str(found["issuer"]).rstrip("/") != self._settings.issuer.rstrip("/"):
            raise RefusedError("discovery: other issuer")
        for key in _KEPT[1:]:
            parts = urlsplit(str(found[key]))
            if not parts.hostname or parts.scheme not in (("https", "http") if self._plain else ("https",)):
                raise RefusedError(f"discovery: {key} is not https")

    def _read(self, said: dict[str, Any]) -> tuple[str, Claims]:
        """The claims that count. RefusedError where the person has no id, role or tenant."""
        settings = self._settings
        try:
            user = _USER.validate_python(normal(str(_find(said, settings.person_claim) or "")))
        except ValidationError as error:
            raise RefusedError("no_person") from error
        role = self._role(set(_listed(_find(said, settings.roles_claim))))
        if role is None:
            raise RefusedError("no_role", rights=True)
        named = _listed(_find(said, settings.tenants_claim))
        try:
            tenants = None if "*" in named else tuple(_TENANT.validate_python(tenant) for tenant in named)
        except ValidationError as error:
            raise RefusedError("tenants", rights=True) from error
        if tenants == ():
            raise RefusedError("no_tenant", rights=True)
        name = str(said.get("name") or user)[:128]
        return user, Claims(name, role, tenants, _language(said.get("locale")), _zone(said.get("zoneinfo")))

    def _role(self, values: set[str]) -> Role | None:
        settings = self._settings
        named: tuple[tuple[Role, tuple[str, ...]], ...] = (
            ("admin", settings.admins),
            ("responder", settings.responders),
            ("viewer", settings.viewers),
        )
        return next((role for role, given_by in named if values & set(given_by)), None)


def _find(said: dict[str, Any], claim: str) -> object:
    """A claim by its name or, as in `realm_access.roles`, by its path."""
    if claim in said:
        return said[claim]
    found: Any = said
    for step in claim.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _listed(value: object) -> list[str]:
    """A claim of several values: a list of texts, or one text with commas."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [part for part in value if isinstance(part, str)] if isinstance(value, list) else []


def _language(value: object) -> Language:
    return "en" if isinstance(value, str) and value.lower().startswith("en") else "zh"


def _zone(value: object) -> str:
    try:
        return ZoneInfo(value).key if isinstance(value, str) and len(value) <= 64 else "Asia/Shanghai"
    except (KeyError, ValueError, OSError):
        return "Asia/Shanghai"
