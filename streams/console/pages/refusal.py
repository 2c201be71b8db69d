"""The pages for browsers whose requests the gate does not let through (`access.RenderRefusal`)."""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse

from streams.console.pages.writing import Writer
from streams.console.words import LANGUAGES

_PAGES: Final = ("too_many", "csrf", "origin", "too_large", "too_slow")
"""What can happen to somebody at a page of ours. Who sends anything else is no browser."""


class Refusal:
    """Writes each page once a language: who is refused asks too often already."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._kept: dict[tuple[str, str], str] = {}

    def __call__(
        self, request: Request, status: int, reason: str, headers: Mapping[str, str] | None
    ) -> HTMLResponse | None:
        """The page; None for a refusal that has none."""
        if reason not in _PAGES:
            return None
        look = self._writer.look(request)
        text = self._kept.get((reason, look.language))
        if text is None:
            title, why = look.t("error." + reason), look.t(f"error.{reason}_why")
            languages = {language: f"/now?lang={language}" for language in LANGUAGES}
            text = self._writer.bare("error.html", look, title=title, text=why, kept="", languages=languages)
            self._kept[reason, look.language] = text
        own = {"Content-Language": look.language, "Vary": "Accept-Language, Cookie"}
        return HTMLResponse(text, status, {**(headers or {}), **own})
