import pytest

from risks.models import Levels, Risk
from tests.factories.assets import make_asset
from tests.factories.risks import make_risk

LOG = "/risks/log/"


@pytest.fixture
def answers(company):
    return {"title": "Press line 2 stops at night", "unit": company.northfield.pk}


def test_two_answers_are_enough_and_lead_to_the_risk(signed_in, analyst, answers, django_assert_max_num_queries):
    browser = signed_in(analyst)

    with django_assert_max_num_queries(40):
        page = browser.post(LOG, answers)

    risk = Risk.objects.get()
    assert (page.status_code, page["Location"]) == (302, f"/risks/{risk.pk}/")
    assert (risk.title, risk.logged_by, risk.category) == ("Press line 2 stops at night", analyst, "IT")


def test_all_six_answers_are_kept(signed_in, analyst, answers, person, company):
    owner, plc = person("OWNER"), make_asset("PLC-N2", unit=company.northfield)
    six = {"asset": "PLC", "likelihood": 4, "impact": 5, "area": "safety", "owner": owner.pk, "side": "SECURITY", "grounds": "Seen"}

    signed_in(analyst).post(LOG, answers | six)

    risk, levels = Risk.objects.get(), Levels.objects.get()
    assert (risk.accountable_owner, risk.accountable, risk.grounds, risk.category) == (owner, "SECURITY", "Seen", "OT")
    assert list(risk.assets.all()) == [plc]
    assert (levels.stage, levels.likelihood_level, levels.safety_level) == ("CURRENT", 4, 5)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": ""}, "This field is required."),
        ({"title": "x" * 201}, "at most 200 characters"),
        ({"unit": "999999"}, "Select a valid choice"),
        ({"asset": "PLC-C"}, "2 assets start with PLC-C. Pick one, or leave it empty."),
        ({"asset": "Crane"}, "No asset you may see starts with Crane."),
        ({"likelihood": "9"}, "Select a valid choice"),
        ({"impact": "3"}, "How bad and in what belong together."),
        ({"area": "legal"}, "How bad and in what belong together."),
    ],
)
def test_what_does_not_fit_stands_beside_its_field(signed_in, analyst, answers, company, wrong, sentence):
    for name in ("PLC-C1", "PLC-C2"):
        make_asset(name, unit=company.northfield)
    make_asset("Crane", unit=company.eastmere)

    page = signed_in(analyst).post(LOG, answers | wrong)

    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert not Risk.objects.exists()


def test_without_scripts_a_likely_duplicate_is_asked_about_once(signed_in, analyst, answers, company):
    known = make_risk(unit=company.northfield, title="Press line 2 stops every night")
    browser = signed_in(analyst)

    asked = browser.post(LOG, answers)

    assert asked.status_code == 200
    assert known.number in asked.content.decode()
    assert "Log it anyway" in asked.content.decode()
    assert Risk.objects.count() == 1

    assert browser.post(LOG, answers | {"anyway": "1"}).status_code == 302
    assert Risk.objects.count() == 2


def test_who_saw_the_duplicates_while_typing_is_not_asked_again(signed_in, analyst, answers, company):
    known = make_risk(unit=company.northfield, title="Press line 2 stops every night")

    page = signed_in(analyst).post(LOG, answers | {"seen": f"{known.pk} "})

    assert page.status_code == 302


def test_duplicates_come_while_typing_and_only_visible_ones(signed_in, analyst, company):
    known = make_risk(unit=company.northfield, title="Press line 2 stops every night")
    hidden = make_risk(unit=company.northfield, title="Press line 2 stops this night", is_confidential=True)

    page = signed_in(analyst).get(f"{LOG}duplicates/?title=Press+line+2+stops+at+night", headers={"HX-Request": "true"})

    assert known.number in page.content.decode()
    assert hidden.number not in page.content.decode()
    assert "<html" not in page.content.decode()


def test_a_duplicate_one_may_not_see_is_never_told(signed_in, analyst, answers, company):
    make_risk(unit=company.northfield, title="Press line 2 stops at night", is_confidential=True)

    assert signed_in(analyst).post(LOG, answers).status_code == 302


def test_assets_come_while_typing(signed_in, analyst, company):
    make_asset("PLC-N2", unit=company.northfield)
    make_asset("PLC-E1", unit=company.eastmere)

    page = signed_in(analyst).get(f"{LOG}assets/?asset=plc", headers={"HX-Request": "true"}).content.decode()

    assert "PLC-N2" in page
    assert "PLC-E1" not in page


def test_htmx_gets_the_form_back_or_is_sent_on(signed_in, analyst, answers):
    browser = signed_in(analyst)

    wrong = browser.post(LOG, answers | {"title": ""}, headers={"HX-Request": "true"})
    right = browser.post(LOG, answers, headers={"HX-Request": "true"})

    assert wrong.status_code == 422
    assert wrong.content.decode().strip().startswith("<form")
    assert (right.status_code, right["HX-Redirect"]) == (200, f"/risks/{Risk.objects.get().pk}/")


@pytest.mark.parametrize("role", ["BOARD", "AUDITOR", "ADMIN", "COLLEAGUE"])
def test_who_may_not_log_is_turned_away(signed_in, person, answers, role):
    assert signed_in(person(role)).post(LOG, answers).status_code == 403
    assert not Risk.objects.exists()


def test_what_comes_while_typing_fills_its_place_and_leaves_it_there(signed_in, analyst):
    page = signed_in(analyst).get(LOG).content.decode()

    assert page.count('hx-target="#duplicates" hx-swap="innerHTML"') == 1
    assert page.count('hx-target="#log-assets" hx-swap="innerHTML"') == 1
