"""The pages as a browser without scripts sees them, and the parts that scripts fetch again."""

import gzip
import re
from pathlib import Path
from typing import Any

import pytest

from schemas.transition import Text
from streams.clock import DAY, MINUTE, SECOND
from streams.console.views import Freshness
from tests.console.page_browser import Browser, plain
from tests.console.page_world import FIRST, PAGES, START, Evening

LIVE = {"hx-request": "true", "hx-target": "live"}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_written_in_both_languages(app: Any, path: str, language: str) -> None:
    browser = Browser(app).sign_in("zhou.min")
    answer = browser.get(f"{path}{'&' if '?' in path else '?'}lang={language}")
    assert answer.status_code == 200
    assert answer.headers["content-language"] == language
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in answer.text
    assert ("退出" in answer.text) is (language == "zh")


@pytest.mark.parametrize("path", ["/", *PAGES])
def test_whoever_is_not_signed_in_sees_the_sign_in_page_alone(app: Any, path: str) -> None:
    answer = Browser(app).get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


def test_signing_in_leads_to_where_one_wanted_to_go(app: Any) -> None:
    browser = Browser(app, "en")
    page = browser.get("/sign-in?next=/handover%3Fhours%3D8").text
    assert 'name="next" value="/handover?hours=8"' in page
    assert "Sign in" in page
    answer = browser.post("/sign-in", {"user": "li.na", "password": "wrong", "next": "/handover"})
    assert answer.status_code == 401
    assert "not right" in answer.text


def test_what_can_be_saved_comes_first_and_the_soonest_first_of_it(lina: Browser) -> None:
    page = lina.get("/now").text
    order = [page.index(f">{case}<") for case in ("order_8812", "T-2291", "call_3310", "BE-0117", "order_8840", "HZ-400")]
    assert order == sorted(order)
    assert page.index('id="h-risk"') < page.index('id="h-broken"') < page.index('id="h-unknown"')


def test_a_row_says_how_long_is_left_what_where_why_and_who_has_it(lina: Browser) -> None:
    row = lina.get("/now").text.split(f'id="row-{FIRST}"')[1].split("</article>")[0]
    assert f'data-due="{(START + 72 * SECOND) // 1000}">1:12</time>' in row
    words = plain(row)
    for said in ("后超时", "送达准时", "order_8812", "南京西路店", "12:30 到期，尚未完成", "未认领", "我来处理", "详情"):
        assert said in words
    assert "送达准时： " not in words  # the title stands there already


def test_a_store_elsewhere_has_its_own_time_beside_the_readers(app: Any, lina: Browser) -> None:
    assert "12:47 到期（门店当地 05:47 Berlin）" in plain(lina.get("/now").text)
    anna = Browser(app).sign_in("anna.berg")
    page = plain(anna.get("/now").text)
    assert "Due 05:30 (at the store 12:30 Shanghai)" in plain(anna.get(f"/alerts/{FIRST}").text)
    assert "Berlin)" not in page


def test_a_shared_cause_is_one_row_that_says_how_many_are_owed_a_call(lina: Browser) -> None:
    page = plain(lina.get("/now").text)
    assert "骑手接单 · 4 家门店，10 单 · 同一区域 华东" in page
    assert "10 位顾客待回访" in page
    assert "order_8825" not in page
    assert "order_8825" in plain(lina.get("/incidents/incident-1").text)


def test_filters_are_in_the_address_and_stay_in_it(lina: Browser) -> None:
    page = lina.get("/now?store=JAS&severity=medium").text
    assert ">call_3310<" in page
    assert ">order_8812<" not in page
    assert '<option value="JAS" selected>' in page
    assert '<option value="medium" selected>' in page
    assert 'name="next" value="/now?store=JAS&amp;severity=medium"' in page or "我来处理" not in page.split("live")[1]
    assert 'hx-get="/now?store=JAS&amp;severity=medium"' in page


def test_mine_is_what_i_hold(app: Any, lina: Browser) -> None:
    assert re.findall(r'class="quiet" href="/cases/tea/(\w+)"', lina.get("/now?mine=1").text) == ["call_3310"]
    assert "call_3310" not in Browser(app).sign_in("chen.wei").get("/now?mine=1").text


def test_an_unknown_filter_shows_nothing_and_breaks_nothing(lina: Browser) -> None:
    answer = lina.get("/now?stage=nonsense&severity=1&tenant=%00x&q=" + "y" * 3000)
    assert answer.status_code == 200
    assert "data-row" not in answer.text


