"""One alert of one evening, as messages: the tea that did not come. Instants are fixed, and so is the clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from schemas.alert import Alert
from schemas.group import Group, StoreCount
from schemas.notice import Reason
from schemas.transition import Kind, Labels, Text
from streams import clock
from streams.notify.base import Message
from tests.notify.peer import Seen

EXAMPLES = Path(__file__).parent / "examples"
BROKEN = datetime(2026, 11, 1, 10, 30, tzinfo=UTC)
NOW = clock.instant(BROKEN + timedelta(seconds=2))
SECRETS = ("s3cr3t", "xoxb-", "whsec_", "hunter2", "127.0.0.1", "//")
"""What must never be in an error."""


def frozen() -> int:
    """The clock of these tests."""
    return NOW


def alert(**changes: Any) -> Alert:
    """The alert: store 1042 promised tea for 18:30 local time."""
    kind: Kind = "breached"
    return Alert(
        id="0f9d4c6b2a7e81350f9d4c6b2a7e8135",
        version=2,
        state="firing",
        kind=kind,
        tenant="tea",
        case="order-77",
        moment="tea.delivered_on_time",
        occurrence=1,
        stage="execution",
        severity="high",
        owner="store-operations",
        title=Text(zh="茶饮准时送达", en="Tea delivered on time"),
        labels=Labels(region="east", store="1042", channel="app"),
        sentence=Text(zh="承诺 18:30 送达,至今未送达。", en="Promised for 18:30, not delivered."),
        transition="t-2",
        raised_at=BROKEN - timedelta(minutes=5),
        changed_at=BROKEN,
        due_at=BROKEN,
        broken_at=BROKEN,
        told=["lin"],
    ).model_copy(update=changes)


def message(reason: Reason = "broke", **changes: Any) -> Message:
    """What the supervisor is told of it, in Chinese, as one of the languages with the wider letters."""
    return replace(
        Message(
            id="n-5d41402abc4b2a76b9719d911017c592",
            key=alert().id,
            title="门店 1042:茶饮准时送达 已超时",
            text="门店 1042,订单 order-77。\n承诺 18:30 送达,至今未送达。\n下一步:致电骑手。",
            markdown="**门店 1042**\n承诺 18:30 送达,至今未送达。",
            html="<p>门店 1042</p>",
            link="https://console.example/a/0f9d4c6b2a7e81350f9d4c6b2a7e8135",
            alert=alert(),
            reason=reason,
            language="zh",
            severity="high",
        ),
        **changes,
    )


def ended(reason: Reason = "ended", **changes: Any) -> Message:
    """The word that it is over: the tea came twelve minutes late."""
    after = BROKEN + timedelta(minutes=12)
    over = {"version": 3, "state": "resolved", "kind": "recovered", "ended_at": after, "changed_at": after}
    return message(
        reason, id="n-2", title="门店 1042:已送达", text="已送达,迟到 12 分钟。", alert=alert(**over | changes)
    )


def group(**changes: Any) -> Group:
    """Four more deliveries of that evening that are late, in two stores."""
    return Group(
        id="a4c1e2b97d3f48605a4c1e2b97d3f486",
        version=2,
        kind="group",
        state="firing",
        tenant="tea",
        region="east",
        moment="tea.delivered_on_time",
        title=Text(zh="茶饮准时送达", en="Tea delivered on time"),
        severity="critical",
        since=BROKEN,
        changed_at=BROKEN + timedelta(minutes=5),
        open=4,
        broken=4,
        ended=0,
        stores=[StoreCount(store="1042", open=3), StoreCount(store="1077", open=1)],
    ).model_copy(update=changes)


def grouped(reason: Reason = "grouped", **changes: Any) -> Message:
    """What the supervisor is told of them, in one message."""
    several = group(**changes)
    return message(
        reason,
        id="n-7",
        key=several.id,
        title="又有 4 单超时:茶饮准时送达",
        text="「茶饮准时送达」又有 4 单超时,涉及 2 家门店。",
        markdown="「茶饮准时送达」又有 4 单超时",
        link="https://console.example/now?region=east&moment=tea.delivered_on_time",
        group=several,
        severity=several.severity,
    )


def same_as_example(seen: Seen, name: str) -> None:
    """The request is the stored one, byte for byte."""
    assert seen.wire() == (EXAMPLES / name).read_text(encoding="utf-8").removesuffix("\n")
