import pytest

from risks import register
from risks.models import StaleScore
from tests.factories.assets import make_asset
from tests.factories.risks import make_levels, make_risk

REGISTER = "/risks/register/"
SHELL = 4  # what stands around every page may ask this often
SESSION = 2  # the session and its account, read before any page


@pytest.mark.parametrize("count", [10, 1000])
def test_the_register_asks_as_often_for_ten_as_for_a_thousand(signed_in, person, company, count, django_assert_max_num_queries):
    browser = signed_in(person("CIO"))
    owner = person("OWNER")
    for number in range(count):
        make_risk(unit=company.northfield, title=f"Risk {number}", it_owner=owner, accountable="IT")

    with django_assert_max_num_queries(SESSION + SHELL + 8):
        page = browser.get(REGISTER)

    assert f"<h1>{count} risks</h1>" in page.content.decode()


@pytest.mark.parametrize("count", [1, 40])
def test_one_risk_asks_as_often_however_much_hangs_on_it(signed_in, person, company, logged, count, django_assert_max_num_queries):
    leader = person("CIO")
    assets = [make_asset(f"PLC {number}", unit=company.northfield) for number in range(count)]
    risk = logged(assets=assets, is_confidential=True, named_people=[leader])
    for number in range(count):
        register.change(risk, actor=leader, version=None, title=f"Press line {number} stops")

    browser = signed_in(leader)
    with django_assert_max_num_queries(SESSION + SHELL + 14):
        page = browser.get(f"/risks/{risk.pk}/")

    assert page.content.decode().count("PLC ") >= count


def test_an_untouched_register_says_so_and_offers_the_verb(signed_in, analyst):
    page = signed_in(analyst).get(REGISTER).content.decode()

    assert "No risk is logged yet." in page
    assert 'href="/risks/log/"' in page


def test_filters_without_a_match_offer_the_way_back(signed_in, analyst, logged):
    logged()

    page = signed_in(analyst).get(f"{REGISTER}?band=SEVERE").content.decode()

    assert "No risk matches these filters." in page
    assert f'href="{REGISTER}"' in page


def test_the_last_line_tells_what_counts_but_may_not_be_opened(signed_in, analyst, logged, person):
    logged()
    hidden = logged(actor=person("CIO"), is_confidential=True, title="Takeover talks")

    page = signed_in(analyst).get(REGISTER).content.decode()

    assert "1 confidential risk you may not open" in page
    assert "Together 2 risks" in page
    assert "Takeover" not in page
    assert hidden.number not in page


def test_a_set_filter_is_a_chip_with_a_way_out(signed_in, analyst, logged):
    logged()

    page = signed_in(analyst).get(f"{REGISTER}?likelihood=4&impact=4&sort=number").content.decode()

    assert "<b>4 Likely</b>" in page
    assert 'href="?impact=4&amp;sort=number"' in page


def test_htmx_gets_the_list_alone(signed_in, analyst, logged):
    logged()

    page = signed_in(analyst).get(REGISTER, headers={"HX-Request": "true"})

    assert "<html" not in page.content.decode()
    assert "Together 1 risk" in page.content.decode()
    assert "HX-Request" in page["Vary"]


def test_a_page_tells_why_with_terms_that_add_up(signed_in, analyst, logged, company):
    risk = logged(assets=[make_asset("PLC-N2", unit=company.northfield, own_safety=5)])

    page = signed_in(analyst).get(f"/risks/{risk.pk}/").content.decode()

    value = risk.scores.filter(state="CURRENT").latest("pk").value
    assert f"Why {value:.0f}?" in page
    assert "Likelihood 4 × impact 4, operational" in page
    assert "Effective criticality 5, safety" in page


def test_a_risk_without_levels_says_what_is_missing(signed_in, analyst, logged):
    page = signed_in(analyst).get(f"/risks/{logged(likelihood_level=None, impact={}).pk}/").content.decode()

    assert "Not enough data" in page
    assert "A score needs a likelihood and at least one impact." in page


def test_a_stale_score_says_since_when_it_is_recomputed(signed_in, analyst, logged):
    risk = logged()
    StaleScore.objects.create(risk=risk, cause="risk.changed")

    assert "being recomputed since" in signed_in(analyst).get(f"/risks/{risk.pk}/").content.decode()


def test_safety_levels_mark_the_lane(signed_in, analyst, logged):
    risk = logged(likelihood_level=1, impact={"safety": 4})

    assert "Safety lane." in signed_in(analyst).get(f"/risks/{risk.pk}/").content.decode()


def test_assets_one_may_not_open_are_only_counted(signed_in, analyst, logged, company, person):
    lathe = make_asset("Lathe 7", unit=company.eastmere)
    risk = logged(actor=person("CIO"), assets=[lathe])

    page = signed_in(analyst).get(f"/risks/{risk.pk}/").content.decode()

    assert "+ 1 you may not open" in page
    assert "Lathe 7" not in page


def test_history_tells_who_changed_what_from_what(signed_in, analyst, logged):
    risk = logged(title="Press line stops")
    browser = signed_in(analyst)
    said = {"title": "Press line 2 stops", "category": "OT", "unit": risk.unit_id, "version": 1}
    request = browser.post(f"/risks/{risk.pk}/words/", said)["X-Request-Id"]

    page = browser.get(f"/risks/{risk.pk}/changes/").content.decode()

    assert "Dana Amari · Changed" in page
    assert "<del>Press line stops</del> <ins>Press line 2 stops</ins>" in page
    assert f"request {request}" in page


def test_a_change_of_score_is_told_between_two_days(signed_in, analyst, logged, django_capture_on_commit_callbacks):
    risk = logged()
    make_levels(risk, 5, operational=4)

    page = signed_in(analyst).get(f"/risks/{risk.pk}/score/change/?from=2020-01-01").content.decode()

    assert "It had no score then" in page
