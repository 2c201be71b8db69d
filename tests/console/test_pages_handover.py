"""What a shift leaves to the next: what is open, what was promised, and what became of the rest."""

import re
from typing import Any

from streams.clock import HOUR, MINUTE
from tests.console.page_browser import Browser, plain
from tests.console.page_world import START, Evening


def section(page: str, name: str) -> str:
    """The words of one section of the page."""
    return plain(page.split(f'<section id="{name}">')[1].split("</section>", maxsplit=1)[0])


def figures(page: str) -> dict[str, int]:
    """The counts at the top, by what they are called."""
    return {plain(name): int(n) for name, n in re.findall(r"<span>(.*?)</span><strong>(\d+)</strong>", page)}


def test_the_handover_is_of_the_last_twelve_hours_or_as_the_address_says(lina: Browser) -> None:
    usual = "11 月 23 日 00:28 至 11 月 23 日 12:28（Asia/Shanghai）"
    assert usual in plain(lina.get("/handover").text)
    assert "11 月 23 日 08:00 至 11 月 23 日 12:28" in plain(lina.get("/handover?since=2026-11-23T08:00").text)
    assert "11 月 23 日 04:28 至 11 月 23 日 12:28" in plain(lina.get("/handover?hours=8").text)
    assert "11 月 23 日 08:00 至 11 月 23 日 12:28" in plain(lina.get("/handover?since=2026-11-23T00:00:00Z").text)
    for wrong in ("since=yesterday", "hours=many", "since=0001-01-01T00:00", "hours=1e9"):
        page = plain(lina.get(f"/handover?{wrong}").text)
        assert "看不懂这个时间" in page
        assert usual in page


def test_the_handover_leaves_what_is_open_and_what_was_promised(lina: Browser) -> None:
    page = lina.get("/handover").text
    left, promises = section(page, "left"), section(page, "promises")
    assert "送达准时 · order_8812 · 南京西路店" in left
    assert "骑手接单" in left
    assert re.search(r"call_3310 .* 李娜 认领至 13:20", left)
    assert "陈伟 留言 · call_3310 顾客说四点半前都可以接电话" in promises
    assert "静默至 14:28： 门店 HZ01 · 门店装修 · 周敏 · 压下 4 条消息" in section(page, "muted")


def test_the_handover_tells_what_became_of_everything_in_the_shift(lina: Browser) -> None:
    page = lina.get("/handover").text
    closed = section(page, "closed")
    assert "订单确认 · order_8711 · 陆家嘴店 关闭： 李娜 顾客已得到服务 有用" in closed
    assert "未认领" not in closed
    assert [section(page, "saved").count(f"order_870{n}") for n in range(3)] == [1, 1, 1]
    assert "按时完成" in section(page, "saved")
    assert "超时后完成 09:53 订单确认 · order_8715" in section(page, "recovered")
    assert "已撤回" in section(page, "retracted")
    assert "order_8720" in section(page, "retracted")


def test_the_counts_stand_at_the_top(lina: Browser) -> None:
    page = lina.get("/handover").text
    assert figures(page) == {
        "未了": 18,
        "未认领": 17,
        "即将超时": 4,
        "已超时": 11,
        "未知": 3,
        "静默": 1,
        "新出现": 24,
        "超时": 13,
        "预警后挽回的": 3,
        "自行结束的": 1,
        "有人关闭的": 1,
        "撤回的": 1,
    }
    assert page.index("<strong>") < page.index('<section id="left">')


def test_a_shift_that_spans_midnight_says_the_day_with_every_time(world: Evening, app: Any) -> None:
    anna = Browser(app).sign_in("anna.berg")
    page = anna.get("/handover?hours=12").text  # her midnight lies between
    assert "22 Nov 17:28 to 23 Nov 05:28 (Europe/Berlin)" in plain(page)
    times = re.findall(r"<time datetime=[^>]*>([^<]*)</time>", page.split('<section id="left">')[1])
    assert len(times) > 10
    assert all(re.fullmatch(r"2[23] Nov \d\d:\d\d", time) for time in times if not time.startswith("+"))
    same = anna.get("/handover?hours=4").text
    assert "due 05:30" in section(same, "left")


def test_a_shift_says_what_it_does_not_list(world: Evening, lina: Browser) -> None:
    for number in range(501):
        world.case("breached", f"many_{number}", "order.confirm", -MINUTE, store="XJH")
        world.case("recovered", f"many_{number}", "order.confirm", -MINUTE, store="XJH")
    page = lina.get("/handover").text
    assert "自行结束的 502" in section(page, "recovered")
    assert "还有 2 条未列出" in section(page, "recovered")


def test_mutes_that_are_to_begin_are_handed_over_too(world: Evening, lina: Browser) -> None:
    world.mute(5 * HOUR, start=START + HOUR)
    assert "13:28 起 静默至 17:28" in section(lina.get("/handover").text, "muted")


def test_an_english_handover_begins_its_words_with_capitals(lina: Browser) -> None:
    page = lina.get("/handover?lang=en").text
    assert "Done in time" in section(page, "saved")
    assert "Closed by 李娜 Customer was served" in section(page, "closed")
