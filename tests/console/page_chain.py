"""A small tea chain: its stores, people and moments, and what a clock of it says."""

from collections.abc import Mapping
from typing import Any

from schemas.organisation import Organisation
from schemas.transition import Text
from streams.clock import HOUR, MINUTE, as_datetime, rfc3339

TENANT = "tea"
TITLES = {
    "delivery.on_time": Text(zh="送达准时", en="Delivered when promised"),
    "complaint.first_reply": Text(zh="首次回应投诉", en="First reply to a complaint"),
    "promise.kept": Text(zh="兑现承诺", en="A promise is kept"),
    "order.confirm": Text(zh="订单确认", en="Order is confirmed"),
    "courier.accept": Text(zh="骑手接单", en="Courier accepts"),
    "complaint.facts": Text(zh="了解事实", en="Facts are collected"),
    "complaint.solution": Text(zh="给出解决方案", en="A solution is given"),
    "complaint.followed_up": Text(zh="回访", en="Followed up"),
    "complaint.confirmed": Text(zh="顾客确认", en="The customer confirms"),
}
COMPLAINT = (
    "complaint.first_reply",
    "complaint.facts",
    "complaint.solution",
    "complaint.followed_up",
    "complaint.confirmed",
)
"""The steps of a complaint, in order."""
STAGES = {"complaint.first_reply": "after_sales", "promise.kept": "after_sales", "order.confirm": "decision"}


def organisation() -> Organisation:
    """Two regions, five stores, six people, a rota for the nights."""
    people = [
        {"id": "wang.fang", "name": "王芳"},
        {"id": "li.na", "name": "李娜"},
        {"id": "chen.wei", "name": "陈伟"},
        {"id": "zhou.min", "name": "周敏"},
        {"id": "anna.berg", "name": "Anna Berg", "language": "en", "time_zone": "Europe/Berlin"},
        {"id": "operations", "name": "运营中心"},
    ]
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    nights = {
        "shifts": [
            {"days": days, "start": "09:00", "people": ["chen.wei"]},
            {"days": days, "start": "21:00", "people": ["li.na"]},
        ]
    }
    names = {"NJXL": "南京西路店", "LJZ": "陆家嘴店", "JAS": "静安寺店", "XJH": "徐家汇店", "HZ01": "西湖店"}
    stores: list[dict[str, Any]] = [
        {"id": key, "name": name, "area": "sh", "region": "华东", "duty": {"people": ["wang.fang"]}}
        for key, name in names.items()
    ]
    stores.append(
        {"id": "BE01", "name": "Alexanderplatz", "region": "europe", "time_zone": "Europe/Berlin", "language": "en"}
    )
    return Organisation.model_validate(
        {
            "tenant": TENANT,
            "people": [{"contacts": [{"receiver": "wecom", "address": one["id"]}], **one} for one in people],
            "stores": stores,
            "areas": [{"id": "sh", "name": "上海", "region": "华东", "duty": {"rota": nights}}],
            "regions": [
                {"id": "华东", "name": "华东", "duty": {"people": ["zhou.min"]}},
                {"id": "europe", "name": "Europe", "duty": {"people": ["anna.berg"]}},
            ],
            "fallback": {"people": ["operations"]},
            "chains": [
                {
                    "id": "usual",
                    "steps": [
                        {"after": "0s", "tell": "store"},
                        {"after": "10m", "tell": "area"},
                        {"after": "20m", "tell": "region"},
                    ],
                }
            ],
        }
    )


def playbook(moment: str) -> Mapping[str, list[str]]:
    """What to do, by language."""
    return {
        "zh": ["联系骑手，确认位置与原因", "致电顾客，说明真实情况并致歉", "给出新的时间与补偿，并兑现"],
        "en": ["Ask the courier where he is and why", "Call the customer and apologise", "Give a new time, and keep it"],
    }


def proof(due: int, begun: int, zone: str) -> dict[str, Any]:
    """The earlier of the promise and half an hour, which is the promise."""
    promised = {"clause": "at", "due_at": rfc3339(due), "field": "promised_at", "value": rfc3339(due)}
    usual = {"clause": "after", "due_at": rfc3339(begun + 45 * MINUTE), "span": "45m", "target": "channel = delivery"}
    return {
        "start": {"id": "e-1", "source": "/pos", "type": "order.placed", "occurred_at": rfc3339(begun)},
        "started_at": rfc3339(begun),
        "deadline": {"clause": "earliest", "due_at": rfc3339(due), "parts": [promised, usual], "chosen": 0},
        "first_due_at": rfc3339(due - 5 * MINUTE),
        "calendar": "always",
        "time_zone": zone,
        "moves": [{"kind": "revised", "at": rfc3339(begun + 4 * MINUTE), "event": "e-2", "due_at": rfc3339(due)}],
        "due_at": rfc3339(due),
    }


def sentence(title: Text, kind: str, due: int, begun: int) -> dict[str, str]:
    local = {at: as_datetime(at + 8 * HOUR).strftime("%H:%M") for at in (due, begun)}
    zh = "应于 {due} 前完成，未见完成" if kind == "breached" else "{due} 到期，尚未完成"
    en = "was due at {due} and has not come" if kind == "breached" else "due at {due} and not done yet"
    return {
        "zh": f"{title.zh}：{zh.format(due=local[due])}（{local[begun]} order.placed，promised_at 为 {local[due]}）。",
        "en": f"{title.en}: {en.format(due=local[due])} (order.placed at {local[begun]}, promised_at {local[due]}).",
    }
