"""What can be done on the pages: about alerts, mutes and refused records; and who was faster."""

import re
from pathlib import Path
from typing import Any

import pytest

from streams.console.views import DeadLetter, Outcome
from tests.console.page_world import FIRST, PAGES, START, TENANT, Browser, Evening, evening, plain


@pytest.fixture
def world() -> Evening:
    return evening(START)


@pytest.fixture
def app(world: Evening, tmp_path: Path) -> Any:
    return world.app_in(tmp_path)


@pytest.fixture
def lina(app: Any) -> Browser:
    return Browser(app).sign_in("li.na")


def act(browser: Browser, do: str, alert: str = FIRST, **fields: str) -> Any:
    """Fill in one of the forms of an alert's page."""
    browser.get(f"/alerts/{alert}")
    version = re.search(r'name="version" value="(\d+)"', browser.page)
    return browser.post(f"/alerts/{alert}/{do}", {"version": version[1] if version else "1", **fields})


def test_an_alert_says_what_to_do_and_how_its_deadline_came_about(lina: Browser) -> None:
    page = plain(lina.get(f"/alerts/{FIRST}").text)
    steps = ("取最早", "promised_at = 12:30", "+ 45m，适用 channel = delivery", "改期")
    for said in ("联系骑手，确认位置与原因", *steps, "已送达"):
        assert said in page
    assert page.index("联系骑手") < page.index("取最早") < page.index("监控 发出预警")


@pytest.mark.parametrize(
    ("do", "fields", "shown"),
    [
        ("acknowledge", {"minutes": "60"}, "12:28 认领"),
        ("assign", {"to": "chen.wei"}, "陈伟"),
        ("comment", {"text": "已联系骑手"}, "已联系骑手"),
        ("snooze", {"minutes": "15"}, "至 12:43"),
        ("close", {"because": "customer_served", "useful": "yes"}, "顾客已得到服务"),
    ],
)
def test_what_is_done_about_an_alert_is_seen_on_its_page(
    world: Evening, lina: Browser, do: str, fields: dict[str, str], shown: str
) -> None:
    answer = act(lina, do, **fields)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/alerts/{FIRST}?said={do}")
    assert shown in plain(lina.get(answer.headers["location"]).text)
    command, partition = world.sent[-1]
    assert (command.do, command.by, partition) == (do, "li.na", 3)


def test_the_button_in_a_row_leads_back_to_the_list(lina: Browser) -> None:
    lina.get("/now?store=NJXL")
    answer = lina.post(f"/alerts/{FIRST}/acknowledge", {"version": "1", "minutes": "30", "next": "/now?store=NJXL"})
    assert answer.headers["location"] == "/now?store=NJXL&said=acknowledge"
    page = plain(lina.get(answer.headers["location"]).text)
    assert "已认领。" in page
    assert "李娜 12:28 认领" in page


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", ""])
def test_no_form_leads_to_another_site(lina: Browser, away: str) -> None:
    lina.get("/now")
    answer = lina.post(f"/alerts/{FIRST}/acknowledge", {"version": "1", "minutes": "30", "next": away})
    assert answer.headers["location"] == f"/alerts/{FIRST}?said=acknowledge"


def test_who_was_faster_is_shown_and_what_was_typed_is_kept(world: Evening, app: Any, lina: Browser) -> None:
    chen = Browser(app).sign_in("chen.wei")
    lina.get(f"/alerts/{FIRST}")
    assert act(chen, "acknowledge", minutes="30").status_code == 303
    answer = lina.post(f"/alerts/{FIRST}/comment", {"version": "1", "text": "骑手 <五> 分钟到"})
    assert answer.status_code == 409
    page = plain(answer.text)
    assert "有人先了一步" in page
    assert "现在：已认领，陈伟处理。" in page
    assert "12:28:48 · 陈伟 认领" in page
    assert "骑手 &lt;五&gt; 分钟到</textarea>" in answer.text
    again = re.search(r'name="version" value="(\d+)"', answer.text)
    assert again is not None
    assert lina.post(f"/alerts/{FIRST}/comment", {"version": again[1], "text": "骑手五分钟到"}).status_code == 303


