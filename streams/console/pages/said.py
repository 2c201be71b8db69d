"""What became of what somebody did, in words: done, refused because somebody was faster, not answered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from starlette.requests import Request

from schemas.alert import MONITOR, What
from streams.clock import instant
from streams.console.pages.look import Look
from streams.console.pages.story import Story, Told
from streams.console.views import Entry, Outcome

Tone = Literal["good", "bad", "open"]

_NOBODY: Mapping[str, str] = MappingProxyType({})
_DONE = frozenset(
    {"acknowledge", "comment", "assign", "snooze", "close", "mute", "unmute", "no_effect", "retried", "none_retried"}
)
_REFUSALS = frozenset(
    {"unknown_alert", "other_tenant", "other_case", "snooze_in_the_past", "snooze_too_long", "too_many_comments"}
)

_NO_CHANGE: frozenset[What] = frozenset({"refused", "no_effect", "held", "let_go", "rolled_up", "nobody_to_tell"})


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody else did meanwhile, or the monitor."""

    at: int
    told: Told
    by_person: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence for whoever did something, and what they should know beside it."""

    tone: Tone
    text: str
    more: str = ""
    changes: tuple[Change, ...] = ()


def done(request: Request, look: Look) -> Said | None:
    """What the address says was done before this page was shown; one of our own words or nothing."""
    word = request.query_params.get("said", "")
    return Said("good", look.t("done." + word)) if word in _DONE else None


def with_word(address: str, word: str) -> str:
    """An address that says so."""
    path, mark, anchor = address.partition("#")
    return f"{path}{'&' if '?' in path else '?'}said={word}{mark}{anchor}"


def outcome_said(
    outcome: Outcome, do: str, look: Look, changes: tuple[Change, ...] = (), names: Mapping[str, str] = _NOBODY
) -> Said:
    """What became of a command."""
    if outcome.result == "done":
        return Said("good", look.t("done." + do))
    if outcome.result == "no_effect":
        return Said("good", look.t("done.no_effect"), _present(outcome, look, names))
    if outcome.result == "unanswered":
        return Said("open", look.t("refused.unanswered"))
    reason = outcome.why.partition(":")[0]
    if reason == "changed":
        someone = not changes or any(change.by_person for change in changes)
        text = look.t("refused.changed") if someone else look.t("refused.moved")
        return Said("bad", text, _present(outcome, look, names), changes)
    text = look.t("refused." + reason) if reason in _REFUSALS else look.t("refused.other", why=outcome.why)
    return Said("bad", text, _present(outcome, look, names))


def not_sent(look: Look) -> Said:
    """The brokers did not take it."""
    return Said("bad", look.t("refused.not_sent"))


def changes_since(timeline: Iterable[Entry], version: int, story: Story) -> tuple[Change, ...]:
    """What was done to an alert after the version that somebody saw, oldest first."""
    lines = [entry.line for entry in timeline if entry.line is not None]
    return tuple(
        Change(instant(line.at), story.of(line), line.by != MONITOR)
        for line in lines
        if line.version > version and line.what not in _NO_CHANGE
    )


def _present(outcome: Outcome, look: Look, names: Mapping[str, str]) -> str:
    alert = outcome.present
    if alert is None:
        return ""
    state = look.t.named("state", alert.state)
    holder = alert.assignee or alert.acknowledged_by
    return (
        look.t("refused.present_held", state=state, who=names.get(holder, holder))
        if holder
        else look.t("refused.present", state=state)
    )
