"""A hundred texts that mean ill, as ids of cases, stores and channels in real events: on every page they stay text."""

from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.async_api import Page, expect

from tests.console.test_pages_hostile import HOSTILE as ON_PAGES
from tests.e2e.chain import chain, event
from tests.e2e.chromium import WIDE, Faults, chromium, sitting
from tests.notify.hostile import HOSTILE as IN_MESSAGES

pytestmark = [pytest.mark.kafka, pytest.mark.browser]

_NO_ID = 200
"""Longer texts are refused as ids long before a page; so are those of control characters, and those of spaces alone."""


def allowed(text: str) -> bool:
    return 0 < len(text) <= _NO_ID and text.isprintable() and text == " ".join(text.split())


TEXTS = [text for text in dict.fromkeys((*ON_PAGES, *IN_MESSAGES)) if allowed(text)]
WORST = sorted(TEXTS, key=lambda text: ("<" not in text, "alert" not in text))[:100]


async def visit(page: Page, address: str, text: str) -> None:
    await page.goto(address)
    await expect(page.locator("#pulse")).to_have_attribute("data-state", "live")
    shown = await page.locator("main").text_content() or ""
    assert " ".join(text.split()) in " ".join(shown.split()), address


async def test_a_hundred_hostile_texts_stay_text_on_every_page(kafka: str, tmp_path: Path) -> None:
    assert len(WORST) == 100
    faults = Faults()
    async with chromium() as browser, chain(kafka, tmp_path) as place, sitting(browser, faults, WIDE) as page:
        await page.goto(place.address + "/now")
        await place.publish(
            *(event("order.placed", text, store_id=text, channel=text[:64], region=text) for text in WORST)
        )
        rows = page.locator("section[aria-labelledby=h-broken] article a.open")
        await expect(rows).to_have_count(100, timeout=60_000)
        listed = await page.locator("section[aria-labelledby=h-broken] .at bdi:first-child").all_inner_texts()
        assert set(WORST) <= set(listed), sorted(set(WORST) - set(listed))[:5]
        cases = await page.locator("section[aria-labelledby=h-broken] article").evaluate_all(
            "rows => rows.map(row => [row.querySelector('.at bdi').textContent, row.querySelector('a.open').href, row.querySelector('a.quiet').href])"  # noqa: E501
        )
        for number, (text, alert, case) in enumerate(cases):
            await visit(page, alert, text)
            if number % 5 == 0:  # the same rows and timeline again: some are enough
                await visit(page, case, text)
        await page.goto(place.address + "/now?q=" + quote(WORST[0]))
        await page.goto(place.address + "/handover")
        assert faults.seen == []
