"""Two offices decide together: from a difference over a condition to one decision, and anew when its ground has moved."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_exceptions import read_and_sign
from tests.journeys.test_seats_and_leavers import give_factor_if_asked

pytestmark = pytest.mark.journey


def answer(verrow, page: Page, account: str, title: str, stance: str, **said: str) -> None:
    """From the list to the question, and one answer with the second factor."""
    page.goto(f"{verrow.address}/governance/decisions/")
    page.get_by_role("link", name=title).click()
    page.get_by_role("link", name=f"Answer as {account.upper()}").click()
    for _attempt in range(2):
        page.get_by_label(stance, exact=True).check()
        for name, words in said.items():
            page.fill(f"[name={name}]", words)
        page.get_by_role("button", name="Give this answer").click()
        give_factor_if_asked(verrow, page, account)
        if not page.get_by_role("button", name="Give this answer").count():
            break


def test_a_difference_ends_in_a_condition_that_both_sign(verrow, as_account):
    title, condition = "Historian of Eastmere in the cloud", "The one-way link is tested by somebody who is not the maker"
    cio, ciso = as_account("cio"), as_account("ciso")
    cio.goto(f"{verrow.address}/governance/decisions/?view=differ")
    expect(cio.get_by_text("opposed by CISO")).to_be_visible()

    why = "Tested, one way is one way."
    answer(verrow, ciso, "ciso", title, "Support with conditions", reason=why, condition_0=condition)
    expect(ciso.get_by_text("1 signature is missing")).to_be_visible()
    answer(verrow, cio, "cio", title, "Support")

    expect(cio.get_by_text("Decided together").first).to_be_visible()
    expect(cio.get_by_text("It was opposed once")).to_be_visible()
    expect(cio.get_by_text(condition).first).to_be_visible()


def settle(verrow, page: Page, title: str) -> None:
    """A difference of the offices over a risk, ended by two clicks."""
    page.goto(f"{verrow.address}/risks/differences/?view=different")
    page.get_by_role("link", name=title).click()
    page.get_by_role("button", name="Take theirs").click()
    expect(page.get_by_text("Took theirs").first).to_be_visible()
    page.goto(f"{verrow.address}/risks/differences/?view=different")
    expect(page.get_by_role("link", name=title)).to_have_count(0)


def let_the_drafted_formula_take_effect(verrow, page: Page, account: str, analyst: Page) -> None:
    """The second signature; then a worker scores everything by it, and its drafter sees how far that is."""
    page.goto(f"{verrow.address}/risks/formula-versions/")
    page.get_by_role("link", name="See what version 5 would change").click()
    expect(page.get_by_text("1 signature is missing")).to_be_visible()
    address = page.url
    read_and_sign(verrow, page, account)
    expect(page.get_by_text("Signed off in Concord").first).to_be_visible()
    analyst.goto(f"{verrow.address}/risks/recompute/")
    expect(analyst.get_by_role("heading", name="Every score is up to date")).to_be_visible(timeout=60_000)
    page.goto(address)
    expect(page.get_by_role("heading", name="Every score is made by this version")).to_be_visible()


def test_a_decision_whose_ground_has_moved_is_signed_from_the_difference(verrow, as_account):
    title = "Administrators of the cloud"
    ciso = as_account("ciso")
    ciso.goto(f"{verrow.address}/governance/decisions/")
    ciso.get_by_role("link", name=title).click()
    ciso.get_by_role("link", name="Answer as CISO").click()
    expect(ciso.get_by_text("Only this has changed since your office signed")).to_be_visible()
    expect(ciso.get_by_text("R-0008: Severe, above tolerance")).to_be_visible()

    answer(verrow, ciso, "ciso", title, "Support")

    expect(ciso.get_by_text("Signed anew on")).to_be_visible()
    settle(verrow, ciso, "Ransomware reaches Northfield line control")
    let_the_drafted_formula_take_effect(verrow, ciso, "ciso", as_account("analyst"))


def test_a_formula_is_drafted_shown_for_every_risk_signed_by_both_and_makes_every_score(verrow, as_account):
    analyst = as_account("analyst")
    analyst.goto(f"{verrow.address}/risks/formula-versions/")
    waiting = analyst.get_by_role("link", name="would change")
    if waiting.count():  # the one that came with Verrow was not signed before
        waiting.click()
        analyst.get_by_role("button", name="Take it back").click()
        analyst.goto(f"{verrow.address}/risks/formula-versions/")
    analyst.get_by_role("link", name="Draft another version").click()
    analyst.fill("[name=reason]", "A plan that is a day late weighs a little more.")
    analyst.fill("[name=treatment_late_steps]", "1: 1.5, 31: 2.5, 91: 3.0")
    analyst.get_by_role("button", name="Keep it and see what it would change").click()
    expect(
        analyst.get_by_text("1 parameter differs from version").or_(analyst.get_by_text("parameters differ from"))
    ).to_be_visible()
    expect(analyst.get_by_role("heading", name="would move")).to_be_visible()
    expect(analyst.get_by_role("table", name="Risks whose score it changes")).to_be_visible()
    analyst.get_by_role("button", name="Ask CIO and CISO to sign it").click()
    address = analyst.url

    for account, left in (("cio", "1 signature is missing"), ("ciso", "Signed off in Concord")):
        page = as_account(account)
        page.goto(address)
        read_and_sign(verrow, page, account)
        expect(page.get_by_text(left).first).to_be_visible()

    analyst.goto(f"{verrow.address}/risks/recompute/")
    expect(analyst.get_by_role("heading", name="Every score is up to date")).to_be_visible(timeout=60_000)
    analyst.goto(address)
    expect(analyst.get_by_role("heading", name="Every score is made by this version")).to_be_visible()
