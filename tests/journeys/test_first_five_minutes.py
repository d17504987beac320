"""Each role's first five minutes: they come in, read their headline, and do the one thing they came for."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from governance.together import moving
from portal import clock
from tests.factories.governance import answer, make_decision
from tests.factories.portal import make_company, make_person
from tests.journeys.conftest import number_in

pytestmark = pytest.mark.journey


def follow(page: Page, link: str) -> None:
    page.locator(link).first.click()
    page.wait_for_load_state()


def heading(page: Page) -> str:
    return page.locator("main h1").inner_text()


def reads_what_is_above_tolerance(page: Page) -> None:
    figure = page.locator("dl.figures div", has_text="Above tolerance").locator("a").first
    counted = number_in(figure.inner_text())
    figure.click()

    assert number_in(heading(page)) == counted == page.locator("tbody tr:not(.group)").count()


def asks_why_a_score_moved(page: Page) -> None:
    follow(page, "#movers a:has-text('Why?')")

    assert "move from" in heading(page)
    assert page.locator("main tfoot").inner_text().strip()


def opens_the_safety_lane(page: Page) -> None:
    follow(page, "#safety tbody a")

    assert "Safety lane." in page.locator("main").inner_text()


def sees_who_is_late(page: Page) -> None:
    follow(page, "section[aria-labelledby=waiting-h] .what a")

    assert page.locator("main .late").count() + page.locator("main h1").count() > 0
    assert page.locator("main form button").count() == 0


def reads_the_card_of_their_leader(page: Page) -> None:
    assert "Waits for Marta Lindqvist" in page.locator("#needs").inner_text()
    follow(page, "#needs .what a")

    assert page.locator("main form button").count() == 0


def reads_and_changes_nothing(page: Page) -> None:
    follow(page, "#movers tbody th a")

    assert re.match(r"Why \d+\?", page.locator("h2#why").inner_text())
    assert page.get_by_role("link", name="Set levels now").count() == 0


def hears_of_what_is_known_while_typing(page: Page) -> None:
    page.get_by_role("link", name="Log a risk").click()
    page.get_by_label("What could happen?").press_sequentially("Ransomware reaches the line")

    expect(page.locator("#duplicates")).to_contain_text("R-0017")


def answers_whether_it_is_still_true(page: Page) -> None:
    follow(page, "#needs .what a")

    assert page.locator("main form button").count() > 0


def looks_at_what_they_own(page: Page) -> None:
    counted = number_in(page.locator("#owned-h").inner_text())
    follow(page, "#owned .eyebrow a")

    assert number_in(heading(page)) == counted


def settles_what_a_scan_found(page: Page) -> None:
    follow(page, "#needs .what a:has-text('plant_later_scan')")

    assert "to settle" in heading(page)
    assert page.get_by_role("button", name="Accept all new").is_visible()


def raises_a_concern_in_two_fields(page: Page) -> None:
    page.get_by_role("link", name="Raise a concern").first.click()
    page.get_by_label("What could happen?").fill("Visitors walk into the server room unseen")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("main form button.button[data-kind=primary]").click()
    page.get_by_role("link", name="Today").first.click()

    expect(page.locator("#concerns")).to_contain_text("Visitors walk into the server room unseen")


def sees_who_changed_what(page: Page) -> None:
    follow(page, "#movers tbody th a")

    assert page.locator("section[aria-labelledby=history] li").count() > 0


def invites_who_has_not_come_in(page: Page) -> None:
    follow(page, "#needs .what a:has-text('come in')")

    assert page.locator("main tbody tr").count() > 0


MINUTES = {
    "cio": reads_what_is_above_tolerance,
    "ciso": asks_why_a_score_moved,
    "cso": opens_the_safety_lane,
    "arbiter": sees_who_is_late,
    "preparer": reads_the_card_of_their_leader,
    "board": reads_and_changes_nothing,
    "analyst": hears_of_what_is_known_while_typing,
    "owner": answers_whether_it_is_still_true,
    "head": looks_at_what_they_own,
    "engineer": settles_what_a_scan_found,
    "colleague": raises_a_concern_in_two_fields,
    "auditor": sees_who_changed_what,
    "admin": invites_who_has_not_come_in,
}


@pytest.mark.parametrize("account", MINUTES)
def test_the_first_five_minutes_of(as_account, account):
    page = as_account(account)
    assert page.locator("h1.position").inner_text().strip()

    MINUTES[account](page)


def test_what_an_arbiter_does_first_is_to_settle_the_case_that_waits(at_desk):
    company = make_company()
    analyst, cio, ciso, arbiter = (make_person(name, company=company) for name in ("ANALYST", "CIO", "CISO", "ARBITER"))
    case = make_decision(unit=company.northfield, by=analyst)
    answer(case, cio)
    answer(case, ciso, "OPPOSE", reason="Two alarms in May came through this link.")
    with clock.stopped(clock.now() + timedelta(days=9)):
        assert moving.escalate() == 1
    page = at_desk(arbiter)

    page.goto("/")
    page.locator("#needs").get_by_role("link", name=case.title).first.click()
    expect(page.get_by_text("Two alarms in May came through this link.").first).to_be_visible()
    page.get_by_role("link", name="Settle it").click()
    page.locator("input[name=option][value=B]").check()
    page.fill("textarea[name=reason]", "The plant stands still without the vendor.")
    page.get_by_role("button", name="Settle it so").click()
    expect(page.get_by_text("Settled by the arbiter").first).to_be_visible()
    page.goto("/")

    expect(page.locator("#needs")).not_to_contain_text(case.title)
    case.refresh_from_db()
    assert (case.state, case.outcome, case.proposed_option) == ("DECIDED", "ARBITER", "B")
