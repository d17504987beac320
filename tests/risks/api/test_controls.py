import hashlib
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from portal.people import organisations
from portal.record.models import AuditEntry
from risks import controls
from risks.models import Control, Evidence
from tests.factories.risks import make_control, make_evidence, make_risk

pytestmark = pytest.mark.django_db

CONTROLS, EVIDENCE = "/api/v1/controls/", "/api/v1/evidence/"


@pytest.fixture
def api(person):
    def asking(role, **fields):
        client = APIClient()
        client.user = person(role, **fields)
        client.force_authenticate(client.user)
        return client

    return asking


@pytest.fixture
def analyst(api):
    return api("ANALYST")


@pytest.fixture
def control(company, analyst):
    return make_control(unit=company.northfield, actor=analyst.user, owner=analyst.user)


def body_of(company, **changed):
    believable = {
        "name": "Offline backup of line recipes",
        "office": "IT",
        "unit": company.northfield.pk,
        "design_effectiveness": "0.70",
        "operating_effectiveness": "0.60",
        "yearly_cost": "4800.00",
    }
    return believable | changed


def test_a_control_is_registered_and_read_by_its_number(analyst, company):
    made = analyst.post(CONTROLS, body_of(company), format="json")

    assert made.status_code == 201, made.json()
    row = analyst.get(f"{CONTROLS}{made.json()['number']}/").json()
    assert (row["state"], row["design_effectiveness"], row["yearly_cost"], row["risks"]) == ("IN_FORCE", "0.70", "4800.00", [])
    # nothing proves it yet: half of 0.60
    assert (row["operating_today"], row["evidence_until"], made["ETag"]) == ("0.3000", None, '"1"')


@pytest.mark.parametrize(
    ("field", "value"),
    [("design_effectiveness", "1.2"), ("office", "HR"), ("yearly_cost", "-1.00"), ("state", "RETIRED"), ("unit", 0)],
)
def test_what_does_not_fit_is_told_by_field_and_nothing_is_made(analyst, company, field, value):
    answer = analyst.post(CONTROLS, body_of(company, **{field: value}), format="json")

    assert answer.status_code == 422
    assert set(answer.json()["fields"]) == {field}
    assert not Control.objects.exists()


def test_a_change_names_the_version_it_read(analyst, control):
    stale = analyst.patch(f"{CONTROLS}{control.pk}/", {"yearly_cost": "1.00"}, format="json", HTTP_IF_MATCH='"7"')
    changed = analyst.patch(f"{CONTROLS}{control.pk}/", {"yearly_cost": "1.00"}, format="json", HTTP_IF_MATCH='"1"')

    assert (stale.status_code, changed.status_code, changed.json()["version"]) == (412, 200, 2)
    assert analyst.patch(f"{CONTROLS}{control.pk}/", {"yearly_cost": "1.00"}, format="json").status_code == 428


def test_an_integration_keeps_a_control_by_its_own_id(api, company):
    gateway = api("INTEGRATION")
    address = f"{CONTROLS}by-external-id/siem/c-9/"

    made = gateway.put(address, body_of(company), format="json")
    again = gateway.put(address, body_of(company, name="Offline backups"), format="json")

    assert (made.status_code, again.status_code) == (201, 200)
    assert Control.objects.get().name == "Offline backups"


def test_a_control_bears_on_risks_and_shows_only_those_one_may_open(api, analyst, company, control):
    open_risk, hidden = make_risk(unit=company.northfield), make_risk(unit=company.northfield, is_confidential=True)
    linked = analyst.post(f"{CONTROLS}{control.pk}/risks/", {"risk": open_risk.pk, "bears_on": ["IMPACT"]}, format="json")
    unseen = analyst.post(f"{CONTROLS}{control.pk}/risks/", {"risk": hidden.pk, "bears_on": ["IMPACT"]}, format="json")
    controls.link(control, hidden, ["LIKELIHOOD"], actor=None)

    assert (linked.status_code, unseen.status_code) == (200, 422)
    assert analyst.get(f"{CONTROLS}{control.pk}/").json()["risks"] == [{"risk": open_risk.pk, "bears_on": "IMPACT"}]
    assert [row["id"] for row in analyst.get(f"{CONTROLS}?risk={open_risk.pk}").json()["results"]] == [control.pk]
    assert analyst.get(f"{CONTROLS}?risk={hidden.pk}").json()["results"] == []
    gone = analyst.post(f"{CONTROLS}{control.pk}/risk-removal/", {"risk": open_risk.pk, "bears_on": ["IMPACT"]}, format="json")
    assert (gone.status_code, gone.json()["risks"]) == (200, [])


