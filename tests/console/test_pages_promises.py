"""The page of promises, and the steps of a complaint on the pages of its alert and its case."""

import re
from pathlib import Path
from typing import Any

import pytest

from streams.alerts.record import alert_id
from streams.clock import MINUTE, SECOND
from streams.console.views import Freshness
from tests.console.page_browser import Browser, plain
from tests.console.page_chain import COMPLAINT, TENANT
from tests.console.page_world import START, Evening, complaint_evening

LIVE = {"hx-request": "true", "hx-target": "live"}
COMPLAINED = alert_id(TENANT, "T-2291", COMPLAINT[0], 1)
PROMISED = alert_id(TENANT, "call_3310", "promise.kept", 1)


@pytest.fixture
def world() -> Evening:
    return complaint_evening(START)


@pytest.fixture
def anna(app: Any) -> Browser:
    return Browser(app, "en").sign_in("anna.berg")


def rows(page: str) -> list[str]:
    return [plain(one) for one in re.findall(r'<article class="row [^"]*" id="promise-.*?</article>', page, re.S)]


def steps(page: str) -> list[str]:
    (found,) = re.findall(r'<ol class="steps">.*?</ol>', page, re.S)
    return [plain(one) for one in re.findall(r"<li.*?</li>", found, re.S)]


def test_every_open_promise_is_there_with_its_clock_the_first_to_be_kept_first(lina: Browser) -> None:
    page = lina.get("/promises").text
    assert 'aria-current="page" data-page="promises"' in page
    assert rows(page) == [
        "■ +14:00 已超时 12:15 前把退款转给顾客 · T-2291 · pr-2 · 陆家嘴店 已逾期 · 到期 12:14:48"
        " 陈伟 承诺于 11:58:48 详情",
        "▲ 9:00 后超时 下班前回电，说明退款进度 · call_3310 · 静安寺店 即将到期 · 到期 12:37:48"
        " 李娜 承诺于 11:58:48 预警 详情",
        "○ 1 天 2 小时 后超时 明天中午前补送两杯新茶 · T-2291 · pr-1 · 陆家嘴店 进行中 · 到期 11 月 24 日 14:28:48"
        " 陈伟 承诺于 11:58:48 详情",
        "✓ 逾期兑现 12:08:48 寄出优惠券 · order_8711 · pr-7 · 陆家嘴店 到期 11:28:48 王芳 承诺于 11:58:48 详情",
    ]
    assert 'href="/cases/tea/T-2291%23pr-2"' in page
    assert 'href="/cases/tea/T-2291"' in page
    assert f'href="/alerts/{PROMISED}"' in page


def test_it_says_the_same_in_english(anna: Browser) -> None:
    assert rows(anna.get("/promises").text)[1] == (
        "▲ 9:00 left 下班前回电，说明退款进度 · call_3310 · 静安寺店 due soon · due 05:37:48"
        " 李娜 promised 04:58:48 Alert Details"
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("case=T-2291", ["pr-2", "pr-1"]),
        ("case=T-2291%23pr-1", ["pr-1"]),
        ("person=chen.wei", ["pr-2", "pr-1"]),
        ("person=li.na", ["call_3310"]),
        ("store=JAS", ["call_3310"]),
        ("store=LJZ&person=wang.fang", ["pr-7"]),
        ("case=nothing", []),
        ("tenant=coffee", []),
    ],
)
def test_the_filter_is_in_the_address(lina: Browser, query: str, found: list[str]) -> None:
    page = lina.get(f"/promises?{query}").text
    told = [next(name for name in ("pr-1", "pr-2", "pr-7", "call_3310") if name in row) for row in rows(page)]
    assert told == found
    assert f'hx-get="/promises?{query}"' in page.replace("&amp;", "&")


def test_what_is_chosen_stays_chosen(lina: Browser) -> None:
    page = lina.get("/promises?person=chen.wei&store=JAS").text
    assert '<option value="chen.wei" selected>陈伟</option>' in page
    assert '<option value="JAS" selected>静安寺店</option>' in page
    assert 'href="/promises">清除' in page


