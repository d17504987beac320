"""Inbox, reviews, card and digest in a real browser: accessible in both themes, whole at both widths, by htmx and without it."""

from datetime import timedelta

import pytest
from django.test import Client

from portal.attention import reminders, reviews
from portal.attention.models import Review
from portal.people import organisations
from risks import register
from tests import browser as chromium
from tests.factories import portal as make

pytestmark = pytest.mark.axe

TITLES = [
    "Ransomware reaches Northfield line control",
    "Invoice paid to a changed bank account",
    "Historian at Eastmere loses a week of readings",
    "Engineering laptop leaves with drawings",
]


@pytest.fixture
def tested_kind():
    """Real risks here, not the kind of the other tests."""


@pytest.fixture(scope="module")
def browser():
    with chromium.launched() as launched:
        yield launched


@pytest.fixture
def priya(own_db):
    """An owner with reviews late, due and coming, one of which said "nothing changed" before."""
    company = make.make_company()
    manager = make.make_person("HEAD", company=company)
    priya = make.make_person("OWNER", company=company, reports_to=manager)
    for days, title in zip((-19, -8, 0, 5), TITLES, strict=True):
        risk = register.log(
            actor=manager,
            title=title,
            category="OT",
            unit=company.northfield,
            likelihood_level=3,
            impact={"operational": 4},
            it_owner=priya,
            accountable="IT",
        )
        if days == -19:
            reviews.answer(Review.objects.open().get(subject_id=risk.pk), "UNCHANGED", actor=priya, version=None)
            risk.refresh_from_db()
            register.change(risk, actor=manager, version=risk.version, title=f"{title} through a supplier", category="SUPPLIER")
        reviews.schedule(risk, "risk.review", organisations.today() + timedelta(days=days), [manager], owner=priya, actor=manager)
    reminders.remind()
    return priya


def enter(browser, server, user, **options):
    """A page of a browser in which `user` is signed in."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    context = browser.new_context(viewport=chromium.DESK, base_url=server.url, **options)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}])
    return context.new_page()


def late_card() -> str:
    return f"/reviews/{Review.objects.open().order_by('due_on').first().pk}/"


def test_axe_finds_nothing_and_no_width_scrolls_sideways(priya, own_live_server, browser):
    page = enter(browser, own_live_server, priya)

    for path in ("/inbox/", "/reviews/?view=all", late_card()):
        page.goto(path)
        for summary in page.locator("summary:visible").all():
            summary.click()
        for size in (chromium.DESK, chromium.PHONE):
            page.set_viewport_size(size)
            assert chromium.overflow(page) == 0, path
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                assert chromium.violations(page) == [], path
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_review_is_found_in_the_inbox_and_answered(priya, own_live_server, browser, scripts):
    page = enter(browser, own_live_server, priya, java_script_enabled=scripts)

    page.goto("/inbox/")
    page.get_by_role("link", name=f"{TITLES[1]}").click()
    page.get_by_text("Changed…").click()
    page.get_by_label("What changed?").fill("Two people now confirm a new account.")
    page.get_by_role("button", name="Record what changed").click()
    page.get_by_text("The next review is due on").wait_for()

    assert "answered Changed" in page.locator("#card .note").inner_text()
    page.goto("/inbox/")
    assert page.locator(".queue > li").count() == 3
    page.context.close()
