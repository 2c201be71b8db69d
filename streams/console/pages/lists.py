"""The pages that list: what is the matter now, the journey, the rota."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from streams.console.access import viewer_of
from streams.console.pages import links
from streams.console.pages.choices import choices
from streams.console.pages.entrance import found
from streams.console.pages.look import Look
from streams.console.pages.said import done
from streams.console.pages.writing import Writer, is_fragment
from streams.console.viewer import Viewer
from streams.console.views import Filter


class Lists:
    """Pages over everything that the viewer may see."""

    def __init__(self, writer: Writer) -> None:
        self._writer, self._board = writer, writer.console.board

    async def first(self, request: Request) -> Response:
        """The console begins with now."""
        query = request.url.query
        return RedirectResponse("/now" + (f"?{query}" if query else ""), 303)

    async def now(self, request: Request) -> Response:
        """What can still be saved, what is broken while a customer waits, what is unknown."""
        viewer = viewer_of(request)
        looked_for = links.filter_of(request.query_params, viewer.id)

        def build(look: Look) -> Mapping[str, Any]:
            return {"now": self._board.now(viewer, looked_for, look.at), "filter": looked_for}

        facts = self._choices(request, viewer, looked_for)
        return found(self._writer.live(request, "now", build, said=done(request, self._writer.look(request)), **facts))

    async def journey(self, request: Request) -> Response:
        """The four stages as a map, each moment with its counts."""
        viewer = viewer_of(request)
        looked_for = links.filter_of(request.query_params, viewer.id)

        def build(look: Look) -> Mapping[str, Any]:
            return {
                "stages": self._board.journey(viewer, looked_for, look.at),
                "unheard": self._board.unheard(viewer, looked_for),
                "filter": looked_for,
                "fresh": self._writer.fresh(),
            }

        return found(self._writer.live(request, "journey", build, **self._choices(request, viewer, looked_for)))

    async def rota(self, request: Request) -> Response:
        """Who is on now, and who is next."""
        viewer = viewer_of(request)

        def build(look: Look) -> Mapping[str, Any]:
            return {"rota": self._board.rota(viewer, look.at), "fresh": self._writer.fresh()}

        return found(self._writer.live(request, "rota", build))

    def _choices(self, request: Request, viewer: Viewer, looked_for: Filter) -> dict[str, Any]:
        if is_fragment(request):  # only the whole page has the filter's form
            return {}
        return {"choices": choices(self._board, viewer, looked_for, self._writer.look(request))}
