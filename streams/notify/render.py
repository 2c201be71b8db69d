"""A notice as words: what, where, how late or how long left, why, what to do next, and where to take it.

The wording is in `templates/<language>/`: a title, plain text, Markdown and HTML, each from the same facts. A template
can not forget to escape: whatever an expression gives goes through the escape of the form that is being written.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import BaseLoader, Environment, PackageLoader, StrictUndefined

from schemas.alert import Alert
from schemas.notice import Notice
from schemas.organisation import Language
from streams.clock import instant
from streams.notify import escape
from streams.notify.base import OVER, Message
from streams.notify.escape import Trusted, clip
from streams.notify.when import local, span

TITLE = 60
"""Characters of a title, at most: what a lock screen and a mail's subject show."""
TEXT = 1_500
"""Characters of the plain text, at most, its link included."""

_NAME, _SENTENCE, _STEP, _COMMENT = 80, 400, 240, 160  # characters of one value: together they stay below TEXT
_LINK = 300
_NOTHING = "—"


def render(notice: Notice, console: str | None) -> Message:
    """The message that tells `notice`, in its person's language and time zone.

    `console` is the console's address; with it the message has a link, the last line of text and Markdown. Text of
    events is made harmless in every form (`streams.notify.escape`). Never raises for what an event or a person wrote.
    """
    facts = _facts(notice, console)
    title = clip(_write("title", notice.language, facts), TITLE)
    text = _write("text", notice.language, facts)
    if len(text) > TEXT:  # only a link of several hundred characters can bring it here; the link stays whole
        body, _, last = text.rpartition("\n")
        text = f"{clip(body, TEXT - len(last) - 1)}\n{last}"
    return Message(
        id=notice.id,
        title=title,
        text=text,
        markdown=_write("markdown", notice.language, facts),
        html=_write("html", notice.language, facts),
        link=facts["link"] and str(facts["link"]),
        alert=notice.alert,
        reason=notice.reason,
        language=notice.language,
        severity=notice.alert.severity,
    )


def _facts(notice: Notice, console: str | None) -> dict[str, Any]:
    """What the templates may name. Times are local and in words; a text that is not there is None."""
    alert, language = notice.alert, notice.language
    due = alert.due_at or alert.broken_at
    over = notice.reason in OVER
    until = (alert.ended_at or notice.at) if over else notice.at
    late = instant(until) - instant(due) if due is not None else 0
    steps = alert.playbook.get(language) or next((steps for steps in alert.playbook.values() if steps), [])
    comment = alert.comments[-1] if alert.comments else None

    def clock(at: datetime | None) -> str | None:
        return local(at, notice.time_zone, notice.at, language) if at is not None else None

    return {
        "reason": notice.reason,
        "over": over,
        "what": _cut(getattr(alert.title, language), _NAME) or _cut(alert.moment, _NAME) or _NOTHING,
        "store": _cut(alert.labels.store, _NAME),
        "region": _cut(alert.labels.region, _NAME),
        "channel": _cut(alert.labels.channel, _NAME),
        "case": _cut(alert.case, _NAME) or _NOTHING,
        "severity": alert.severity,
        "critical": alert.severity == "critical",
        "unknown": alert.state == "unknown",
        "broken": alert.broken_at is not None or alert.kind in {"breached", "worsened"} or late > 0,
        "due": clock(due),
        "late": span(late, language) if late > 0 else None,
        "left": span(-late, language) if late < 0 else None,
        "ended": clock(alert.ended_at),
        "ending": _ending(alert),
        "closed": alert.closed_because,
        "sentence": _cut(getattr(alert.sentence, language) if alert.sentence else None, _SENTENCE),
        "step": _cut(steps[0], _STEP) if steps else None,
        "steps": len(steps),
        "comment": _cut(comment.text, _COMMENT) if comment else None,
        "comment_by": _cut(comment.by, _NAME) if comment else None,
        "link": _link(console, alert.id),
    }


def _cut(text: str | None, limit: int) -> str | None:
    """A value of an event, harmless as plain text and no longer than its place; None where nothing is left of it."""
    return clip(escape.plain(text), limit) or None if text else None


def _ending(alert: Alert) -> str:
    """How it ended, for the words: the events' own end first, then a person's."""
    if alert.kind in {"met", "recovered", "cancelled", "expired"}:
        return alert.kind
    return "closed" if alert.closed_because is not None else "over"


def _link(console: str | None, alert: str) -> Trusted | None:
    """The alert's page, or None without a console (or with one whose address is no web address)."""
    if console is None or len(alert) > _LINK or urlsplit(console).scheme not in {"http", "https"}:
        return None
    link = f"{console.rstrip('/')}/alerts/{quote(alert, safe='', errors='replace')}"
    return Trusted(link) if len(link) <= _LINK else None


def _form(write: Callable[[str], str], *, autoescape: bool = False) -> Environment:
    """The templates in one form: `write` is applied to every expression that is not our own link."""

    def finalize(value: object) -> str:
        return value if isinstance(value, Trusted) else write(str(value))

    return Environment(
        loader=_LOADER,
        autoescape=autoescape,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


_LOADER: BaseLoader = PackageLoader("streams.notify")
_TEXT = _form(escape.plain)
_FORMS = {"title": _TEXT, "text": _TEXT, "markdown": _form(escape.markdown), "html": _form(escape.plain, autoescape=True)}


def _write(form: str, language: Language, facts: dict[str, Any]) -> str:
    return _FORMS[form].get_template(f"{language}/{form}.j2").render(facts).strip()
