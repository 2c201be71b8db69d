"""What the sign-in page is given, and the page of a refusal."""

from collections.abc import Mapping
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from schemas.organisation import Language


class RenderSignIn(Protocol):
    """Makes the sign-in page: a form that posts `user`, `password` and the hidden `next` and `csrf` to /sign-in.

    `next` is the path to go to afterwards. `error` is a sentence in `language`, or None. `local`: there are local users,
    without them there is no form. `oidc`: there is a provider; show a link to /sign-in/oidc?next=...
    """

    def __call__(
        self,
        request: Request,
        *,
        next: str,
        error: str | None,
        local: bool,
        oidc: bool,
        csrf: str,
        language: Language,
        status: int,
    ) -> Response: ...


class RenderRefusal(Protocol):
    """Makes the page for a browser whose request is not let through: `status`, the refusal's name, and headers that the
    response has to have. Nothing is known of who asks. None for a refusal that has no page."""

    def __call__(
        self, request: Request, status: int, reason: str, headers: Mapping[str, str] | None
    ) -> Response | None: ...
