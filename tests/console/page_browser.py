"""Somebody at a browser without scripts."""

import re
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette

from tests.console.api_world import PASSWORD, TestClient

_TOKEN = re.compile(r'name="csrf" value="([^"]*)"')


class Browser:
    """Somebody at a browser without scripts: follows links, fills in the forms that are on the page."""

    def __init__(self, app: Starlette, language: str = "zh") -> None:
        self.client = TestClient(app, base_url="http://localhost:8080", headers={"Accept-Language": language})
        self.page = ""

    def get(self, path: str, **headers: str) -> Any:
        """A page."""
        answer = self.client.get(path, headers=headers, follow_redirects=False)
        self.page = answer.text
        return answer

    def post(self, path: str, fields: Mapping[str, Any], **headers: str) -> Any:
        """A form, with the token of the page that was looked at last."""
        found = _TOKEN.search(self.page)
        token = {"csrf": found[1]} if found else {}
        answer = self.client.post(path, data={**token, **fields}, headers=headers, follow_redirects=False)
        if answer.headers.get("content-type", "").startswith("text/html"):
            self.page = answer.text
        return answer

    def sign_in(self, user: str) -> "Browser":
        """As one of the users."""
        self.get("/sign-in")
        answer = self.post("/sign-in", {"user": user, "password": PASSWORD, "next": "/now"})
        assert answer.status_code == 303, answer.text
        return self


def plain(page: str) -> str:
    """The words of a page, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())
