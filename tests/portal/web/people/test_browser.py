"""In a real browser: an invited leader adds a passkey, signs in by it; pages of those not in yet keep to the look."""

import pytest
from django.urls import reverse

from portal.people import appointments, invitations, resets
from portal.people.models import User
from tests import browser as chromium
from tests.factories.portal import make_company, make_person
from tests.portal.web.people.conftest import PASSWORD

pytestmark = pytest.mark.journey


def with_authenticator(page):
    """A security key made by the browser itself, which says yes to everything."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "usb",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def looked_at(page, complaints):
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        complaints += [(page.url, one) for one in chromium.violations(page)]
    page.set_viewport_size(chromium.PHONE)
    complaints += [(page.url, f"{width} px too wide") for width in [chromium.overflow(page)] if width]
    page.set_viewport_size(chromium.DESK)


def test_an_invited_leader_comes_in_with_a_passkey(own_live_server):
    company = make_company()
    admin = make_person("ADMIN", company=company)
    invitation = invitations.invite("dana@verrow.example", "Dana", actor=admin)
    appointments.appoint("CIO", invitation.user, actor=None)
    link = reverse("people:invitation", args=[invitations.token_of(invitation)])
    base, complaints = own_live_server.url, []

    with chromium.launched() as browser:
        page = browser.new_context(viewport=chromium.DESK, reduced_motion="reduce").new_page()
        page.on("console", lambda said: complaints.append((page.url, said.text)) if said.type == "error" else None)
        with_authenticator(page)
        page.goto(base + link)
        looked_at(page, complaints)
        page.fill("input[name=password]", PASSWORD)
        page.fill("input[name=again]", PASSWORD)
        page.click("main button[data-kind=primary]")

        page.wait_for_url(base + reverse("people:factors"))
        looked_at(page, complaints)
        page.goto(base + "/risks/register/")
        assert page.url == base + reverse("people:factors")
        page.click("text=Use a passkey")
        looked_at(page, complaints)
        page.fill("input[name=name]", "Work key")
        page.click("#passkey-add")
        page.wait_for_url(base + reverse("people:recovery-codes"))
        assert page.locator(".codes li").count() == 10
        looked_at(page, complaints)
        page.goto(base + reverse("people:account"))
        assert "Work key" in page.content()

        page.goto(base + reverse("account_logout"))
        page.click("main button[data-kind=primary]")
        page.fill("input[name=login]", "dana@verrow.example")
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[data-kind=primary]")
        looked_at(page, complaints)
        page.click("#passkey-use")
        page.wait_for_url(base + "/")
        page.goto(base + reverse("mfa_reauthenticate_webauthn") + "?next=" + reverse("people:factors"))
        looked_at(page, complaints)
        page.click("#passkey-use")
        page.wait_for_url(base + reverse("people:factors"))

        page.goto(base + reverse("account_logout"))
        page.click("main button[data-kind=primary]")
        key = resets.link_of(User.objects.get(email="dana@verrow.example")).rpartition("/password/new/")[2]
        for address in (
            reverse("account_reset_password"),
            reverse("account_reset_password_done"),
            reverse("people:new-password", args=[key.strip("/")]),
        ):
            page.goto(base + address)
            looked_at(page, complaints)

    assert complaints == []
