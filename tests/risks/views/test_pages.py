"""Every page of the register, for those who may and those who may not."""

import pytest

from tests.factories.assets import make_asset

ABOUT_A_RISK = [
    "/risks/{pk}/",
    "/risks/{pk}/changes/",
    "/risks/{pk}/score/",
    "/risks/{pk}/score/?stage=RESIDUAL",
    "/risks/{pk}/score/change/",
    "/risks/{pk}/score/change/?from=2026-01-01&to=nonsense",
    "/risks/{pk}/score/change/?to=0001-01-01",
    "/risks/{pk}/words/",
    "/risks/{pk}/owners/",
    "/risks/{pk}/readers/",
    "/risks/{pk}/levels/CURRENT/",
    "/risks/{pk}/closing/",
]
OTHERS = ["/risks/register/", "/risks/heatmap/", "/risks/heatmap/?unit=²", "/risks/log/", "/risks/concerns/"]
WRITING = [path for path in ABOUT_A_RISK if path.rsplit("/", 2)[-2] in ("words", "owners", "readers", "CURRENT", "closing")]


@pytest.mark.parametrize("path", ABOUT_A_RISK)
def test_a_page_about_a_risk_names_it(signed_in, analyst, logged, path):
    risk = logged()

    page = signed_in(analyst).get(path.format(pk=risk.pk))

    assert page.status_code == 200
    assert risk.number in page.content.decode()


@pytest.mark.parametrize("path", OTHERS)
def test_a_page_opens(signed_in, analyst, path):
    assert signed_in(analyst).get(path).status_code == 200


@pytest.mark.parametrize("path", ABOUT_A_RISK)
def test_a_risk_one_may_not_see_is_not_there(signed_in, person, company, logged, path):
    risk = logged(is_confidential=True)

    page = signed_in(person("ANALYST", unit=company.root)).get(path.format(pk=risk.pk))

    assert page.status_code == 404
    assert risk.title not in page.content.decode()


@pytest.mark.parametrize("path", WRITING)
def test_who_only_reads_is_not_let_into_a_form(signed_in, person, logged, path):
    risk = logged()

    assert signed_in(person("BOARD")).get(path.format(pk=risk.pk)).status_code == 403
    assert signed_in(person("BOARD")).post(path.format(pk=risk.pk)).status_code == 403


@pytest.mark.parametrize("path", [*ABOUT_A_RISK, *OTHERS])
def test_strangers_sign_in_first(client, logged, path):
    page = client.get(path.format(pk=logged().pk))

    assert page.status_code == 302
    assert page["Location"].startswith("/accounts/login/")


def test_an_admin_has_no_business_here(signed_in, person, logged):
    assert signed_in(person("ADMIN")).get("/risks/register/").status_code == 403


def test_a_stage_that_does_not_exist_is_not_there(signed_in, analyst, logged):
    risk = logged()

    assert signed_in(analyst).get(f"/risks/{risk.pk}/score/?stage=LATER").status_code == 404
    assert signed_in(analyst).get(f"/risks/{risk.pk}/levels/LATER/").status_code == 404


def test_an_asset_shows_the_risks_that_would_befall_it(signed_in, person, company, logged):
    asset = make_asset("Press line 2", unit=company.northfield)
    worst, other = logged(assets=[asset]), logged(assets=[asset], likelihood_level=1)
    hidden = logged(assets=[asset], is_confidential=True)

    page = signed_in(person("ANALYST", unit=company.northfield)).get(f"/assets/inventory/{asset.pk}/").content.decode()

    assert page.index(worst.number) < page.index(other.number)
    assert hidden.number not in page
    assert "2 open risks would befall it" in page
    assert f'href="/risks/register/?asset={asset.pk}"' in page
