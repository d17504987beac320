"""A seat changes hands by two people, and somebody leaves: nothing they held stays behind."""

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.journey

PROPOSAL = re.compile(r"/people/seats/proposals/\d+/$")
DEPARTURE = re.compile(r"/people/departures/\d+/$")


def give_factor_if_asked(verrow, page: Page, account: str) -> None:
    """The factor of the sign-in covers a quarter of an hour; later it is asked for again."""
    if "/accounts/2fa/reauthenticate/" in page.url:
        counter = next(yield_hotp_counters_from_time())
        page.fill("input[name=code]", format_hotp_value(hotp_value(verrow.doors[account]["totp_secret"], counter)))
        page.click("form button[data-kind=primary]")


def change_seat(verrow, as_account, seat: str, name: str) -> None:
    """The administrator proposes, tries to confirm alone, and the arbiter confirms."""
    admin = as_account("admin")
    admin.goto(f"{verrow.address}/people/seats/proposals/new/")
    give_factor_if_asked(verrow, admin, "admin")
    admin.select_option("select[name=seat]", seat)
    admin.select_option("select[name=holder]", label=name)
    admin.fill("textarea[name=reason]", "The plants get a new head of safety.")
    admin.click("main form button[data-kind=primary]")
    admin.wait_for_url(PROPOSAL)
    expect(admin.get_by_text("Viktor Halasz")).to_be_visible()
    assert admin.get_by_role("button", name="Confirm this change").count() == 0

    arbiter = as_account("arbiter")
    arbiter.goto(admin.url)
    arbiter.get_by_role("button", name="Confirm this change").click()
    give_factor_if_asked(verrow, arbiter, "arbiter")
    if arbiter.get_by_role("button", name="Confirm this change").count():
        arbiter.get_by_role("button", name="Confirm this change").click()
    expect(arbiter.get_by_text("It is in effect.")).to_be_visible()


def test_a_seat_changes_hands_by_two_people_and_back(verrow, as_account):
    change_seat(verrow, as_account, "CSO", "Rosa Costa")

    leader = as_account("ciso")
    leader.goto(f"{verrow.address}/people/seats/")
    row = leader.locator("tbody tr", has_text="CSO").first
    expect(row).to_contain_text("Rosa Costa")
    expect(leader.locator("#former-h + *, section:has(#former-h)").last).to_contain_text("Helen Marsh")
    leader.goto(f"{verrow.address}/inbox/")
    expect(leader.get_by_text("The seat CSO changed hands.").first).to_be_visible()

    change_seat(verrow, as_account, "CSO", "Helen Marsh")
    leader.goto(f"{verrow.address}/people/seats/")
    expect(leader.locator("tbody tr", has_text="CSO").first).to_contain_text("Helen Marsh")


def test_a_leaver_hands_everything_over_in_one_step(verrow, as_account):
    admin = as_account("admin", scripts=False)
    admin.goto(f"{verrow.address}/people/leaving/?q=Henri")
    admin.click("tbody a:has-text('Henri Moreau')")
    give_factor_if_asked(verrow, admin, "admin")
    expect(admin.get_by_role("heading", name="Henri Moreau leaves: who takes what?")).to_be_visible()
    expect(admin.get_by_role("heading", name="Units they head: 1")).to_be_visible()

    admin.check("input[name=seen]")
    risks = admin.locator("input[name=risks-security-owner]")
    assert risks.get_attribute("required") is not None  # what one may not open needs somebody

    for successor in admin.locator("input[list]:not([name*='.'])").all():
        if successor.get_attribute("name") != "roles":
            successor.fill("Rosa Costa")
    admin.click("main form button[data-kind=primary]")
    admin.wait_for_url(DEPARTURE)
    expect(admin.get_by_role("heading", name="Henri Moreau left, and the account is closed")).to_be_visible()
    expect(admin.get_by_role("cell", name="Rosa Costa").first).to_be_visible()

    admin.goto(f"{verrow.address}/people/leaving/?q=Henri")
    assert admin.locator("tbody a:has-text('Henri Moreau')").count() == 1  # among those who left
    reader = as_account("ciso")
    reader.goto(f"{verrow.address}/risks/register/?q=Server+room")
    reader.click("tbody a:has-text('Server room floods')")
    expect(reader.locator("main")).to_contain_text("Rosa Costa")