def test_a_script_is_told_the_same_in_a_line(app: Any, lina: Browser) -> None:
    act(Browser(app).sign_in("chen.wei"), "acknowledge", minutes="30")
    lina.get("/now")
    answer = lina.post(f"/alerts/{FIRST}/acknowledge", {"version": "1", "minutes": "30"}, **{"hx-request": "true"})
    assert answer.status_code == 409
    assert answer.headers["hx-trigger"] == "moved"
    assert "有人先了一步" in answer.text
    assert "<html" not in answer.text


def test_a_form_sent_twice_is_one_command(world: Evening, lina: Browser) -> None:
    lina.get(f"/alerts/{FIRST}")
    for _ in range(2):
        lina.post(f"/alerts/{FIRST}/comment", {"version": "1", "text": "once"})
    assert len({command.id for command, _ in world.sent}) == 1
    assert [comment.text for comment in world.stage.alerts[FIRST].comments] == ["once"]


def test_no_answer_and_no_brokers_are_said_and_nothing_is_lost(world: Evening, lina: Browser) -> None:
    world.silent = True
    answer = act(lina, "comment", text="worth keeping")
    assert answer.status_code == 202
    assert "还没有得到答复" in answer.text
    assert "worth keeping</textarea>" in answer.text
    world.away = True
    answer = act(lina, "comment", text="worth keeping")
    assert answer.status_code == 503
    assert "没有发出" in answer.text
    assert "worth keeping</textarea>" in answer.text
    assert "kafka-1" not in answer.text


@pytest.mark.parametrize(
    ("do", "fields"),
    [
        ("acknowledge", {"minutes": "0"}),
        ("acknowledge", {"minutes": "half"}),
        ("snooze", {"minutes": "-5"}),
        ("snooze", {"minutes": "99999999999"}),
        ("snooze", {}),
        ("comment", {"text": ""}),
        ("comment", {"text": "   "}),
        ("comment", {"text": "x" * 4001}),
        ("assign", {"to": ""}),
        ("close", {"because": "boredom"}),
        ("close", {"because": "fixed", "useful": "perhaps"}),
        ("close", {}),
        ("comment", {"text": "x", "version": "0"}),
        ("comment", {"text": "x", "version": "last"}),
    ],
)
def test_a_form_filled_in_wrongly_is_given_back(world: Evening, lina: Browser, do: str, fields: dict[str, str]) -> None:
    answer = act(lina, do, **fields)
    assert answer.status_code == 422
    assert "请检查" in answer.text
    assert world.sent == []


def test_who_may_only_look_finds_no_forms_and_cannot_send_them(world: Evening, app: Any) -> None:
    ying = Browser(app).sign_in("ying")
    for path in PAGES:
        assert set(re.findall(r'method="post" action="([^"]*)"', ying.get(path).text)) == {"/sign-out"}
    posts = [f"/alerts/{FIRST}/comment", "/mutes", "/mutes/end", "/feeds/retry"]
    for path in posts:
        ying.get("/now")
        answer = ying.post(path, {"text": "x", "version": "1"})
        assert answer.status_code == 403
        assert "没有权限" in answer.text
    assert world.sent == []


def test_an_unknown_alert_incident_or_deed_is_not_there(lina: Browser) -> None:
    lina.get("/now")
    for path in ("/alerts/none", "/incidents/none", "/cases/other/order_8812", "/cases"):
        answer = lina.get(path)
        assert answer.status_code == 404
        assert "没有这个页面" in answer.text
    lina.get("/now")
    assert lina.post(f"/alerts/{FIRST}/explode", {"version": "1"}).status_code == 404
    assert lina.get(f"/alerts/{FIRST}/comment").headers["location"] == f"/alerts/{FIRST}"


def test_a_refusal_without_words_of_ours_is_shown_as_it_is(world: Evening, lina: Browser, monkeypatch: Any) -> None:
    async def refuse(*_: Any) -> Outcome:
        return Outcome("refused", "moon_phase: <not> tonight", None)

    monkeypatch.setattr(type(world), "send", refuse)
    answer = act(lina, "comment", text="x")
    assert answer.status_code == 409
    assert "没有生效：moon_phase: &lt;not&gt; tonight" in answer.text


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
    assert zhou.post("/mutes/end", {"mute": wanted[1]}).headers["location"] == "/mutes?said=unmute"
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
    assert zhou.post("/mutes/end", {"mute": "none"}).status_code == 404


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
