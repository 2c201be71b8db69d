"""Whatever events, people and organisation data say stays text: no page has an element or attribute because of it."""

from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest

from schemas.alert import AuditLine
from schemas.command import Scope
from schemas.feed import FeedState
from schemas.group import MuteInForce
from schemas.transition import Text
from streams.clock import MINUTE, as_datetime
from streams.console.views import CaseRecord, Clock, DeadLetter, FeedRow, Freshness
from streams.notify.links import sign
from tests.console.page_browser import Browser
from tests.console.page_chain import TENANT, TITLES
from tests.console.page_world import SECRET, START, Evening

CALM = "calm words"
HANDED_OVER = {"#" + part for part in ("left", "muted", "closed", "saved", "recovered", "retracted")}
HOSTILE = (
    "<script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</bdi></a><iframe src=//evil.example>",
    "--><script>alert(1)</script><!--",
    "<!--",
    "<![CDATA[<x>]]>",
    "<style>*{display:none}</style>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)' autofocus='",
    "` onclick=alert(1) `",
    '" style="position:fixed',
    '" hx-get="/stream" hx-trigger="load',
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "//evil.example/x",
    "/\\evil.example",
    "../../sign-out",
    "{{ 7 * 7 }}",
    "{% for x in y %}",
    "{# x #}",
    "${7*7}",
    "%(name)s {0} {name}",
    "&lt;script&gt;",
    "&#60;script&#62;",
    "&quot;&gt;<b>",
    "\u202egnp.exe\u2066",
    "\u200f\u200e\ufeff",
    "a\x00b\x1b[31m\x7f",
    "line\nbreak\r\nand\ttab",
    "Z\u0351\u0351\u0351\u0351\u0351\u0351",
    "<a href='javascript:alert(1)'>click</a>",
    "<form action=//evil.example><input name=csrf>",
    "\ufeff<\u0000script>",
    "<x" * 120,
    "名" * 150,
    "é" + "\u2028" + "</script>",
)
"""At least forty ways in."""


