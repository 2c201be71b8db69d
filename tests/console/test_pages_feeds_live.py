"""A feed falls silent and comes back while somebody looks, in Chromium, at a phone and at a desk."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from streams.clock import MINUTE
from tests.console.page_served import served
from tests.console.page_world import Evening
from tests.e2e.chromium import PHONE, Faults, chromium, sitting

pytestmark = pytest.mark.browser

DESK = {"width": 1280, "height": 900}


async def fits(page: Page) -> bool:
    """Whether nothing is wider than the screen."""
    return bool(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("seat", [PHONE, DESK], ids=["phone", "desk"])
async def test_the_band_comes_and_goes_by_itself_and_the_clocks_with_it(
    world: Evening, tmp_path: Path, seat: dict[str, int]
) -> None:
    faults = Faults()
    async with chromium() as browser, served(world, tmp_path) as address, sitting(browser, faults, seat) as page:
        await page.goto(f"{address}/now?lang=en")
        band, row = page.locator(".deaf"), page.locator("article", has_text="order_8812")
        await expect(row.locator("progress")).to_be_visible()
        await expect(band).to_have_count(0)
        world.source("/riders", "华东", "blind", 9 * MINUTE).fresh()
        await expect(band).to_contain_text("/riders in 华东 · not heard since")
        await expect(row).to_contain_text("feed silent")
        await expect(row.locator("progress")).to_have_count(0)
        await expect(page.locator("article", has_text="The feed is silent")).to_contain_text("/riders · 华东")
        assert await fits(page)
        await band.locator("a").click()
        await expect(page.locator("tr.blind")).to_contain_text("not heard")
        assert await fits(page)
        world.source("/riders", "华东", "heard", 10 * MINUTE).fresh()
        await expect(page.locator("tr.heard")).to_contain_text("/riders")
        await page.goto(f"{address}/now?lang=en")
        await expect(band).to_have_count(0)
        await expect(row.locator("progress")).to_be_visible()
        assert faults.seen == []
