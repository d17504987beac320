"""Frameworks by the API."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from governance.compliance import frameworks
from governance.compliance.models import Framework
from tests.factories.compliance import catalog_of, control_of, stream_of
from tests.house.world import BACKEND


@pytest.fixture
def caller(client, person):
    client.force_login(person("ANALYST"), backend=BACKEND)
    return client


def push(client, document, **more):
    return client.post("/api/v1/frameworks/", {"file": SimpleUploadedFile("x.json", stream_of(document).read())} | more)


def test_a_catalog_is_pushed_once(caller):
    document = catalog_of(control_of(1), control_of(2))

    first, again = push(caller, document), push(caller, document)

    assert (first.status_code, first.json()["outcome"]) == (201, "ADDED")
    assert (again.status_code, again.json()["outcome"]) == (200, "UNCHANGED")
    assert caller.get(first["Location"]).json()["assessable_count"] == 2


def test_a_broken_one_is_told_by_field(caller):
    answer = push(caller, "{")

    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == ["file"]
    assert not Framework.objects.exists()


def test_other_requirements_under_the_same_version_are_refused(caller):
    push(caller, catalog_of(control_of(1)))

    answer = push(caller, catalog_of(control_of(2)))

    assert (answer.status_code, answer.json()["code"]) == (409, "edition-taken")


def test_requirements_say_whether_they_are_assessed(caller):
    frameworks.add_shipped()
    csf = Framework.objects.get(key="nist-csf")

    answer = caller.get(f"/api/v1/requirements/?framework={csf.pk}&assessable=true&page_size=500&ordering=place").json()

    assert len(answer["results"]) == 106
    assert (answer["results"][0]["identifier"], answer["results"][0]["assessable"]) == ("GV.OC-01", True)
    govern = caller.get(f"/api/v1/requirements/?framework={csf.pk}&identifier=GV").json()["results"][0]
    assert (govern["assessable"], govern["parent"]) == (False, None)
    assert len(caller.get(f"/api/v1/requirements/?search=backup copies&framework={csf.pk}").json()["results"]) < 106


def test_who_reads_none_gets_none(client, person):
    client.force_login(person("COLLEAGUE"), backend=BACKEND)

    assert client.get("/api/v1/requirements/").status_code == 403
