"""The history of an alert is told to people: who, what and why, in their language and at their time."""

import re
from typing import Any

import pytest

from schemas.alert import Alert, AuditLine
from schemas.notice import Notice
from schemas.organisation import Language
from streams.clock import MINUTE
from streams.console.pages.look import Look
from streams.console.pages.story import Story
from streams.console.views import Entry
from tests.console.board_records import NOON, alert, line, notice
from tests.console.page_browser import Browser, plain
from tests.console.page_world import FIRST, Evening

NAMES = {"shan": "单杉", "ana": "Ana"}
LATER = "2026-11-23T16:00:00Z"  # is 00:00 of the next day in Shanghai, 17:00 in Berlin


def told(language: Language, what: str, why: str, by: str = "monitor") -> str:
    """A line as this reader is told it."""
    zone = "Asia/Shanghai" if language == "zh" else "Europe/Berlin"
    one = AuditLine.model_validate(line("a", what, NOON, by, why=why))
    said = Story(Look(language, zone, NOON), NAMES).of(one)
    return " | ".join(part for part in (said.who, said.what, said.more, said.quote) if part)


@pytest.mark.parametrize(
    ("what", "why", "by", "zh", "en"),
    [
        ("acknowledged", "", "shan", "单杉 | 认领", "单杉 | took it"),
        (
            "acknowledged",
            "by the link of a message",
            "ana",
            "Ana | 认领 | 通过消息里的链接",
            "Ana | took it | by the link in a message",
        ),
        ("acknowledged", "on my way", "ana", "Ana | 认领 | on my way", "Ana | took it | on my way"),
        ("assigned", "to shan", "ana", "Ana | 指派给 单杉", "Ana | assigned it to 单杉"),
        (
            "assigned",
            "to shan: nearer: by far",
            "ana",
            "Ana | 指派给 单杉 | nearer: by far",
            "Ana | assigned it to 单杉 | nearer: by far",
        ),
        ("snoozed", f"until {LATER}", "shan", "单杉 | 暂缓至 11 月 24 日 00:00", "单杉 | snoozed it until 17:00"),
        (
            "snoozed",
            f"until {LATER}: lunch",
            "shan",
            "单杉 | 暂缓至 11 月 24 日 00:00 | lunch",
            "单杉 | snoozed it until 17:00 | lunch",
        ),
        (
            "closed",
            "customer_served, useful",
            "shan",
            "单杉 | 关闭 | 顾客已得到服务、有用",
            "单杉 | closed it | Customer was served, Useful",
        ),
        (
            "closed",
            "fixed, not useful: at last",
            "shan",
            "单杉 | 关闭 | 已修复、没用 | at last",
            "单杉 | closed it | Fixed, Not useful | at last",
        ),
        ("closed", "other", "shan", "单杉 | 关闭 | 其他", "单杉 | closed it | Other"),
        (
            "commented",
            "to shan: until 2026",
            "ana",
            "Ana | 留言 | to shan: until 2026",
            "Ana | commented | to shan: until 2026",
        ),
        (
            "refused",
            "changed: close: made for version 1; it is version 2, firing",
            "ana",
            "Ana | 想关闭，没有生效 | 它在此前已有变化",
            "Ana | wanted to close it; not done | It had been changed before",
        ),
        (
            "refused",
            "snooze_too_long: snooze: 24h at most",
            "ana",
            "Ana | 想暂缓，没有生效 | 暂缓的时间太长。",
            "Ana | wanted to snooze it; not done | That is too long a snooze.",
        ),
        (
            "no_effect",
            "comment: it is resolved: too: late",
            "ana",
            "Ana | 想留言，但它已经结束 | 已解决 | too: late",
            "Ana | wanted to comment, when it was over already | Resolved | too: late",
        ),
        (
            "no_effect",
            "close: it is retracted: fixed, useful",
            "ana",
            "Ana | 想关闭，但它已经结束 | 已撤回",
            "Ana | wanted to close it, when it was over already | Withdrawn",
        ),
        (
            "acknowledgement_expired",
            "shan had it",
            "monitor",
            "监控 | 单杉的认领到期，没有进展",
            "Monitor | 单杉 had it, but nothing happened in time",
        ),
        (
            "escalated",
            "step 1: escalated",
            "monitor",
            "监控 | 升级通知 | 通知第 2 级：无人认领，升级",
            "Monitor | escalated | level 2 told: escalated, nobody took it",
        ),
        ("moved", "paused", "monitor", "监控 | 计时暂停", "Monitor | clock paused"),
        ("moved", "its chain has no further step any more", "monitor", "监控 | 期限有变", "Monitor | deadline moved"),
        ("ended", "recovered", "monitor", "监控 | 超时后完成", "Monitor | done late"),
        (
            "broke",
            "breached: found too late to page anybody",
            "monitor",
            "监控 | 已超时 | 发现得太晚，没有通知任何人",
            "Monitor | broken | Found too late; nobody was told",
        ),
        (
            "nobody_to_tell",
            "step 0: nobody on duty for store, and no fallback",
            "monitor",
            "监控 | 无人可通知 | 门店无人值班，也没有总值班",
            "Monitor | nobody to tell | Store: nobody on duty, and no fallback",
        ),
        (
            "nobody_to_tell",
            "shan was told and is no longer in the organisation",
            "monitor",
            "监控 | 无人可通知 | 单杉 已不在组织里，无法告知",
            "Monitor | nobody to tell | 单杉 has left the organisation and cannot be told",
        ),
        (
            "held",
            f"closed: broke for shan: until {LATER}",
            "monitor",
            "监控 | 暂不通知 | 给 单杉 的消息（已超时）：门店未营业，至 11 月 24 日 00:00",
            "Monitor | held a message back | Message to 单杉 (broken): the store is closed, until 17:00",
        ),
        (
            "held",
            "mute: broke for shan: 3f2a9c",
            "monitor",
            "监控 | 暂不通知 | 给 单杉 的消息（已超时）：正在静默",
            "Monitor | held a message back | Message to 单杉 (broken): muted",
        ),
        (
            "held",
            "cap: warned for ana: 20 messages within the hour",
            "monitor",
            "监控 | 暂不通知 | 给 Ana 的消息（即将超时）：一小时内的消息已到上限",
            "Monitor | held a message back | Message to Ana (at risk): enough messages for one hour",
        ),
        (
            "let_go",
            "mute: broke for shan: it is acknowledged",
            "monitor",
            "监控 | 不再暂缓通知 | 给 单杉 的消息（已超时）：已认领",
            "Monitor | let go what was held back | Message to 单杉 (broken): Taken",
        ),
        (
            "let_go",
            "ended for shan: told with g-17",
            "monitor",
            "监控 | 不再暂缓通知 | 给 单杉 的消息（已结束）：随合并通知告知",
            "Monitor | let go what was held back | Message to 单杉 (it is over): told in one message with others",
        ),
        (
            "rolled_up",
            "g-17: broke for shan",
            "monitor",
            "监控 | 并入事件 | 随事件通知，不再单独通知 单杉（已超时）",
            "Monitor | made it part of an incident | Told with the incident, no message of its own to 单杉 (broken)",
        ),
        ("unmuted", f"until {LATER}", "monitor", "监控 | 静默结束", "Monitor | ended a mute"),
        ("muted", "works", "shan", "单杉 | 静默开始 | works", "单杉 | began a mute | works"),
    ],
)
def test_a_line_is_told_in_words(what: str, why: str, by: str, zh: str, en: str) -> None:
    assert told("zh", what, why, by) == zh
    assert told("en", what, why, by) == en


