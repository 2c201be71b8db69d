"""The table as routes: who asks, may they, is it well formed; then the handler; then its answer on the wire."""

from collections.abc import Awaitable, Callable, Mapping
from hashlib import blake2b
from http import HTTPStatus

import structlog
from pydantic import BaseModel
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

from streams.clock import MINUTE
from streams.console.api.document import document_text
from streams.console.api.operation import Asked, Operation, Said
from streams.console.api.problem import CallError, Reason, answer
from streams.console.api.reading import check, read_body, read_query
from streams.console.api.stream import head_of
from streams.console.api.table import OPERATIONS, ROOT
from streams.console.context import Console
from streams.console.viewer import Role, Viewer
from streams.errors import OperatorError

log = structlog.stdlib.get_logger(__name__)

DOCUMENT = f"{ROOT}/openapi.json"


def routes(console: Console) -> list[BaseRoute]:
    """The whole of /api/v1. Wants `request.state.viewer`, a Viewer or None, from a middleware."""
    born = console.clock()
    own: list[BaseRoute] = [
        # the id of a case is its upstream system's, and may have slashes
        Route(
            operation.path.replace("{case}", "{case:path}"),
            _endpoint(console, operation, born),
            methods=[operation.method],
        )
        for operation in OPERATIONS
    ]
    own.append(Route(DOCUMENT, _document, methods=["GET"]))
    return [*own, _Elsewhere(own)]


class _Elsewhere(BaseRoute):
    """Everything else under /api/v1: no such path, or not with this method. Said as every other problem is."""

    def __init__(self, others: list[BaseRoute]) -> None:
        self._others = [other for other in others if isinstance(other, Route)]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        inside = scope["type"] == "http" and (scope["path"] == ROOT or scope["path"].startswith(ROOT + "/"))
        return (Match.FULL if inside else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowed = {
            method
            for other in self._others
            if other.matches(scope)[0] is not Match.NONE
            for method in other.methods or ()
        }
        if allowed:
            listed = ", ".join(sorted(allowed))
            refusal = CallError(
                HTTPStatus.METHOD_NOT_ALLOWED,
                Reason.METHOD,
                f"this path takes {listed}",
                headers={"Allow": listed},
            )
        else:
            refusal = CallError(HTTPStatus.NOT_FOUND, Reason.NO_SUCH_PATH, f"there is no such path; see {DOCUMENT}")
        await answer(refusal)(scope, receive, send)


async def _document(_request: Request) -> Response:
    """For everybody who may reach the console: it says what can be asked, and nothing of what would be answered."""
    return Response(document_text(), headers={"Cache-Control": "no-cache"}, media_type="application/json")


def _endpoint(console: Console, operation: Operation, born: int) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            return await _serve(console, operation, born, request)
        except CallError as refusal:
            return answer(refusal)
        except ClientDisconnect:
            raise
        except OperatorError as error:
            log.warning("console_call_failed", operation=operation.name, error=str(error))
            return answer(
                CallError(
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    Reason.BROKERS_AWAY,
                    "the brokers do not answer; whether it was done is not known, repeat it with the same id",
                    headers={"Retry-After": "5"},
                )
            )
        except Exception:  # the log has the trace, the caller is told that it is our fault
            log.exception("console_call_broke", operation=operation.name)
            return answer(
                CallError(HTTPStatus.INTERNAL_SERVER_ERROR, Reason.INTERNAL, "a defect of the console; it is in its log")
            )

    endpoint.__name__ = operation.name
    return endpoint


async def _serve(console: Console, operation: Operation, born: int, request: Request) -> Response:
    viewer = _admit(request, operation.role)
    given: dict[str, BaseModel] = {}
    query = read_query(request)
    if operation.at_path is not None:
        given["path"] = check(operation.at_path, "path", request.path_params)
    asked_for = check(operation.query, "query", query)
    if operation.query.model_fields:
        given["query"] = asked_for
    if operation.body is not None:
        given["body"] = check(operation.body, "body", await read_body(request))
    asked = Asked(console, viewer, console.clock())
    headers = {"Cache-Control": "no-store"}
    if operation.steady:
        tag = _tag(request, asked, born)
        headers = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie", "ETag": tag}
        if tag in (known.strip() for known in request.headers.get("if-none-match", "").split(",")):
            return Response(None, HTTPStatus.NOT_MODIFIED, headers)
    response = _answer(await operation.handle(asked, **given), headers)
    return head_of(response) if request.method == "HEAD" else response


def _admit(request: Request, role: Role) -> Viewer:
    viewer: Viewer | None = getattr(request.state, "viewer", None)
    if viewer is None:
        raise CallError(
            HTTPStatus.UNAUTHORIZED,
            Reason.SIGN_IN,
            "sign in, or send a token as Authorization: Bearer",
            headers={"WWW-Authenticate": 'Bearer realm="moments"'},
        )
    if not viewer.may(role):
        raise CallError(HTTPStatus.FORBIDDEN, Reason.ROLE, f"this takes the role {role}, yours is {viewer.role}")
    return viewer


def _tag(request: Request, asked: Asked, born: int) -> str:
    """Weak: what is the same but for the instant of asking. A new minute is a new tag, as plights and rotas change with
    time; so is a new console, which counts its versions anew."""
    viewer = asked.viewer
    seen = (
        born,
        asked.console.board.version,
        asked.at // MINUTE,
        viewer.id,
        viewer.role,
        viewer.time_zone,
        None if viewer.tenants is None else sorted(viewer.tenants),
        request.scope["path"],
        request.scope["query_string"],
    )
    return f'W/"{blake2b(repr(seen).encode(), digest_size=12).hexdigest()}"'


def _answer(said: Said | Response, headers: Mapping[str, str]) -> Response:
    if isinstance(said, Response):
        return said
    return Response(said.model.model_dump_json(), said.status, headers, media_type="application/json")


__all__ = ["DOCUMENT", "routes"]
