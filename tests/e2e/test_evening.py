"""A supervisor's evening, in a browser: warned, saves one, another breaks, taken on a phone, handed over."""

from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from streams.clock import MINUTE, SECOND, now, rfc3339
from tests.e2e.chain import PASSWORD, Chain, chain, event
from tests.e2e.chromium import PHONE, WIDE, Faults, chromium, shoot, sitting

pytestmark = [pytest.mark.kafka, pytest.mark.browser]

PEOPLE = (("li.na", "李娜", "zh"), ("wang.fang", "Wang Fang", "en"))
SOON = 15_000


async def sign_in(page: Page, address: str, who: str) -> None:
    await page.goto(address)
    await page.locator("input[name=user]").fill(who)
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("form button.main").click()
    await page.wait_for_url("**/now")


def row(page: Page, section: str, case: str) -> Locator:
    return page.locator(f"section[aria-labelledby={section}] article", has_text=case)


async def a_usual_evening(place: Chain) -> None:
    """Deliveries under way, some of which will be late."""
    at = now()
    await place.publish(
        *(
            event("delivery.promised", case, at - 20 * MINUTE, store_id=store, promised_at=rfc3339(at + left))
            for case, store, left in (
                ("8795", "s-8", 3 * MINUTE + 20 * SECOND),
                ("8799", "s-9", 6 * MINUTE + 40 * SECOND),
                ("8803", "s-7", 8 * MINUTE),
                ("8788", "s-9", 4 * SECOND),
            )
        )
    )


async def test_an_evening_from_the_first_warning_to_the_handover(kafka: str, tmp_path: Path) -> None:
    faults = Faults()
    async with (
        chromium() as browser,
        chain(kafka, tmp_path, PEOPLE) as place,
        sitting(browser, faults, PHONE) as phone,
        sitting(browser, faults, WIDE) as wide,
    ):
        await sign_in(phone, place.address, "li.na")
        await sign_in(wide, place.address, "wang.fang")
        await a_usual_evening(place)
        await expect(row(wide, "h-broken", "8788")).to_be_visible(timeout=SOON)

        # she is warned, and saves it; what he has pressed is not taken away from under his finger
        await row(wide, "h-broken", "8788").locator("a.open").hover()
        await wide.mouse.down()
        await place.publish(event("order.placed", "8812"))
        warned = row(phone, "h-risk", "8812")
        await expect(warned).to_be_visible(timeout=SOON)
        await expect(row(wide, "h-risk", "8812")).to_have_count(0)
        await wide.mouse.up()
        await expect(wide.locator(".headline.broken")).to_be_visible()
        await wide.locator("nav a[data-page=now]").click()
        await expect(row(wide, "h-risk", "8812")).to_be_visible(timeout=SOON)
        left = warned.locator("time.count")
        await expect(left).not_to_have_text(await left.inner_text(), timeout=3_000)
        await shoot(phone, "now-phone-zh.png")
        await shoot(wide, "now-wide-en.png")
        await place.publish(event("order.accepted", "8812"))
        await expect(warned).to_have_count(0, timeout=SOON)
        await expect(row(phone, "h-broken", "8812")).to_have_count(0)

        # another breaks, and she takes it
        await place.publish(event("order.placed", "8815"))
        broken = row(phone, "h-broken", "8815")
        await expect(broken).to_be_visible(timeout=30_000)
        await row(wide, "h-broken", "8815").locator("a.open").click()
        await expect(wide.locator(".headline.broken")).to_be_visible()
        remark = wide.locator("form#comment textarea")
        await remark.fill("I am calling")  # begun: what he acts on stays the version that he saw
        await broken.locator("a.open").click()
        await expect(phone.locator("ol.playbook li").first).to_have_text("致电门店确认是否能做")
        await phone.locator("form#acknowledge button").click()
        await expect(phone.locator("#said .good")).to_be_visible()
        await expect(phone.locator("dl.facts")).to_contain_text("李娜")

        # a colleague was slower, sees who was faster, and helps
        await expect(wide.locator("dl.facts")).to_contain_text("李娜")
        await wide.locator("form#acknowledge button").click()
        await expect(wide.locator("#said .bad")).to_contain_text("Somebody was faster")
        await expect(wide.locator("#said .bad")).to_contain_text("李娜 has it")
        await expect(wide.locator("#said .changes")).to_contain_text("took it")
        await shoot(wide, "faster-wide-en.png")
        await remark.fill("Store called: they start it now.")
        await wide.locator("form#comment button").click()
        await expect(wide.locator("#said .good")).to_be_visible()
        await expect(phone.locator("#more .timeline")).to_contain_text("Store called: they start it now.")
        await shoot(phone, "alert-phone-zh.png")

        # it comes right, and both see it
        await place.publish(event("order.accepted", "8815"))
        await expect(phone.locator(".headline.over")).to_be_visible(timeout=SOON)
        await expect(wide.locator(".headline.over")).to_be_visible(timeout=SOON)
        await wide.locator(".crumb a[href^='/cases']").click()
        await expect(wide.locator(".timeline")).to_contain_text("Store called: they start it now.")
        await shoot(wide, "case-wide-en.png")

        # the late delivery is closed, and what the next shift is left is on one page
        await wide.locator("nav a[data-page=now]").click()
        await row(wide, "h-broken", "8788").locator("a.open").click()
        await wide.locator("form#close select").select_option("customer_served")
        await wide.locator("form#close input[value=yes]").check()
        await wide.locator("form#close button").click()
        await expect(wide.locator("#said .good")).to_be_visible()
        await wide.locator("nav a[data-page=handover]").click()
        open_, remarks, closed = (wide.locator("main section").nth(place) for place in range(3))
        await expect(open_).to_contain_text("8795")
        await expect(open_).not_to_contain_text("8815")
        await expect(remarks).to_contain_text("Store called: they start it now.")
        await expect(remarks.locator("a", has_text="8815").first).to_be_visible()
        await expect(closed).to_contain_text("8788")
        await expect(closed).to_contain_text("Customer was served")
        await shoot(wide, "handover-en.png", whole=True)
        assert faults.seen == []
