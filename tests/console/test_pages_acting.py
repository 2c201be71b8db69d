"""What can be done on the pages: about alerts, mutes and refused records; and who was faster."""

import re
from typing import Any

import pytest

from streams.clock import SECOND
from streams.console.views import Outcome
from tests.console.page_browser import Browser, plain
from tests.console.page_world import FIRST, PAGES, Evening


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


@pytest.mark.parametrize(
    ("do", "typed", "kept"),
    [
        ("snooze", {"minutes": "120"}, '<option value="120" selected>'),
        ("assign", {"to": "zhou.min"}, '<option value="zhou.min" selected>'),
        ("acknowledge", {"minutes": "15"}, '<option value="15" selected>'),
        ("close", {"because": "wrong_data", "useful": "no"}, '<option value="wrong_data" selected>'),
        ("close", {"because": "wrong_data", "useful": "no"}, 'name="useful" value="no" checked'),
    ],
)
def test_who_was_faster_is_shown_and_what_was_typed_is_kept(
    app: Any, lina: Browser, do: str, typed: dict[str, str], kept: str
) -> None:
    chen = Browser(app).sign_in("chen.wei")
    lina.get(f"/alerts/{FIRST}")
    assert act(chen, "acknowledge", minutes="30").status_code == 303
    assert act(chen, "assign", to="wang.fang").status_code == 303
    lina.get("/now")
    answer = lina.post(f"/alerts/{FIRST}/{do}", {"version": "1", **typed})
    assert answer.status_code == 409
    page = plain(answer.text)
    assert "有人先了一步" in page
    assert "现在：已认领，王芳处理。" in page
    assert "12:28:48 · 陈伟 认领" in page
    assert "12:28:48 · 陈伟 指派给 王芳" in page
    form = answer.text.split(f'id="{do}"')[1].split("</form>")[0]
    assert kept in form
    assert form.startswith(" data-begun>")  # so that news does not wipe it away
    again = re.search(r'name="version" value="(\d+)"', form)
    assert again is not None
    assert lina.post(f"/alerts/{FIRST}/{do}", {"version": again[1], **typed}).status_code == 303


def test_where_only_the_monitor_was_faster_nobody_is_blamed(world: Evening, lina: Browser) -> None:
    lina.get(f"/alerts/{FIRST}")
    world.case("breached", "order_8812", "delivery.on_time", -5, store="NJXL")
    answer = lina.post(f"/alerts/{FIRST}/snooze", {"version": "1", "minutes": "15"})
    assert answer.status_code == 409
    assert "有人" not in plain(answer.text)
    assert "情况刚刚变了" in answer.text
    assert "· 监控 已超时" in plain(answer.text)


def test_a_remark_never_conflicts(world: Evening, app: Any, lina: Browser) -> None:
    lina.get(f"/alerts/{FIRST}")
    form = lina.page.split('id="comment"')[1].split("</form>")[0]
    assert 'name="version"' not in form
    seen = re.search(r'name="seen" value="(\d+)"', form)
    assert seen is not None
    assert act(Browser(app).sign_in("chen.wei"), "acknowledge", minutes="30").status_code == 303
    answer = lina.post(f"/alerts/{FIRST}/comment", {"seen": seen[1], "version": "1", "text": "骑手五分钟到"})
    assert answer.status_code == 303
    assert world.sent[-1][0].version is None  # type: ignore[union-attr]
    assert [comment.text for comment in world.stage.alerts[FIRST].comments] == ["骑手五分钟到"]


def test_the_same_words_said_twice_are_two_remarks(world: Evening, lina: Browser) -> None:
    for _ in range(2):
        page = lina.get(f"/alerts/{FIRST}").text
        seen = re.search(r'name="seen" value="(\d+)"', page)
        assert seen is not None
        lina.post(f"/alerts/{FIRST}/comment", {"seen": seen[1], "text": "ok"})
    assert [comment.text for comment in world.stage.alerts[FIRST].comments] == ["ok", "ok"]


def test_what_was_written_about_an_alert_that_is_over_is_given_back(world: Evening, lina: Browser) -> None:
    lina.get(f"/alerts/{FIRST}")
    world.case("met", "order_8812", "delivery.on_time", 72 * SECOND)
    answer = lina.post(f"/alerts/{FIRST}/comment", {"seen": "1", "text": "骑手 <五> 分钟到"})
    assert answer.status_code == 200
    assert "它已经结束" in answer.text
    assert "骑手 &lt;五&gt; 分钟到</textarea>" in answer.text
    assert "想留言，但它已经结束 已解决 骑手 &lt;五&gt; 分钟到" in plain(answer.text)
    lina.get("/now")
    answer = lina.post(f"/alerts/{'0' * 32}/comment", {"seen": "1", "text": "gone <with> it"})
    assert answer.status_code == 404
    assert "gone &lt;with&gt; it</textarea>" in answer.text


def test_whoever_has_it_is_not_asked_to_take_it(app: Any, lina: Browser) -> None:
    assert "我来处理" in plain(lina.get(f"/alerts/{FIRST}").text)
    act(lina, "acknowledge", minutes="30")
    actions = lina.get(f"/alerts/{FIRST}").text.split('id="actions"')[1].split("</aside>")[0]
    assert "在您手上" in actions
    assert "延长" in actions
    assert "我来处理" not in actions
    assert "由我接手" not in actions
    others = Browser(app).sign_in("chen.wei").get(f"/alerts/{FIRST}").text
    assert "由我接手" in others


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
        lina.post(f"/alerts/{FIRST}/comment", {"seen": "1", "text": "once"})
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
        ("snooze", {"minutes": "15", "version": "0"}),
        ("snooze", {"minutes": "15", "version": "last"}),
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
