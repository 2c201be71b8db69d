"""Whatever an event or a person writes, it is text in the message: never a mention, a link, an image, a tag, a header, a
template, or one line more.

Each hostile string is put into every field that events, people and organisation data fill, and what comes out is read
by parsers that are not ours: the structure must be that of the same message with harmless words in it.
"""

import email
import email.policy
import re
from html.parser import HTMLParser
from typing import Any, Literal

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from schemas.alert import Comment
from schemas.notice import Notice
from schemas.transition import Labels, Promise, Text
from streams.notify import escape
from streams.notify.base import Message
from streams.notify.render import TEXT, TITLE, render
from streams.notify.smtp.mail import compose
from tests.notify.hostile import HOSTILE
from tests.notify.sample import CONSOLE, DUE, make_alert, make_notice

NOW = 1_795_429_812_000_000
Reason = Literal["broke", "again", "ended"]
REASONS: tuple[Reason, ...] = ("broke", "again", "ended")


def filled(value: str, reason: Reason, language: str) -> Notice:
    """A notice with `value` wherever somebody else's text can be."""
    both = Text(zh=value, en=value)
    alert = make_alert(
        id=value if reason == "again" else "5f2c",
        case=value,
        moment=value,
        owner=value,
        title=both,
        labels=Labels(region=value, store=value, channel=value),
        sentence=both,
        playbook={"zh": [value, value], "en": [value, value]},
        comments=[Comment(at=DUE, by=value, text=value)],
        promise=Promise(id=value, person=value, text=value),
        acknowledged_by=value,
        assignee=value,
        **({"kind": "recovered", "state": "resolved", "ended_at": DUE} if reason == "ended" else {}),
    )
    return make_notice(alert, id=value, name=value, person=value, reason=reason, language=language)


def shapes(value: str) -> list[str]:
    """The string alone, and amid a name."""
    whole = escape.plain(value)
    return [f"a {value} z", f"a{value}z", *([value] if whole else [])]


class Skeleton(HTMLParser):
    """Tags and attributes of a page, without its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[object] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, [(name, "" if name == "href" else value) for name, value in attrs]))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(f"/{tag}")

    def handle_comment(self, data: str) -> None:
        self.found.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.found.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.found.append("instruction")

    def unknown_decl(self, data: str) -> None:
        self.found.append("declaration")


def html_skeleton(page: str) -> list[object]:
    parser = Skeleton()
    parser.feed(page)
    parser.close()
    return parser.found


PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def markdown_skeleton(text: str) -> list[str]:
    """The structure that CommonMark with tables and strikes sees."""

    def walk(tokens: list[Token]) -> list[str]:
        return [part for token in tokens if token.type != "text" for part in (token.type, *walk(token.children or []))]

    return walk(PARSER.parse(text))


def lines(message: Message) -> int:
    return message.text.count("\n")


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_hostile_is_markup_in_any_form(reason: Reason, language: str) -> None:
    linked, bare = (render(filled("Lotte", reason, language), console) for console in (CONSOLE, None))
    for value in HOSTILE:
        for shape in shapes(value):
            message = render(filled(shape, reason, language), CONSOLE)
            harmless = linked if message.link else bare  # an id of a megabyte is not linked
            where = f"{value[:60]!r}"
            assert_one_line_of_text(message.title, where)
            assert len(message.title) <= TITLE
            assert len(message.text) <= TEXT

            link = message.link or ""
            assert (lines(message), len(message.text.splitlines())) == (lines(harmless), lines(harmless) + 1), where
            for line in message.text.replace(link, "").split("\n") if link else message.text.split("\n"):
                assert_one_line_of_text(line, where)

            assert html_skeleton(message.html) == html_skeleton(harmless.html), where
            assert markdown_skeleton(message.markdown) == markdown_skeleton(harmless.markdown), where
            body = message.markdown.rpartition("\n")[0] if link else message.markdown
            assert_no_robot_markup(body, where)


def test_the_link_leads_to_the_console_whatever_the_id_is() -> None:
    for value in HOSTILE:
        for shape in shapes(value):
            link = render(filled(shape, "again", "zh"), CONSOLE).link
            assert link is None or re.fullmatch(rf"{CONSOLE}/alerts/[A-Za-z0-9_.~%-]+", link), value[:60]


def assert_one_line_of_text(line: str, where: str) -> None:
    """Plain: safe in channels that read mentions, links or control characters out of text."""
    assert len(line.splitlines()) <= 1, where
    assert not re.search(r"[<>@\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]", line), where
    assert not re.search(r"[a-z]://|\bwww\.|\.[a-z]{2,24}/|javascript:|mailto:", line, re.IGNORECASE), where
    line.encode()


def assert_no_robot_markup(body: str, where: str) -> None:
    """What WeCom, DingTalk and Feishu read as markup beyond CommonMark; the labels in bold are ours."""
    ours = re.sub(
        r"\*\*(门店|区域|渠道|单号|步骤|承诺|级别|依据|下一步|最新留言|关闭原因|待联系|作废|[A-Z][a-z ]+)\*\*(?=：|:)",
        "",
        body,
    )
    assert not re.search(r"[<>@\[\]*~`#|&\\{}]", ours), where
    assert not re.search(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", ours), where
    assert not any(re.match(r"\s*(?:[-+=]|\d+[.)])", line) for line in ours.split("\n") if line), where


def test_an_expression_is_shown_and_not_evaluated() -> None:
    message = render(filled("{{ 7*7 }}{% raw %}", "broke", "zh"), CONSOLE)
    assert "单号：{{ 7*7 }}{% raw %}" in message.text
    assert "49" not in message.text + message.markdown + message.html


def test_a_page_shows_what_was_written_and_not_what_it_would_mean() -> None:
    page = render(filled("&lt;b&gt; \"x\" 'y' & z", "broke", "zh"), CONSOLE).html
    assert "<td>&amp;lt;b&amp;gt; &#34;x&#34; &#39;y&#39; &amp; z</td>" in page


def test_no_hostile_string_becomes_a_header_or_a_part_of_a_mail() -> None:
    def read(message: Message) -> Any:
        raw = compose(message, "moments@example.com", "wang@example.com", NOW).as_bytes()
        return email.message_from_bytes(raw, policy=email.policy.default)

    harmless = read(render(filled("Lotte", "again", "zh"), CONSOLE))
    for value in HOSTILE:
        for shape in shapes(value)[:1]:
            message = render(filled(shape, "again", "zh"), CONSOLE)
            mail = read(message)
            where = f"{value[:60]!r}"
            assert mail.keys() == harmless.keys(), where
            assert not mail.defects, where
            assert mail["Subject"] == message.title.replace("=?", "=？"), where
            assert (mail["From"], mail["To"]) == ("moments@example.com", "wang@example.com"), where
            for name in ("Message-ID", "In-Reply-To", "References"):
                assert re.fullmatch(r"<(alert|notice)\.[A-Za-z0-9_-]{1,64}@example\.com>", mail[name]), where
            text, page = mail.iter_parts()
            assert text.get_content().replace("\r\n", "\n") == message.text + "\n", where
            assert html_skeleton(page.get_content())[4:-2] == html_skeleton(message.html), where


def test_a_subject_that_somebody_else_wrote_cannot_begin_another_header() -> None:
    message = render(make_notice(), CONSOLE)
    object.__setattr__(message, "title", "x\r\nBcc: victim@example.com")
    mail = compose(message, "moments@example.com", "wang@example.com", NOW)
    assert mail["Subject"] == "x Bcc: victim＠example.com"
    assert mail["Bcc"] is None


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(set(HOSTILE)) >= 100