def test_a_retired_control_refuses_changes_with_a_code(analyst, control):
    retired = analyst.post(f"{CONTROLS}{control.pk}/retirement/", {"reason": "Replaced."}, format="json")
    again = analyst.post(f"{CONTROLS}{control.pk}/retirement/", {"reason": "Replaced."}, format="json")

    assert (retired.status_code, retired.json()["state"], retired.json()["retiring_reason"]) == (200, "RETIRED", "Replaced.")
    assert (again.status_code, again.json()["code"]) == (409, "control-retired")


def test_controls_of_other_units_do_not_exist(api, company, control):
    elsewhere = api("ENGINEER", unit=company.eastmere)

    assert elsewhere.get(f"{CONTROLS}{control.pk}/").status_code == 404
    assert elsewhere.get(CONTROLS).json()["results"] == []
    assert api("COLLEAGUE").get(CONTROLS).status_code == 403


def test_a_pushed_fact_is_evidence_with_its_hash(api, control):
    scanner = api("INTEGRATION")
    today = organisations.today()
    body = {"control": control.number, "title": "Restore", "fact": {"failed": 0}, "valid_until": str(today + timedelta(days=30))}

    made = scanner.post(EVIDENCE, body, format="json")

    assert made.status_code == 201, made.json()
    told = made.json()
    assert (told["kind"], told["sha256"]) == ("FACT", hashlib.sha256(b'{"failed":0}').hexdigest())
    assert (told["collected_on"], told["collected_by"]) == (str(today), scanner.user.pk)
    assert scanner.get(f"{CONTROLS}{control.pk}/").json()["operating_today"] == "0.9000"
    assert scanner.get(f"{CONTROLS}?is_proven=true").json()["results"] != []
    assert AuditEntry.objects.get(verb="evidence.added").actor == scanner.user


def test_the_same_push_with_the_same_key_is_one_piece_of_evidence(api, control):
    scanner = api("INTEGRATION")
    body = {"control": control.pk, "title": "Restore", "fact": {"failed": 0}, "valid_until": "2099-01-01"}

    answers = [scanner.post(EVIDENCE, body, format="json", HTTP_IDEMPOTENCY_KEY="push-1") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert Evidence.objects.count() == 1


def test_a_file_comes_as_a_form_and_is_fetched_by_whoever_may_open_the_control(analyst, control, api, company):
    body = {"control": control.pk, "title": "Report", "valid_until": "2099-01-01", "file": SimpleUploadedFile("r.txt", b"all well")}

    made = analyst.post(EVIDENCE, body, format="multipart")

    assert made.status_code == 201, made.json()
    assert (made.json()["kind"], made.json()["sha256"]) == ("FILE", hashlib.sha256(b"all well").hexdigest())
    assert Evidence.objects.get().file.subject_kind == "control"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"control": None}, "control"),
        ({"fact": None}, "file"),
        ({"link": "https://a.example/"}, "link"),
        ({"valid_until": None}, "valid_until"),
        ({"title": ""}, "title"),
    ],
)
def test_evidence_that_does_not_fit_is_refused_by_field(analyst, control, changed, field):
    body = {"control": control.pk, "title": "Restore", "fact": {"failed": 0}, "valid_until": "2099-01-01"} | changed

    answer = analyst.post(EVIDENCE, {name: value for name, value in body.items() if value is not None}, format="json")

    assert answer.status_code == 422, answer.json()
    assert field in answer.json()["fields"]
    assert not Evidence.objects.exists()


def test_evidence_is_taken_back_for_a_reason(analyst, control):
    found = make_evidence(control, actor=analyst.user)

    taken = analyst.post(f"{EVIDENCE}{found.pk}/withdrawal/", {"reason": "Of another one."}, format="json")
    again = analyst.post(f"{EVIDENCE}{found.pk}/withdrawal/", {"reason": "Of another one."}, format="json")

    assert (taken.status_code, taken.json()["withdrawn_by"]) == (200, analyst.user.pk)
    assert (again.status_code, again.json()["code"]) == (409, "evidence-taken-back")
    assert analyst.get(f"{EVIDENCE}?is_standing=true").json()["results"] == []
