"""Notices about several alerts at once, for the tests of words and channels."""

from datetime import timedelta
from typing import Any

from schemas.group import Group, Member, StoreCount, Usual
from schemas.notice import Notice
from schemas.transition import Text
from tests.notify.sample import AT_RISK, DUE, make_alert, make_notice

TITLE = Text(zh="准时送达", en="Delivered when promised")


def make_member(number: int, store: str | None, late: timedelta, **changed: Any) -> Member:
    """An alert of that store, so long over its time when the notice is made (negative: so much left)."""
    fields: dict[str, Any] = {
        "alert": f"a{number}",
        "case": f"order_{number:04}",
        "moment": "delivery.on_time",
        "title": TITLE,
        "store": store,
        "severity": "high",
        "state": "firing",
        "due_at": DUE + timedelta(minutes=5, seconds=12) - late,
    }
    return Member(**(fields | changed))


def minutes(late: float) -> timedelta:
    return timedelta(minutes=late)


def make_group(**changed: Any) -> Group:
    """Twelve deliveries of the region that are late, in three stores and one that nobody named."""
    fields: dict[str, Any] = {
        "id": "8d1e0c7f35a94b62a7c4e9f01b2d3a56",
        "version": 2,
        "kind": "group",
        "state": "firing",
        "tenant": "tea",
        "region": "华东",
        "moment": "delivery.on_time",
        "title": TITLE,
        "severity": "high",
        "since": DUE,
        "changed_at": DUE + timedelta(minutes=5),
        "open": 12,
        "broken": 12,
        "ended": 0,
        "stores": [
            StoreCount(store="人民广场店", open=7),
            StoreCount(store="徐家汇店", open=3),
            StoreCount(store="静安寺店", open=1),
            StoreCount(store=None, open=1),
        ],
        "members": [
            *(make_member(number, "人民广场店", minutes(number + 0.2)) for number in range(1, 6)),
            *(make_member(number, "徐家汇店", minutes(number - 4)) for number in range(6, 9)),
            make_member(9, "静安寺店", minutes(2)),
            make_member(10, None, minutes(1)),
        ],
        "members_left_out": 2,
    }
    return Group(**(fields | changed))


OPEN = (6, 5, 4, 4, 3, 2, 2, 2, 1, 1, 1, 1)
INCIDENT: dict[str, Any] = {
    "kind": "incident",
    "moment": None,
    "title": Text(zh="配送集中超时", en="Many late deliveries"),
    "severity": "critical",
    "shared": "fleet",
    "value": "SF-East",
    "usual": Usual(span_seconds=600, usual=1.46, threshold=8, counted=9),
    "open": 35,
    "broken": 35,
    "ended": 2,
    "stores": [StoreCount(store=f"{10 * open_ + number} 号店", open=open_) for number, open_ in enumerate(OPEN)],
    "stores_left_out": 3,
    "members_left_out": 25,
}
KEPT_BACK: dict[str, Any] = {
    "kind": "digest",
    "moment": None,
    "region": None,
    "title": Text(zh="合并提醒", en="Digest"),
    "open": 16,
    "broken": 14,
    "ended": 1,
    "stores": [],
    "members": [
        make_member(1, "人民广场店", minutes(-3)),
        make_member(2, "人民广场店", minutes(12)),
        make_member(3, None, minutes(4), state="acknowledged"),
        make_member(4, "徐家汇店", minutes(1), state="unknown"),
        make_member(5, "徐家汇店", minutes(30), state="snoozed"),
        make_member(6, "徐家汇店", minutes(30), state="retracted"),
        make_member(7, "徐家汇店", minutes(0), due_at=None),
        *(make_member(number, "静安寺店", minutes(7)) for number in range(8, 14)),
    ],
    "members_left_out": 4,
}
GONE = [make_member(number, "徐家汇店", minutes(9), state="retracted") for number in range(20, 27)]

STORIES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "grouped": ({}, {"reason": "grouped"}),
    "grouped_at_risk": (
        {
            "severity": "critical",
            "open": 3,
            "broken": 0,
            "stores": [StoreCount(store="徐家汇店", open=2), StoreCount(store="静安寺店", open=1)],
            "members": [make_member(number, "徐家汇店", minutes(-number)) for number in (1, 2)]
            + [make_member(3, "静安寺店", minutes(-4))],
            "members_left_out": 0,
        },
        {"reason": "grouped", "alert": make_alert(**AT_RISK)},
    ),
    "grouped_some_broken": (
        {"broken": 5, "region": None, "members": [*make_group().members, *GONE]},
        {"reason": "grouped"},
    ),
    "grouped_one": (
        {
            "open": 1,
            "broken": 1,
            "stores": [StoreCount(store="静安寺店", open=1)],
            "members": [make_member(9, "静安寺店", minutes(2))],
            "members_left_out": 0,
        },
        {"reason": "grouped"},
    ),
    "group_over": (
        {"state": "resolved", "open": 0, "broken": 0, "ended": 12, "stores": [], "members": GONE[:2]},
        {"reason": "group_over", "at": DUE + timedelta(minutes=40)},
    ),
    "incident": (INCIDENT, {"reason": "incident"}),
    "incident_unlearnt": (
        INCIDENT
        | {"shared": "store", "value": "人民广场店", "usual": None, "severity": "high", "stores_left_out": 0}
        | {"stores": [StoreCount(store="人民广场店", open=35)], "ended": 0},
        {"reason": "incident"},
    ),
    "incident_hardly_usual": (
        INCIDENT
        | {"shared": "region", "value": "华东"}
        | {"usual": Usual(span_seconds=300, usual=0.01, threshold=5, counted=6)},
        {"reason": "incident", "at": DUE + timedelta(hours=20)},
    ),
    "incident_over": (
        INCIDENT | {"state": "resolved", "open": 0, "broken": 0, "ended": 37},
        {"reason": "incident_over", "at": DUE + timedelta(hours=2)},
    ),
    "digest": (KEPT_BACK, {"reason": "digest"}),
    "digest_over": (
        KEPT_BACK | {"state": "resolved", "open": 0, "broken": 0, "ended": 17, "members": [], "members_left_out": 0},
        {"reason": "group_over", "at": DUE + timedelta(minutes=40)},
    ),
}
"""What may be told of several, by name: what differs in the group, and in the notice."""


def tell_group(story: str, language: str) -> Notice:
    """The notice of a story in a language."""
    group, notice = STORIES[story]
    return make_notice(group=make_group(**group), language=language, **notice)
