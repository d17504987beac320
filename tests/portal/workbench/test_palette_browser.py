"""The palette by keyboard alone, single keys on and off, and the same places without scripts."""

import pytest
from playwright.sync_api import expect

from portal.record import sealing
from tests import browser as chromium
from tests.factories import portal as make
from tests.factories.risks import make_risk

pytestmark = pytest.mark.journey


def enter(page, server, client):
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}])


def test_everything_is_a_few_letters_away_and_single_keys_can_be_silenced(own_live_server, client):
    company = make.make_company()
    reader = make.make_person("ANALYST", company=company)
    risk = make_risk(unit=company.northfield, title="Recipe server is lost")
    sealing.seal_all()
    client.force_login(reader)
    with chromium.launched() as browser:
        page = browser.new_context(viewport=chromium.DESK).new_page()
        enter(page, own_live_server, client)
        page.goto(f"{own_live_server.url}/pages/")

        page.keyboard.press("Control+k")
        expect(page.locator("#palette input")).to_be_focused()
        page.keyboard.type("recipe")
        expect(page.locator("#palette-found a").first).to_contain_text("Recipe server is lost")
        assert chromium.violations(page) == []
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/{risk.pk}/")

        page.keyboard.press("g")
        page.keyboard.press("a")
        page.wait_for_url("**/assets/inventory/")
        page.keyboard.press("?")
        expect(page.locator("#keys table")).to_be_visible()
        page.get_by_role("button", name="Switch single keys off").press("Enter")
        page.wait_for_url("**/keys/")
        page.keyboard.press("?")
        page.keyboard.press("Control+k")
        expect(page.locator("#palette input")).to_be_focused()
        expect(page.locator("#keys")).to_be_hidden()
        page.keyboard.type("heat map")
        expect(page.locator("#palette-found a")).to_have_count(1)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/risks/heatmap/")

        plain = browser.new_context(viewport=chromium.PHONE, java_script_enabled=False).new_page()
        enter(plain, own_live_server, client)
        plain.goto(f"{own_live_server.url}/palette/")
        plain.fill("main input[name=q]", "recipe")
        plain.keyboard.press("Enter")
        plain.get_by_role("link", name="Recipe server is lost").click()
        plain.wait_for_url(f"**/{risk.pk}/")
