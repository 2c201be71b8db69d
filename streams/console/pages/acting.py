"""The page of an alert, and what can be done about it there."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from schemas.command import AlertCommand
from streams.clock import MINUTE, as_datetime
from streams.console.access import viewer_of
from streams.console.pages import links, proof
from streams.console.pages.entrance import allowed, found
from streams.console.pages.look import Look
from streams.console.pages.said import Said, changes_since, done, not_sent, outcome_said, with_word
from streams.console.pages.story import Story
from streams.console.pages.writing import Writer, is_scripted
from streams.console.viewer import Viewer
from streams.console.views import AlertView, Outcome
from streams.errors import OperatorError

_COMMAND: TypeAdapter[AlertCommand] = TypeAdapter(AlertCommand)
_FIELDS = {
    "acknowledge": ("minutes",),
    "assign": ("to",),
    "comment": ("text",),
    "snooze": ("minutes",),
    "close": ("because", "useful"),
}
_LONGEST_SNOOZE = 7 * 24 * 60


class Acting:
    """Shows alerts and carries commands about them."""

    def __init__(self, writer: Writer) -> None:
        self._writer, self._board = writer, writer.console.board

    async def show(self, request: Request) -> Response:
        """The alert: how it stands, what to do, why, and what happened."""
        return self._page(request, said=done(request, self._writer.look(request)))

    async def back(self, request: Request) -> Response:
        """Where a form was sent to there is no page; whoever goes there is sent to the alert."""
        return RedirectResponse(links.alert(request.path_params["id"]), 303)

    async def act(self, request: Request) -> Response:
        """One command. Where it was done the browser goes on to a page; else the page says why not, and what was typed is
        still there."""
        viewer = allowed(request, "responder")
        do: str = request.path_params["do"]
        look = self._writer.look(request)
        view = self._board.alert(viewer, request.path_params["id"], look.at)
        if do not in _FIELDS:
            raise HTTPException(404)
        async with request.form(max_files=0, max_fields=20) as form:
            typed = {name: str(value) for name, value in form.items()}
            if view is None:
                return self._gone(request, typed)
            command = _command(do, form, view, viewer, look.at)
        if command is None:
            return self._answer(request, do, typed, Said("bad", look.t("refused.form"), look.t("refused.kept")), 422)
        try:
            outcome = await self._writer.console.desk.send(command, view.partition)
        except OperatorError:
            return self._answer(request, do, typed, not_sent(look), 503)
        return self._outcome(request, do, typed, outcome, command.version)

    def _outcome(
        self, request: Request, do: str, typed: Mapping[str, str], outcome: Outcome, version: int | None
    ) -> Response:
        look = self._writer.look(request)
        in_vain = outcome.result == "no_effect" and bool(typed.get("text"))  # what was written is given back
        if outcome.result in {"done", "no_effect"} and not in_vain and not is_scripted(request):
            word = do if outcome.result == "done" else "no_effect"
            onwards = links.local_path(typed.get("next"), links.alert(request.path_params["id"]))
            return RedirectResponse(with_word(onwards, word), 303)
        view = self._board.alert(viewer_of(request), request.path_params["id"], look.at)
        story = self._story(viewer_of(request), view, look)
        changes = changes_since(view.timeline, version, story) if view is not None and version is not None else ()
        said = outcome_said(outcome, do, look, changes, story.names)
        status = {"done": 200, "no_effect": 200, "unanswered": 202, "refused": 409}[outcome.result]
        return self._answer(request, do, typed, said, status)

    def _story(self, viewer: Viewer, view: AlertView | None, look: Look) -> Story:
        if view is None:
            return Story(look, {})
        alert = view.row.alert
        names = {one.id: one.name or one.id for one in self._board.people(viewer, alert.tenant)}
        return Story(look, names, [alert], view.timeline)

    def _gone(self, request: Request, typed: Mapping[str, str]) -> Response:
        """The alert is not there (any more); what was written for it is."""
        look = self._writer.look(request)
        title, text = look.t("error.not_found"), look.t("link.gone")
        kept = typed.get("text", "")
        return self._writer.page(request, "error.html", status=404, look=look, title=title, text=text, kept=kept)

    def _answer(self, request: Request, do: str, typed: Mapping[str, str], said: Said, status: int) -> Response:
        if is_scripted(request):
            response = self._writer.fragment(request, "said.html", status=status, said=said)
            response.headers["HX-Trigger"] = "moved"
            return response
        return self._page(request, status=status, said=said, typed={"do": do, **typed})

    def _page(
        self,
        request: Request,
        *,
        status: int = 200,
        said: Said | None = None,
        typed: Mapping[str, str] | None = None,
    ) -> Response:
        viewer = viewer_of(request)
        alert_id: str = request.path_params["id"]

        def build(look: Look) -> Mapping[str, Any] | None:
            view = self._board.alert(viewer, alert_id, look.at)
            if view is None:
                return None
            people = self._board.people(viewer, view.row.alert.tenant)
            story = self._story(viewer, view, look)
            return {
                "view": view,
                "steps": proof.steps(view.row.alert.proof, look),
                "people": people,
                "names": story.names,
                "story": story,
                "fresh": self._writer.fresh(),
                "here": links.alert(alert_id),
            }

        return found(
            self._writer.live(
                request,
                "alert",
                build,
                parts=("live", "more"),
                own="alert_fragment.html",
                status=status,
                said=said,
                typed=typed or {},
            )
        )


def _command(do: str, form: FormData, view: AlertView, viewer: Viewer, at: int) -> AlertCommand | None:
    """The command that a form asks for; None where it is filled in wrongly.

    Its id follows from who asks what of which version, so that a form that is sent twice is one command. A remark is
    made whatever the alert has become meanwhile: the version that its form was written for only tells it from another
    remark in the same words.
    """
    alert = view.row.alert
    given = {name: str(value) for name in _FIELDS[do] if (value := form.get(name)) not in (None, "")}
    version = str(form.get("seen" if do == "comment" else "version", ""))
    print_ = blake2b(repr((alert.id, version, viewer.id, do, sorted(given.items()))).encode(), digest_size=16)
    fields: dict[str, Any] = dict(given)
    try:
        if do == "snooze":
            minutes = int(fields.pop("minutes", ""))
            if not 0 < minutes <= _LONGEST_SNOOZE:
                return None
            fields["until"] = as_datetime(at + minutes * MINUTE)
        if "useful" in fields:
            fields["useful"] = {"yes": True, "no": False}[fields["useful"]]
        if "text" in fields:
            fields["text"] = fields["text"].replace("\r\n", "\n").strip()
        return _COMMAND.validate_python(
            {
                "do": do,
                "id": f"page-{print_.hexdigest()}",
                "tenant": alert.tenant,
                "case": alert.case,
                "alert": alert.id,
                "version": None if do == "comment" else int(version),
                "by": viewer.id,
                "at": as_datetime(at),
                **fields,
            }
        )
    except (ValidationError, ValueError, KeyError):
        return None
