"""An idea says what it adds, stands before a closed gate, and passes it by an answer of both offices and a signed waiver.

The end of a waiver locks the next gate, and an approved pattern passes three.
"""

from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from governance.change import patterns, waivers
from governance.change.models import Criterion, TemplateCriterion
from portal import clock
from portal.people.models import User
from portal.signing import signatures
from tests.factories.governance import at_a_gate, make_initiative, meet
from tests.factories.portal import make_company, make_person
from tests.factories.risks import make_risk
from tests.journeys.test_exceptions import sign

pytestmark = pytest.mark.journey
TITLE = "Meeting rooms that open by phone"


def answer(page: Page, question: str) -> None:
    """Say for one's office that the criterion is met."""
    row = page.locator(".criteria > li", has=page.get_by_role("heading", name=question))
    row.locator("summary", has_text="Answer for the").click()
    row.get_by_label("Met", exact=True).check()
    row.locator("textarea[name=note]").fill("The list of March names them.")
    row.get_by_role("button", name="Keep this answer").click()


def test_from_the_idea_past_a_gate_by_a_waiver(verrow, as_account):
    owner = as_account("owner")
    owner.goto(f"{verrow.address}/governance/initiatives/new/")
    owner.fill("input[name=title]", TITLE)
    owner.get_by_label("IT", exact=True).check()
    owner.select_option("select[name=unit]", label="\u2003IT")
    owner.select_option("select[name=sponsor]", label="Marta Lindqvist")
    owner.select_option("select[name=owner]", label="Priya Nair")
    owner.fill("input[name=budget]", "9000")
    owner.get_by_role("button", name="Propose this initiative").click()
    expect(owner.get_by_role("heading", name=TITLE)).to_be_visible()
    here = owner.url
    owner.get_by_role("button", name="Move on to “Plan”").click()
    expect(owner.get_by_text("says not yet what it adds or changes").first).to_be_visible()

    owner.goto(here)
    owner.get_by_role("link", name="Declare it").click()
    owner.select_option("select[name=lines-0-kind]", "APPLICATION")
    owner.fill("input[name=lines-0-count]", "1")
    owner.select_option("select[name=lines-0-data_classification]", "INTERNAL")
    owner.get_by_role("button", name="Declare this").click()
    owner.get_by_role("button", name="Move on to “Plan”").click()
    expect(owner.get_by_role("heading", name="It stands at “Plan”")).to_be_visible()
    owner.get_by_role("button", name="Move on to “Design”").click()
    expect(owner.get_by_text("does not get to “Design” yet").first).to_be_visible()

    owner.goto(here)
    owner.get_by_role("link", name="Design", exact=True).click()
    owner.get_by_role("button", name="Put it to security").click()
    answer(owner, "Is every class of data")
    gate = owner.url
    owner.locator(".criteria > li", has_text="who answers for its security").get_by_role("link", name="Ask for a waiver").click()
    risks = owner.request.get(f"{verrow.address}/api/v1/risks/", params={"search": "Test data holds"}).json()["results"]
    owner.fill("input[name=risk]", risks[0]["number"])
    owner.locator("input[name=reason_kind][value=TIME]").check()
    owner.fill("textarea[name=reason]", "The service desk names somebody in January.")
    owner.fill("input[name=ends_on]", (clock.now().date() + timedelta(days=40)).isoformat())
    owner.get_by_role("button", name="Ask for the signatures").click()
    expect(owner.get_by_text("Gate waiver").first).to_be_visible()
    exception = owner.url

    ciso = as_account("ciso")
    ciso.goto(gate)
    answer(ciso, "Is every class of data")
    for account, page in (("ciso", ciso), ("cio", as_account("cio"))):
        page.goto(exception)
        if page.get_by_role("link", name="Read and sign").count():
            sign(verrow, page, account, "who answers for its security")
    owner.goto(here)
    owner.get_by_role("button", name="Move on to “Design”").click()
    expect(owner.get_by_role("heading", name="It stands at “Design”")).to_be_visible()
    expect(owner.get_by_text("1 waived").first).to_be_visible()


def move_on(page: Page, initiative, stage: str) -> None:
    page.goto(f"/governance/initiatives/{initiative.pk}/")
    page.get_by_role("button", name=f"Move on to “{stage}”").click()


def test_a_waiver_that_ends_locks_the_next_gate(at_desk, later):
    company = make_company()
    owner, cio, ciso = (make_person(role, company=company) for role in ("OWNER", "CIO", "CISO"))
    said = {"kind": "IT", "reachability": "INTERNAL", "budget": Decimal(9000), "title": TITLE}
    initiative = at_a_gate(make_initiative(unit=company.root, by=owner, **said))
    meet(initiative, "DESIGN", owner, ciso, but="sbd-owner")
    waived = Criterion.objects.get(asks__key="sbd-owner")
    why = {"reason_kind": "TIME", "reason": "Named in spring.", "compensating_control": "The service desk stands in."}
    until = clock.now().date() + timedelta(days=30)
    waiver = waivers.ask(waived, make_risk(unit=company.root), actor=owner, ends_on=until, **why)
    for leader in (cio, ciso):
        signatures.sign(waiver.exception, actor=User.objects.get(pk=leader.pk), factor_at=clock.now())
    page = at_desk(owner)
    move_on(page, initiative, "Design")
    expect(page.get_by_role("heading", name="It stands at “Design”")).to_be_visible()
    meet(initiative, "BUILD", owner, ciso)

    later(days=32)

    move_on(page, initiative, "Build")
    expect(page.get_by_text("does not get to “Build” yet").first).to_be_visible()
    page.goto(f"/governance/initiatives/{initiative.pk}/")
    expect(page.get_by_role("heading", name="It stands at “Design”")).to_be_visible()


def test_an_approved_pattern_passes_three_gates(at_desk):
    company = make_company()
    owner, cio, ciso = (make_person(role, company=company) for role in ("OWNER", "CIO", "CISO"))
    said = {"kind": "IT", "reachability": "INTERNAL", "budget": Decimal(9000), "title": TITLE}
    initiative = at_a_gate(make_initiative(unit=company.root, by=owner, **said))
    keys = TemplateCriterion.objects.filter(from_size="S", template__key="secure-by-design").values_list("key", flat=True)
    answers = dict.fromkeys(keys, "By design")
    pattern = patterns.propose(actor=owner, title="Our web platform", description="On our own ground.", answers=answers)
    for leader in (cio, ciso):
        signatures.sign(pattern, actor=User.objects.get(pk=leader.pk), factor_at=clock.now())
    page = at_desk(owner)
    page.goto(f"/governance/initiatives/{initiative.pk}/")
    page.get_by_role("link", name="Design", exact=True).click()
    page.select_option("select[name=pattern]", label=str(pattern))
    page.get_by_role("button", name="Let it answer").click()

    for stage in ("Design", "Build", "Test", "Live"):  # of its size, nothing is asked before "test"
        move_on(page, initiative, stage)
        expect(page.get_by_role("heading", name=f"It stands at “{stage}”")).to_be_visible()
    expect(page.get_by_role("table", name="Gates").get_by_text("passed on")).to_have_count(3)
