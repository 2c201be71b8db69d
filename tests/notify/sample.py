"""A notice and its alert as the alert stage makes them, for the tests of words and channels."""

from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.alert import Alert, Comment
from schemas.notice import Notice
from schemas.organisation import Contact
from schemas.transition import Labels, Text

CONSOLE = "https://moments.example.com"
DUE = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
"""18:30 in Shanghai."""


def make_alert(**changed: Any) -> Alert:
    """A delivery that should have come at 18:30, Shanghai time."""
    fields: dict[str, Any] = {
        "id": "5f2c9a417be04d1c8a63e0f7d2b91c44",
        "version": 3,
        "state": "firing",
        "kind": "breached",
        "tenant": "tea",
        "case": "order_20261123-0417",
        "moment": "delivery.on_time",
        "occurrence": 1,
        "stage": "execution",
        "severity": "high",
        "owner": "delivery_dispatcher",
        "title": Text(zh="准时送达", en="Delivered when promised"),
        "labels": Labels(region="华东", store="人民广场店", channel="外卖"),
        "sentence": Text(
            zh="准时送达：应于 18:30 前完成，未见完成（18:00 order.placed，promised_at 为 18:30）。",
            en="Delivered when promised: was due at 18:30 and has not come (order.placed at 18:00, promised_at 18:30).",
        ),
        "playbook": {
            "zh": ["联系骑手确认位置与原因", "致电顾客说明真实情况并致歉", "给出新的时间与补偿并兑现"],
            "en": [
                "Ask the courier where he is and why",
                "Call the customer with an apology",
                "Give a new time and keep it",
            ],
        },
        "transition": "t-1",
        "raised_at": DUE - timedelta(minutes=10),
        "changed_at": DUE,
        "due_at": DUE,
        "broken_at": DUE,
    }
    return Alert(**(fields | changed))


def make_notice(alert: Alert | None = None, **changed: Any) -> Notice:
    """The notice of its breach, five minutes and twelve seconds later, in Chinese and for Shanghai."""
    fields: dict[str, Any] = {
        "id": "0b6e1f5a9c2d4e7788a1b2c3d4e5f607",
        "reason": "broke",
        "person": "wang",
        "name": "王店长",
        "language": "zh",
        "time_zone": "Asia/Shanghai",
        "contacts": [Contact(receiver="duty-chat")],
        "at": DUE + timedelta(minutes=5, seconds=12),
        "step": 0,
        "alert": alert or make_alert(),
    }
    return Notice(**(fields | changed))


AT_RISK: dict[str, Any] = {
    "kind": "at_risk",
    "broken_at": None,
    "sentence": Text(
        zh="准时送达：18:30 到期，尚未完成（18:00 order.placed，promised_at 为 18:30）。",
        en="Delivered when promised: due at 18:30 and not done yet (order.placed at 18:00, promised_at 18:30).",
    ),
}
REMARK = Comment(at=DUE + timedelta(minutes=3), by="小王", text="已联系骑手，路上堵车")

STORIES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "warned": (AT_RISK, {"reason": "warned", "at": DUE - timedelta(minutes=8)}),
    "warned_at_the_last_moment": (AT_RISK, {"reason": "warned", "at": DUE}),
    "broke": ({}, {}),
    "broke_critical": ({"severity": "critical", "comments": [REMARK]}, {}),
    "worsened": ({"kind": "worsened", "severity": "critical"}, {"reason": "worsened", "at": DUE + timedelta(minutes=20)}),
    "escalated": ({"comments": [REMARK]}, {"reason": "escalated", "at": DUE + timedelta(minutes=10), "step": 1}),
    "escalated_before_it_broke": (AT_RISK, {"reason": "escalated", "at": DUE - timedelta(minutes=2), "step": 1}),
    "again": ({"comments": [REMARK]}, {"reason": "again", "at": DUE + timedelta(minutes=35)}),
    "again_without_data": (
        {
            "state": "unknown",
            "kind": "unknown",
            "sentence": Text(
                zh="准时送达：18:20 起无法判定：数据源没有消息（18:00 order.placed，promised_at 为 18:30）。",
                en="Delivered when promised: cannot be judged since 18:20: its feed is silent (order.placed at 18:00, "
                "promised_at 18:30).",
            ),
        },
        {"reason": "again", "at": DUE + timedelta(hours=1)},
    ),
    "ended_late": (
        {"state": "resolved", "kind": "recovered", "ended_at": DUE + timedelta(minutes=12)},
        {"reason": "ended", "at": DUE + timedelta(minutes=12, seconds=1)},
    ),
    "ended_in_time": (
        AT_RISK | {"state": "resolved", "kind": "met", "ended_at": DUE - timedelta(minutes=1)},
        {"reason": "ended", "at": DUE},
    ),
    "ended_cancelled": (
        {"state": "resolved", "kind": "cancelled", "ended_at": DUE + timedelta(minutes=2)},
        {"reason": "ended"},
    ),
    "ended_closed": (
        {"state": "resolved", "closed_because": "customer_served"},
        {"reason": "ended", "at": DUE + timedelta(minutes=30)},
    ),
    "retracted": ({"state": "retracted", "kind": "retracted"}, {"reason": "retracted"}),
    "test": ({}, {"reason": "test"}),
}
"""What may be told, by name: what differs in the alert, and in the notice."""


def tell(story: str, language: str) -> Notice:
    """The notice of a story in a language."""
    alert, notice = STORIES[story]
    return make_notice(make_alert(**alert), language=language, **notice)