def test_the_language_is_asked_for_once_and_remembered(app: Any) -> None:
    browser = Browser(app).sign_in("li.na")
    assert "At risk" in browser.get("/now?lang=en").text
    assert "At risk" in browser.get("/now").text
    assert "即将超时" in browser.get("/now?lang=zh").text
    assert "即将超时" in browser.get("/now").text
    assert "即将超时" in browser.get("/now?lang=klingon").text


def test_before_anybody_signed_in_the_browsers_language_counts(app: Any) -> None:
    assert "Password" in Browser(app, "fr, en;q=0.8, zh;q=0.3").get("/sign-in").text
    assert "密码" in Browser(app, "zh-TW, en;q=0.8").get("/sign-in").text
    assert "密码" in Browser(app, "fr;q=x,,;;").get("/sign-in").text


# what is not known


def test_before_anything_was_read_an_empty_page_does_not_look_calm(tmp_path: Path) -> None:
    world = Evening(START)
    world.board.freshness(Freshness(None))
    page = plain(Browser(world.app_in(tmp_path)).sign_in("li.na").get("/now").text)
    assert "尚未读到数据" in page
    assert "没有即将超时的时刻" not in page
    assert "– " in page


def test_an_old_page_says_since_when(world: Evening, lina: Browser) -> None:
    assert "停留在" not in plain(lina.get("/now").text)
    world.fresh(6 * SECOND)
    assert "这里停留在 12:28:42。" in plain(lina.get("/now").text)


def test_a_stage_that_lags_is_named_with_what_is_wrong(world: Evening, lina: Browser) -> None:
    world.fresh(0, detect=Text(zh="3 个分片没有动静", en="3 shards do not move"))
    assert "判定进程： 3 个分片没有动静" in plain(lina.get("/now").text)
    assert "Detection: 3 shards do not move" in plain(lina.get("/journey?lang=en").text)


def test_a_case_says_whether_detection_forgot_it_or_cannot_be_asked(world: Evening, lina: Browser) -> None:
    assert "判定进程已不再保留" in lina.get("/cases/tea/T-2291").text
    world.away = True
    assert "此刻读不到" in lina.get("/cases/tea/call_3310").text
    assert lina.get("/cases/tea/nothing").status_code == 404


def test_a_case_shows_its_clock_and_one_timeline(lina: Browser) -> None:
    page = plain(lina.get("/cases/tea/order_8812").text)
    assert "order.picked_up" in page
    assert "通知 王芳： 即将超时" in page
    assert "wecom → 王芳： 已送达" in page
    assert "最初期限 12:25 改期 12:04，由 e-2 12:30 期限 12:30" in page


def test_ids_that_a_path_cannot_carry_have_an_address_all_the_same(world: Evening, lina: Browser) -> None:
    for case in ("a/b", "..", "/x", "a b", "?&=#", "%2e%2e"):
        world.case("at_risk", case, "delivery.on_time", 5 * MINUTE)
    page = lina.get("/now").text
    for case in ("a/b", "..", "/x", "a b", "?&=#", "%2e%2e"):
        (href,) = set(re.findall(rf'href="(/cases[^"]*)"><bdi>{re.escape(case).replace("&", "&amp;")}</bdi>', page))
        answer = lina.client.get(href.replace("&amp;", "&"))
        assert answer.status_code == 200, (case, href)
        assert answer.url.path.startswith("/cases")


# live parts


def test_the_live_part_comes_alone_and_packed_and_without_a_token(lina: Browser) -> None:
    whole = lina.get("/now").text
    answer = lina.get("/now", **LIVE)
    assert answer.headers["content-encoding"] == "gzip"
    assert "<html" not in answer.text
    assert answer.text.count("data-row") == whole.count("data-row")
    assert 'name="csrf" value=""' in answer.text
    assert re.search(r'name="csrf" value="[\w-]{40,}"', whole)
    assert answer.headers["x-version"] == re.search(r'data-version="(\d+)"', whole)[1]  # type: ignore[index]


def test_many_who_look_at_the_same_are_written_one_page(world: Evening, app: Any, monkeypatch: Any) -> None:
    asked = []
    now = world.board.now

    def count(*given: Any, **named: Any) -> Any:
        asked.append(given)
        return now(*given, **named)

    monkeypatch.setattr(world.board, "now", count)
    readers = [Browser(app).sign_in(who) for who in ("li.na", "chen.wei")]
    for _ in range(50):
        for reader in readers:
            assert reader.get("/now?store=JAS", **LIVE).status_code == 200
    assert len(asked) == 1
    world.case("at_risk", "another", "delivery.on_time", 5 * MINUTE, store="JAS")
    assert all("another" in reader.get("/now?store=JAS", **LIVE).text for reader in readers)
    assert len(asked) == 2


