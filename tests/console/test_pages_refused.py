"""Whoever is not let through at a browser without scripts is told so by a page, in their language; machines and scripts
as before."""

from pathlib import Path

import pytest

from streams.console.access.limits import Limits, Rate
from tests.console.page_browser import Browser, plain
from tests.console.page_world import FREE, START, Evening

HTML = "text/html,application/xhtml+xml,*/*;q=0.8"
FEW = Rate(6, 0.5)


def hasty(folder: Path, language: str = "zh") -> Browser:
    """At a console that lets a viewer ask six times, and then every other second."""
    world = Evening(START)
    limits = Limits(FREE, FEW, FREE, FREE, FREE)
    browser = Browser(world.app_in(folder, limits=limits), language).sign_in("li.na")
    while browser.get("/rota").status_code == 200:
        pass
    return browser


@pytest.mark.parametrize(
    ("language", "title", "why"),
    [
        ("zh", "请求过于频繁", "请稍候再刷新页面。"),
        ("en", "Too many requests", "Wait a little, then load the page again."),
    ],
)
def test_too_many_requests_are_a_page(tmp_path: Path, language: str, title: str, why: str) -> None:
    browser = hasty(tmp_path, language)
    answer = browser.get("/now", accept=HTML)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "3"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-language"] == {"zh": "zh", "en": "en"}[language]
    assert answer.headers["cache-control"] == "no-store"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert f"<h1>{title}</h1>" in answer.text
    assert why in plain(answer.text)
    assert "<form" not in answer.text
    assert browser.get("/now", accept=HTML).text == answer.text


def test_scripts_and_machines_are_answered_as_before(tmp_path: Path) -> None:
    browser = hasty(tmp_path)
    for headers in ({"accept": HTML, "hx-request": "true"}, {"accept": "*/*"}):
        answer = browser.get("/now", **headers)
        assert (answer.status_code, answer.text.splitlines()[0]) == (429, "请求过于频繁，请稍后再试。")
        assert answer.headers["content-type"].startswith("text/plain")
    api = browser.get("/api/v1/now", accept=HTML)
    assert (api.status_code, api.json()["reason"]) == (429, "too_many")


def test_a_form_that_is_too_old_is_a_page_and_a_host_that_is_not_ours_is_none(tmp_path: Path) -> None:
    world = Evening(START)
    browser = Browser(world.app_in(tmp_path)).sign_in("li.na")
    browser.page = ""  # without its token
    old = browser.post("/mutes", {"store": "NJXL"}, accept=HTML)
    assert old.status_code == 403
    assert "<h1>页面已过期</h1>" in old.text
    other = browser.get("/now", accept=HTML, host="evil.example")
    assert other.status_code == 421
    assert other.headers["content-type"].startswith("text/plain")
