"""What change costs, decided by both: options marked blind become a decision; what is paid twice ends, and finance confirms it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from governance.together.wanted import Option
from portal.people import organisations
from tests.factories.governance import make_decision
from tests.factories.portal import make_company, make_person
from tests.factories.sheets import make_csv

pytestmark = pytest.mark.journey
HEADER = ("Id", "Vendor", "Product", "Capability", "Unit", "Office", "Owner", "Annual cost")
LINES = (
    ("S-1", "Halden", "Watchtower", "Monitoring", "Northfield", "IT", "ines@verrow.example", "48000.50"),
    ("S-2", "Orbis", "Nightwatch", "monitoring", "Northfield", "Security", "ines@verrow.example", "31000.00"),
    ("S-3", "Orbis", "Vault", "Backup", "Northfield", "IT", "ines@verrow.example", "12000.00"),
)


def bring(page: Page, sheet: bytes) -> None:
    """From the ledger to the lines in it."""
    page.goto("/governance/ledger/")
    page.get_by_role("link", name="Bring a sheet").click()
    page.get_by_label("Which sheet?").set_input_files({"name": "ledger.csv", "mimeType": "text/csv", "buffer": sheet})
    page.get_by_label("Where does it come from?").fill("contracts")
    page.get_by_role("button", name="Look at this sheet").click()
    page.get_by_role("button", name="Check every row").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All 3 rows fit")
    page.get_by_role("button", name="Import 3 rows").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("3 lines of the ledger came along")


def test_a_ledger_comes_along_and_what_is_paid_twice_ends_and_is_confirmed_by_finance(at_desk):
    company = make_company()
    make_person("ANALYST", company=company, name="Ines Calder", email="ines@verrow.example")
    finance = make_person("HEAD", company=company, name="Karl Finance")
    desk = at_desk(make_person("CIO", company=company))

    bring(desk, make_csv(*LINES, header=HEADER))
    desk.goto("/governance/ledger/")
    expect(desk.get_by_role("heading", name="€91 k a year in 3 lines")).to_be_visible()
    expect(desk.get_by_role("heading", name="1 line could end: €48 k a year")).to_be_visible()
    desk.get_by_role("button", name="Let it end").click()
    desk.get_by_role("link", name="Watchtower").first.click()
    expect(desk.get_by_text("It counts once the contract line has ended.")).to_be_visible()
    here = desk.url
    desk.get_by_text("It has ended", exact=True).click()
    desk.get_by_role("button", name="Nothing is paid any more").click()
    expect(desk.get_by_text("It counts once somebody of neither office confirms it.")).to_be_visible()

    money = at_desk(finance)
    money.goto(here)
    money.get_by_label("What does that save in a year?").fill("47000.25")
    money.get_by_role("button", name="Confirm it").click()
    expect(money.get_by_role("heading", name="It saves €47,000.25 a year")).to_be_visible()
    money.goto("/governance/ledger/")
    expect(money.get_by_text("€47,000.25 a year confirmed as saved")).to_be_visible()
    expect(money.get_by_role("heading", name="€43 k a year in 2 lines")).to_be_visible()


def mark(page: Page, decision, letter: str, why: str) -> None:
    """From the question to its chart, and one mark."""
    page.goto(f"/governance/decisions/{decision.pk}/")
    page.get_by_role("link", name="The options on one chart").click()
    page.locator(f"input[name=letter][value={letter}]").check()
    page.get_by_label("Why?").fill(why)
    page.get_by_role("button", name="Mark it").click()


def answer(page: Page, decision) -> None:
    page.goto(f"/governance/decisions/{decision.pk}/")
    page.get_by_role("link", name="Answer as").click()
    page.get_by_label("Support", exact=True).check()
    page.get_by_role("button", name="Give this answer").click()


def test_what_both_leaders_marked_blind_becomes_the_decision(at_desk):
    company, today = make_company(), organisations.today()
    analyst, cio, ciso = (make_person(role, company=company) for role in ("ANALYST", "CIO", "CISO"))
    days = [today + timedelta(days=n) for n in (30, 60, 120)]
    options = (
        Option("Leave it open", "", Decimal(0), days[0], Decimal(310_000)),
        Option("Through the jump host", "", Decimal(18_000), days[1], Decimal(40_000), days[0], days[2]),
    )
    decision = make_decision(unit=company.root, by=analyst, options=options, delay_cost_per_month=Decimal(3_000))
    it, security = at_desk(cio), at_desk(ciso)

    mark(it, decision, "B", "It keeps the date")
    expect(it.get_by_role("heading", name="CIO has marked; what, is read once both have")).to_be_visible()
    security.goto(it.url)
    expect(security.get_by_text("It keeps the date")).to_have_count(0)
    mark(security, decision, "B", "It leaves least")
    expect(security.get_by_role("heading", name="Both leaders would take B")).to_be_visible()
    expect(security.get_by_text("It keeps the date")).to_be_visible()

    security.get_by_role("button", name="Decide on B").click()

    expect(security.get_by_role("heading", name="asks for B Through the jump host")).to_be_visible()
    answer(security, decision)
    answer(it, decision)
    expect(it.get_by_role("heading", name="Decided: B Through the jump host")).to_be_visible()
    decided = it.get_by_role("row", name="Through the jump host (decided)")
    expect(decided).to_contain_text("€18 k")
    expect(decided).to_contain_text("€40 k")
    it.get_by_role("link", name="What became of it").click()
    expect(it.get_by_text("€18,000").first).to_be_visible()
