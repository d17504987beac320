"""From a discovery file to the shared dashboard: the story of the product, with scripts and without."""

import json
import re
import urllib.request
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.factories.assets import make_host, make_scan
from tests.journeys.conftest import number_in

pytestmark = pytest.mark.journey

RISK = re.compile(r"/risks/\d+/$")


def scan(name: str, third: int) -> bytes:
    return make_scan(
        make_host(f"10.30.{third}.11", mac=f"8C:4B:59:30:{third:02d}:11", name=f"{name}-1.northfield.verrow.example"),
        make_host(f"10.30.{third}.12", mac=f"8C:4B:59:30:{third:02d}:12", name=f"{name}-2.northfield.verrow.example"),
        networks=f"10.30.{third}.0/24",
    )


def reload_until(page: Page, selector: str) -> None:
    """Ask the page again until it shows `selector`: what people without scripts do."""
    for _ in range(60):
        if page.locator(selector).count():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(f"{page.url} never showed {selector}")


@pytest.mark.parametrize(("scripts", "name", "third"), [(True, "press-camera", 1), (False, "oven-probe", 2)])
def test_from_a_scan_to_the_same_number_for_everybody(verrow, as_account, scripts, name, third):
    number, score = discover_and_log(verrow, as_account, scripts, name, third)

    seen = {}
    for leader in ("cio", "ciso"):
        page = as_account(leader, scripts=scripts)
        seen[leader] = page.locator(".figures a").all_inner_texts()
        page.goto(f"{verrow.address}/risks/register/?q={number}")
        assert number_in(page.locator(".badge").first.inner_text()) == score
        page.click(f"a:has-text('{name}-1 stops the presses')")
        expect(page.locator("body")).to_contain_text(f"Why {score}?")
        assert_terms_add_up(page, score)
    assert seen["cio"] == seen["ciso"]
    assert_integration_reads(verrow, number, score)
    assert_review_is_told_once(verrow, as_account, number, scripts)


def discover_and_log(verrow, as_account, scripts: bool, name: str, third: int) -> tuple[str, int]:
    """The engineer takes a scan in and accepts what it found; the analyst logs a risk on it. Its number and score."""
    page = as_account("engineer", scripts=scripts)
    page.goto(f"{verrow.address}/assets/discovery/")
    page.set_input_files("input[name=file]", {"name": f"{name}.xml", "mimeType": "text/xml", "buffer": scan(name, third)})
    page.fill("input[name=source]", f"nmap-{name}")
    page.click("form:has(input[name=file]) button[data-kind=primary]")
    if scripts:
        expect(page.locator("button[name=all_new]")).to_be_visible(timeout=30_000)
    else:
        reload_until(page, "button[name=all_new]")
    page.click("button[name=all_new]")
    expect(page.locator("button[name=all_new]")).to_have_count(0, timeout=30_000)
    page.goto(f"{verrow.address}/assets/inventory/?q={name}-1")
    assert page.locator(f"tbody a:has-text('{name}-1')").count() == 1

    page = as_account("analyst", scripts=scripts)
    page.goto(f"{verrow.address}/risks/log/")
    page.fill("#log-form input[name=title]", f"The {name}-1 stops the presses")
    page.select_option("#log-form select[name=unit]", label="Northfield")
    page.fill("#log-form input[name=asset]", f"{name}-1")
    page.check("#log-form input[name=likelihood][value='4']", force=True)
    page.check("#log-form input[name=impact][value='3']", force=True)
    page.select_option("#log-form select[name=area]", "operational")
    page.select_option("#log-form select[name=owner]", label="Priya Nair")
    page.fill("#log-form textarea[name=grounds]", "Seen in the scan of this morning.")
    page.click("#log-form button[data-kind=primary]")
    asked = page.locator("button[name=anyway]")
    asked.or_(page.locator("h1", has_text="stops the presses")).first.wait_for()
    if asked.count():
        asked.click()
    page.wait_for_url(RISK)
    number = page.locator(".title .row").first.inner_text().split()[0]
    reload_until(page, ".badge[data-size=large]")
    return number, number_in(page.locator(".badge[data-size=large]").inner_text())


def assert_terms_add_up(page: Page, score: int) -> None:
    table = page.locator("table:has(tfoot)").first
    points = [Decimal(text.replace("−", "-").replace("+", "")) for text in table.locator("tbody td.num").all_inner_texts()]
    total = Decimal(table.locator("tfoot td.num").inner_text())

    assert sum(points) == total
    assert round(total) == score


def assert_integration_reads(verrow, number: str, score: int) -> None:
    email = f"reader-{number.lower()}@verrow.example"
    token = verrow.manage("issue_token", email, "--scope", "risks:read", "--scope", "scores:read").split()[-1]

    def get(path: str):
        request = urllib.request.Request(f"{verrow.address}/api/v1{path}", headers={"Authorization": f"Bearer {token}"})
        return json.load(urllib.request.urlopen(request))

    found = get(f"/scores/?risk={number}&state=CURRENT")["results"]
    assert round(Decimal(found[0]["value"])) == score
    assert sum(Decimal(term["points"]) for term in found[0]["terms"]) == Decimal(found[0]["value"])


def assert_review_is_told_once(verrow, as_account, number: str, scripts: bool) -> None:
    page = as_account("analyst", scripts=scripts)
    page.goto(f"{verrow.address}/risks/register/?q={number}")
    page.click("tbody a:has-text('stops the presses')")
    page.click("a:has-text('Name owners')")
    page.fill("input[name=review_every_days]", "1")
    page.click("main form button[data-kind=primary]")
    page.wait_for_url(RISK)

    verrow.manage("send_reminders")
    verrow.manage("send_reminders")

    owner = as_account("owner", scripts=scripts)
    owner.goto(f"{verrow.address}/inbox/")
    assert owner.locator(f"li:has-text('{number}'), tr:has-text('{number}')").count() == 1
    letters = [path.read_text(errors="replace") for path in verrow.mail.iterdir()]
    to_owner = [letter for letter in letters if "priya.nair@verrow.example" in letter.split("\n\n")[0]]
    assert len(to_owner) == 1
