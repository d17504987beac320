"""A permission above somebody's authority waits for both leaders; one that has expired is decided anew."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from portal import clock
from tests.journeys.test_seats_and_leavers import give_factor_if_asked

pytestmark = pytest.mark.journey


def sign(verrow, page: Page, account: str, title: str) -> None:
    """From Today's card, or the list, to what a signature covers, and sign it."""
    page.goto(f"{verrow.address}/risks/exceptions/?view=waiting")
    page.get_by_role("link", name=title).first.click()
    read_and_sign(verrow, page, account)


def read_and_sign(verrow, page: Page, account: str) -> None:
    """From the page of something to what a signature covers, and sign it."""
    page.get_by_role("link", name="Read and sign").click()
    for _attempt in range(2):
        page.get_by_role("button", name="Sign this").click()
        give_factor_if_asked(verrow, page, account)
        if not page.get_by_role("button", name="Sign this").count():
            break


def test_the_second_leader_signs_it_is_in_force_and_other_words_are_signed_anew_from_the_difference(verrow, as_account):
    title = "Three admin accounts until the emergency accounts are tested"
    ciso = as_account("ciso")
    ciso.goto(f"{verrow.address}/")
    expect(ciso.get_by_text(title).first).to_be_visible()

    sign(verrow, ciso, "ciso", title)

    expect(ciso.get_by_text("Signed off in Concord").first).to_be_visible()
    ciso.goto(f"{verrow.address}/risks/exceptions/?view=in_force")
    expect(ciso.get_by_role("link", name=title)).to_be_visible()

    words = "Their keys lie in three safes, of which no two people open the same."
    ciso.get_by_role("link", name=title).click()
    its_page = ciso.url
    ciso.get_by_role("link", name="Change it").click()
    ciso.fill("textarea[name=compensating_control]", words)
    ciso.get_by_role("button", name="Keep this").click()
    expect(ciso.get_by_text("Changed since it was signed.").first).to_be_visible()
    for account, page in (("cio", as_account("cio")), ("ciso", ciso)):
        page.goto(its_page)
        page.get_by_role("link", name="Read and sign").click()
        expect(page.get_by_role("heading", name="Changed since")).to_be_visible()
        expect(page.locator("dl.diff ins")).to_have_text(words)
        page.goto(its_page)
        read_and_sign(verrow, page, account)
    ciso.goto(its_page)
    expect(ciso.get_by_text("Signed off in Concord").first).to_be_visible()
    expect(ciso.get_by_text("In force").first).to_be_visible()


def test_an_expired_one_comes_back_and_is_extended(verrow, as_account):
    title = "Factory passwords on the dock scanners"
    owner = as_account("owner")
    owner.goto(f"{verrow.address}/")
    owner.get_by_text(title).first.wait_for()
    owner.goto(f"{verrow.address}/risks/exceptions/?view=expired")
    owner.get_by_role("link", name=title).click()
    expect(owner.get_by_text("is no longer covered")).to_be_visible()

    owner.get_by_role("link", name="Extend it").click()
    owner.fill("input[name=ends_on]", (clock.now().date() + timedelta(days=30)).isoformat())
    owner.fill("textarea[name=reason]", "The new scanners come next month.")
    owner.get_by_role("button", name="Ask for the signatures").click()

    expect(owner.get_by_text("Extended; first permitted on")).to_be_visible()
    expect(owner.get_by_text("only those sign it who may sign any sum")).to_be_visible()
    for account in ("ciso", "cio"):
        sign(verrow, as_account(account), account, title)
    owner.reload()
    expect(owner.get_by_text("In force").first).to_be_visible()
    owner.goto(f"{verrow.address}/risks/exceptions/?view=closed")
    expect(owner.get_by_role("link", name=title)).to_be_visible()
