"""What stands before the pages: who may see them, what is said to who may not, and the page to sign in with."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from schemas.organisation import Language
from streams.console.access import viewer_of
from streams.console.pages.writing import Writer
from streams.console.viewer import Role, Viewer
from streams.errors import OperatorError

Page = Callable[[Request], Awaitable[Response]]

_SENTENCES = {
    403: ("error.forbidden", "error.forbidden_why"),
    404: ("error.not_found", "error.not_found_why"),
    400: ("error.bad", "refused.form"),
    503: ("error.unavailable", "refused.not_sent"),
}


class SignIn:
    """Writes the sign-in page (`access.RenderSignIn`)."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def __call__(
        self,
        request: Request,
        *,
        next: str,
        error: str | None,
        local: bool,
        oidc: bool,
        csrf: str,
        language: Language,  # noqa: ARG002 a page of ours knows better what was chosen before
        status: int,
    ) -> HTMLResponse:
        facts: dict[str, Any] = {"next": next, "error": error, "local": local, "oidc": oidc, "csrf_value": csrf}
        return self._writer.page(request, "sign_in.html", status=status, **facts)


def answered(writer: Writer, page: Page) -> Page:
    """The page; and where it is refused, missing, or cannot be had now, one that says so."""

    async def answer(request: Request) -> Response:
        try:
            return await page(request)
        except HTTPException as refused:
            status = refused.status_code
            if status not in _SENTENCES:
                raise
        except OperatorError:
            status = 503
        title, text = _SENTENCES[status]
        look = writer.look(request)
        return writer.page(
            request, "error.html", status=status, look=look, title=look.t(title), text=look.t(text), kept=""
        )

    return answer


def allowed(request: Request, role: Role) -> Viewer:
    """Who asks, if they have this role. HTTPException 403 else."""
    viewer = viewer_of(request)
    if not viewer.may(role):
        raise HTTPException(403)
    return viewer


def found(response: Response | None) -> Response:
    """The page that was found. HTTPException 404 where there was none."""
    if response is None:
        raise HTTPException(404)
    return response
