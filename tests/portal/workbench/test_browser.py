"""A sheet on its way into the register in a real browser: with scripts, without them, accessible and whole at both widths."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from portal.workbench import imports, work
from portal.workbench.models import SheetImport
from risks.models import Risk
from tests import browser as chromium
from tests.factories import portal as make
from tests.factories.risks import make_risk
from tests.factories.sheets import check, make_csv, make_import, make_line, make_xlsx

pytestmark = pytest.mark.journey

HEADER = (
    "No.",
    "Tittle",
    "Risk type",
    "Department",
    "Owner",
    "Residual likelihood",
    "Residual impact",
    "Next review",
    "Old remarks",
)
LINES = (
    (
        "RR-1",
        "Ransomware reaches line control",
        "OT",
        "Northfield",
        "Ruth Weir",
        "4 - Likely",
        "Major",
        "03/04/2027",
        "see minutes",
    ),
    ("RR-2", "Fire in the server room", "Facilities", "Northfield", "", "2", "5", "25/04/2027", ""),
    ("RR-3", "Payroll data leaks", "Data", "Atlantis", "", "7", "3,0", "31.02.2027", ""),
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium.launched() as launched:
        yield launched


@pytest.fixture
def office(own_live_server) -> SimpleNamespace:
    company = make.make_company()
    analyst = make.make_person("ANALYST", company=company, name="Ines Calder")
    make.make_user("Ruth Weir")
    return SimpleNamespace(address=own_live_server.url, company=company, analyst=analyst)


def opened(browser: Browser, office: SimpleNamespace, **options) -> Iterator[Page]:
    client = Client()
    client.force_login(office.analyst)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(viewport=chromium.DESK, **options)
    context.set_default_timeout(10_000)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": office.address}])
    yield context.new_page()
    context.close()


@pytest.fixture
def page(browser, office):
    yield from opened(browser, office)


@pytest.fixture
def plain_page(browser, office):
    yield from opened(browser, office, java_script_enabled=False)


def bring(page: Page, office: SimpleNamespace, tmp_path, content: bytes, name: str) -> None:
    """From the register to the mapping page."""
    sheet = tmp_path / name
    sheet.write_bytes(content)
    page.goto(f"{office.address}/risks/register/")
    page.get_by_role("link", name="Bring a sheet").click()
    page.get_by_label("Which sheet?").set_input_files(sheet)
    page.get_by_label("Where does it come from?").fill("old-register")
    page.get_by_role("button", name="Look at this sheet").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What are its columns?")


def settle(page: Page) -> None:
    """Answer what the sheet does not say, then let every row be checked."""
    expect(page.get_by_label("Tittle")).to_have_value("title")
    page.get_by_label("Old remarks").select_option("Ignore on purpose")
    page.get_by_label("What is left today").check()
    page.get_by_label("In what does its one impact count?").select_option("operational")
    expect(page.get_by_label("The day: 3 April")).to_be_checked()  # the second row shows it
    page.get_by_role("button", name="Check every row").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Every row is being checked")


def test_a_sheet_comes_along_while_one_looks(page, office, tmp_path):
    bring(page, office, tmp_path, make_xlsx(*LINES, header=HEADER), "register.xlsx")
    page.get_by_role("button", name="Check every row").click()
    expect(page.get_by_text("Say what “Old remarks” is, or ignore it on purpose.")).to_be_visible()
    settle(page)
    page.evaluate("window.same = true")

    work.work_waiting()

    expect(page.get_by_role("heading", level=1)).to_have_text("2 rows of 3 do not fit")
    assert page.evaluate("window.same")
    expect(page.get_by_text("There is no such unit.")).to_be_visible()
    page.get_by_role("link", name="Confirm the people known by name alone").click()
    page.get_by_label("Ruth Weir, person-").check()
    page.get_by_role("button", name="Check every row").click()
    work.work_waiting()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 row of 3 does not fit")
    page.evaluate("window.same = true")
    page.get_by_role("button", name="Import the 2 rows that fit").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    work.work_waiting()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 risks came along")
    assert page.evaluate("window.same")
    assert Risk.objects.get(external_id="RR-1").it_owner.name == "Ruth Weir"

    page.get_by_role("button", name="Undo this import").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The import is being undone")
    work.work_waiting()
    expect(page.get_by_role("heading", level=1)).to_have_text("This import was undone")
    assert not Risk.objects.current().exists()


def test_without_scripts_a_sheet_comes_along(plain_page, office, tmp_path):
    page = plain_page
    bring(page, office, tmp_path, make_csv(*LINES, header=HEADER, delimiter=";", encoding="cp1252"), "register.csv")
    expect(page.get_by_text("parted by semicolons")).to_be_visible()
    settle(page)
    work.work_waiting()
    page.get_by_role("link", name="Look again").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Rows that do not fit, as a file").click()
    assert "There is no such unit." in download.value.path().read_text(encoding="utf-8-sig")

    page.get_by_role("button", name="Import the row that fits").click()
    work.work_waiting()
    page.get_by_role("link", name="Look again").click()
    page.get_by_role("link", name="Fire in the server room").click()

    assert page.url.endswith(f"/risks/{Risk.objects.get().pk}/")


def test_every_page_is_accessible_and_whole_in_both_themes_and_widths(page, office):
    mapped = make_import(make_csv(*LINES, header=HEADER), actor=office.analyst)
    checked = check(make_import(make_csv(make_line(1), make_line(2, Likelihood="9", Owner="Ruth Weir")), actor=office.analyst))
    at_work = check(make_import(make_csv(make_line(3)), actor=office.analyst))
    imports.apply(at_work, actor=office.analyst)
    applied = check(make_import(make_csv(make_line(4)), actor=office.analyst))
    imports.apply(applied, actor=office.analyst)
    work.work(applied.pk)
    SheetImport.objects.filter(pk=mapped.pk).update(file_name="a-very-long-name-of-a-sheet-that-somebody-exported-in-2019.csv")
    places = [
        "",
        f"{mapped.pk}/",
        f"{checked.pk}/",
        f"{checked.pk}/mapping/",
        f"{checked.pk}/problems/",
        f"{checked.pk}/rows/",
        f"{at_work.pk}/",
        f"{applied.pk}/",
    ]
    found = []
    for place in places:
        page.goto(f"{office.address}/imports/{place}")
        for size in (chromium.DESK, chromium.PHONE):
            page.set_viewport_size(size)
            found += [(place, size["width"], "wider than its window")] if chromium.overflow(page) else []
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                found += [(place, size["width"], scheme, one) for one in chromium.violations(page)]

    assert found == []


def test_a_list_is_worked_on_by_keyboard(page, office):
    """A cell by Enter and Escape, then two rows at once."""
    first, *_others = [make_risk(unit=office.company.northfield, title=f"Press {n} stops", category="IT") for n in range(3)]
    page.goto(f"{office.address}/lists/risks/?sort=title")

    pen = page.get_by_role("link", name=f"Change What could happen of {first.number}")
    pen.focus()
    page.keyboard.press("Enter")
    field = page.get_by_role("textbox", name=f"What could happen of {first.number}")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(field).to_have_count(0)
    expect(pen).to_be_focused()
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    expect(page.locator(".htmx-added")).to_have_count(0)
    field.fill("Press 0 burns")
    page.keyboard.press("Enter")
    expect(page.get_by_role("rowheader", name="Press 0 burns")).to_be_visible()
    expect(pen).to_be_focused()

    for box in page.get_by_role("checkbox", name="Choose R-").all()[:2]:
        box.focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Change the chosen rows").press("Enter")
    page.get_by_role("checkbox", name="Kind", exact=True).press("Space")
    page.get_by_role("combobox", name="Kind, to what").select_option("OT")
    page.get_by_role("button", name="Show the difference").press("Enter")
    page.get_by_role("button", name="Change 2 rows").press("Enter")
    expect(page.get_by_role("heading", name="2 rows of 2 were changed")).to_be_visible()
    page.get_by_role("button", name="Undo this change").press("Enter")
    expect(page.get_by_role("heading", name="2 rows were changed back")).to_be_visible()

    titles = {"Press 0 burns", "Press 1 stops", "Press 2 stops"}
    assert set(Risk.objects.values_list("title", "category")) == {(title, "IT") for title in titles}
