"""One framework for both offices: brought along, rated from both sides, answered by a control, proven, and stated to apply."""

import io
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pikepdf
import pytest
from playwright.sync_api import Page, expect

from governance.compliance import covering, frameworks, mappings
from governance.compliance.models import Requirement
from portal.people import organisations
from portal.record import sealing
from portal.web import shown
from risks.models import Control
from tests.factories.portal import make_company, make_person
from tests.factories.risks import make_control

pytestmark = pytest.mark.journey
CATALOGS = Path(__file__).resolve().parents[2] / "governance" / "compliance" / "catalogs"
DAYS = 10  # the evidence holds


def to_govern(page: Page, title: str) -> None:
    """Govern comes first, so its rows are what one sees."""
    page.goto("/governance/profiles/")
    page.get_by_role("link", name="NIST Cybersecurity Framework 2.0").click()
    page.get_by_role("link", name=title).click()


def rate(page: Page, level: int) -> None:
    page.get_by_text("Rate it…", exact=True).click()
    page.locator(f"input[name=level][value='{level}']").check()
    page.get_by_role("button", name="Give our rating").click()


def follow() -> None:
    """What a worker does a moment later, and when a day begins."""
    sealing.seal_all()
    covering.follow()
    covering.renew_due()


def test_the_csf_is_rated_by_both_answered_once_and_falls_when_its_evidence_runs_out(at_desk, later):
    company = make_company()
    analyst, cio, ciso = (make_person(role, company=company) for role in ("ANALYST", "CIO", "CISO"))
    control = make_control(unit=company.root, actor=analyst, name="Rules in one place", operating_effectiveness=Decimal("0.80"))
    desk, first = at_desk(analyst), "Security work follows from why we exist"
    desk.goto("/governance/frameworks/")
    desk.get_by_role("link", name="Bring a catalog along").first.click()
    desk.get_by_label("Which file?").set_input_files(CATALOGS / "nist-csf-2.0.csv")
    desk.get_by_role("button", name="Take this catalog in").click()
    expect(desk.get_by_role("heading", name="asks for 106 things")).to_be_visible()
    frameworks.take_in(io.BytesIO((CATALOGS / "iso-27001-2022.csv").read_bytes()), actor=analyst)
    desk.goto("/governance/profiles/")
    desk.select_option("select[name=framework]", label="NIST Cybersecurity Framework 2.0")
    desk.select_option("select[name=unit]", label=company.root.name)
    desk.get_by_role("button", name="Open this profile").click()

    it, security = at_desk(cio), at_desk(ciso)
    to_govern(it, first)
    rate(it, 3)
    expect(it.get_by_role("heading", name="Your office has rated; the CISO has not yet")).to_be_visible()
    to_govern(security, first)
    expect(security.get_by_text("Neither sees the other's rating until both have.")).to_be_visible()
    expect(security.get_by_text("not rated", exact=True)).to_have_count(2)
    rate(security, 1)
    expect(security.get_by_role("heading", name="The offices differ; the lower, 1, counts provisionally")).to_be_visible()
    security.get_by_role("button", name="Take theirs, 3").click()
    expect(security.get_by_role("heading", name="Level 3 counts. Agreed")).to_be_visible()
    it.goto("/")
    expect(it.locator("#compliance .heatstrip[data-size=wide] a").first).to_have_attribute(
        "aria-label", "GV.OC What surrounds us: practised at 3.0, target –"
    )

    here = f"/governance/requirements/{Requirement.objects.get(identifier='GV.OC-01').pk}/"
    desk.goto(here)
    desk.get_by_text("Map a control", exact=True).click()
    desk.get_by_label("Which control answers it?").fill(control.number)
    desk.locator("input[name=relationship][value=EQUAL]").check()
    desk.get_by_role("button", name="Map this control").click()
    expect(desk.get_by_role("heading", name="1 control answers 40 % of it")).to_be_visible()
    expect(desk.get_by_role("cell", name="none yet")).to_be_visible()
    mappings.add(control, Requirement.objects.get(identifier="A.5.1"), "EQUAL", actor=analyst)
    today = organisations.today()
    until = today + timedelta(days=DAYS)
    desk.goto(f"/risks/controls/{control.pk}/evidence/")
    desk.get_by_label("What does it show?").fill("Both signed the rules")
    desk.get_by_label("Or a link").fill("https://rules.verrow.example/2026")
    desk.get_by_label("When was it collected?").fill(today.isoformat())
    desk.get_by_label("Through which day does it hold?").fill(until.isoformat())
    desk.get_by_role("button", name="Add this evidence").click()
    follow()
    desk.goto(here)
    expect(desk.get_by_role("heading", name="1 control answers 80 % of it")).to_be_visible()
    expect(desk.get_by_text(f"holds until {shown.date_long(until)}")).to_be_visible()

    later(days=DAYS + 1)
    follow()

    desk.reload()
    expect(desk.get_by_role("heading", name="1 control answers 40 % of it")).to_be_visible()
    expect(desk.get_by_text(f"ran out on {shown.date_long(until)}")).to_be_visible()
    desk.goto("/governance/frameworks/")
    desk.get_by_role("link", name="NIST Cybersecurity Framework").last.click()
    covered = desk.get_by_role("row", name=first)
    expect(covered).to_contain_text("40 % partly")
    expect(covered).to_contain_text("1 control without valid evidence")
    state_and_take_along(desk, company.root.name, control, until)


def state_and_take_along(desk: Page, unit: str, control: Control, until) -> None:
    """The statement says the same, on the page, in the workbook and on paper."""
    desk.goto("/governance/statements/")
    desk.get_by_text("Open a statement", exact=True).click()
    desk.select_option("select[name=unit]", label=unit)
    desk.get_by_role("button", name="Open this statement").click()
    desk.get_by_role("link", name="Rules in writing, approved and known").click()
    desk.locator("input[name=is_applicable][value=yes]").check()
    desk.get_by_label("Why, or why not?").fill("Customers ask for it.")
    desk.locator("input[name=status][value=PARTLY]").check()
    desk.get_by_role("button", name="Decide it so").click()
    expect(desk.get_by_role("heading", name="1 of 93 controls apply")).to_be_visible()
    files = {}
    for name in ("As a workbook", "As a PDF"):
        with desk.expect_download() as download:
            desk.get_by_role("link", name=name).click()
        files[name] = download.value.path().read_bytes()
    rows = openpyxl.load_workbook(io.BytesIO(files["As a workbook"])).worksheets[0].iter_rows(values_only=True)
    [stated] = [row for row in rows if row[0] == "A.5.1"]
    assert stated[2:4] == ("yes", "Customers ask for it.") and stated[6:8] == (control.number, 0.4)
    assert stated[8].date() == until
    with pikepdf.open(io.BytesIO(files["As a PDF"])) as paper, paper.open_metadata() as told:
        assert "Statement of applicability" in told["dc:title"]
