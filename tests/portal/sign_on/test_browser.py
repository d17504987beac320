"""In a real browser: by the button of the sign-in page to the provider and back, under the portal's own policy."""

import oidc_provider_mock
import pytest

from portal.sign_on import providers
from tests import browser as chromium
from tests.factories.portal import make_company, make_person

pytestmark = pytest.mark.journey


def test_a_person_goes_to_the_provider_and_comes_back_signed_in(own_live_server):
    company = make_company()
    admin = make_person("ADMIN", company=company)
    analyst = make_person("ANALYST", company=company)
    complaints = []
    person = oidc_provider_mock.User(sub=analyst.email, claims={"email": analyst.email, "email_verified": True})
    with oidc_provider_mock.run_server_in_thread(user_claims=[person]) as server, chromium.launched() as browser:
        issuer = f"http://localhost:{server.server_port}"
        one = providers.add(key="verrow", name="Verrow", issuer=issuer, client_id="concord", secret="x", actor=admin)
        providers.start(one, actor=admin)
        page = browser.new_context(viewport=chromium.PHONE, reduced_motion="reduce").new_page()
        ours = own_live_server.url  # what the provider's pages complain of is not ours
        page.on(
            "console", lambda said: complaints.append(said.text) if said.type == "error" and page.url.startswith(ours) else None
        )
        page.goto(f"{ours}/risks/register/")
        complaints += chromium.violations(page)
        page.click("text=Sign in with Verrow")
        page.wait_for_url(f"{issuer}/**")
        page.fill("input[name=sub]", analyst.email)
        page.click("button[type=submit]")

        page.wait_for_url(f"{ours}/risks/register/")

        assert page.locator("h1").inner_text()
    assert complaints == []
