"""Promises and the steps of a complaint in a real browser, on a phone and on the wall: nothing runs over, clocks run."""

from pathlib import Path

import pytest
from playwright.async_api import ViewportSize, expect

from streams.alerts.record import alert_id
from streams.clock import MINUTE, now
from tests.console.page_chain import COMPLAINT, TENANT
from tests.console.page_served import served
from tests.console.page_world import complaint_evening
from tests.e2e.chromium import PHONE, WIDE, Faults, chromium, shoot, sitting

pytestmark = pytest.mark.browser

WALL = {"width": 1920, "height": 1080}
COMPLAINED = f"/alerts/{alert_id(TENANT, 'T-2291', COMPLAINT[0], 1)}"
PICTURES = {"/promises": "promises", COMPLAINED: "steps"}
"""Pages of which pictures are kept for the documents."""
_OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def _viewport(size: dict[str, int]) -> ViewportSize:
    return ViewportSize(width=size["width"], height=size["height"])


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", [PHONE, WALL], ids=["phone", "wall"])
async def test_promises_and_steps_fit_the_screen_and_their_clocks_run(
    size: dict[str, int], language: str, tmp_path: Path
) -> None:
    faults, world = Faults(), complaint_evening(now(), now)
    async with (
        served(world, tmp_path) as address,
        chromium() as browser,
        sitting(browser, faults, size) as page,
    ):
        for path, name in PICTURES.items():
            await page.set_viewport_size(_viewport(PHONE if size is PHONE else WIDE))
            await page.goto(f"{address}{path}?lang={language}")
            await shoot(page, f"{name}-{'phone' if size is PHONE else 'wide'}-{language}.png")
        await page.set_viewport_size(_viewport(size))
        world.promise("o" * 200, "p" * 256, MINUTE, "running", person="n" * 256, text="w" * 256)
        for path in ("/promises", COMPLAINED, "/cases/tea/T-2291"):
            await page.goto(f"{address}{path}?lang={language}")
            assert await page.evaluate(_OVER) <= 0, path
            clock = page.locator(".t time.count", has_text=":").first
            await expect(clock).not_to_have_text(await clock.inner_text(), timeout=5_000)
        await page.goto(f"{address}/now?lang={language}")
        await page.keyboard.press("g")
        await page.keyboard.press("p")
        await page.wait_for_url("**/promises")
        world.promise("T-2291", "pr-2", -MINUTE, "recovered", store="LJZ", text="refund", ended=0)
        await expect(page.locator("section[aria-labelledby=h-ended] article", has_text="refund")).to_be_visible()
    assert faults.seen == []
