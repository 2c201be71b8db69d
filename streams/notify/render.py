"""A notice as words: what, where, how late or how long left, why, what to do next, and where to take it.

The wording is in `templates/<language>/`: a title, plain text, Markdown and HTML, each from the same facts; those of
several alerts told as one begin with `group_`. A template can not forget to escape: whatever an expression gives goes
through the escape of the form that is being written.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from jinja2 import BaseLoader, Environment, PackageLoader, StrictUndefined

from schemas.alert import Alert
from schemas.notice import Notice
from schemas.organisation import Language
from streams.clock import instant
from streams.notify import escape
from streams.notify.actions import Action, offer
from streams.notify.base import OVER, Message
from streams.notify.escape import Trusted, clip, cut
from streams.notify.pages import Sign, acknowledge_of, page_of
from streams.notify.render_group import facts_of_group
from streams.notify.when import local, span

TITLE = 60
"""Characters of a title, at most: what a lock screen and a mail's subject show."""
TEXT = 1_500
"""Characters of the plain text, at most, its links included."""

# characters of one value: together they stay below TEXT
_NAME, _SENTENCE, _STEP, _COMMENT, _PROMISE = 80, 340, 200, 160, 80
_NOTHING = "—"


def render(notice: Notice, console: str | None, sign: Sign | None = None) -> Message:
    """The message that tells `notice`, in its person's language and time zone.

    `console` is the console's address; with it the message has a link to the page of what it tells, and with `sign` too,
    where there is one alert to take, a link by which its person takes it. They are the last lines of the text and the
    last one of the Markdown. Text of events is made harmless in every form (`streams.notify.escape`). Never raises for
    what an event or a person wrote.
    """
    page, acknowledge = page_of(notice, console), acknowledge_of(notice, console, sign)
    claimable = notice.group is None and notice.reason not in OVER
    actions = [
        Action(label, Trusted(url)) for label, url in offer(notice.language, page, acknowledge, claimable=claimable)
    ]
    facts = _facts(notice) if notice.group is None else facts_of_group(notice, notice.group)
    form = "" if notice.group is None else "group_"
    facts |= {"actions": actions}
    text = _write(f"{form}text", notice.language, facts)
    if len(text) > TEXT:  # only links of several hundred characters can bring it here; they stay whole
        lines = text.split("\n")
        body, links = lines[: len(lines) - len(actions)], lines[len(lines) - len(actions) :]
        text = "\n".join([clip("\n".join(body), TEXT - sum(len(link) + 1 for link in links)), *links])
    return Message(
        id=notice.id,
        key=notice.subject,
        title=clip(_write(f"{form}title", notice.language, facts), TITLE),
        text=text,
        markdown=_write(f"{form}markdown", notice.language, facts),
        html=_write(f"{form}html", notice.language, facts),
        link=page and str(page),
        alert=notice.alert,
        reason=notice.reason,
        language=notice.language,
        severity=notice.alert.severity if notice.group is None else notice.group.severity,
        group=notice.group,
        acknowledge=acknowledge and str(acknowledge),
    )


def _facts(notice: Notice) -> dict[str, Any]:
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
        "what": cut(getattr(alert.title, language), _NAME) or cut(alert.moment, _NAME) or _NOTHING,
        "store": cut(alert.labels.store, _NAME),
        "region": cut(alert.labels.region, _NAME),
        "channel": cut(alert.labels.channel, _NAME),
        "case": cut(alert.case, _NAME) or _NOTHING,
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
        "sentence": cut(getattr(alert.sentence, language) if alert.sentence else None, _SENTENCE),
        "step": cut(steps[0], _STEP) if steps else None,
        "steps": len(steps),
        "comment": cut(comment.text, _COMMENT) if comment else None,
        "chain": alert.chain,
        "promise": cut(alert.promise.text, _PROMISE) if alert.promise else None,
        "promised_by": cut(alert.promise.person, _NAME // 2) if alert.promise else None,
        "comment_by": cut(comment.by, _NAME) if comment else None,
    }


def _ending(alert: Alert) -> str:
    """How it ended, for the words: the events' own end first, then a person's."""
    if alert.kind in {"met", "recovered", "cancelled", "expired"}:
        return alert.kind
    return "closed" if alert.closed_because is not None else "over"


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
"""By the last word of a template's name."""


def _write(form: str, language: Language, facts: dict[str, Any]) -> str:
    return _FORMS[form.rpartition("_")[2]].get_template(f"{language}/{form}.j2").render(facts).strip()
