"""The two differ and the arbiter settles; one defers; an area goes to the other office; they meet and ask for the rest."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from governance.together import moving, ownership
from governance.together.models import OwnershipArea
from portal import clock
from portal.people import organisations
from tests.factories.governance import make_decision
from tests.factories.portal import make_company, make_person
from tests.factories.risks import sign

pytestmark = pytest.mark.journey


def open_decision(page: Page, title: str) -> None:
    page.goto("/governance/decisions/")
    page.get_by_role("link", name=title).click()


def answer(page: Page, office: str, title: str, stance: str, **said: str) -> None:
    open_decision(page, title)
    page.get_by_role("link", name=f"Answer as {office}").click()
    page.get_by_label(stance, exact=True).check()
    for name, words in said.items():
        page.fill(f"[name={name}]", words)
    page.get_by_role("button", name="Give this answer").click()


def test_a_difference_is_settled_by_the_arbiter_and_another_question_by_deferring(at_desk):
    company = make_company()
    analyst, cio, ciso, arbiter = (make_person(name, company=company) for name in ("ANALYST", "CIO", "CISO", "ARBITER"))
    vendor, badges = "Remote access of the press vendor", "Badges of the plant"
    for title in (vendor, badges):
        make_decision(unit=company.northfield, by=analyst, title=title)
    it, security = at_desk(cio), at_desk(ciso)

    answer(it, "CIO", vendor, "Support")
    why = "Two alarms in May came through this link."
    answer(security, "CISO", vendor, "Oppose", reason=why, would_change_my_mind="A jump host that records.")
    expect(security.get_by_text("It is between the two until")).to_be_visible()
    here = security.url
    answer(security, "CISO", badges, "Defer to the other office", reason="It opens doors.", deferred_subject="Doors of the plant")
    answer(it, "CIO", badges, "Support")
    expect(it.get_by_text("Decided together").first).to_be_visible()
    expect(it.get_by_text("Doors of the plant").first).to_be_visible()

    with clock.stopped(clock.now() + timedelta(days=9)):
        assert moving.escalate() == 1
    desk = at_desk(arbiter)
    desk.goto("/inbox/")
    desk.get_by_role("link", name=vendor).first.click()
    expect(desk.get_by_text(why).first).to_be_visible()
    desk.get_by_role("link", name="Settle it").click()
    desk.locator("input[name=option][value=B]").check()
    desk.fill("textarea[name=reason]", "The plant stands still without the vendor; the jump host records.")
    desk.get_by_role("button", name="Settle it so").click()

    security.goto(here)
    expect(security.get_by_text("Settled by the arbiter").first).to_be_visible()
    for words in (why, "A jump host that records.", "The plant stands still without the vendor"):
        expect(security.get_by_text(words).first).to_be_visible()


def say(page: Page, area: str, wish: str) -> None:
    page.goto("/governance/ownership/")
    page.get_by_label(f"What your office would like to do about {area}").select_option(label=wish)
    page.get_by_role("button", name=f"Say it about {area}").click()


def test_an_area_goes_to_the_office_that_is_ready_and_the_meeting_asks_for_the_rest(at_desk):
    company = make_company()
    analyst, cio, ciso = (make_person(name, company=company) for name in ("ANALYST", "CIO", "CISO"))
    areas = [ownership.Area("Backup", {"CIO": "A", "CISO": "C"}), ownership.Area("Cloud", {"CIO": "R"})]
    sign(ownership.propose(areas, ownership.Words(), actor=cio), cio, ciso)
    it, security = at_desk(cio), at_desk(ciso)

    say(it, "Backup", "Would rather support")
    say(security, "Backup", "Ready to lead")
    expect(
        security.get_by_role("heading", name="The CIO would rather support Backup, and the CISO is ready to lead it")
    ).to_be_visible()
    security.get_by_label("Why?").fill("Restoring is part of answering an attack.")
    security.get_by_role("button", name="Propose the handover").click()
    for page in (security, it):
        page.goto("/governance/ownership/")
        page.get_by_role("link", name="Read and sign").click()
        page.get_by_role("button", name="Sign this").click()
    assert OwnershipArea.objects.in_force().get(key="backup").accountable == ["CISO"]

    make_decision(unit=company.northfield, by=analyst, title="Who restores first")
    open_decision(it, "Who restores first")
    it.get_by_role("button", name="Let's talk").click()
    it.goto("/governance/meetings/")
    it.fill("input[name=meets_on]", (organisations.today() + timedelta(days=2)).isoformat())
    it.get_by_role("button", name="Plan the next meeting").click()
    expect(it.get_by_role("link", name="Who restores first")).to_be_visible()
    it.get_by_text("Ask for an action").click()
    it.fill("input[name=text]", "Restore one plant from the tapes")
    it.select_option("select[name=owner]", label=analyst.name)
    it.fill("input[name=due_on]", organisations.today().isoformat())
    it.get_by_role("button", name="Ask for it").click()
    it.fill("textarea[name=minutes]", "Both want it tried before March.")
    it.get_by_role("button", name="Close the meeting with these minutes").click()
    expect(it.get_by_text("Both want it tried before March.")).to_be_visible()

    desk = at_desk(analyst)
    desk.goto("/reviews/")
    expect(desk.get_by_text("Restore one plant from the tapes").first).to_be_visible()
