"""A colleague says in two answers what could happen; the triage desk makes a risk of it; the colleague sees what became of it."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey

SEEN = "The spare key of the vault hangs in the coffee kitchen"


def test_a_concern_becomes_a_risk_and_its_colleague_hears_of_it(as_account):
    page = as_account("colleague")
    page.get_by_role("link", name="Raise a concern").first.click()
    page.get_by_label("What could happen?").fill(SEEN)
    page.get_by_label("Only the triage desk may know that it was me").check()
    page.get_by_role("button", name="Raise this concern").click()
    expect(page.locator("tbody")).to_contain_text("Waits for triage")

    desk = as_account("analyst")
    desk.goto(page.url)
    desk.get_by_role("link", name=SEEN).click()
    expect(desk.locator("header.title")).to_contain_text("for the triage desk alone")
    desk.get_by_label("What kind?").select_option(label="Facilities")
    desk.get_by_role("button", name="Make it a risk").click()
    expect(desk.locator("#became-h")).to_contain_text("It is R-")

    page.reload()
    page.get_by_role("link", name=SEEN).click()
    expect(page.locator("#became-h")).to_contain_text("It is R-")
    page.goto(page.url.split("/risks/")[0] + "/inbox/")
    expect(page.locator("main")).to_contain_text("What you raised is a risk now")
