"""Pages from templates: everything an event or a person wrote is text, and what many look at is written once.

A live page has parts that are fetched again whenever the board has changed. Such a part is the same for everybody who
looks with the same filter, language, time zone, role and scope, so it is written once a version and kept; what belongs to
one session alone (the token of its forms) is put in its place afterwards.
"""

import gzip
import hashlib
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from streams.clock import SECOND
from streams.console.access import csrf
from streams.console.context import Console
from streams.console.pages import links
from streams.console.pages.feed_words import bands, feed_name, nothing_known
from streams.console.pages.look import COOKIE, Look, look_of
from streams.console.pages.who import viewer_of
from streams.console.views import Freshness
from streams.console.words import LANGUAGES

STATIC: Final = Path(__file__).parent.parent / "static"
STALE_AFTER: Final = 5 * SECOND
"""What was read longer ago than this is said to be old."""

_KEPT_FOR: Final = 2 * SECOND
_KEPT: Final = 256  # parts; a filter is part of an address, and addresses are endless
_YEAR: Final = 365 * 24 * 3600
_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_PAGES: Final = ("now", "promises", "journey", "handover", "feeds", "rota", "mutes")


@dataclass(frozen=True, slots=True)
class _Kept:
    """A live part as it was written."""

    version: int
    at: int
    facts: Mapping[str, Any]
    parts: Mapping[str, str]
    packed: bytes


_TOKEN: Final = secrets.token_hex(16)
"""Stands where the token of a session's forms goes. Nobody can write it into an event."""

Answer = TypeVar("Answer", bound=Response)
Build = Callable[[Look], Mapping[str, Any] | None]
"""The facts of a live page; None where there is no such thing for this viewer."""