def test_it_is_live_and_a_promise_that_is_kept_leaves_the_open_ones(world: Evening, lina: Browser) -> None:
    assert len(rows(lina.get("/promises", **LIVE).text)) == 4
    world.promise("T-2291", "pr-2", -14 * MINUTE, "recovered", store="LJZ", person="chen.wei", ended=10 * SECOND)
    page = lina.get("/promises", **LIVE)
    assert "<html" not in page.text
    assert plain(page.text).startswith("待兑现 2 已逾期 0")
    assert rows(page.text)[2].startswith("✓ 逾期兑现 12:28:38")


def test_where_nothing_is_promised_it_says_so(world: Evening, app: Any) -> None:
    answer = Browser(app, "en").sign_in("anna.berg").get("/promises?case=none")
    assert "No promise is open here." in plain(answer.text)


def test_before_the_topics_are_read_no_figure_is_shown(tmp_path: Path) -> None:
    world = Evening(START)
    world.board.freshness(Freshness(None))
    page = Browser(world.app_in(tmp_path), "en").sign_in("anna.berg").get("/promises").text
    assert "To be kept –" in plain(page)
    assert "No promise is open" not in page


def test_what_was_promised_is_text_whatever_it_says(world: Evening, lina: Browser) -> None:
    hostile = "<script>alert(1)</script>\u202e"
    world.promise("T-9", "<b>", MINUTE, "running", person=hostile, text=hostile)
    for path in ("/promises", "/cases/tea/T-9"):
        page = lina.get(path).text
        assert "&lt;script&gt;" in page
        assert "<script>alert" not in page
        assert "\u202e" not in page


# steps


def test_the_steps_of_a_complaint_stand_on_its_alert_each_with_its_clock(lina: Browser) -> None:
    page = lina.get(f"/alerts/{COMPLAINED}").text
    assert "步骤 投诉五步 · 5 步中 1 步已结束" in plain(page)
    assert steps(page) == [
        "1 首次回应投诉 ▲ 4:40 后超时",
        "2 了解事实 ✓ 超时后完成 12:26:48",
        "3 给出解决方案 ○ 2:00:00 后超时",
        "4 回访 · 尚未开始",
        "5 顾客确认 · 尚未开始",
    ]
    (current,) = re.findall(r'<li class="(\w+)" aria-current="step">', page)
    assert current == "at_risk"


def test_the_case_has_its_steps_and_its_promises(anna: Browser) -> None:
    page = anna.get("/cases/tea/T-2291").text
    assert steps(page)[1:] == [
        "2 Facts are collected ✓ done late 05:26:48",
        "3 A solution is given ○ 2:00:00 left",
        "4 Followed up · not begun yet",
        "5 The customer confirms · not begun yet",
    ]
    assert f'href="/alerts/{COMPLAINED}"' in page.split('<ol class="steps">')[1].split("</ol>")[0]
    assert len(rows(page)) == 2


def test_steps_are_live_with_the_alert(world: Evening, lina: Browser) -> None:
    chain = {"name": "complaint", "step": 4, "of": 5}
    world.follow("T-2291", COMPLAINT[3], -MINUTE, "broken", chain=chain, store="LJZ")
    assert steps(lina.get(f"/alerts/{COMPLAINED}", **LIVE).text)[3] == "4 回访 ■ +1:00 已超时"


def test_an_alert_about_a_promise_says_who_promised_what_in_which_case(lina: Browser) -> None:
    page = lina.get(f"/alerts/{PROMISED}").text
    assert "承诺内容 下班前回电，说明退款进度 承诺人 李娜 承诺于 11:58:48 所属单 call_3310" in plain(page)
    assert 'href="/promises?tenant=tea&amp;person=li.na"' in page


def test_an_alert_of_no_chain_has_no_steps(lina: Browser) -> None:
    first = alert_id(TENANT, "order_8812", "delivery.on_time", 1)
    assert 'class="steps"' not in lina.get(f"/alerts/{first}").text
