"""Pages of frameworks, with htmx, without, and without permission."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from governance.compliance.models import Framework
from tests.factories.compliance import catalog_of, control_of, make_framework, stream_of
from tests.house.world import BACKEND


@pytest.fixture
def analyst(client, person):
    client.force_login(person("ANALYST"), backend=BACKEND)
    return client


def upload(document, **more):
    return {"file": SimpleUploadedFile("rules.json", stream_of(document).read())} | more


def test_a_catalog_is_brought_along_and_read(analyst):
    answer = analyst.post("/governance/frameworks/import/", upload(catalog_of(control_of(1), control_of(2))))

    framework = Framework.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/governance/frameworks/{framework.pk}/")
    page = analyst.get(answer["Location"]).content.decode()
    assert "House rules 1.0 asks for 2 things" in page
    assert "Doors are locked." in page
    assert "House rules" in analyst.get("/governance/frameworks/").content.decode()


def test_a_broken_file_is_refused_beside_its_field(analyst):
    answer = analyst.post("/governance/frameworks/import/", upload("{"))

    assert answer.status_code == 422
    assert "breaks off or is no JSON at line 1" in answer.content.decode()
    assert not Framework.objects.exists()


def test_a_new_edition_shows_what_changed(analyst):
    first = make_framework(1, 2)

    answer = analyst.post(
        "/governance/frameworks/import/", upload(catalog_of(control_of(2), control_of(5), version="2.0"), replaces=first.pk)
    )

    page = analyst.get(answer["Location"]).content.decode()
    assert "From 1.0 to 2.0: 1 added, 0 changed, 1 withdrawn" in page
    assert "is the first edition here" in analyst.get(f"/governance/frameworks/{first.pk}/changes/").content.decode()


def test_words_and_identifiers_find_requirements_with_htmx_too(analyst):
    framework = make_framework(1, 2)

    found = analyst.get(f"/governance/frameworks/{framework.pk}/?q=hr-2", headers={"HX-Request": "true"}).content.decode()

    assert "Rule 2" in found
    assert "Rule 1" not in found
    assert "<html" not in found
    assert "No requirement fits" in analyst.get(f"/governance/frameworks/{framework.pk}/?q=xyz").content.decode()


def test_a_requirement_knows_its_place(analyst):
    framework = make_framework(1, 2, 3)
    second = framework.requirements.get(identifier="hr-2")

    page = analyst.get(f"/governance/requirements/{second.pk}/").content.decode()

    assert all(word in page for word in ("House", "hr-1 Rule 1", "hr-3 Rule 3", "Doors are locked."))


def test_csv_is_an_attachment_that_brings_the_same(analyst):
    framework = make_framework(1, 2)

    answer = analyst.get(f"/governance/frameworks/{framework.pk}/csv/")

    assert answer["Content-Disposition"] == 'attachment; filename="house-rules-1.0.csv"'
    assert b"".join(answer.streaming_content).count(b"\r\n") == 4


def test_who_reads_no_frameworks_finds_none(client, person):
    framework = make_framework()
    client.force_login(person("COLLEAGUE"), backend=BACKEND)

    for address in ("", "import/", f"{framework.pk}/"):
        assert client.get(f"/governance/frameworks/{address}").status_code == 403


def test_whoever_only_reads_brings_nothing(client, person):
    client.force_login(person("AUDITOR"), backend=BACKEND)

    assert "Bring a catalog" not in client.get("/governance/frameworks/").content.decode()
    assert client.post("/governance/frameworks/import/", upload(catalog_of(control_of(1)))).status_code == 403
