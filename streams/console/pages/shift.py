"""What a shift leaves to the next, and what the feeds leave to whoever looks after them."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from streams.clock import HOUR
from streams.console.access import viewer_of
from streams.console.pages import links
from streams.console.pages.entrance import allowed, found
from streams.console.pages.look import Look
from streams.console.pages.said import Said, done, not_sent, with_word
from streams.console.pages.story import Story
from streams.console.pages.writing import Writer
from streams.console.ports import StrangeLettersError
from streams.errors import OperatorError

_USUAL = 12 * HOUR
_LONGEST_HOURS = 24 * 14
_MOST_LETTERS = 200


class Shift:
    """Handover and feeds."""

    def __init__(self, writer: Writer) -> None:
        self._writer, self._board = writer, writer.console.board

    async def handover(self, request: Request) -> Response:
        """Open, promised, closed since; made to be printed, so it stands still."""
        viewer = viewer_of(request)
        look = self._writer.look(request)
        looked_for = links.filter_of(request.query_params, viewer.id)
        since, wrong = _since(request, look)
        view = self._board.handover(viewer, looked_for, since, look.at)
        tenants = {row.alert.tenant for row in (*view.open, *view.closed)} | set(viewer.tenants or ())
        tenants |= {entry.line.tenant for entry in view.remarks if entry.line} | {mute.tenant for mute in view.mutes}
        names = {one.id: one.name or one.id for tenant in tenants for one in self._board.people(viewer, tenant)}
        return self._writer.page(
            request,
            "handover.html",
            look=look,
            view=view,
            wrong=wrong,
            names=names,
            story=Story(look, names, entries=view.remarks),
            dated=not look.same_day(since, look.at),
            filter=looked_for,
            filter_fields=links.fields(looked_for),
            fresh=self._writer.fresh(),
        )

    async def feeds(self, request: Request) -> Response:
        """Lag, silence and refusals of each feed; for admins the refused records."""
        return self._feeds(request, done(request, self._writer.look(request)))

    async def back(self, request: Request) -> Response:  # noqa: ARG002 it is the same wherever one comes from
        """Where the form was sent to there is no page."""
        return RedirectResponse("/feeds", 303)

    async def retry(self, request: Request) -> Response:
        """Send chosen dead letters to the topics they came from. Only those that this viewer is shown."""
        viewer = allowed(request, "admin")
        look = self._writer.look(request)
        async with request.form(max_files=0, max_fields=_MOST_LETTERS + 10) as form:
            chosen = {str(value) for value in form.getlist("letter")}
        letters = [
            (letter.topic, letter.partition, letter.offset)
            for letter in self._board.feeds(viewer, look.at).letters
            if f"{letter.partition}:{letter.offset}:{letter.topic}" in chosen and not letter.retried
        ]
        try:
            sent = await self._writer.console.letters.retry(letters, viewer.id) if letters else 0
        except StrangeLettersError:  # gone since the page was written, or never there
            return RedirectResponse(with_word("/feeds", "none_retried"), 303)
        except OperatorError:
            return self._feeds(request, not_sent(look), 503)
        return RedirectResponse(with_word("/feeds", "retried" if sent else "none_retried"), 303)

    def _feeds(self, request: Request, said: Said | None, status: int = 200) -> Response:
        viewer = viewer_of(request)

        def build(look: Look) -> Mapping[str, Any]:
            return {"feeds": self._board.feeds(viewer, look.at)}

        return found(self._writer.live(request, "feeds", build, status=status, said=said))


def _since(request: Request, look: Look) -> tuple[int, str]:
    """From when on; and what to say where the address could not be read."""
    query = request.query_params
    try:
        if query.get("since"):
            return min(look.read_input(query["since"]), look.at), ""
        if query.get("hours"):
            return look.at - max(1, min(int(query["hours"]), _LONGEST_HOURS)) * HOUR, ""
    except (ValueError, OverflowError):
        return look.at - _USUAL, look.t("handover.wrong_since")
    return look.at - _USUAL, ""
