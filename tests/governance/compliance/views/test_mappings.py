"""Pages on which controls are mapped."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from governance.compliance import mappings
from governance.compliance.models import ControlMapping
from tests.factories.compliance import make_framework
from tests.factories.risks import make_control
from tests.house.world import BACKEND


@pytest.fixture
def analyst(client, person):
    client.user = person("ANALYST")
    client.force_login(client.user, backend=BACKEND)
    return client


@pytest.fixture
def rules(db):
    return list(make_framework(1, 2).requirements.assessable().order_by("place"))


def test_a_control_is_mapped_explained_and_taken_back(analyst, rules, company):
    control = make_control(unit=company.northfield, name="Door locks")
    page = f"/governance/requirements/{rules[0].pk}/"

    answer = analyst.post(f"{page}controls/", {"control": control.number.lower(), "relationship": "EQUAL", "note": "Main gate"})

    assert (answer.status_code, answer["Location"]) == (302, page)
    shown = analyst.get(page).content.decode()
    assert all(word in shown for word in ("1 control answers 45", "Door locks", "Main gate", "none yet"))
    assert "It answers 1 requirement" in analyst.get(f"/risks/controls/{control.pk}/").content.decode()
    assert "22&nbsp;%" in analyst.get("/governance/frameworks/").content.decode()
    analyst.post(f"/governance/mappings/{ControlMapping.objects.get().pk}/removal/")
    assert "No control answers it yet" in analyst.get(page).content.decode()


def test_a_number_nobody_may_open_is_told_beside_the_field(analyst, rules):
    answer = analyst.post(f"/governance/requirements/{rules[0].pk}/controls/", {"control": "C-9999", "relationship": "EQUAL"})

    assert answer.status_code == 422
    assert "No control you may open has this number" in answer.content.decode()


def test_a_crosswalk_is_brought_along_and_its_suggestion_settled(analyst, rules, company):
    other = make_framework(7, title="Plant rules").requirements.assessable().get()
    control = make_control(unit=company.northfield, name="Door locks")
    mappings.add(control, rules[0], "EQUAL", actor=analyst.user)
    file = SimpleUploadedFile("x.csv", b"source,target,relationship\nhr-1,hr-7,equal\n")
    assert analyst.post("/governance/crosswalks/", {"file": file}).status_code == 302
    page = f"/governance/requirements/{other.pk}/"

    assert "it answers hr-1 Rule 1, which corresponds" in analyst.get(page).content.decode()
    assert analyst.post(f"{page}suggestions/{control.pk}/confirmation/").status_code == 302
    assert "may answer it" not in analyst.get(page).content.decode()
    assert analyst.post(f"{page}suggestions/{control.pk}/refusal/").status_code == 409


def test_whoever_only_reads_maps_nothing(client, person, rules):
    client.force_login(person("AUDITOR"), backend=BACKEND)

    assert client.get(f"/governance/requirements/{rules[0].pk}/").status_code == 200
    assert client.post(f"/governance/requirements/{rules[0].pk}/controls/").status_code == 403