class Frame(HTMLParser):
    """What a page is made of: its elements with the names of their attributes, and where links and forms lead."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.targets: list[str] = []
        self.comments = 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.targets += [value or "" for name, value in attrs if name in ("href", "src", "action", "hx-get", "hx-post")]

    def handle_comment(self, data: str) -> None:
        self.comments += 1

    def unknown_decl(self, data: str) -> None:
        self.comments += 1


def console_of(word: str) -> Evening:
    """A console in which everything that can be text is this word."""
    world = Evening(START)
    text = Text(zh=word, en=word)
    TITLES["hostile"] = text
    sentence = text.model_dump()
    first = world.case("at_risk", word, "hostile", 5 * MINUTE, sentence=sentence, store=word, region=word, channel=word)
    world.case("breached", word + "2", "hostile", -MINUTE, sentence=sentence, store=word, region=word, owner=word)
    world.case("unknown", word + "3", "hostile", MINUTE, sentence=sentence, store=word)
    world.command("comment", first, "li.na", text=word)
    world.command("assign", first, "li.na", to=word)
    closed = world.case("breached", word + "4", "hostile", -MINUTE, sentence=sentence, store=word)
    world.command("comment", closed, "li.na", text=word)
    world.command("close", closed, "li.na", because="other", why=word)
    world.message(first, "wang.fang", word, "refused", 0, word[:500])
    world.incident(START - MINUTE, title=text, region=word, value=word, open=1, broken=1, until=None)
    mute = MuteInForce(
        id="m",
        tenant=TENANT,
        scope=Scope(store=word[:256], region=word[:256]),
        start=as_datetime(START - MINUTE),
        until=as_datetime(START + MINUTE),
        because=word,
        by=word,
    )
    world.show("mutes", b"m", mute.model_dump_json().encode())
    line = AuditLine(
        alert=first,
        version=9,
        tenant=TENANT,
        case=word,
        moment="hostile",
        at=as_datetime(START),
        by=word,
        what="commented",
        before="firing",
        after="firing",
        why=word,
    )
    world.show("audit", first.encode(), line.model_dump_json().encode())
    letter = DeadLetter(word, 0, 1, START, word, word, word, word, word)
    world.board.feeds_are((FeedRow(word, 1, 1, START, {word: 2}),), (letter,))
    for number, state in enumerate(get_args(FeedState)):
        world.source(f"{number}{word}", word, state, 9 * MINUTE)
    world.board.freshness(Freshness(START, START, {"detect": text}))
    clock = Clock(word, text, 1, word, word, START, text, (word, word))
    world.records[TENANT, word] = CaseRecord(TENANT, word, ((START, word, word, word),), (clock,), word, START)
    return world


def frames(word: str, folder: Path) -> dict[str, Frame]:
    """Every page of such a console, for an admin and, for the link, a guest."""
    folder.mkdir()
    world = console_of(word)
    browser = Browser(world.app_in(folder, open_to_all=True))
    alerts = list(world.stage.alerts)
    paths = {
        "now": "/now",
        "searched": None,
        "journey": "/journey",
        "handover": "/handover",
        "feeds": "/feeds",
        "rota": "/rota",
        "mutes": "/mutes",
        "incident": "/incidents/incident-1",
        **{f"alert {number}": f"/alerts/{alert}" for number, alert in enumerate(alerts)},
        "link": "/a/" + sign(SECRET.encode(), alerts[0], "wang.fang", START + MINUTE),
    }
    seen: dict[str, Frame] = {}
    for name, path in paths.items():
        if path is not None:
            answer = browser.get(path)
        else:
            query = {"q": word, "tenant": word, "store": word, "stage": word, "mine": "1"}
            answer = browser.client.get("/now", params=query)
        assert answer.status_code == 200, (name, answer.text[:200])
        assert CALM not in word or CALM in answer.text or name in ("rota", "link")
        seen[name] = Frame(answer.text)
    answer = browser.client.get("/cases", params={"tenant": TENANT, "case": word})
    assert answer.status_code == 200
    seen["case"] = Frame(answer.text)
    page = browser.get(f"/alerts/{alerts[0]}").text
    token = page.split('name="csrf" value="')[1].split('"')[0]
    fields = {"csrf": token, "version": "1", "text": word, "to": word, "because": word, "minutes": word}
    for do in ("comment", "close", "snooze"):
        written = {"text": word + "x" * 4001} if do == "comment" else {}  # too long; a remark is refused for nothing else
        refused = browser.client.post(f"/alerts/{alerts[0]}/{do}", data=fields | written)
        assert refused.status_code in (409, 422)
        seen[f"{do} refused"] = Frame(refused.text)
    fields = dict.fromkeys(("tenant", "region", "store", "moment", "start", "until", "because"), word)
    refused = browser.client.post("/mutes", data={"csrf": token, **fields})
    assert refused.status_code == 422
    seen["mute refused"] = Frame(refused.text)
    return seen


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Frame]:
    return frames(CALM, tmp_path_factory.mktemp("calm") / "x")


@pytest.mark.parametrize("word", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_becomes_part_of_a_page(calm: dict[str, Frame], word: str, tmp_path: Path) -> None:
    for name, frame in frames(word, tmp_path / "x").items():
        assert frame.elements == calm[name].elements, name
        assert frame.comments == 0, name
        away = [
            target
            for target in frame.targets
            if not target.startswith("/") or target.startswith(("//", "/\\")) or any(ord(char) < 33 for char in target)
        ]
        assert set(away) <= {"#main", "#unknown", *HANDED_OVER}, name


def test_directions_and_unseen_characters_are_shown_as_such(tmp_path: Path) -> None:
    world = Evening(START)
    world.case("at_risk", "8812\u202e\u2066x", "delivery.on_time", 5 * MINUTE)
    page = Browser(world.app_in(tmp_path)).sign_in("li.na").get("/now").text
    assert "<bdi>8812\ufffd\ufffdx</bdi>" in page
