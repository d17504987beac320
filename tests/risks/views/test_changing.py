import pytest

from risks import register
from risks.models import Levels, Risk
from tests.factories.assets import make_asset


@pytest.fixture
def risk(logged):
    return logged(title="Press line stops")


@pytest.fixture
def browser(signed_in, analyst):
    return signed_in(analyst)


def words(risk, **said):
    return {"title": risk.title, "category": risk.category, "unit": risk.unit_id, "version": 1} | said


def test_words_are_kept_within_the_queries_a_save_may_take(browser, risk, django_assert_max_num_queries):
    with django_assert_max_num_queries(29):  # the shell's four among them
        page = browser.post(f"/risks/{risk.pk}/words/", words(risk, title="Press line 2 stops"))

    assert (page.status_code, page["Location"]) == (302, f"/risks/{risk.pk}/")
    assert Risk.objects.get().title == "Press line 2 stops"


def test_a_late_save_shows_both_values_and_a_second_one_keeps_yours(browser, risk, person):
    leader = person("CIO")
    register.change(risk, actor=leader, version=1, title="Theirs", category="IT")

    late = browser.post(f"/risks/{risk.pk}/words/", words(risk, title="Mine"))

    page = late.content.decode()
    assert late.status_code == 412
    assert f"{leader.name} saved: Theirs" in page
    assert f"{leader.name} saved: IT" in page
    assert 'value="Mine"' in page
    assert 'name="version" value="2"' in page
    assert Risk.objects.get().title == "Theirs"

    assert browser.post(f"/risks/{risk.pk}/words/", words(risk, title="Mine", version=2)).status_code == 302
    assert Risk.objects.get().title == "Mine"


def test_what_does_not_fit_stands_beside_its_field_and_nothing_is_lost(browser, risk):
    page = browser.post(f"/risks/{risk.pk}/words/", words(risk, title="", cause="Worn belts"), headers={"HX-Request": "true"})

    assert page.status_code == 422
    assert page.content.decode().strip().startswith("<form")
    assert "Worn belts" in page.content.decode()


def test_owners_are_named(browser, risk, person):
    first, second = person("OWNER"), person("ENGINEER")
    said = {"it_owner": first.pk, "security_owner": second.pk, "review_every_days": 30, "version": 1}

    vague = browser.post(f"/risks/{risk.pk}/owners/", said)
    clear = browser.post(f"/risks/{risk.pk}/owners/", said | {"accountable": "SECURITY"})

    assert (vague.status_code, clear.status_code) == (422, 302)
    assert "Say which of the two owners answers for it." in vague.content.decode()
    assert Risk.objects.get().accountable_owner == second


def test_levels_are_set_for_a_reason(browser, risk):
    said = {"likelihood_level": 5, "operational_level": 4, "version": 1}

    silent = browser.post(f"/risks/{risk.pk}/levels/CURRENT/", said)
    told = browser.post(f"/risks/{risk.pk}/levels/CURRENT/", said | {"reason": "Twice this month"})

    assert (silent.status_code, told.status_code) == (422, 302)
    assert Levels.objects.get(stage="CURRENT").likelihood_level == 5


def test_a_late_judgement_shows_who_judged_and_what(browser, risk, person):
    leader = person("CISO")
    register.set_levels(risk, "CURRENT", actor=leader, likelihood_level=2, levels={"operational": 4}, reason="Calm")

    late = browser.post(
        f"/risks/{risk.pk}/levels/CURRENT/", {"likelihood_level": 3, "operational_level": 4, "reason": "Busy", "version": 1}
    )

    assert late.status_code == 412
    assert f"{leader.name} saved: Unlikely" in late.content.decode()
    assert Levels.objects.get(stage="CURRENT").likelihood_level == 2


def test_readers_of_a_confidential_risk_are_named_by_leaders(signed_in, browser, person, logged):
    hidden, colleague = logged(is_confidential=True), person("COLLEAGUE")
    said = {"is_confidential": "on", "named_people": [colleague.pk], "version": 1}

    refused = browser.post(f"/risks/{hidden.pk}/readers/", said)
    assert refused.status_code == 409
    assert "Only its owners and the leaders" in refused.content.decode()

    assert signed_in(person("CIO")).post(f"/risks/{hidden.pk}/readers/", said).status_code == 302
    assert hidden in Risk.objects.visible_to(colleague)


def test_a_risk_is_closed_for_a_reason_and_its_forms_with_it(browser, risk):
    silent = browser.post(f"/risks/{risk.pk}/closing/", {"reason": ""})
    closed = browser.post(f"/risks/{risk.pk}/closing/", {"reason": "Line was sold"})

    assert (silent.status_code, closed.status_code) == (422, 302)
    assert Risk.objects.get().state == "CLOSED"
    assert browser.get(f"/risks/{risk.pk}/words/").status_code == 409
    assert "Line was sold" in browser.get(f"/risks/{risk.pk}/").content.decode()


def test_assets_are_linked_by_name_and_unlinked(browser, risk, company):
    plc = make_asset("PLC-N2", unit=company.northfield)

    unknown = browser.post(f"/risks/{risk.pk}/assets/", {"asset": "Crane"})
    linked = browser.post(f"/risks/{risk.pk}/assets/", {"asset": "PLC"})
    assert (unknown.status_code, linked.status_code) == (422, 302)
    assert list(risk.assets.all()) == [plc]

    unlinked = browser.post(f"/risks/{risk.pk}/assets/{plc.pk}/removal/")
    again = browser.post(f"/risks/{risk.pk}/assets/{plc.pk}/removal/")
    assert (unlinked.status_code, again.status_code) == (302, 409)
    assert not risk.assets.exists()


@pytest.mark.parametrize("path", ["words", "owners", "readers", "closing", "levels/CURRENT", "assets", "assets/1/removal"])
def test_nobody_changes_what_they_may_not_see(signed_in, person, company, logged, path):
    hidden = logged(is_confidential=True)

    page = signed_in(person("ANALYST", unit=company.root)).post(f"/risks/{hidden.pk}/{path}/", {"version": 1, "title": "X"})

    assert page.status_code == 404
    hidden.refresh_from_db()
    assert hidden.version == 1
