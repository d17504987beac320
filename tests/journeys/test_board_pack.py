"""CIO and CISO tell the board one story: prepared, disputed, settled, signed; read on a phone, asked about, answered together."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import PHONE, overflow, violations
from tests.journeys.test_seats_and_leavers import give_factor_if_asked

pytestmark = pytest.mark.journey


def sign(verrow, page: Page, account: str, link: str = "Read and sign") -> None:
    page.get_by_role("link", name=link).click()
    for _attempt in range(2):
        page.get_by_role("button", name="Sign this").click()
        give_factor_if_asked(verrow, page, account)
        if not page.get_by_role("button", name="Sign this").count():
            break


def test_a_quarter_is_signed_and_a_board_member_is_answered_by_both(verrow, as_account):
    cio, ciso = as_account("cio"), as_account("ciso")
    cio.goto(f"{verrow.address}/governance/board-packs/")
    cio.get_by_role("row", name="draft").get_by_role("link").click()
    here, wrong = cio.url, []
    expect(cio.get_by_text("2 blocks have no words yet.")).to_be_visible()
    for heading, words in (("In short", "We stand better than in summer."), ("What comes next", "The gateway.")):
        cio.get_by_role("link", name=f"Write {heading}").click()
        cio.fill("[name=text]", words)
        wrong += violations(cio)
        cio.get_by_role("button", name="Keep these words").click()
    ciso.goto(here)
    ciso.get_by_role("link", name="Dispute it Where the risks stand").click()
    ciso.fill("[name=text]", "Two of these were rated before the visit of last week.")
    ciso.get_by_role("button", name="Dispute this number").click()
    cio.goto(here)
    cio.get_by_role("button", name="Freeze it and ask both to sign").click()
    expect(cio.get_by_text("rests on a number that is stale or disputed")).to_be_visible()
    cio.goto(here)
    cio.get_by_role("button", name="Print the dispute beside it").click()
    cio.goto(here)
    cio.get_by_role("button", name="Freeze it and ask both to sign").click()
    sign(verrow, cio, "cio")
    ciso.goto(here)
    sign(verrow, ciso, "ciso")

    member = as_account("board")
    member.set_viewport_size(PHONE)
    member.goto(here)
    expect(member.get_by_text("nothing in it changes any more")).to_be_visible()
    expect(member.get_by_text("Two of these were rated before the visit")).to_be_visible()
    assert overflow(member) == 0
    member.get_by_role("link", name="Ask about this Where the risks stand").click()
    wrong += violations(member)
    member.fill("[name=text]", "Which two?")
    member.get_by_role("button", name="Ask both").click()
    cio.goto(here)
    cio.get_by_role("link", name="Answer it together").click()
    question = cio.url
    cio.fill("[name=text]", "The crane and the oven; both are rated anew on Monday.")
    cio.get_by_role("button", name="Let both sign these words").click()
    sign(verrow, cio, "cio")
    ciso.goto(question)
    sign(verrow, ciso, "ciso")

    member.goto(f"{verrow.address}/inbox/")
    member.get_by_role("link", name="Which two?").first.click()
    expect(member.get_by_text("The crane and the oven")).to_be_visible()
    expect(member.get_by_text("written by Marta Lindqvist, CIO").first).to_be_visible()
    assert wrong == []
