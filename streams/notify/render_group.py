"""What the templates may name where several alerts are told as one: how many, where, how bad, and why together.

Lists are cut at LINES; what is left out is counted. Of a long list only some members are known by name, so that the
worst wait among them is the least that the worst one can be, and is told as that.
"""

from collections.abc import Iterable
from datetime import datetime
from math import isfinite
from typing import Any, Final

from schemas.alert import OPEN_STATES
from schemas.group import Group, Member, Usual
from schemas.notice import Notice
from schemas.organisation import Language
from streams.clock import SECOND, instant
from streams.notify.base import OVER
from streams.notify.escape import cut
from streams.notify.when import local, span

LINES: Final = 10
"""Stores or cases in one message, at most."""

_NAME, _STORE, _TITLE, _CASE = 80, 40, 24, 32  # characters of one value: together they stay below a text's limit
_NAMED = 5  # cases named in a row
_NOTHING = "—"
_HARDLY: Final = 0.1


def facts_of_group(notice: Notice, group: Group) -> dict[str, Any]:
    """Times are local and in words; a text that is not there is None. `open` are the alerts that are not over."""
    language = notice.language
    stores = [_store(group, store, open_, notice) for store, open_ in _listed(group)]
    gone = [member for member in group.members if member.state == "retracted"]
    cases = [member for member in group.members if member.state != "retracted"]

    def clock(at: datetime) -> str:
        return local(at, notice.time_zone, notice.at, language)

    return {
        "reason": notice.reason,
        "kind": group.kind,
        "over": notice.reason in OVER,
        "what": cut(getattr(group.title, language), _NAME) or cut(group.moment, _NAME) or _NOTHING,
        "region": cut(group.region, _NAME),
        "severity": group.severity,
        "critical": group.severity == "critical",
        "open": group.open,
        "broken": min(group.broken, group.open),
        "ended": group.ended,
        "all": group.open + group.ended,
        "store_count": sum(one.store is not None for one in group.stores) + group.stores_left_out,
        "stores": stores,
        "stores_more": len(group.stores) + group.stores_left_out - len(stores),
        "open_more": max(0, group.open - sum(store["open"] for store in stores)),
        "cases": [_case(member, notice) for member in cases[:LINES]],
        "cases_more": max(0, len(cases) - LINES) + group.members_left_out,
        "gone": [cut(member.case, _CASE) or _NOTHING for member in gone[:_NAMED]],
        "gone_more": max(0, len(gone) - _NAMED),
        "since": clock(group.since),
        "shared": group.shared,
        "value": cut(group.value, _NAME) or _NOTHING,
        **_usual(group.usual, language),
    }


def _listed(group: Group) -> Iterable[tuple[str | None, int]]:
    return [(one.store, one.open) for one in group.stores[:LINES]]


def _store(group: Group, store: str | None, open_: int, notice: Notice) -> dict[str, Any]:
    """A line of a store. `least`: some of its alerts are not known by name, so the worst may be worse."""
    here = [member for member in group.members if member.store == store and member.state in OPEN_STATES]
    return {"name": cut(store, _STORE), "open": open_, "least": len(here) < open_} | _wait(here, notice)


def _case(member: Member, notice: Notice) -> dict[str, Any]:
    """A line of one alert."""
    return {
        "what": cut(getattr(member.title, notice.language), _TITLE) or cut(member.moment, _TITLE) or _NOTHING,
        "store": cut(member.store, _STORE // 2),
        "case": cut(member.case, _CASE) or _NOTHING,
        "state": member.state,
        "open": 1,
        "least": False,
    } | _wait([member], notice)


def _wait(members: list[Member], notice: Notice) -> dict[str, Any]:
    """How late the worst of them is or, if none is late, how long the soonest has left."""
    dues = [instant(due) for member in members if (due := member.due_at or member.broken_at) is not None]
    late = instant(notice.at) - min(dues) if dues else 0
    return {
        "late": span(late, notice.language) if late > 0 else None,
        "left": span(-late, notice.language) if late < 0 else None,
    }


def _usual(usual: Usual | None, language: Language) -> dict[str, Any]:
    """What is normal for the shared cause; None where nothing was learnt."""
    if usual is None or not isfinite(usual.usual):
        return {"usual": None}
    return {
        "usual": f"{max(usual.usual, _HARDLY) if usual.usual else 0:.1f}".removesuffix(".0"),
        "hardly": 0 < usual.usual < _HARDLY,
        "within": span(usual.span_seconds * SECOND, language),
        "counted": usual.counted,
        "threshold": usual.threshold,
    }
