"""The console's pages: server-written, live where scripts run, whole where they do not."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from streams.console.context import Console
from streams.console.pages.acknowledge_link import AcknowledgeLink
from streams.console.pages.acting import Acting
from streams.console.pages.entrance import SignIn, answered
from streams.console.pages.health import Health
from streams.console.pages.ledger import Ledger
from streams.console.pages.lists import Lists
from streams.console.pages.muting import Muting
from streams.console.pages.one import One
from streams.console.pages.refusal import Refusal
from streams.console.pages.shift import Shift
from streams.console.pages.stream import Stream
from streams.console.pages.writing import STATIC, Writer

__all__ = ["routes"]


def routes(console: Console) -> list[BaseRoute]:
    """Every page, its files, its stream, and sign-in."""
    writer = Writer(console)
    lists, one, acting = Lists(writer), One(writer), Acting(writer)
    muting, shift, link = Muting(writer), Shift(writer), AcknowledgeLink(writer)
    gets = {
        "/": lists.first,
        "/now": lists.now,
        "/promises": Ledger(writer).show,
        "/journey": lists.journey,
        "/rota": lists.rota,
        "/feeds": shift.feeds,
        "/handover": shift.handover,
        "/mutes": muting.show,
        "/cases": one.case,
        "/cases/{tenant}/{case:path}": one.case,
        "/incidents/{id}": one.incident,
        "/alerts/{id}": acting.show,
        "/alerts/{id}/{do}": acting.back,
        "/feeds/retry": shift.back,
        "/mutes/end": muting.back,
        "/a/{token}": link.show,
        "/stream": Stream(console).show,
        "/healthz": Health(console).show,
    }
    posts = {
        "/alerts/{id}/{do}": acting.act,
        "/feeds/retry": shift.retry,
        "/mutes": muting.add,
        "/mutes/end": muting.end,
        "/a/{token}": link.take,
    }
    return [
        *(Route(path, answered(writer, page), methods=["GET"]) for path, page in gets.items()),
        *(Route(path, answered(writer, page), methods=["POST"]) for path, page in posts.items()),
        *console.access.routes(SignIn(writer), Refusal(writer)),
        Mount("/static", _Files(directory=STATIC)),
    ]


class _Files(StaticFiles):
    """Files of ours. An address that names the content may be kept for ever; others are asked for again."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with how long it may be kept."""
        response = await super().get_response(path, scope)
        named = scope["query_string"].startswith(b"v=")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if named else "no-cache"
        return response
