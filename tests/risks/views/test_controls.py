from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.people import organisations
from risks import controls
from risks.models import Control, Evidence
from tests.factories.risks import make_control, make_evidence, make_levels, make_risk

pytestmark = pytest.mark.django_db


@pytest.fixture
def control(company, analyst):
    return make_control(unit=company.northfield, actor=analyst, owner=analyst, name="Networks kept apart")


@pytest.fixture
def risk(company):
    risk = make_risk(unit=company.northfield)
    make_levels(risk, 4)
    return risk


def answers(company, **changed):
    believable = {
        "version": "0",
        "name": "Offline backup",
        "description": "",
        "office": "IT",
        "owner": "",
        "unit": company.northfield.pk,
        "design_percent": "70",
        "operating_percent": "60",
        "yearly_cost": "4800.00",
        "state": "IN_FORCE",
    }
    return believable | changed


def test_the_list_says_what_counts_today_and_filters(signed_in, analyst, control, company):
    proven = make_control(unit=company.northfield, actor=analyst, name="Offline backup", office="IT")
    make_evidence(proven, actor=analyst)
    browser = signed_in(analyst)

    whole = browser.get(reverse("risks:controls")).content.decode()
    unproven = browser.get(reverse("risks:controls"), {"proven": "no"}).content.decode()
    words = browser.get(reverse("risks:controls"), {"q": "backup"}).content.decode()

    assert "2 controls in force" in whole and "1 without valid evidence" in whole
    assert "Networks kept apart" in unproven and "Offline backup" not in unproven
    assert "Offline backup" in words and "Networks kept apart" not in words
    assert "No control fits" in browser.get(reverse("risks:controls"), {"state": "RETIRED"}).content.decode()


def test_htmx_gets_the_list_alone(signed_in, analyst, control):
    answer = signed_in(analyst).get(reverse("risks:controls"), HTTP_HX_REQUEST="true").content.decode()

    assert "Networks kept apart" in answer and "<html" not in answer


def test_a_control_is_registered_in_percent(signed_in, analyst, company):
    answer = signed_in(analyst).post(reverse("risks:control-new"), answers(company))

    control = Control.objects.get()
    assert answer.headers["Location"] == reverse("risks:control", args=[control.pk])
    assert (control.design_effectiveness, control.operating_effectiveness) == (Decimal("0.70"), Decimal("0.60"))


def test_what_does_not_fit_stays_on_the_form(signed_in, analyst, company):
    answer = signed_in(analyst).post(reverse("risks:control-new"), answers(company, unit=company.eastmere.pk))

    assert answer.status_code == 422
    assert "Choose one of your own units." in answer.content.decode()
    assert not Control.objects.exists()


def test_a_late_save_shows_both(signed_in, analyst, control, company, person):
    controls.change(control, actor=person("CIO"), version=1, yearly_cost=Decimal("9.00"))

    answer = signed_in(analyst).post(reverse("risks:control-change", args=[control.pk]), answers(company, version="1"))

    assert answer.status_code == 412
    assert "9.00" in answer.content.decode()
    assert Control.objects.get().version == 2


def test_the_page_shows_evidence_and_only_risks_one_may_open(signed_in, analyst, control, risk, company):
    hidden = make_risk(unit=company.northfield, is_confidential=True, title="Takeover talks become known")
    controls.link(control, risk, ["IMPACT"], actor=None)
    controls.link(control, hidden, ["IMPACT"], actor=None)
    make_evidence(control, actor=analyst, title="Firewall rules reviewed")

    page = signed_in(analyst).get(reverse("risks:control", args=[control.pk])).content.decode()

    assert risk.title in page and hidden.title not in page
    assert "Firewall rules reviewed" in page
    assert "Today it removes 72 % of a risk" in page


def test_the_risk_shows_its_controls(signed_in, analyst, control, risk):
    controls.link(control, risk, ["IMPACT"], actor=None)

    page = signed_in(analyst).get(reverse("risks:risk", args=[risk.pk])).content.decode()

    assert "1 control bears on it" in page and "Networks kept apart" in page


def test_a_risk_is_linked_by_its_number_and_unlinked(signed_in, analyst, control, risk):
    browser, address = signed_in(analyst), reverse("risks:control-bearing", args=[control.pk])

    wrong = browser.post(address, {"risk": "R-9999", "bears_on": ["IMPACT"]})
    linked = browser.post(address, {"risk": risk.number.lower(), "bears_on": ["IMPACT", "LIKELIHOOD"]})

    assert (wrong.status_code, linked.status_code, control.risk_links.count()) == (422, 302, 2)
    browser.post(reverse("risks:control-bearing-removal", args=[control.pk, risk.pk]), {"bears_on": "IMPACT"})
    assert list(control.risk_links.values_list("bears_on", flat=True)) == ["LIKELIHOOD"]


def test_evidence_comes_as_a_file_or_a_link_but_not_both(signed_in, analyst, control):
    browser, address = signed_in(analyst), reverse("risks:control-evidence", args=[control.pk])
    today = organisations.today()
    said = {"title": "Restore test", "collected_on": str(today), "valid_until": str(today + timedelta(days=90))}

    neither = browser.post(address, said)
    file = browser.post(address, said | {"file": SimpleUploadedFile("r.txt", b"all well")})
    link = browser.post(address, said | {"link": "https://wiki.verrow.example/restore"})
    empty = browser.post(address, said | {"file": SimpleUploadedFile("r.txt", b"")})

    assert (neither.status_code, file.status_code, link.status_code, empty.status_code) == (422, 302, 302, 422)
    assert sorted(Evidence.objects.values_list("kind", flat=True)) == ["FILE", "LINK"]


def test_evidence_is_taken_back_on_the_page(signed_in, analyst, control):
    found = make_evidence(control, actor=analyst)

    signed_in(analyst).post(reverse("risks:evidence-withdrawal", args=[found.pk]), {"reason": "Of another one."})

    found.refresh_from_db()
    assert found.withdrawing_reason == "Of another one."


def test_a_control_is_retired_for_a_reason(signed_in, analyst, control):
    browser, address = signed_in(analyst), reverse("risks:control-retirement", args=[control.pk])

    assert browser.post(address, {"reason": ""}).status_code == 422
    assert browser.post(address, {"reason": "Replaced."}).status_code == 302
    assert browser.post(address, {"reason": "Replaced."}).status_code == 409
    assert "Replaced." in browser.get(reverse("risks:control", args=[control.pk])).content.decode()


def test_an_auditor_reads_and_changes_nothing(signed_in, person, control):
    browser = signed_in(person("AUDITOR"))

    page = browser.get(reverse("risks:control", args=[control.pk])).content.decode()

    assert "Networks kept apart" in page and "Change this control" not in page
    assert browser.get(reverse("risks:control-change", args=[control.pk])).status_code == 403
