"""Debian's Chromium for tests, and what axe finds in a page."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from portal.runtime import chromium

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ROOT = Path(__file__).resolve().parents[1]
IMPORTED = re.compile(r'@import url\("([^"]+)"\) layer\((\w+)\) ?(\w*);')
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# No preload: axe would fetch the imported style sheets itself, from wrong addresses.
RULES = {
    "preload": False,
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
}


_axe = Axe()
_running: list[Playwright] = []


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser of one's own. Its driver is shared with whoever has one open already: a process can hold but one."""
    with nullcontext(_running[0]) if _running else _driver() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.ensure(), args=list(ARGUMENTS))
        _connect_anew()
        try:
            yield browser
        finally:
            browser.close()
            _connect_anew()


def _connect_anew() -> None:
    """Beside the driver's loop Django has a connection of its own: that of the test before, to a database that is gone."""
    if not connection.in_atomic_block:
        connection.close()
        connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"]


@contextmanager
def _driver() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        _running.append(playwright)
        try:
            yield playwright
        finally:
            _running.clear()


@cache
def stylesheet() -> str:
    """concord.css with what it imports in place, layer by layer: one answer where a browser that asks through a route would fetch
    sixty anew for each page."""
    folder = ROOT / "static" / "css"

    def in_place(told: re.Match[str]) -> str:
        name, layer, media = told.groups()
        rules = f"@layer {layer} {{\n{(folder / name).read_text(encoding='utf-8')}\n}}\n"
        return f"@media {media} {{\n{rules}}}\n" if media else rules

    whole, count = IMPORTED.subn(in_place, (folder / "concord.css").read_text(encoding="utf-8"))
    assert count > 40 and "@import" not in whole
    return whole


def bundled(context: BrowserContext) -> None:
    """Let every page of `context` have its rules at once."""
    context.route("**/css/concord*.css", lambda route: route.fulfill(content_type="text/css; charset=utf-8", body=stylesheet()))


def violations(page: Page) -> list[str]:
    """What axe holds against the page as it stands, one line an element."""
    if page.evaluate("window.axe === undefined"):
        page.evaluate(_axe.axe_script)
    found = page.evaluate("rules => axe.run(rules)", RULES)["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