def test_what_is_kept_is_never_shown_to_who_may_not_see_it(world: Evening, app: Any, tmp_path: Path) -> None:
    lina, ying = Browser(app).sign_in("li.na"), Browser(app).sign_in("ying")
    assert "data-take" in lina.get("/now", **LIVE).text
    assert "data-take" not in ying.get("/now", **LIVE).text


def test_the_live_parts_of_an_alert_go_each_to_its_place(lina: Browser) -> None:
    page = lina.get(f"/alerts/{FIRST}", **LIVE)
    assert page.text.count('hx-swap-oob="innerHTML:#more"') == 1
    assert page.text.count('hx-swap-oob="innerHTML:#actions"') == 1
    assert page.headers.get("content-encoding") is None  # there is a token in it
    assert re.search(r'name="csrf" value="[\w-]{40,}"', page.text)


def test_feeds_say_what_is_silent_and_what_was_refused(lina: Browser) -> None:
    page = plain(lina.get("/feeds").text)
    assert "touchpoints.events.v1 12 个分区 ◌ 没有消息 ◌ 未知 0" in page
    assert "字段有误 3 过旧 1" in page
    assert "promised_at lies before" not in page  # dead letters are for admins


def test_the_rota_says_who_is_on_and_who_is_next(lina: Browser) -> None:
    assert "片区 上海 陈伟 21:00 李娜" in plain(lina.get("/rota").text)


def test_the_journey_counts_each_moment_now_and_today(lina: Browser) -> None:
    page = plain(lina.get("/journey").text)
    stages = [page.index(name) for name in ("1 接触前", "2 决策", "3 服务执行", "4 售后反馈")]
    assert stages == sorted(stages)
    assert re.search(r"送达准时 delivery.on_time · 高 ▲ 2 即将超时 ■ 0 已超时 ◌ 3 未知 今日：预警 \d+ · 挽回 3", page)


# the rest


def test_health_says_whether_topics_are_read_and_nothing_else(world: Evening, app: Any) -> None:
    probe = Browser(app)
    assert probe.get("/healthz").json() == {"status": "ok", "behind_seconds": 0.0}
    world.fresh(DAY)
    answer = probe.get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (503, "stale")


def test_files_are_kept_for_ever_under_an_address_that_names_their_content(lina: Browser) -> None:
    page = lina.get("/now").text
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(named) >= 4
    for path in named:
        answer = lina.get(path)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert lina.get("/static/clock.js").headers["cache-control"] == "no-cache"
    assert lina.get("/static/../templates/base.html").status_code == 404


def test_a_page_is_a_few_packets_when_it_changes(lina: Browser) -> None:
    assert len(gzip.compress(lina.get("/now", **LIVE).content)) < 6000


def test_the_header_names_the_tenant_as_every_page_does(lina: Browser) -> None:
    for path in ("/now", "/rota", "/cases/tea/order_8812"):
        assert '<span class="tenant wide-only"><bdi>tea</bdi></span>' in lina.get(path).text


def test_a_row_that_is_over_does_not_ask_for_anybody(world: Evening, lina: Browser) -> None:
    over = world.case("breached", "order_9", "order.confirm", -MINUTE, store="XJH")
    world.command("close", over, "chen.wei", because="fixed")
    world.incident(START - MINUTE, state="resolved", until=None)
    for path in (f"/alerts/{over}", "/cases/tea/order_9", "/incidents/incident-1"):
        page = plain(lina.get(f"{path}?lang=en").text)
        assert "Resolved" in page
        assert "Nobody has it" not in page.split("Customers to follow up")[0]
        assert "I have it" not in page.split("Customers to follow up")[0].split("Keyboard")[0]


def test_words_that_begin_a_line_have_a_capital_in_english(lina: Browser) -> None:
    page = plain(lina.get("/rota?lang=en").text)
    for said in ("Fallback 运营中心 No change", "Region 华东", "Area 上海", "Store 南京西路店"):
        assert said in page
    assert re.search(r"Area is told at 12:\d\d", plain(lina.get("/now?lang=en").text))
