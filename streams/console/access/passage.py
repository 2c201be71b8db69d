"""What the gate found out about one request, and what pages ask of it: who looks, what they may, the token of forms."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from streams.console.access.refusal import problem
from streams.console.access.sessions import Session
from streams.console.viewer import Role, Viewer
from streams.errors import InvariantError

Endpoint = Callable[[Request], Awaitable[Response]]
_KEY = "moments_passage"


@dataclass(slots=True)
class Passage:
    """One request on its way through the gate.

    `way`: how its sender is known; None: not at all. `stale`: its form token did not hold, and it was let through all the
    same, because the sign-in page says so itself. `cookies`: Set-Cookie values of the response.
    """

    viewer: Viewer | None
    way: str | None
    address: str
    secure: bool
    origin: str
    issue: Callable[["Passage"], str] = field(repr=False)
    session: Session | None = field(default=None, repr=False)
    form: str | None = field(default=None, repr=False)
    credential: str = field(default="", repr=False)
    stale: bool = False
    cookies: list[str] = field(default_factory=list, repr=False)

    @staticmethod
    def of(request: Request) -> "Passage":
        """The passage of a request. InvariantError where the gate is not in front of the app."""
        found = request.scope.get("state", {}).get(_KEY)
        if not isinstance(found, Passage):
            raise InvariantError("the console runs without the middleware of its access")
        return found

    def enter(self, scope: Any) -> None:
        """Write the passage and its viewer into the state of a request's scope."""
        scope["state"] = {**scope.get("state", {}), _KEY: self, "viewer": self.viewer}


def csrf(request: Request) -> str:
    """The token that every form has as its hidden field `csrf`, and every script sends as `X-CSRF-Token`.

    It belongs to the session or, before anybody signed in, to a cookie of this response. Empty for machines, which need
    none. It differs each time and holds as long as what it belongs to.
    """
    passage = Passage.of(request)
    return passage.issue(passage)


def viewer_of(request: Request) -> Viewer:
    """Who looks. HTTPException 401 where nobody is known, which the gate lets happen on public paths alone."""
    viewer: Viewer | None = Passage.of(request).viewer
    if viewer is None:
        raise HTTPException(401)
    return viewer


def require(role: Role) -> Callable[[Endpoint], Endpoint]:
    """A route for this role and those above it: `@require("responder")`. Others get a 403, as a problem under /api."""

    def decorate(endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        async def guarded(request: Request) -> Response:
            if viewer_of(request).may(role):
                return await endpoint(request)
            if is_api(request.scope):
                return problem(403, "role", f"this takes the role {role}")
            raise HTTPException(403, detail=f"this takes the role {role}")

        return guarded

    return decorate


def path_of(scope: Any) -> str:
    """The path within the console, without the prefix that it is mounted under."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path[len(root) :] if root and path.startswith(root + "/") else path


def is_api(scope: Any) -> bool:
    """Whether a request is for the API, which answers with problems instead of pages."""
    path = path_of(scope)
    return path == "/api" or path.startswith("/api/")
