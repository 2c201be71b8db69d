"""A feed that is not heard, as people see it: plainly, at the top, and nothing that looks calm beside it."""

import re
from pathlib import Path
from typing import Any

import pytest

from streams.alerts.record import alert_id
from streams.clock import MINUTE
from streams.console.views import CaseRecord
from streams.errors import OperatorError
from tests.console.page_browser import Browser, plain
from tests.console.page_chain import TENANT
from tests.console.page_world import START, Evening, dark_evening

CASE = "feed:/riders:华东"
SILENT = alert_id(TENANT, CASE, "feed.heard", 1)


@pytest.fixture
def world() -> Evening:
    return dark_evening(START)


def english(app: Any) -> Browser:
    return Browser(app, "en").sign_in("anna.berg")


def band(page: str) -> list[str]:
    return [plain(one) for one in re.findall(r'<p class="hatch deaf">.*?</p>', page, re.S)]


def figures(page: str) -> dict[str, str]:
    """The figures at the top, by class."""
    found = re.findall(r'<div class="(at_risk|broken|unknown)"><span>.*?<strong>(.*?)</strong>(.*?)</div>', page, re.S)
    return {name: plain(f"{figure} {rest}") for name, figure, rest in found}


def row(page: str, text: str) -> str:
    """The row that has this text."""
    found: list[str] = [one for one in re.findall(r"<article.*?</article>", page, re.S) if text in one]
    assert len(found) == 1
    return found[0]


# now


def test_who_is_not_heard_stands_at_the_top_in_both_languages(app: Any, lina: Browser) -> None:
    assert band(lina.get("/now").text) == [
        "◌ 华东的 /riders · 自 12:19:48 起没有消息。 恢复之前，判定为未知。 数据源",
        "◌ Europe的 /pos · 已恢复消息；此前自 12:07:48 起中断。 积压的消息可能还在路上，稳定后补判。 数据源",
    ]
    text = english(app).get("/now").text
    assert band(text)[0] == "◌ /riders in 华东 · not heard since 05:19:48. Verdicts are unknown until it is back. Feeds"
    assert text.index('class="hatch deaf"') < text.index('class="sum"')


def test_open_alerts_of_the_region_are_marked_and_their_clocks_are_not_believed(lina: Browser) -> None:
    text = lina.get("/now").text
    risky = row(text, "order_8812")
    assert "数据源静默" in risky
    assert "暂不判定" in risky
    assert "<progress" not in risky
    assert "数据源静默" in row(text, "order_8840")
    assert "数据源静默" not in row(text, "数据源没有消息")


def test_figures_say_that_there_may_be_more(world: Evening, lina: Browser) -> None:
    shown = figures(lina.get("/now").text)
    assert shown["at_risk"].endswith("另有未知")
    assert shown["broken"].endswith("另有未知")
    assert shown["unknown"] == "3 数据源静默"
    world.source("/pos", "europe", "heard", 40 * MINUTE).source("/riders", "华东", "heard", 10 * MINUTE)
    calm = lina.get("/now").text
    assert "另有未知" not in calm
    assert band(calm) == []


def test_where_nothing_is_heard_nothing_is_said_to_be_well(world: Evening, lina: Browser) -> None:
    text = lina.get("/now?region=europe").text
    assert figures(text)["broken"] == "? 另有未知"
    assert "没有超时未完成的时刻" not in text
    assert "无从得知：部分数据源没有消息。" in text
    (stage,) = re.findall(r"<tr[^>]*>(?:(?!</tr>).)*决策.*?</tr>", text, re.S)
    assert plain(stage).count("?") == 2
    world.source("*", "*", "blind", 6 * MINUTE)
    text = lina.get("/now?store=nowhere").text
    assert band(text)[0] == "◌ 自 12:22:48 起所有数据源都没有消息。 恢复之前，判定为未知。 数据源"
    assert figures(text) == {"at_risk": "? 另有未知", "broken": "? 另有未知", "unknown": "0 数据源静默"}
    assert "没有即将超时的时刻" not in text


def test_many_silent_regions_do_not_bury_the_page(world: Evening, lina: Browser) -> None:
    for number in range(12):
        for source in ("/pos", "/riders", "/desk", "/calls", "/app"):
            world.source(source, f"r{number:02}", "blind", 3 * MINUTE)
    lines = band(lina.get("/now").text)
    assert len(lines) == 7
    assert lines[0].startswith("◌ r00的 /app、/calls、/desk、/pos +1 · ")
    assert lines[-1] == "另有 8 个区域没有消息"


def test_journey_and_handover_say_it_too(lina: Browser) -> None:
    for path in ("/journey", "/handover"):
        assert len(band(lina.get(path).text)) == 2, path
    assert len(band(lina.get("/journey?region=europe").text)) == 1


# the page of feeds


