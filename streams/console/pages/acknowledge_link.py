"""The acknowledge link in a message: one alert, one button, no signing in.

Chat programs fetch links before anybody has touched them, so looking changes nothing. The command's id follows from the
token: the same link pressed twice is one command, and once it was answered the link is used.
"""

from hashlib import blake2b

from starlette.requests import Request
from starlette.responses import Response

from schemas.command import Acknowledge
from streams.clock import as_datetime
from streams.console.pages.look import Look
from streams.console.pages.said import Said, not_sent, outcome_said
from streams.console.pages.writing import Writer
from streams.console.viewer import Viewer
from streams.console.views import AlertView, Outcome
from streams.errors import OperatorError
from streams.notify.links import Link, LinkError, read

_MINUTES = 30


class AcknowledgeLink:
    """Shows what a link is about, and acknowledges it."""

    def __init__(self, writer: Writer) -> None:
        self._writer, self._console = writer, writer.console

    async def show(self, request: Request) -> Response:
        """What it is about, and the button if it is still of use."""
        look = self._writer.look(request)
        link = self._link(request, look)
        if isinstance(link, Response):
            return link
        view = self._view(link, look)
        said = self._standing(request, view, look, link)
        return self._page(request, look, link, view, said, takes=view is not None and said is None)

    async def take(self, request: Request) -> Response:
        """Acknowledge, in the name of the person who was told."""
        look = self._writer.look(request)
        link = self._link(request, look)
        if isinstance(link, Response):
            return link
        view = self._view(link, look)
        standing = self._standing(request, view, look, link)
        if view is None or standing is not None:
            return self._page(request, look, link, view, standing, status=409)
        alert = view.row.alert
        command = Acknowledge(
            do="acknowledge",
            id=_command_id(request),
            tenant=alert.tenant,
            case=alert.case,
            alert=alert.id,
            by=link.person,
            at=as_datetime(look.at),
            minutes=_MINUTES,
            why="by the link of a message",
        )
        try:
            outcome = await self._console.desk.send(command, view.partition)
        except OperatorError:
            return self._page(request, look, link, view, not_sent(look), status=503, takes=True)
        return self._outcome(request, look, link, outcome)

    def _outcome(self, request: Request, look: Look, link: Link, outcome: Outcome) -> Response:
        view = self._view(link, look)
        if outcome.result == "done":
            return self._page(request, look, link, view, Said("good", look.t("link.done")))
        if outcome.result == "no_effect":
            return self._page(request, look, link, view, Said("good", look.t("link.too_late")))
        said = outcome_said(outcome, "acknowledge", look)
        if outcome.result == "unanswered":
            return self._page(request, look, link, view, said, status=202, takes=True)
        return self._page(request, look, link, view, said, status=409)

    def _link(self, request: Request, look: Look) -> Link | Response:
        try:
            return read(self._console.access.link_secret, request.path_params["token"], look.at)
        except LinkError as error:
            said = Said("bad", look.t("link." + error.reason), look.t(f"link.{error.reason}_why"))
            status = 410 if error.reason == "expired" else 404
            return self._page(request, look, None, None, said, status=status)

    def _view(self, link: Link, look: Look) -> AlertView | None:
        # the right to see this one alert is in the token
        return self._console.board.alert(Viewer(link.person, link.person, "responder", None), link.alert, look.at)

    def _standing(self, request: Request, view: AlertView | None, look: Look, link: Link) -> Said | None:
        """Why there is nothing to press, None where there is."""
        if view is None:
            return Said("open", look.t("link.gone"))
        if self._console.board.outcome(_command_id(request)) is not None:
            return Said("good", look.t("link.used"))
        if view.row.plight == "over":
            return Said("good", look.t("link.too_late"))
        if view.row.alert.acknowledged_by == link.person:
            return Said("good", look.t("link.yours"))
        return None

    def _page(
        self,
        request: Request,
        look: Look,
        link: Link | None,
        view: AlertView | None,
        said: Said | None,
        *,
        status: int = 200,
        takes: bool = False,
    ) -> Response:
        person, tongue = link.person if link else "", look
        if link and view:
            people = self._console.board.people(Viewer("", "", "viewer", None), view.row.alert.tenant)
            told = next((one for one in people if one.id == link.person), None)
            person = told.name or told.id if told else link.person
            if told is not None:
                tongue = Look(look.language, told.time_zone, look.at)
        return self._writer.page(
            request,
            "link.html",
            status=status,
            look=tongue,
            said=said,
            row=view.row if view else None,
            open=takes,
            person=person,
        )


def _command_id(request: Request) -> str:
    token: str = request.path_params["token"]
    return "link-" + blake2b(token.encode("utf-8", "replace"), digest_size=16).hexdigest()
