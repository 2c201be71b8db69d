"""What admins do on the pages: mutes begun and ended, refused records sent again."""

import re
from pathlib import Path
from typing import Any

import pytest

from streams.console.views import DeadLetter
from tests.console.page_browser import Browser
from tests.console.page_chain import TENANT
from tests.console.page_world import START, Evening


def test_a_mute_is_added_in_the_admins_local_time_and_ended(world: Evening, app: Any) -> None:
    zhou = Browser(app).sign_in("zhou.min")
    zhou.get("/mutes")
    fields = {"tenant": TENANT, "store": "XJH", "until": "2026-11-23T14:00", "because": "盘点"}
    answer = zhou.post("/mutes", fields)
    assert answer.headers["location"] == "/mutes?said=mute"
    command, partition = world.sent[-1]
    assert (command.do, partition) == ("mute", None)
    assert command.until == command.at.replace(hour=6, minute=0, second=0)  # type: ignore[union-attr]
    page = zhou.get("/mutes?said=mute").text
    assert "盘点" in page
    assert "静默已生效。" in page
    wanted = re.search(r'name="mute" value="([0-9a-f]{32})"', page)
    assert wanted is not None
    assert zhou.post("/mutes/end", {"tenant": TENANT, "mute": wanted[1]}).headers["location"] == "/mutes?said=unmute"
    assert "盘点" not in zhou.get("/mutes").text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"store": ""}, "至少填写"),
        ({"until": "2026-11-23T12:00"}, "请检查时间"),
        ({"until": "tomorrow"}, "请检查时间"),
        ({"until": "9999-12-31T23:59"}, "请检查时间"),
        ({"start": "2026-11-23T15:00"}, "请检查时间"),
        ({"because": ""}, "请检查填写"),
        ({"because": "x" * 300}, "请检查填写"),
        ({"tenant": "coffee"}, "不在您的范围内"),
    ],
)
def test_a_mute_filled_in_wrongly_is_given_back(world: Evening, app: Any, changed: dict[str, str], said: str) -> None:
    zhou = Browser(app).sign_in("zhou.min")
    zhou.get("/mutes")
    usual = {"tenant": TENANT, "store": "XJH", "until": "2026-11-23T14:00", "because": "盘点"}
    answer = zhou.post("/mutes", usual | changed)
    assert answer.status_code == 422
    assert said in answer.text
    assert world.sent == []


def test_a_mute_that_is_not_there_cannot_be_ended(app: Any) -> None:
    zhou = Browser(app).sign_in("zhou.min")
    zhou.get("/mutes")
    assert zhou.post("/mutes/end", {"tenant": TENANT, "mute": "none"}).status_code == 404


def test_chosen_dead_letters_are_sent_again_and_no_others(world: Evening, app: Any, tmp_path: Path) -> None:
    letters = [
        DeadLetter("orders.events.v1.dlq", 0, n, START, "bad_field", "f", "m", "k", "v", retried=n == 2) for n in range(3)
    ]
    world.feed(*letters)
    world.away = False
    admin = Browser(world.app_in(tmp_path, open_to_all=True))
    page = admin.get("/feeds").text
    assert page.count('name="letter"') == 3
    chosen = ["0:1:orders.events.v1.dlq", "0:2:orders.events.v1.dlq", "7:7:moments.alerts.v1"]
    answer = admin.post("/feeds/retry", {"letter": chosen})
    assert answer.headers["location"] == "/feeds?said=retried"
    assert world.retried == [([("orders.events.v1.dlq", 0, 1)], "demo")]
    admin.get("/feeds")
    assert admin.post("/feeds/retry", {}).headers["location"] == "/feeds?said=none_retried"
    assert len(world.retried) == 1