@pytest.mark.parametrize(
    "what", ["held", "let_go", "rolled_up", "refused", "no_effect", "snoozed", "closed", "nobody_to_tell"]
)
def test_a_line_of_another_release_is_told_by_its_deed_alone(what: str) -> None:
    said = told("en", what, "Xyz-17 -> 2026-11-23T16:00:00Z", "monitor")
    assert "Xyz" not in said
    assert "2026" not in said
    assert said.startswith("Monitor | ")


def test_the_monitors_sentence_is_told_in_the_readers_language_as_it_was_said_then() -> None:
    """The alert says something else by now; the notice of that time knows what was said in both languages."""
    then = {"zh": "送达：12:30 到期", "en": "Delivered: due at 12:30"}
    now = Alert.model_validate(
        alert("a", title={"zh": "送达", "en": "Delivered"}, sentence={"zh": "送达：已超时", "en": "Delivered: broken"})
    )
    old = alert("a", title={"zh": "送达", "en": "Delivered"}, sentence=then)
    entries = [Entry(NOON, "message", notice=Notice.model_validate(notice("n", old, NOON)))]
    for language, known, unknown in (("zh", "12:30 到期", ""), ("en", "Due at 12:30", "Paused at 12:10")):
        story = Story(Look(language, "Asia/Shanghai", NOON), NAMES, [now], entries)  # type: ignore[arg-type]
        lines = [
            AuditLine.model_validate(line("a", "raised", NOON, why="at_risk: Delivered: due at 12:30")),
            AuditLine.model_validate(line("a", "moved", NOON, why="paused: paused at 12:10")),
        ]
        assert [story.of(one).more for one in lines] == [known, unknown]


def test_the_page_of_an_alert_shows_no_machine_text_but_in_its_raw_part(world: Evening, app: Any, lina: Browser) -> None:
    world.command("assign", FIRST, "chen.wei", to="li.na")
    world.command("snooze", FIRST, "li.na", until="2026-11-23T05:00:00Z", why="等骑手")
    world.command("close", FIRST, "li.na", because="fixed", version=1)
    world.stage.now += 45 * MINUTE
    world.fresh()
    for language, said in (("zh", "李娜 暂缓至 13:00 等骑手"), ("en", "李娜 snoozed it until 13:00 等骑手")):
        page = lina.get(f"/alerts/{FIRST}?lang={language}").text
        history, raw = page.split('<ol class="timeline">')[1].split('<details class="raw')
        words = plain(history)
        assert said in words
        assert not re.search(r"li\.na|chen\.wei|\d{4}-\d\d-\d\dT|at_risk:|version|fixed", words)
        assert "snoozed · 2 · " not in words
        assert "until 2026-11-23T05:00:00Z: 等骑手" in raw.split("</details>")[0]
    assert 'title="li.na snoozed: until' in page


def test_a_case_says_of_each_entry_what_was_true_then(lina: Browser) -> None:
    page = lina.get("/cases/tea/order_8812").text
    entry = plain(page.split('<li class="clock">')[1].split("</li>")[0])
    assert entry == "12:30 ◷ 时钟 送达准时：到期"
    # what the clock says now stands with the clock alone
    assert plain(page.split("<h2>时钟</h2>")[1]).count("送达准时：12:30 到期，尚未完成") == 1
