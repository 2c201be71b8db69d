"""What somebody has begun to write outlives the page: in Chromium, over a sample evening, without Kafka."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from streams.console.access import Limits
from streams.console.access.limits import Rate
from tests.console.page_served import served
from tests.console.page_world import FIRST, FREE, Evening
from tests.e2e.chromium import PHONE, Faults, chromium, sitting

pytestmark = pytest.mark.browser

REMARK = "骑手 <五> 分钟到"


async def test_a_remark_begun_outlives_news_another_form_and_is_gone_when_it_is_made(
    world: Evening, tmp_path: Path
) -> None:
    faults = Faults()
    async with chromium() as browser, served(world, tmp_path) as address, sitting(browser, faults, PHONE) as page:
        await page.goto(f"{address}/alerts/{FIRST}")
        remark, holder = page.locator("form#comment textarea"), page.locator("dl.facts")
        await remark.fill(REMARK)
        await page.locator("form#close select").select_option("wrong_data")
        await page.locator("form#close input[value=no]").check()
        await page.locator("form#acknowledge button").click()  # another form, and it is done
        await expect(page.locator("#said .good")).to_be_visible()
        await expect(holder).to_contain_text("demo")
        await expect(remark).to_have_value(REMARK)
        await expect(page.locator("form#close select")).to_have_value("wrong_data")
        await expect(page.locator("form#close input[value=no]")).to_be_checked()
        world.command("assign", FIRST, "chen.wei", to="li.na")  # news come
        world.fresh()
        await expect(holder).to_contain_text("李娜")
        await expect(remark).to_have_value(REMARK)
        await page.locator("form#comment button").click()
        await expect(page.locator("#said .good")).to_be_visible()
        await expect(page.locator("#more .timeline")).to_contain_text(REMARK)
        await expect(remark).to_have_value("")
        await page.reload()
        await expect(page.locator("form#comment textarea")).to_have_value("")
        assert faults.seen == []


async def test_what_was_refused_stays_when_news_come(world: Evening, tmp_path: Path) -> None:
    async with chromium() as browser, served(world, tmp_path) as address, sitting(browser, Faults(), PHONE) as page:
        await page.goto(f"{address}/alerts/{FIRST}")
        await page.locator("form#snooze select").select_option("120")
        world.command("acknowledge", FIRST, "chen.wei")
        await page.locator("form#snooze button").click()
        await expect(page.locator("#said .bad")).to_be_visible()
        world.command("assign", FIRST, "chen.wei", to="li.na")
        world.fresh()
        await expect(page.locator("dl.facts")).to_contain_text("李娜")
        await expect(page.locator("form#snooze select")).to_have_value("120")


async def test_a_remark_refused_before_the_page_was_reached_is_there_when_one_comes_back(
    world: Evening, tmp_path: Path
) -> None:
    limits = Limits(FREE, FREE, FREE, Rate(1, 1), FREE)
    async with (
        chromium() as browser,
        served(world, tmp_path, limits) as address,
        sitting(browser, Faults(), PHONE) as page,
    ):
        await page.goto(f"{address}/alerts/{FIRST}")
        await page.locator("form#acknowledge button").click()
        await expect(page.locator("#said .good")).to_be_visible()
        await page.locator("form#comment textarea").fill(REMARK)
        await page.locator("form#comment button").click()
        await expect(page.locator("h1")).to_have_text("请求过于频繁")
        await page.goto(f"{address}/alerts/{FIRST}")
        await expect(page.locator("form#comment textarea")).to_have_value(REMARK)
