"""From a demo that is cleared, or an empty portal, to an organisation's own first dashboard, without JavaScript."""

import re
from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Page, expect

from portal.runtime import servers
from tests import browser as chromium_of
from tests.browser import DESK, PHONE

pytestmark = pytest.mark.journey

PASSWORD = "copper lantern walks north"
SMALL_DEMO = """
from allauth.mfa.models import Authenticator
from portal.people import accounts, organisations, role_assignments, units
organisations.describe(name="Verrow Manufacturing", currency="EUR", time_zone="Europe/Berlin", is_demo=True, actor=None)
company = units.found("Verrow Manufacturing", "COMPANY", actor=None)
ada = accounts.make("ada@verrow.example", "Ada", unit=company, password="copper lantern walks south", actor=None)
role_assignments.give(ada, "ADMIN", company, actor=None)
for step in organisations.STEPS:
    organisations.note_step(step, actor=None)
organisations.finish(actor=None)
print("secret", accounts.give_totp(ada))
"""
SAVE = "main form button[data-kind=primary]"


def code(secret: str, *, ahead: int = 0) -> str:
    """What the app shows; each code is good once, so a second use takes the next one."""
    counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counters[len(counters) // 2 + ahead]))


def faults_of(page: Page) -> list[str]:
    """What axe and a phone hold against a page."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += chromium_of.violations(page)
    page.set_viewport_size(PHONE)
    found += [f"{page.url} is {width} px too wide" for width in [chromium_of.overflow(page)] if width]
    page.set_viewport_size(DESK)
    return found


def come_in(page: Page, address: str) -> None:
    page.goto(address)
    secret = page.inner_text(".secret code")
    page.fill("[name=name]", "Sven Dahl")
    page.fill("[name=email]", "sven@halden.example")
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    page.fill("[name=code]", code(secret))
    page.click("main button")
    expect(page.locator(".codes li")).to_have_count(10)
    page.click("main button")


def answer_six_steps(page: Page, look: Callable[[Page], list[str]]) -> list[str]:
    """Answers them all; `look` at each page on the way, which needs scripts in the browser."""
    faults = look(page)
    page.fill("[name=name]", "Halden Works")
    page.select_option("[name=currency]", "NOK")
    page.fill("[name=time_zone]", "Europe/Oslo")
    page.click(SAVE)
    page.fill("[name=outline]", "Northfield (site)\n    Press shop\nIT\nSecurity")
    page.click("button[name=preview]")
    expect(page.locator(".outline [data-new]")).to_have_count(4)
    faults += look(page)
    page.click(SAVE)
    for seat, name in (("CIO", "Marta Lindqvist"), ("CISO", "Idris Okafor"), ("ARBITER", "Viktor Halasz")):
        page.fill(f"[name={seat}_name]", name)
        page.fill(f"[name={seat}_email]", f"{name.split()[0].lower()}@halden.example")
    faults += look(page)
    page.click(SAVE)
    page.fill("[name=financial_bound_3]", "300000")
    faults += look(page)
    page.click(SAVE)
    page.fill("[name=appetite_OT]", "30")
    page.fill("[name=tolerance_OT]", "50")
    faults += look(page)
    page.click(SAVE)
    page.fill(
        "[name=people]", "Dana Amari, dana@halden.example, Analyst\nLena Brandt, lena@halden.example, Department head, Northfield"
    )
    faults += look(page)
    page.click(SAVE)
    faults += look(page)
    page.click(SAVE)
    return faults


def test_an_empty_portal_to_its_first_dashboard_without_javascript(empty_portal, chromium):
    link = (empty_portal.folder.parent / "first-sign-in.txt").read_text().strip()
    context = chromium.new_context(viewport=DESK, java_script_enabled=False)
    page = context.new_page()
    page.goto(empty_portal.address)
    assert "Nobody lives here yet" in page.content()

    come_in(page, link)
    answer_six_steps(page, lambda _page: [])

    assert page.url == f"{empty_portal.address}/"
    expect(page.locator("h1.position")).to_be_visible()
    assert "No risk yet." in page.content()
    assert "5 people have not come in yet." in page.content()
    assert servers.wait_until(lambda: len(list(empty_portal.mail.glob("*"))) >= 5, 90)
    page.goto(link)
    assert "This link is over" in page.content()
    context.close()


def test_a_demo_is_cleared_and_ours_begins(empty_portal, chromium):
    secret = re.search(r"secret (\w+)", empty_portal.manage("shell", "-v", "0", "-c", SMALL_DEMO))[1]
    context = chromium.new_context(viewport=DESK, reduced_motion="reduce")  # no colour is on its way while axe looks
    page = context.new_page()
    page.goto(f"{empty_portal.address}/settings/demo/")
    page.fill("input[name=login]", "ada@verrow.example")
    page.fill("input[name=password]", "copper lantern walks south")
    page.click("form button[data-kind=primary]")
    page.fill("input[name=code]", code(secret, ahead=-1))
    page.click("main button, form button[data-kind=primary]")
    page.wait_for_url("**/settings/demo/")
    assert "Demo: everything here is made up" in page.content()
    faults = faults_of(page)
    page.fill("[name=name]", "Verrow Manufacturing")
    page.click(SAVE)
    page.wait_for_selector(".secret code", timeout=90_000)
    address = page.url

    come_in(page, address)
    faults += answer_six_steps(page, faults_of)

    expect(page.locator("h1.position")).to_be_visible()
    assert "Halden Works" in page.content()
    assert "Verrow" not in page.content()
    assert "Demo:" not in page.content()
    assert faults == []
    assert "The log is what was sealed." in empty_portal.manage("verify_audit")
    context.close()
