"""The pages of one thing: a case with everything about it, an incident with those who are owed a call."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from streams.clock import SECOND
from streams.console.access import viewer_of
from streams.console.pages.entrance import found
from streams.console.pages.feed_words import is_about_feed
from streams.console.pages.look import Look
from streams.console.pages.proof import steps
from streams.console.pages.story import Story, titles_of
from streams.console.pages.writing import Writer
from streams.console.views import CaseRecord
from streams.errors import OperatorError

_KEPT_FOR = 5 * SECOND
_KEPT = 256


class One:
    """Pages of cases and incidents."""

    def __init__(self, writer: Writer) -> None:
        self._writer, self._board = writer, writer.console.board
        self._records: OrderedDict[tuple[str, str], tuple[int, CaseRecord | None]] = OrderedDict()

    async def case(self, request: Request) -> Response:
        """A case: its alerts, its clocks with their arithmetic, one timeline."""
        viewer = viewer_of(request)
        tenant = request.path_params.get("tenant") or request.query_params.get("tenant", "")
        case = request.path_params.get("case") or request.query_params.get("case", "")
        if not tenant or not case or not viewer.sees(tenant):
            raise HTTPException(404)
        about = self._board.case(viewer, tenant, case, None, self._writer.console.clock())
        feed = about is not None and all(is_about_feed(row.alert) for row in about.rows)
        try:
            # detection knows no feeds, and to ask takes a while
            record, unasked = None if feed else await self._record(tenant, case), False
        except OperatorError:
            record, unasked = None, True

        def build(look: Look) -> Mapping[str, Any] | None:
            view = self._board.case(viewer, tenant, case, record, look.at)
            if view is None:
                return None
            names = {person.id: person.name or person.id for person in self._board.people(viewer, tenant)}
            alerts = [row.alert for row in view.rows]
            titles = titles_of(alerts, look) if len(alerts) > 1 else {}
            story = Story(look, names, alerts, view.timeline, titles)
            name = look.feed(alerts[0]) if feed and alerts else ""
            return {
                "view": view,
                "unasked": unasked,
                "story": story,
                "feed": name,
                "fresh": self._writer.fresh(),
                "steps_of": steps,
            }

        return found(self._writer.live(request, "case", build))

    async def incident(self, request: Request) -> Response:
        """An incident: what is shared, and every customer who still waits."""
        viewer = viewer_of(request)
        group: str = request.path_params["id"]

        def build(look: Look) -> Mapping[str, Any] | None:
            seen = self._board.incident(viewer, group, look.at)
            if seen is None:
                return None
            one, rows = seen
            names = {row.alert.labels.store: row.store_name for row in rows}
            return {"one": one, "rows": rows, "store_names": names, "fresh": self._writer.fresh()}

        return found(self._writer.live(request, "incident", build))

    async def _record(self, tenant: str, case: str) -> CaseRecord | None:
        """What detection keeps, as read within the last seconds: a page that is looked at is fetched often, the state of
        detection is not to be."""
        key, at = (tenant, case), self._writer.console.clock()
        kept = self._records.get(key)
        if kept is None or not 0 <= at - kept[0] < _KEPT_FOR:
            partition = self._board.partition_of_case(tenant, case)
            kept = (at, await self._writer.console.cases.read(tenant, case, partition))
            self._records[key] = kept
            if len(self._records) > _KEPT:
                self._records.popitem(last=False)
        return kept[1]
