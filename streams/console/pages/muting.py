"""Mutes: what is silent until when, and for admins how to begin and end one."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from schemas.command import Mute, MuteCommand, Scope, Unmute
from streams.clock import as_datetime
from streams.console.access import viewer_of
from streams.console.pages.choices import choices
from streams.console.pages.entrance import allowed, found
from streams.console.pages.look import Look
from streams.console.pages.said import Said, done, not_sent, outcome_said, with_word
from streams.console.pages.writing import Writer
from streams.console.viewer import Viewer
from streams.console.views import Filter
from streams.errors import OperatorError


class Muting:
    """Shows mutes and carries commands about them."""

    def __init__(self, writer: Writer) -> None:
        self._writer, self._board = writer, writer.console.board

    async def show(self, request: Request) -> Response:
        """The mutes that have not ended."""
        return self._page(request, said=done(request, self._writer.look(request)))

    async def add(self, request: Request) -> Response:
        """Begin a mute."""
        viewer = allowed(request, "admin")
        look = self._writer.look(request)
        async with request.form(max_files=0, max_fields=20) as form:
            typed = {name: str(value).strip() for name, value in form.items()}
        if not viewer.sees(typed.get("tenant", "")):
            return self._page(request, status=422, wrong=look.t("mutes.not_yours"), typed=typed)
        if not any(typed.get(name) for name in ("region", "store", "moment")):
            return self._page(request, status=422, wrong=look.t("mutes.no_scope"), typed=typed)
        try:
            command = _mute(typed, viewer, look)
        except ValidationError:
            return self._page(request, status=422, wrong=look.t("refused.form"), typed=typed)
        except (ValueError, OverflowError):
            return self._page(request, status=422, wrong=look.t("mutes.bad_time"), typed=typed)
        return await self._send(request, command, typed)

    async def back(self, request: Request) -> Response:  # noqa: ARG002 it is the same wherever one comes from
        """Where the form was sent to there is no page."""
        return RedirectResponse("/mutes", 303)

    async def end(self, request: Request) -> Response:
        """End a mute now."""
        viewer = allowed(request, "admin")
        look = self._writer.look(request)
        async with request.form(max_files=0, max_fields=20) as form:
            wanted = str(form.get("tenant", "")), str(form.get("mute", ""))
        mute = next((one for one in self._board.mutes(viewer, look.at) if (one.tenant, one.id) == wanted), None)
        if mute is None:
            raise HTTPException(404)
        command = Unmute(
            do="unmute",
            id=_print("unmute", mute.tenant, mute.id, viewer.id, str(look.at)),
            tenant=mute.tenant,
            mute=mute.id,
            by=viewer.id,
            at=as_datetime(look.at),
        )
        return await self._send(request, command, {})

    async def _send(self, request: Request, command: MuteCommand, typed: Mapping[str, str]) -> Response:
        look = self._writer.look(request)
        try:
            outcome = await self._writer.console.desk.send(command, None)
        except OperatorError:
            return self._page(request, status=503, said=not_sent(look), typed=typed)
        if outcome.result in {"done", "no_effect"}:
            return RedirectResponse(with_word("/mutes", command.do if outcome.result == "done" else "no_effect"), 303)
        status = 202 if outcome.result == "unanswered" else 409
        return self._page(request, status=status, said=outcome_said(outcome, command.do, look), typed=typed)

    def _page(
        self,
        request: Request,
        *,
        status: int = 200,
        said: Said | None = None,
        wrong: str = "",
        typed: Mapping[str, str] | None = None,
    ) -> Response:
        viewer = viewer_of(request)
        look = self._writer.look(request)
        options = choices(self._board, viewer, Filter(), look)
        tenants = sorted(viewer.tenants or {one.tenant for one in self._board.rota(viewer, look.at)})

        def build(look: Look) -> Mapping[str, Any]:
            mutes = self._board.mutes(viewer, look.at)
            people = [one for tenant in {mute.tenant for mute in mutes} for one in self._board.people(viewer, tenant)]
            names = {one.id: one.name or one.id for one in people}
            return {"mutes": mutes, "names": names, "fresh": self._writer.fresh()}

        return found(
            self._writer.live(
                request,
                "mutes",
                build,
                status=status,
                said=said,
                wrong=wrong,
                typed=typed or {},
                tenants=tenants,
                choices=options,
            )
        )


def _mute(typed: Mapping[str, str], viewer: Viewer, look: Look) -> Mute:
    """The command of a form. ValueError for times that cannot be, ValidationError for the rest. The same scope and times
    are the same mute, so a form that is sent twice makes one."""
    start = look.read_input(typed["start"]) if typed.get("start") else None
    until = look.read_input(typed.get("until", ""))
    if until <= max(look.at, start or 0):
        raise ValueError("it would end before it begins")
    scope = Scope(**{name: typed[name] for name in ("region", "store", "moment") if typed.get(name)})
    mute = _print(typed["tenant"], scope.model_dump_json(), str(start), str(until))
    return Mute(
        do="mute",
        id=_print("mute", mute, viewer.id, str(look.at)),
        tenant=typed["tenant"],
        mute=mute,
        by=viewer.id,
        at=as_datetime(look.at),
        scope=scope,
        start=None if start is None else as_datetime(start),
        until=as_datetime(until),
        because=typed.get("because", ""),
    )


def _print(*parts: str) -> str:
    return blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()
