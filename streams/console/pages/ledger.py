"""The page of promises: what was promised to whom is still to be kept, and by when."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from streams.console.access import viewer_of
from streams.console.pages import links
from streams.console.pages.entrance import found
from streams.console.pages.look import Look
from streams.console.pages.writing import Writer, is_fragment
from streams.console.viewer import Viewer
from streams.console.views import PromiseFilter

_SHOWN = 500


class Ledger:
    """The ledger of promises, as far as the viewer may see."""

    def __init__(self, writer: Writer) -> None:
        self._writer, self._board = writer, writer.console.board

    async def show(self, request: Request) -> Response:
        """Every open promise, the first to be kept first; filtered by case, person and store in the address."""
        viewer = viewer_of(request)
        wanted = links.promises_of(request.query_params)

        def build(look: Look) -> Mapping[str, Any]:
            view = self._board.promises(viewer, wanted, look.at, _SHOWN)
            return {"view": view, "wanted": wanted, "fresh": view.fresh}

        facts: dict[str, Any] = {} if is_fragment(request) else {"choices": self._choices(viewer, wanted)}
        return found(self._writer.live(request, "promises", build, **facts))

    def _choices(self, viewer: Viewer, wanted: PromiseFilter) -> Mapping[str, list[tuple[str, str]]]:
        """What there is to choose of each field, and what is chosen already."""
        options = {"person": self._board.promisers(viewer), "store": self._board.promising_stores(viewer)}
        if wanted.tenant or (viewer.tenants is not None and len(viewer.tenants) > 1):
            options["tenant"] = [(name, name) for name in sorted(viewer.tenants or ())]
        for name, own in options.items():
            chosen = getattr(wanted, name)
            if chosen and chosen not in dict(own):
                own.append((chosen, chosen))
        return options
