"""The pages as a browser without scripts sees them, and the parts that scripts fetch again."""

import gzip
import re
from pathlib import Path
from typing import Any

import pytest

from schemas.transition import Text
from streams.clock import DAY, HOUR, MINUTE, SECOND, parse_rfc3339
from streams.console.views import DeadLetter, Freshness, Outcome
from streams.notify.links import sign
from tests.alerts.alert_stage import alert_id
from tests.console.page_world import SECRET, TENANT, Browser, Evening, evening

START = parse_rfc3339("2026-11-23T12:28:48+08:00")
FIRST = alert_id(TENANT, "order_8812", "delivery.on_time", 1)
PAGES = (
    "/now",
    "/journey",
    "/handover",
    "/feeds",
    "/rota",
    "/mutes",
    "/cases/tea/order_8812",
    "/cases?tenant=tea&case=order_8812",
    "/incidents/incident-1",
    f"/alerts/{FIRST}",
)
LIVE = {"hx-request": "true", "hx-target": "live"}


@pytest.fixture
def world() -> Evening:
    return evening(START)


@pytest.fixture
def app(world: Evening, tmp_path: Path) -> Any:
    return world.app_in(tmp_path)


@pytest.fixture
def lina(app: Any) -> Browser:
    return Browser(app).sign_in("li.na")


def plain(page: str) -> str:
    """The words of a page, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


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
    assert "due        2026-11-23T04:30:00Z" in lina.page


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
    monkeypatch.setattr(world.board, "now", lambda *given, **named: asked.append(given[1]) or now(*given, **named))
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


# acting


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


# mutes, feeds, handover, rota, journey


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


def test_feeds_say_what_is_silent_and_what_was_refused(lina: Browser) -> None:
    page = plain(lina.get("/feeds").text)
    assert "touchpoints.events.v1 12 个分区 ◌ 没有消息 ◌ 未知 0" in page
    assert "字段有误 3 过旧 1" in page
    assert "promised_at lies before" not in page  # dead letters are for admins


def test_the_handover_is_of_the_last_twelve_hours_or_as_the_address_says(lina: Browser) -> None:
    assert "00:28:48 至 12:28:48" in plain(lina.get("/handover").text)
    assert "08:00 至 12:28:48" in plain(lina.get("/handover?since=2026-11-23T08:00").text)
    assert "04:28:48 至 12:28:48" in plain(lina.get("/handover?hours=8").text)
    assert "08:00 至 12:28:48" in plain(lina.get("/handover?since=2026-11-23T00:00:00Z").text)
    for wrong in ("since=yesterday", "hours=many", "since=0001-01-01T00:00", "hours=1e9"):
        page = plain(lina.get(f"/handover?{wrong}").text)
        assert "看不懂这个时间" in page
        assert "00:28:48 至 12:28:48" in page


def test_the_handover_leaves_what_is_open_what_was_promised_and_what_was_closed(lina: Browser) -> None:
    page = plain(lina.get("/handover").text)
    left, promises = page.split("留给下一班的")[1].split("承诺与留言")
    assert "order_8812" in left
    assert "骑手接单" in left
    said, closed = promises.split("本班关闭的")
    assert "陈伟 留言 · call_3310" in said
    assert "order_8711" in closed
    assert "顾客已得到服务" in closed


def test_the_rota_says_who_is_on_and_who_is_next(lina: Browser) -> None:
    assert "片区 上海 陈伟 21:00 李娜" in plain(lina.get("/rota").text)


def test_the_journey_counts_each_moment_now_and_today(lina: Browser) -> None:
    page = plain(lina.get("/journey").text)
    stages = [page.index(name) for name in ("1 接触前", "2 决策", "3 服务执行", "4 售后反馈")]
    assert stages == sorted(stages)
    assert re.search(r"送达准时 delivery.on_time · 高 ▲ 2 即将超时 ■ 0 已超时 ◌ 3 未知 今日：预警 \d+ · 挽回 3", page)


# the acknowledge link


def link(person: str = "wang.fang", alert: str = FIRST, lasts: int = HOUR, secret: str = SECRET) -> str:
    return "/a/" + sign(secret.encode(), alert, person, START + lasts)


def test_a_link_shows_the_essentials_without_signing_in_and_changes_nothing(world: Evening, app: Any) -> None:
    guest = Browser(app)
    before = world.board.version
    for _ in range(3):
        answer = guest.get(link())
    page = plain(answer.text)
    assert answer.status_code == 200
    for said in ("送达准时", "order_8812", "12:30 到期", "我来处理", "王芳"):
        assert said in page
    assert (world.sent, world.board.version) == ([], before)
    assert "order_8840" not in page


def test_a_link_acknowledges_once_in_the_name_of_who_was_told(world: Evening, app: Any) -> None:
    guest = Browser(app)
    guest.get(link())
    answer = guest.post(link(), {})
    assert answer.status_code == 200
    assert "已认领，交给您了。" in answer.text
    assert world.stage.alerts[FIRST].acknowledged_by == "wang.fang"
    assert "这个链接已经用过。" in guest.get(link()).text
    assert guest.post(link(), {}).status_code == 409
    assert len(world.sent) == 1


def test_a_link_that_expired_or_is_forged_says_so_plainly(world: Evening, app: Any) -> None:
    guest = Browser(app)
    for path, status, said in [
        (link(lasts=-HOUR), 410, "这个链接已过期。"),
        (link(secret="x" * 32), 404, "这个链接无效。"),
        ("/a/nonsense", 404, "这个链接无效。"),
        (link()[:-2], 404, "这个链接无效。"),
        (link(alert="00ff"), 200, "这条预警已不在记录中。"),
    ]:
        answer = guest.get(path)
        assert (answer.status_code, said in answer.text) == (status, True), path
        assert "order_8812" not in answer.text
        assert "<form" not in answer.text
        assert guest.post(path, {}).status_code >= 400
    assert world.sent == []


def test_a_link_to_what_is_over_has_no_button(world: Evening, app: Any) -> None:
    world.case("met", "order_8812", "delivery.on_time", MINUTE)
    page = Browser(app).get(link()).text
    assert "它已经结束，无需处理。" in page
    assert "<form" not in page


def test_a_link_without_an_answer_can_be_pressed_again(world: Evening, app: Any) -> None:
    world.silent = True
    guest = Browser(app)
    guest.get(link())
    answer = guest.post(link(), {})
    assert answer.status_code == 202
    assert "<form" in answer.text
    world.silent = False
    assert guest.post(link(), {}).status_code == 200
    assert len({command.id for command, _ in world.sent}) == 1


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


def test_a_refusal_without_words_of_ours_is_shown_as_it_is(world: Evening, lina: Browser, monkeypatch: Any) -> None:
    async def refuse(*_: Any) -> Outcome:
        return Outcome("refused", "moon_phase: <not> tonight", None)

    monkeypatch.setattr(type(world), "send", refuse)
    answer = act(lina, "comment", text="x")
    assert answer.status_code == 409
    assert "没有生效：moon_phase: &lt;not&gt; tonight" in answer.text
