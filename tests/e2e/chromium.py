"""Debian's Chromium, watched: whatever a page does that none of ours may do is kept."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, ConsoleMessage, Dialog, Page, async_playwright

PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1440, "height": 900}
_FOUND = next((found for name in ("chromium", "google-chrome") if (found := shutil.which(name))), None)
_REPORTS = "document.addEventListener('securitypolicyviolation', (event) => cspReport(event.violatedDirective + ' ' + event.blockedURI));"  # noqa: E501


class Faults:
    """What went wrong on any page of a context."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def watch(self, context: Any) -> None:
        await context.expose_binding("cspReport", lambda _source, text: self.seen.append(f"policy: {text}"))
        await context.add_init_script(_REPORTS)
        context.on("dialog", self._dialog)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.seen.append(f"error: {error.error}"))

    async def _dialog(self, dialog: Dialog) -> None:
        self.seen.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    def _console(self, message: ConsoleMessage) -> None:
        # that a command was refused is an answer, which Chromium notes as well
        if message.type == "error" and "status of 409" not in message.text:
            self.seen.append(f"console: {message.text} ({message.page.url if message.page else ''})")


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The browser. Where there is none the test is skipped aloud."""
    if _FOUND is None:
        pytest.skip("no Chromium: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_FOUND, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def sitting(browser: Browser, faults: Faults, size: dict[str, int]) -> AsyncIterator[Page]:
    """One person's browser: a page of its own session."""
    context = await browser.new_context(viewport=size, timezone_id="Asia/Shanghai")  # type: ignore[arg-type]
    context.set_default_timeout(20_000)
    await faults.watch(context)
    try:
        yield await context.new_page()
    finally:
        await context.close()


async def shoot(page: Page, name: str, *, whole: bool = False) -> None:
    """Keep a picture of the page for the documents, if MOMENTS_SHOTS names the folder for them."""
    if folder := os.environ.get("MOMENTS_SHOTS"):
        await page.locator("#pulse[data-state=live]").or_(page.locator("main.paper")).first.wait_for()
        await page.screenshot(path=Path(folder) / name, full_page=whole)