class Writer:
    """Writes the pages of one console."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._kept: OrderedDict[tuple[object, ...], _Kept] = OrderedDict()

    def look(self, request: Request) -> Look:
        """How the reader of a request is spoken to, now."""
        return look_of(request, viewer_of(request), self.console.clock())

    def fresh(self) -> Freshness:
        """How far what is shown can be trusted."""
        return self.console.board.fresh

    def page(
        self, request: Request, template: str, *, status: int = 200, look: Look | None = None, **facts: Any
    ) -> HTMLResponse:
        """A whole page."""
        look = look or self.look(request)
        text = self._write(template, look, **{**self._surroundings(request, look), **facts})
        response = HTMLResponse(self._own(text, request), status)
        return _headed(response, request, look)

    def bare(self, template: str, look: Look, **facts: Any) -> str:
        """A page that has nothing of who asks, and no forms."""
        return self._write(template, look, **facts)

    def live(
        self,
        request: Request,
        name: str,
        build: Build,
        *,
        parts: tuple[str, ...] = ("live",),
        status: int = 200,
        own: str | None = None,
        **facts: Any,
    ) -> Response | None:
        """A page with live parts, or these parts alone where the page asks for them again; None where there is nothing.

        `parts` are templates `<name>_<part>.html`, written from what `build` gives; `own` is a template for what belongs
        to this reader alone, written each time from these facts and `facts`.
        """
        look = self.look(request)
        kept = self._part(request, name, build, parts, look)
        if kept is None:
            return None
        if is_fragment(request):
            return self._fragment(request, kept, look, own, facts)
        shown = {part: Markup(text) for part, text in kept.parts.items()}
        return self.page(request, f"{name}.html", status=status, look=look, parts=shown, **{**facts, **kept.facts})

    def _part(self, request: Request, name: str, build: Build, parts: tuple[str, ...], look: Look) -> _Kept | None:
        viewer = viewer_of(request)
        asked = tuple(
            sorted((key, value) for key, value in request.query_params.multi_items() if key not in {"lang", "said"})
        )
        personal = viewer.id if viewer and "mine" in request.query_params else None
        scope = (viewer.role, viewer.tenants) if viewer else None
        read_at = self.fresh().read_at
        old = read_at is None or look.at - read_at > STALE_AFTER  # which no version tells
        key = (name, request.url.path, asked, look.language, look.zone, scope, personal, old)
        version = self.console.board.version
        kept = self._kept.get(key)
        if kept is None or kept.version != version or not 0 <= look.at - kept.at < _KEPT_FOR:
            facts = build(look)
            if facts is None:
                return None
            context = {"viewer": viewer, "here": here(request), **facts}
            texts = {part: self._write(f"{name}_{part}.html", look, **context) for part in parts}
            whole = _joined(texts).replace(_TOKEN, "")
            kept = _Kept(version, look.at, facts, texts, gzip.compress(whole.encode(), 5, mtime=0))
            self._kept[key] = kept
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return kept

    def _fragment(self, request: Request, kept: _Kept, look: Look, own: str | None, facts: Mapping[str, Any]) -> Response:
        response: Response
        if own is None and "gzip" in request.headers.get("accept-encoding", ""):
            # there is no secret in it, so its length tells nothing
            response = Response(kept.packed, media_type="text/html", headers={"Content-Encoding": "gzip"})
        else:
            text = _joined(kept.parts)
            if own is not None:
                text += self._write(own, look, oob=True, **{**self._surroundings(request, look), **facts, **kept.facts})
            response = HTMLResponse(self._own(text, request))
        response.headers["X-Version"] = str(kept.version)
        return _headed(response, request, look)

    def fragment(self, request: Request, template: str, *, status: int = 200, **facts: Any) -> HTMLResponse:
        """A piece of a page, for the script that asked for it."""
        look = self.look(request)
        text = self._write(template, look, **self._surroundings(request, look), **facts)
        return _headed(HTMLResponse(self._own(text, request), status), request, look)

    def _surroundings(self, request: Request, look: Look) -> dict[str, Any]:
        fresh = self.fresh()
        return {
            "viewer": viewer_of(request),
            "here": here(request),
            "path": request.scope["path"],
            "languages": {language: with_language(request, language) for language in LANGUAGES},
            "version": self.console.board.version,
            "read_at": fresh.read_at,
            "old": fresh.read_at is None or look.at - fresh.read_at > STALE_AFTER,
        }

    def _write(self, template: str, look: Look, **facts: Any) -> str:
        return _environment().get_template(template).render({"look": look, "t": look.t, **facts})

    def _own(self, text: str, request: Request) -> str:
        return text.replace(_TOKEN, csrf(request)) if _TOKEN in text else text


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("streams.console"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "links": links,
        "bands": bands,
        "feed_name": feed_name,
        "nothing_known": nothing_known,
        "asset": asset,
        "csrf_mark": _TOKEN,
        "pages": _PAGES,
        "stale_after": STALE_AFTER,
    }
    return environment


def is_fragment(request: Request) -> bool:
    """Whether an open page asks for its live parts again."""
    return request.headers.get("hx-target") == "live"


def is_scripted(request: Request) -> bool:
    """Whether a script sends a form, and shows what comes of it in its page."""
    return request.headers.get("hx-request") == "true"


def here(request: Request) -> str:
    """The address of a page with its filter, fit to be gone back to."""
    return _address(request, {})


def with_language(request: Request, language: str) -> str:
    """The same page in this language."""
    return _address(request, {"lang": language})


def _kept_query(request: Request) -> list[tuple[str, str]]:
    """The query without what is said only once."""
    return [(key, value) for key, value in request.query_params.multi_items() if key not in {"lang", "said"}]


def _address(request: Request, extra: Mapping[str, str]) -> str:
    query = urlencode([*_kept_query(request), *extra.items()], quote_via=quote, safe="", errors="replace")
    path = quote(request.scope["path"], safe="/", errors="replace")
    return f"{path}?{query}" if query else path


@cache
def asset(name: str) -> str:
    """The address of a file of ours; another content is another address, so that it may be kept for ever."""
    content = (STATIC / name).read_bytes()
    return f"/static/{name}?v={hashlib.blake2b(content, digest_size=6).hexdigest()}"


def _headed(response: Answer, request: Request, look: Look) -> Answer:
    """The headers of every page. What was asked for by `lang` is remembered."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = look.language
    response.headers["Vary"] = "Accept-Language, Cookie, HX-Target"
    if request.query_params.get("lang") == look.language:
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, look.language, max_age=_YEAR, samesite="lax", httponly=True, secure=secure)
    return response


def _joined(parts: Mapping[str, str]) -> str:
    """The parts as an answer to a page that has them already: the first as it is, the others each into its place."""
    (_, first), *others = parts.items()
    return first + "".join(f'<div hx-swap-oob="innerHTML:#{part}">{text}</div>' for part, text in others)


def _visible(value: object) -> object:
    """What is put into a page, characters that cannot be seen (or turn the line around) replaced by a mark."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return _UNSEEN.sub("\ufffd", value)
    return value
