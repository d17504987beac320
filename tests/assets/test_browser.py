"""Inventory and discovery in a real browser: accessible, whole at both widths, live while a worker reads, without scripts."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from assets import inventory, receivers
from assets.discovery import intake, reading
from assets.models import Asset, DiscoveryRun
from tests import browser as chromium
from tests.factories import portal as make
from tests.factories.assets import make_asset, make_dependency, make_run, make_scan

DEMO = Path(__file__).resolve().parents[2] / "governance" / "board" / "demo"

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def browser():
    with chromium.launched() as launched:
        yield launched


@pytest.fixture
def plant(own_live_server, monkeypatch) -> SimpleNamespace:
    """Both scans of the plant read, the first accepted; a conflict; a run that waits for a worker we wake ourselves."""
    monkeypatch.setattr(receivers.read_waiting_runs, "delay", lambda: None)
    company = make.make_company()
    engineer = make.make_person("ENGINEER", company=company)
    told = {"unit": company.northfield, "actor": engineer}
    first = make_run((DEMO / "plant_first_scan.xml").read_bytes(), **told)
    reading.read_waiting()
    intake.accept(first.proposals.all(), actor=engineer)
    service = make_asset("Order to delivery", kind="BUSINESS_SERVICE", own_availability=5, **told)
    plc = Asset.objects.get(fqdn="plc-n2.northfield.verrow.example")
    make_dependency(service, plc, actor=engineer)
    inventory.change(plc, actor=engineer, version=None, own_safety=4, purdue_level="1", is_safety_relevant=True)
    make_asset("One", mac_address="00:1b:1b:9f:20:01", **told)
    make_asset("Other", fqdn="plc-a1.northfield.verrow.example", **told)
    later = make_run((DEMO / "plant_later_scan.xml").read_bytes(), **told)
    conflict = make_run(source="nmap-audit", **told)
    reading.read_waiting()
    return SimpleNamespace(
        address=own_live_server.url, engineer=engineer, plc=plc, later=later, conflict=conflict, company=company, told=told
    )


def opened(browser: Browser, plant: SimpleNamespace, **options) -> Iterator[Page]:
    context = browser.new_context(viewport=chromium.DESK, **options)
    context.set_default_timeout(10_000)
    client = Client()
    client.force_login(plant.engineer)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": plant.address}])
    yield context.new_page()
    context.close()


@pytest.fixture
def page(browser, plant):
    yield from opened(browser, plant)


@pytest.fixture
def plain_page(browser, plant):
    yield from opened(browser, plant, java_script_enabled=False)


def test_every_page_is_accessible_and_whole_in_both_themes_and_widths(page, plant):
    waiting = make_run(make_scan(start=1790009999), source="nmap-east", **plant.told)
    paths = [
        "/assets/inventory/",
        "/assets/inventory/?q=nothing-like-it",
        f"/assets/inventory/{plant.plc.pk}/",
        f"/assets/inventory/{plant.plc.pk}/edit/",
        "/assets/discovery/",
        f"/assets/discovery/{plant.later.pk}/",
        f"/assets/discovery/{plant.conflict.pk}/",
        f"/assets/discovery/{waiting.pk}/",
    ]
    found = []
    for path in paths:
        page.goto(plant.address + path)
        for size in (chromium.DESK, chromium.PHONE):
            page.set_viewport_size(size)
            found += [(path, size["width"], "wider than its window")] if chromium.overflow(page) else []
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                found += [(path, size["width"], scheme, one) for one in chromium.violations(page)]

    assert found == []


def test_a_run_fills_in_while_one_looks_and_is_settled_without_a_page_load(page, plant):
    run = make_run(make_scan(start=1790009999), source="nmap-east", unit=plant.company.eastmere, actor=plant.engineer)
    page.goto(f"{plant.address}/assets/discovery/{run.pk}/")
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.evaluate("window.same = true")

    reading.read_waiting()

    expect(page.get_by_role("heading", level=1)).to_contain_text("proposals to settle")
    page.get_by_role("button", name="Ignore hmi-a1.northfield.verrow.example").click()
    expect(page.locator("#messages")).to_contain_text("Say in a few words why")
    page.get_by_label("Why ignore?").fill("A test rig.")
    page.get_by_role("button", name="Ignore hmi-a1.northfield.verrow.example").click()
    expect(page.locator("#run")).to_contain_text("A test rig.")
    page.get_by_label("Which one is it?").select_option("new")
    page.get_by_role("button", name="Accept plc-a1.northfield.verrow.example").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("nothing left to settle")
    assert page.evaluate("window.same")


def test_without_scripts_a_file_is_taken_in_and_settled(plain_page, plant, tmp_path):
    page = plain_page
    scan = tmp_path / "plant.xml"
    scan.write_bytes(make_scan(start=1790009999))
    page.goto(f"{plant.address}/assets/discovery/")
    page.get_by_label("Which file?").set_input_files(scan)
    page.get_by_label("Who looked?").fill("nmap-west")
    page.get_by_role("button", name="Take in this file").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    reading.read_waiting()

    page.get_by_role("link", name="Look again").click()
    page.get_by_label("Choose hmi-a1").check()
    page.get_by_role("button", name="Accept the ticked").click()

    assert DiscoveryRun.objects.get(source="nmap-west").proposals.get(state="ACCEPTED").asset.fqdn.startswith("hmi-a1")
    assert page.url.endswith(f"/assets/discovery/{DiscoveryRun.objects.get(source='nmap-west').pk}/")