def test_each_feed_has_its_state_its_silence_and_what_is_usual(app: Any, lina: Browser) -> None:
    text = lina.get("/feeds").text
    assert "全部数据源 · 有消息" in plain(text)
    (table,) = re.findall(r'<table class="plain-table stack sources">.*?</table>', text, re.S)
    rows = [plain(one) for one in re.findall(r"<tr class.*?</tr>", table, re.S)]
    assert rows == [
        "/riders 华东 ◌ 没有消息 12:19:48 9 分前 每分钟 42 条 12:20 时",
        "/pos Europe ◍ 正在恢复 12:07:48 21 分前 每分钟 7.5 条 12:08 时",
        "/riders Europe ◐ 可疑 12:28:34 14 秒前 每分钟 3 条 12:28 时",
        "/desk 无区域 ● 有消息 — 尚不清楚",
        "/pos 华东 ● 有消息 — 每分钟 310 条 11:28 时",
    ]
    said = plain(english(app).get("/feeds").text)
    assert "/riders 华东 ◌ not heard 05:19:48 9 min ago 42 a minute at 05:20" in said
    assert "Input topics" in said


def test_total_silence_is_one_line_before_all_others(world: Evening, lina: Browser) -> None:
    world.source("*", "*", "blind", 6 * MINUTE)
    text = lina.get("/feeds").text
    assert band(text) == ["◌ 自 12:22:48 起所有数据源都没有消息。 恢复之前，判定为未知。 数据源"]
    assert text.index('class="hatch deaf"') < text.index("stack sources")


def test_feeds_that_nobody_has_heard_of_or_watches_are_said_to_be_unknown(tmp_path: Path) -> None:
    world = Evening(START)
    lina = Browser(world.app_in(tmp_path)).sign_in("li.na")
    assert "还没有听到任何数据源。" in lina.get("/feeds").text
    world.board._watches_feeds = False
    world.fresh(0)
    world.case("at_risk", "o-1", "delivery.on_time", MINUTE)
    assert "没有监测数据源。" in lina.get("/feeds").text


# the alert of a feed


def test_the_alert_of_a_feed_reads_as_what_it_is(app: Any, lina: Browser) -> None:
    there = plain(row(lina.get("/now").text, "数据源没有消息"))
    assert "数据源没有消息 · /riders · 华东" in there
    assert "+8:20 无消息" in there
    assert 'href="/feeds"' in row(lina.get("/now").text, "数据源没有消息")
    page = english(app).get(f"/alerts/{SILENT}").text
    assert "<title>The feed is silent · /riders · 华东" in page
    said = plain(page)
    assert "Now › Feeds › /riders · 华东" in said
    assert "Case" not in said.split("What happened")[0]
    assert "Its feed is silent." not in said


def test_the_case_of_a_feed_is_its_outages_and_detection_is_not_asked(
    world: Evening, lina: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(tenant: str, case: str, partition: int | None) -> CaseRecord | None:
        raise OperatorError("nobody should have asked")

    monkeypatch.setattr(Evening, "read", staticmethod(away))
    answer = lina.get(f"/cases?tenant={TENANT}&case={CASE}")
    assert answer.status_code == 200
    said = plain(answer.text)
    assert "这个数据源的中断" in said
    assert "判定环节" not in said
    assert "hatch" not in answer.text
    world.source("/riders", "华东", "heard", 10 * MINUTE)
    assert "数据源已恢复 · /riders · 华东" in plain(lina.get(f"/cases?tenant={TENANT}&case={CASE}").text)


def test_a_case_that_only_looks_like_a_feed_is_a_case(world: Evening, lina: Browser) -> None:
    world.case("at_risk", "feed:me", "delivery.on_time", 9 * MINUTE)
    page = lina.get("/cases?tenant=tea&case=feed:me").text
    assert "hatch" in page  # detection has nothing of it, and that is said
    assert "送达准时" in page


def test_an_alert_of_a_silent_region_says_that_it_keeps_its_state(lina: Browser) -> None:
    page = plain(lina.get(f"/alerts/{alert_id(TENANT, 'order_8812', 'delivery.on_time', 1)}").text)
    assert "它的数据源没有消息。 中断之前已经发生，恢复之前保持原状。" in page


def test_a_feed_with_colons_in_its_names_keeps_them(world: Evening, lina: Browser) -> None:
    world.source("urn:pos:1", "a:b%c", "blind", 5 * MINUTE)
    assert "urn:pos:1 · a:b%c" in plain(lina.get("/now").text)


def test_other_tenants_feeds_are_nobody_elses_business(world: Evening, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    app = world.app_in(folder)
    accounts = (folder / "accounts.yaml").read_text("utf-8")
    (folder / "accounts.yaml").write_text(accounts.replace('"tea"', '"coffee"'), "utf-8")
    stranger = Browser(app).sign_in("li.na")
    for path in ("/now", "/feeds", "/journey"):
        text = stranger.get(path).text
        assert "/riders" not in text, path
        assert band(text) == []
